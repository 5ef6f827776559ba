"""Cash withdrawal: ordered ahead where it is much, identified, password right, authorised, counted, posted."""

from __future__ import annotations

from datetime import timedelta

from tests.counter import (
    FITS,
    OTHER_PASSWORD,
    PASSWORD,
    ZHANG,
    give_password,
    kept_anywhere,
    next_day,
    rich,
    rows,
)
from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run


def test_a_small_withdrawal_with_the_password(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="1250.50")
        assert await s.open_tasks(case) == ["EnterPassword"]
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        wrong = s.do(TELLER, case, "CountOut", denominations={"10000": 12, "5000": 1})
        assert await refused(wrong) == ["count_differs"]
        assert await s.balance(ZHANG) == "12000.00"
        await s.do(TELLER, case, "CountOut", denominations={"10000": 12, "5000": 1, "50": 1})
        assert await s.balance(ZHANG) == "10749.50"
        assert (await s.ways(case))[-2:] == ["Pay", "Done"]
        assert (await s.variables(case))["amount_in_words"] == "人民币壹仟贰佰伍拾元伍角"
        journal = await rows(s, "SELECT code, operator, process_instance, process_element FROM journal "
                                "ORDER BY id DESC LIMIT 1")  # fmt: skip
        assert journal == [{"code": "DEP02", "operator": "T0001", "process_instance": str(case),
                            "process_element": "Pay"}]  # fmt: skip
        assert await kept_anywhere(s, PASSWORD) == []

    run(demo, tell)


def test_the_first_withdrawal_asks_who_it_is_and_has_a_password_chosen(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="100.00")
        assert await s.open_tasks(case) == ["VerifyIdentity"]
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)

        def choose(first: str, second: str) -> object:
            return s.do(TELLER, case, "ChoosePassword", new_password=first, repeated_password=second)

        assert await refused(choose("111111", "111111")) == ["account_password_common"]
        assert await refused(choose("234567", "234567")) == ["account_password_common"]
        assert await refused(choose("900307", "900307")) == ["account_password_guessable"]  # his birthday
        assert await refused(choose("000001", "582947")) == [
            "account_password_differs", "account_password_common", "account_password_guessable"]  # fmt: skip
        assert await refused(choose("12ab56", PASSWORD)) == ["form_field_malformed"]
        await choose(PASSWORD, PASSWORD)
        await s.do(TELLER, case, "CountOut", denominations={"10000": 1})
        assert await s.balance(ZHANG) == "11900.00"
        again = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="100.00")
        assert await s.open_tasks(again) == ["EnterPassword"]
        assert await kept_anywhere(s, PASSWORD) == []

    run(demo, tell)


def test_three_wrong_passwords_lock_it_and_the_count_survives_the_case(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="100.00")
        for left in (2, 1):
            await s.do(TELLER, case, "EnterPassword", password="111222")
            assert (await s.variables(case))["password_tries_left"] == left
        await s.wait(timedelta(hours=9))  # the customer has walked away, the third try is another day's
        assert (await s.ways(case))[-1] == "WalkedAway"
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="100.00")
        await s.do(TELLER, case, "EnterPassword", password="111222")
        assert (await s.ways(case))[-1] == "PasswordLocked"
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="100.00")
        assert (await s.ways(case))[-1] == "PasswordLocked"
        await give_password(s, password=OTHER_PASSWORD)
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="100.00")
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        assert (await s.variables(case))["password_tries_left"] == 2  # the old one is wrong now
        await s.do(TELLER, case, "EnterPassword", password=OTHER_PASSWORD)
        await s.do(TELLER, case, "CountOut", denominations={"10000": 1})
        assert await s.balance(ZHANG) == "11900.00"

    run(demo, tell)


def test_much_cash_is_ordered_a_day_ahead_and_authorised(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        await rich(s, ZHANG, "290000.00")  # 302,000.00
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="200000.00")
        assert (await s.ways(case))[-1] == "NotBooked"
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="199999.99")
        assert await s.open_tasks(case) == ["VerifyIdentity"]  # a fen less needs no appointment

        def order(**given: str) -> object:
            return s.start(TELLER, "cash_appointment", account=ZHANG, action="book", **given)

        assert await refused(order(on_date="2026-01-05", amount="200000.00")) == ["appointment_too_early"]
        assert await refused(order(on_date="2026-02-05", amount="200000.00")) == ["appointment_too_late"]
        assert await refused(order(on_date="2026-01-06")) == ["form_field_missing"]
        await order(on_date="2026-01-06", amount="250000.00")
        assert await refused(order(on_date="2026-01-06", amount="1.00")) == ["appointment_exists"]
        await next_day(s)
        for too_much in ("250000.01", "290000.00"):
            case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount=too_much)
            assert (await s.ways(case))[-1] == "NotBooked"
        elsewhere = await s.start(
            person("T0002", "teller", branch=2), "cash_withdrawal", account=ZHANG, amount="220000.00"
        )
        assert (await s.ways(elsewhere))[-1] == "NotBooked"
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="220000.00")
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        own = s.do(OTHER_TELLER, case, "Authorise", decision="approve")
        assert set(await refused(own)) == {"task_role_missing", "separation_of_duties"}
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        await s.do(TELLER, case, "CountOut", denominations={"10000": 2200})
        assert await s.balance(ZHANG) == "82000.00"
        appointments = await rows(s, "SELECT state, amount FROM cash_appointment")
        assert appointments == [{"state": "used", "amount": 25_000_000}]  # once: it is used up
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="200000.00")
        assert (await s.ways(case))[-1] == "NotBooked"

    run(demo, tell)


def test_an_appointment_lapses_with_its_day_and_can_be_cancelled(demo: str) -> None:
    async def tell(s: Story) -> None:
        given = {"account": ZHANG, "action": "book", "amount": "200000.00"}
        await s.start(TELLER, "cash_appointment", **given, on_date="2026-01-06")
        await s.start(TELLER, "cash_appointment", **given, on_date="2026-01-07")
        await s.start(TELLER, "cash_appointment", account=ZHANG, action="cancel", on_date="2026-01-07")
        again = s.start(TELLER, "cash_appointment", account=ZHANG, action="cancel", on_date="2026-01-07")
        assert await refused(again) == ["appointment_missing"]
        await next_day(s, 2)
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="200000.00")
        assert (await s.ways(case))[-1] == "NotBooked"

    run(demo, tell)


def test_a_customer_orders_from_their_own_account_only(demo: str) -> None:
    async def tell(s: Story) -> None:
        owner = (await rows(s, "SELECT p.number FROM party p ORDER BY id LIMIT 1"))[0]["number"]
        given = {"account": ZHANG, "action": "book", "amount": "200000.00", "on_date": "2026-01-06"}
        stranger = person("00000000000", "customer", channel="online")
        assert await refused(s.start(stranger, "cash_appointment", **given)) == ["account_unknown"]
        case = await s.start(
            person(owner, "customer", channel="online"), "cash_appointment", **given, branch="0002"
        )
        assert await s.status(case) == "completed"
        assert await rows(s, "SELECT branch_id, channel, made_by FROM cash_appointment") == [
            {"branch_id": 2, "channel": "online", "made_by": owner}
        ]
        withdrawal = s.start(person(owner, "customer"), "cash_withdrawal", account=ZHANG, amount="1.00")
        assert await refused(withdrawal) == ["process_start_denied"]

    run(demo, tell)


def test_nothing_is_paid_where_the_books_refuse(demo: str) -> None:
    async def tell(s: Story) -> None:
        await give_password(s)
        for amount, why in (("12000.01", "insufficient_funds"), ("100.00", "account_blocked")):
            case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount=amount)
            await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
            if why == "account_blocked":
                found = await s.bank.directory.find(ZHANG)
                block = s.bank.ledger.set_blocks
                await s.bank.db.transact(lambda uow, i=found.id, b=block: b(uow, i, debit=True, credit=False))
            notes = {"10000": 120, "1": 1} if amount == "12000.01" else {"10000": 1}
            await s.do(TELLER, case, "CountOut", denominations=notes)
            assert (await s.ways(case))[-2:] == ["PayRefused", "Refused"]
            assert (await s.variables(case))["fault"]["code"] == why
        assert await s.balance(ZHANG) == "12000.00"
        found = await s.bank.directory.find(ZHANG)
        await s.bank.db.transact(
            lambda uow: s.bank.ledger.set_blocks(uow, found.id, debit=False, credit=False)
        )

    run(demo, tell)


def test_a_till_pays_no_more_notes_than_it_has(demo: str) -> None:
    async def tell(s: Story) -> None:
        """A till begins with 200 hundreds and 28,663.20 in all."""
        await give_password(s)
        await s.start(TELLER, "cash_deposit", account=ZHANG, amount="20000.00", denominations={"5000": 400})
        case = await s.start(TELLER, "cash_withdrawal", account=ZHANG, amount="20100.00")
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        hundreds = s.do(TELLER, case, "CountOut", denominations={"10000": 201})
        assert await refused(hundreds) == ["notes_missing"]
        coins = s.do(TELLER, case, "CountOut", denominations={"10000": 200, "3333": 3, "1": 1})
        assert await refused(coins) == ["face_unknown"]
        nobody = s.do(person("T0009", "teller"), case, "CountOut", denominations={"10000": 200, "5000": 2})
        assert await refused(nobody) == ["till_not_held"]
        assert await s.balance(ZHANG) == "32000.00"
        await s.do(TELLER, case, "CountOut", denominations={"10000": 200, "5000": 4}, change={"10000": 1})
        assert await s.balance(ZHANG) == "11900.00"
        held = await rows(s, "SELECT face, pieces FROM cash_stock s JOIN cash_place p ON p.id = s.place_id "
                             "WHERE p.code = '0001-T01' AND face >= 5000 ORDER BY face")  # fmt: skip
        assert [tuple(row.values()) for row in held] == [(5_000, 100 + 400 - 4), (10_000, 1)]

    run(demo, tell)


def test_a_document_that_does_not_fit_and_a_supervisor_who_says_no(demo: str) -> None:
    async def tell(s: Story) -> None:
        await rich(s, ZHANG, "60000.00")
        await give_password(s)
        given = {"account": ZHANG, "amount": "60000.00"}
        case = await s.start(TELLER, "cash_withdrawal", **given)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="id_card", identity_result="differs")
        assert (await s.ways(case))[-1] == "IdentityRefused"
        case = await s.start(TELLER, "cash_withdrawal", **given)
        await s.do(OTHER_TELLER, case, "VerifyIdentity", **FITS)
        await s.do(TELLER, case, "EnterPassword", password=PASSWORD)
        await s.do(SUPERVISOR, case, "Authorise", decision="reject", decision_reason="签字不符")
        assert (await s.ways(case))[-1] == "Rejected"
        assert await s.balance(ZHANG) == "72000.00"

    run(demo, tell)
