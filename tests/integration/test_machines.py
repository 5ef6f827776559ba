"""Kiosks, cash machines and the telephone bank: who they are, and who stands at them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.counter import kept_anywhere
from tests.online import LI, LIS, OTHER_PIN, PIN, WANG, WANGS, ZHANG, ZHANGS, Browser, Online, run

SESSIONS = "/v1/machine-sessions"


async def register(o: Online, number: str, channel: str, branch: str = "0001") -> Browser:
    admin = await o.staff("D0001", "demo-admin-1")
    body = {"number": number, "channel": channel, "branch": branch, "terminal": f"{branch}-{number}"}
    answer = await admin.ask("POST", "/v1/machines", body)
    assert answer.status_code == 201, answer.text
    one = o.browser()
    one.machine = f"{number}:{answer.json()['secret']}"
    return one


async def identify(one: Browser, **shown: Any) -> str | None:
    """A session for whoever shows this; the code of the refusal otherwise."""
    one.token = None
    answer = await one.ask("POST", SESSIONS, shown)
    if answer.status_code == 201:
        one.token = answer.json()["token"]
        return None
    return answer.json()["code"]


async def document(o: Online, customer: str) -> str:
    return await o.row(
        "SELECT d.number FROM party_document d JOIN party p ON p.id = d.party_id WHERE p.number = $1",
        customer,
    )


def test_a_customer_at_a_cash_machine(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.give_pin(ZHANGS)
        atm = await register(o, "ATM1", "atm", "0002")
        card = await o.card(ZHANGS)
        assert await identify(atm, card=card, password=PIN) is None
        visit = await atm.get("/v1/my/session")
        assert (visit["channel"], visit["account"]) == ("atm", ZHANGS)
        assert [offer["process"] for offer in await atm.get("/v1/my/processes")] == [
            "transfer",
            "transfer_cancellation",
        ]
        case = await atm.start("transfer", payer=ZHANGS, payee=LIS, amount="100.00")
        assert case["status"] == "running"  # to somebody else: a day later, and the customer sees when
        (step,) = case["next"]
        assert (step["due_at"], step["task"]) == ("2026-01-06T02:00:00Z", None)
        row = await o.bank.db.pool.fetchrow("SELECT channel, branch_id, initiator FROM process_instance")
        assert tuple(row) == ("atm", 2, ZHANG)
        await o.story.wait(timedelta(hours=24))
        assert await o.ended(case["case"]) == "ExecutedDone"

    run(demo, tell)


def test_what_is_about_no_account_and_what_is_refused_is_seen_all_the_same(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.give_pin(ZHANGS)
        phone, atm = await register(o, "P1", "phone"), await register(o, "A1", "atm")
        await identify(phone, customer=ZHANG, account=ZHANGS, password=PIN)
        complaint = await phone.start(
            "complaint", received_via="phone", product="deposit", subject="fee", text="x"
        )
        assert (await phone.get(f"/v1/my/cases/{complaint['case']}"))["status"] == "running"
        await identify(atm, card=await o.card(ZHANGS), password=PIN)
        over = await atm.start("transfer", payer=ZHANGS, payee=LIS, amount="50000.01")
        assert (over["status"], over["refusal"], over["next"]) == ("completed", "channel_limit_exceeded", [])

    run(demo, tell)


def test_a_card_opens_its_own_account_and_none_beside_it(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.give_pin(ZHANGS)
        two = await o.row("SELECT id FROM ledger_account WHERE number = $1", WANGS)
        zhang = await o.row("SELECT id FROM party WHERE number = $1", ZHANG)
        async with o.bank.db.pool.acquire() as conn:  # a second account of Zhang's
            await conn.execute("UPDATE account_party SET party_id = $1 WHERE account_id = $2", zhang, two)
        atm = await register(o, "ATM1", "atm")
        await identify(atm, card=await o.card(ZHANGS), password=PIN)
        assert [a["number"] for a in await atm.get("/v1/my/accounts")] == [ZHANGS]
        assert await atm.code("GET", f"/v1/my/accounts/{WANGS}") == (404, "account_unknown")
        form = {"form": {"payer": WANGS, "payee": LIS, "amount": "1.00"}}
        assert await atm.code("POST", "/v1/my/processes/transfer/cases", form) == (422, "account_unknown")

    run(demo, tell)


def test_at_a_kiosk_and_on_the_telephone(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.give_pin(ZHANGS)
        kiosk, phone = await register(o, "K1", "kiosk"), await register(o, "P1", "phone")
        paper = {"document_type": "id_card", "document_number": await document(o, ZHANG)}
        assert await identify(kiosk, card=await o.card(ZHANGS), password=PIN, **paper) is None
        assert (await kiosk.get("/v1/my/session"))["account"] is None
        offered = {offer["process"] for offer in await kiosk.get("/v1/my/processes")}
        assert {"print_statement", "report_loss", "complaint", "cash_appointment"} <= offered
        statement = await kiosk.start(
            "print_statement", account=ZHANGS, **{"from": "2026-01-05", "to": "2026-01-05"}
        )
        assert statement["status"] == "completed"
        assert await identify(phone, customer=ZHANG, account=ZHANGS, password=PIN) is None
        assert (await phone.get("/v1/my/session"))["account"] == ZHANGS
        loss = await phone.start("report_loss", account=ZHANGS, kind="oral", reporter="本人")
        assert loss["status"] == "running"
        assert (await phone.get(f"/v1/my/accounts/{ZHANGS}"))["debit_blocked"] is True
        zhang = await o.member(ZHANG)
        assert await identify(phone, customer=ZHANG, one_time_password=zhang.one_time_password()) is None
        assert (await phone.get("/v1/my/session"))["account"] is None
        # Passwords and factors are changed online only.
        for method, path, body in (
            ("PUT", "/v1/my/password", {"old": "x", "new": "y"}), ("GET", "/v1/my/second-factors", None),
            ("POST", "/v1/my/second-factors/one-time-password", {}),
        ):  # fmt: skip
            assert await phone.code(method, path, body) == (422, "channel_not_offered")

    run(demo, tell)


def test_whoever_it_is_not_hears_nothing_of_why(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.give_pin(ZHANGS)
        await o.give_pin(LIS, OTHER_PIN)
        atm, kiosk, phone = [
            await register(o, n, c) for n, c in (("A1", "atm"), ("K1", "kiosk"), ("P1", "phone"))
        ]
        card, lis_card, wangs_card = [await o.card(a) for a in (ZHANGS, LIS, WANGS)]
        paper = await document(o, LI)
        id_card = {"document_type": "id_card", "document_number": paper}
        wrong = "credentials_wrong"
        assert await identify(atm, card="6299990000000000000", password=PIN) == wrong
        assert await identify(atm, card=wangs_card, password=PIN) == wrong  # has no password
        assert await identify(kiosk, card=card, password=PIN, **id_card) == wrong  # somebody else's paper
        assert await identify(phone, customer=LI, account=ZHANGS, password=PIN) == wrong
        assert await identify(phone, customer=WANG, one_time_password="123456") == wrong  # has none
        assert await identify(phone, customer="x", one_time_password="123456") == wrong
        assert await identify(atm, card=lis_card, password=PIN) == wrong
        assert await identify(atm, card=lis_card, password=PIN) == wrong
        assert await identify(atm, card=lis_card, password=OTHER_PIN) is None
        for _ in range(3):
            assert await identify(atm, card=card, password=OTHER_PIN) == wrong
        assert await identify(atm, card=card, password=PIN) == wrong  # locked, and does not say so
        tries = await o.row("SELECT wrong FROM account_password p JOIN ledger_account a ON a.id = p.account_id "
                            "WHERE a.number = $1", ZHANGS)  # fmt: skip
        assert tries == 3
        for body, faults in (
            ({}, ["card", "password"]), ({"card": card}, ["password"]),
            ({"card": card, "password": PIN, "customer": ZHANG}, ["customer"]),
        ):  # fmt: skip
            answer = await atm.ask("POST", SESSIONS, body)
            assert [f["field"] for f in answer.json()["faults"]] == faults

    run(demo, tell)


def test_a_session_is_bound_to_its_machine_short_and_one_at_a_time(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.give_pin(ZHANGS)
        await o.give_pin(LIS, OTHER_PIN)
        one, other = await register(o, "A1", "atm"), await register(o, "A2", "atm")
        card = await o.card(ZHANGS)
        await identify(one, card=card, password=PIN)
        other.token = one.token
        nowhere = o.browser()
        nowhere.token = one.token
        for elsewhere in (other, nowhere):
            assert await elsewhere.code("GET", "/v1/my/session") == (401, "session_unknown")
        zhang = await o.member(ZHANG)
        zhang.machine = one.machine
        assert await zhang.code("GET", "/v1/my/session") == (
            401,
            "session_unknown",
        )  # an online one, on a machine
        await identify(one, card=card, password=PIN)
        o.clock.advance(timedelta(seconds=59))
        await one.get("/v1/my/session")
        o.clock.advance(timedelta(seconds=60))
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")
        await identify(one, card=card, password=PIN)
        for _ in range(6):
            o.clock.advance(timedelta(seconds=45))
            await one.get("/v1/my/session")
        o.clock.advance(timedelta(seconds=30))  # five minutes
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")
        await identify(one, card=card, password=PIN)
        gone = one.token
        await identify(one, card=await o.card(LIS), password=OTHER_PIN)
        one.token = gone
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")

    run(demo, tell)


def test_machines_are_registered_rotated_and_revoked_by_the_administrator_alone(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.give_pin(ZHANGS)
        admin = await o.staff("D0001", "demo-admin-1")
        body = {"number": "A1", "channel": "atm", "branch": "0002", "terminal": "T-7"}
        for number, password in (
            ("T0001", "demo-counter-1"),
            ("S0001", "demo-approve-1"),
            ("O0001", "demo-day-end-1"),
        ):
            somebody = await o.staff(number, password)
            assert await somebody.code("POST", "/v1/machines", body) == (403, "permission_missing")
        for change, code in (
            ({"channel": "online"}, "field_malformed"), ({"branch": "9999"}, "branch_unknown"),
            ({"number": "a b"}, "field_malformed"),
        ):  # fmt: skip
            assert (await admin.code("POST", "/v1/machines", body | change))[1] == code
        first = await admin.ask("POST", "/v1/machines", body, **{"Idempotency-Key": "m1"})
        again = await admin.ask("POST", "/v1/machines", body, **{"Idempotency-Key": "m1"})
        assert again.json() == {"number": "A1", "secret": None}
        assert await admin.code("POST", "/v1/machines", body) == (409, "machine_exists")
        secret = first.json()["secret"]
        assert await kept_anywhere(o.story, secret) == []
        atm = o.browser()
        shown = {"card": await o.card(ZHANGS), "password": PIN}
        for wrong in (None, "", "A1", f"A1:{secret}x", f"A2:{secret}", ":", "A1:", "\x7f:x"):
            atm.machine = wrong
            assert await identify(atm, **shown) == "machine_unknown"
        atm.machine = f"A1:{secret}"
        assert await identify(atm, **shown) is None
        rotated = (await admin.ask("PUT", "/v1/machines/A1/secret")).json()["secret"]
        assert await atm.code("GET", "/v1/my/session") == (401, "machine_unknown")
        atm.machine = f"A1:{rotated}"
        assert await atm.code("GET", "/v1/my/session") == (401, "session_unknown")  # it ended with the secret
        assert await identify(atm, **shown) is None
        (line,) = (await admin.get("/v1/machines"))["machines"]
        assert (line["number"], line["branch"], line["terminal"], line["registered_by"]) == (
            "A1",
            "0002",
            "T-7",
            "D0001",
        )
        assert (await admin.ask("DELETE", "/v1/machines/A1")).status_code == 204
        assert await atm.code("GET", "/v1/my/session") == (401, "machine_unknown")
        assert await identify(atm, **shown) == "machine_unknown"
        assert (await admin.code("PUT", "/v1/machines/A1/secret"))[1] == "machine_unknown"
        actions = await o.bank.db.pool.fetch(
            "SELECT action FROM audit_event WHERE subject = 'A1' ORDER BY id"
        )
        assert [row["action"] for row in actions] == [
            "machine_registered", "machine_secret_rotated", "machine_revoked"]  # fmt: skip

    run(demo, tell)
