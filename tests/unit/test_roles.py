"""Segregation of duties, as laws over the roles' data."""

from liushui.identity import load_roles

MOVES_MONEY = {"cash_deposit", "cash_withdraw", "transfer", "hold", "reverse"}


def test_who_manages_staff_moves_no_money() -> None:
    for role in load_roles().values():
        assert not ("staff_manage" in role.permissions and role.permissions & MOVES_MONEY)


def test_an_administrator_does_nothing_else() -> None:
    assert load_roles()["administrator"].permissions == {"staff_manage"}


def test_a_machine_handles_no_cash_and_enters_nobody() -> None:
    assert load_roles()["service"].permissions == {"transfer", "account_read", "hold", "message_send"}


def test_an_auditor_only_reads() -> None:
    assert all(permission.endswith("_read") for permission in load_roles()["auditor"].permissions)


def test_only_a_supervisor_reverses_and_blocks() -> None:
    for permission in ("reverse", "account_block", "account_close"):
        assert [r.name for r in load_roles().values() if permission in r.permissions] == ["supervisor"]


def test_who_moves_the_business_date_moves_no_money() -> None:
    for role in load_roles().values():
        assert not ("business_date_advance" in role.permissions and role.permissions & MOVES_MONEY)
