"""Segregation of duties, as laws over the roles' data."""

from liushui.identity import load_roles
from liushui.processes import procedure_folders
from liushui.workflow import parse, read_folder

MOVES_MONEY = {"transfer", "hold"}


def test_who_manages_staff_moves_no_money() -> None:
    for role in load_roles().values():
        assert not ("staff_manage" in role.permissions and role.permissions & MOVES_MONEY)


def test_an_administrator_does_nothing_else() -> None:
    assert load_roles()["administrator"].permissions == {"staff_manage", "machine_manage"}


def test_a_machine_handles_no_cash_and_enters_nobody() -> None:
    assert load_roles()["service"].permissions == {"transfer", "account_read", "hold", "message_send"}


def test_an_auditor_only_reads() -> None:
    assert all(permission.endswith("_read") for permission in load_roles()["auditor"].permissions)


def test_who_manages_staff_audits_or_moves_the_date_starts_no_procedure() -> None:
    apart = {"administrator", "auditor", "operations"}
    for folder in procedure_folders():
        definition = parse(read_folder(folder)).definition
        assert definition.start_roles, folder.name
        assert apart.isdisjoint(definition.start_roles), folder.name


def test_whoever_counts_cash_is_not_shown_what_should_be_there() -> None:
    """Tills and vaults are counted blind."""
    for role in ("teller", "vault_keeper"):
        assert "cash_read" not in load_roles()[role].permissions


def test_a_vault_keeper_books_nothing_for_customers() -> None:
    keeper = load_roles()["vault_keeper"]
    assert not keeper.permissions & (MOVES_MONEY | {"account_read", "customer_read"})
    started = {
        folder.name
        for folder in procedure_folders()
        if "vault_keeper" in parse(read_folder(folder)).definition.start_roles
    }
    assert started == {
        "vault_count", "count_in_cash", "cash_transfer", "cash_difference", "voucher_receive", "voucher_hand_out",
        "voucher_void"}  # fmt: skip


def test_cash_that_changes_hands_has_two_pairs_of_eyes() -> None:
    """Whoever gives, counts first or asks neither receives, counts second nor approves."""
    procedures = {folder.name: parse(read_folder(folder)).definition for folder in procedure_folders()}
    for name, elements in {
        "cash_transfer": ("ReceiveAtTill", "ReceiveInVault"), "vault_count": ("SecondCount",),
        "count_in_cash": ("SecondCount",), "cash_difference": ("Confirm", "Approve"), "open_cash_place": ("Approve",),
        "voucher_receive": ("Confirm",), "voucher_hand_out": ("TakeAsTeller", "TakeIntoStock"),
        "voucher_void": ("Confirm",),
    }.items():  # fmt: skip
        for element in elements:
            work = procedures[name].elements[element].work
            assert work is not None
            assert "initiator" in work.not_same_as, (name, element)


def test_nobody_approves_what_they_asked_for() -> None:
    """Every task whose form says yes or no keeps out whoever asked, at the start or at a step before."""
    approvals = 0
    for folder in procedure_folders():
        parsed = parse(read_folder(folder))
        for element in parsed.definition.elements.values():
            form = None if element.work is None else parsed.forms.get(element.work.form or "")
            choices = [f.choices or {} for f in form.fields] if form else []
            if element.work is not None and any("approve" in c for c in choices):
                assert element.work.not_same_as, f"{folder.name}: {element.id}"
                approvals += 1
    assert approvals > 8


def test_who_ends_the_day_moves_no_money() -> None:
    for role in load_roles().values():
        assert not ("day_end_run" in role.permissions and role.permissions & MOVES_MONEY)
