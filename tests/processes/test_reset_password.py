"""Resetting a password: in person, authorised, and none that a thief of the papers would guess."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from liushui.deposits.passwords import password_faults
from tests.counter import FITS, OTHER_PASSWORD, PASSWORD, ZHANG, give_password, kept_anywhere, rows
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run

RESET = {"account": ZHANG, "reason": "forgotten"}


def test_a_new_password_in_place_of_the_old(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        before = await rows(s, "SELECT hash FROM account_password")
        case = await s.start(TELLER, "reset_password", **RESET)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        verifier = s.do(person("T0003", "supervisor"), case, "Authorise", decision="approve")
        assert await refused(verifier) == ["separation_of_duties"]
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        for guess in ("138000", "000001", "199003"):  # mobile number, account number, date of birth
            tried = s.do(TELLER, case, "ChoosePassword", new_password=guess, repeated_password=guess)
            assert "account_password_guessable" in await refused(tried)
        assert await rows(s, "SELECT hash FROM account_password") == before
        await s.do(
            TELLER, case, "ChoosePassword", new_password=OTHER_PASSWORD, repeated_password=OTHER_PASSWORD
        )
        assert (await s.ways(case))[-2:] == ["SetPassword", "Done"]
        assert await rows(s, "SELECT hash FROM account_password") != before
        assert await kept_anywhere(s, OTHER_PASSWORD) == []
        audits = await rows(s, "SELECT subject FROM audit_event WHERE action = 'account_password_set'")
        assert audits == [{"subject": ZHANG}] * 2

    run(demo, tell)


def test_who_it_is_not_and_who_says_no_and_who_leaves(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        case = await s.start(TELLER, "reset_password", **RESET)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="other", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        case = await s.start(TELLER, "reset_password", **RESET)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(SUPERVISOR, case, "Authorise", decision="reject")
        assert (await s.ways(case))[-1] == "Rejected"
        case = await s.start(TELLER, "reset_password", **RESET)
        await s.wait(timedelta(hours=8))
        assert await s.status(case) == "completed"
        assert await s.open_tasks(case) == []
        withdrawal = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="100.00")
        await s.do(TELLER, withdrawal, "EnterPassword", password=PASSWORD)  # still the first one
        assert await s.open_tasks(withdrawal) == ["CountOut"]

    run(demo, tell)


def test_a_draft_keeps_no_password(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="100.00")
        task = await s.task(case, "EnterPassword")
        await s.processes.claim(TELLER, task["id"], idempotency_key="c1")
        await s.processes.save_draft(TELLER, task["id"], {"password": PASSWORD})
        assert await kept_anywhere(s, PASSWORD) == []

    run(demo, tell)


@given(st.text("0123456789", min_size=6, max_size=6), st.text("0123456789- ", max_size=24))
def test_a_password_out_of_the_papers_is_always_found(password: str, paper: str) -> None:
    codes = {fault.code for fault in password_faults(password, password, [paper], "p")}
    digits = "".join(c for c in paper if c.isdigit())
    windows = {digits[at : at + 6] for at in range(len(digits) - 5)}
    assert ("account_password_guessable" in codes) == (password in windows)
    running = password in "0123456789" or password in "9876543210"
    assert ("account_password_common" in codes) == (running or len(set(password)) <= 2)
