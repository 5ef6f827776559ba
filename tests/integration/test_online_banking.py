"""Online banking from the counter to a confirmed transfer; and what a stranger, a thief and a guesser get."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.counter import kept_anywhere
from tests.online import AGREES, LI, LIS, OTHER, PASSWORD, WANG, ZHANG, ZHANGS, Online, run
from tests.procedures import SUPERVISOR, TELLER, person, refused

WRONG_CODE = "AAAA-AAAAA"


def test_from_the_counter_to_a_transfer_that_is_confirmed(demo: str) -> None:
    async def tell(o: Online) -> None:
        code = await o.open(ZHANG)
        zhang = o.browser()
        assert (await zhang.activate(ZHANG, code)).json()["scope"] == "enrol"
        assert await zhang.code("GET", "/v1/my/accounts") == (403, "second_factor_first")
        await zhang.enrol_phone()
        assert await zhang.code("GET", "/v1/my/session") == (401, "session_unknown")  # log in with both now
        await zhang.log_in(ZHANG)
        assert [a["number"] for a in await zhang.get("/v1/my/accounts")] == [ZHANGS]
        assert (await zhang.get(f"/v1/my/accounts/{ZHANGS}"))["available"] == "12000.00"
        case = await zhang.start("transfer", payer=ZHANGS, payee=LIS, amount="6000.00", memo="订金")
        (step,) = case["next"]
        assert step["due_at"].startswith("2026-01-05T02:06:00")  # 02:01 and five minutes
        task = await zhang.get(f"/v1/my/tasks/{step['task']}")
        assert task["values"] == {
            "payer": ZHANGS, "payee": LIS, "amount": 600000, "memo": "订金", "factor": "one_time_password"}  # fmt: skip
        done = await zhang.complete(case, one_time_password=zhang.one_time_password())
        assert done.status_code == 200, done.text
        after = await zhang.get(f"/v1/my/cases/{case['case']}")
        assert (after["status"], after["next"], after["refusal"]) == ("completed", [], None)
        assert [m["name"] for m in after["milestones"]] == [
            "收到转账申请 Transfer requested", "验证身份并确认 Confirm by second factor", "回单 Receipt"]  # fmt: skip
        assert (await zhang.get(f"/v1/my/accounts/{ZHANGS}"))["ledger"] == "6000.00"
        (line,) = (await zhang.get(f"/v1/my/accounts/{ZHANGS}/statement?after=1"))["lines"]
        assert (line["side"], line["amount"], line["memo"]) == ("debit", "6000.00", "订金")
        for secret in (code, PASSWORD, zhang.token or "?"):
            assert await kept_anywhere(o.story, secret) == []
        assert await o.events("online_banking%") == [
            "online_banking_opened", "online_banking_code_issued", "online_banking_activated",
            "online_banking_new_device"]  # fmt: skip

    run(demo, tell)


def test_the_code_is_shown_once_to_the_teller_and_another_ends_it(demo: str) -> None:
    async def tell(o: Online) -> None:
        teller = await o.staff("T0001", "demo-counter-1")
        begun = await teller.ask(
            "POST", "/v1/processes/open_online_banking/cases", {"form": {"customer": ZHANG}}
        )
        case = begun.json()["case"]
        verified = {"document_type": "id_card", "identity_result": "fits"}
        await o.story.do(TELLER, case, "VerifyIdentity", **verified)
        task = await o.story.task(case, "Consent")
        body = {"version": task["version"], "form": AGREES}
        path, key = f"/v1/tasks/{task['id']}/completion", {"Idempotency-Key": "consent"}
        shown = await teller.ask("POST", path, body, **key)
        first = shown.json()["shown_once"]["activation_code"]
        again = await teller.ask("POST", path, body, **key)
        assert again.json() == {"case": case, "shown_once": {}}
        assert first not in (await teller.ask("GET", f"/v1/cases/{case}")).text
        second = await o.shown(case, "HandOver", handed_over="again")
        assert (await o.browser().activate(ZHANG, first)).json()["code"] == "activation_refused"
        assert (await o.browser().activate(ZHANG, second.lower())).status_code == 201
        await o.story.do(TELLER, case, "HandOver", handed_over="handed")
        assert await o.ended(case) == "Done"
        consents = await o.row("SELECT count(*) FROM customer_agreement WHERE agreement = 'online_banking'")
        assert consents == 1

    run(demo, tell)


def test_who_is_opened_for_and_who_is_not(demo: str) -> None:
    async def tell(o: Online) -> None:
        s = o.story
        assert await refused(s.start(TELLER, "open_online_banking", customer="00000000000")) == [
            "customer_unknown"
        ]
        assert await refused(s.start(TELLER, "reset_online_banking", customer=LI, reason="lost")) == [
            "online_banking_missing"
        ]
        case = await s.start(TELLER, "open_online_banking", customer=LI)
        await s.do(TELLER, case, "VerifyIdentity", document_type="passport", identity_result="fits")
        assert await s.open_tasks(case) == ["Authorise"]  # no identity card
        himself = person("T0001", "supervisor")
        assert (
            await refused(s.do(himself, case, "Authorise", decision="approve"))
            == ["separation_of_duties"] * 2
        )
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        unsigned = s.do(TELLER, case, "Consent", agreement_language="en", answer="agree")
        assert await refused(unsigned) == ["signature_method_unknown", "signature_missing"]
        await s.do(TELLER, case, "Consent", agreement_language="en", answer="decline")
        assert await o.ended(case) == "Declined"
        await o.open(LI)
        assert await refused(s.start(TELLER, "open_online_banking", customer=LI)) == ["online_banking_open"]
        born = "UPDATE party SET birth_date = '2010-01-01' WHERE number = $1 RETURNING 1"
        assert await o.row(born, WANG) == 1
        child = await s.start(TELLER, "open_online_banking", customer=WANG)
        await s.do(TELLER, child, "VerifyIdentity", document_type="id_card", identity_result="fits")
        assert await s.open_tasks(child) == ["Authorise"]

    run(demo, tell)


def test_strangers_learn_nothing_and_guessers_are_stopped(demo: str) -> None:
    """A number that is nobody's, a customer without online banking, one who waits, one who is locked, a wrong password:
    the same answer to the letter."""

    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        await o.open(LI)
        o.clock.advance(timedelta(minutes=1))
        for _ in range(5):
            wrong = await o.browser().password(ZHANG, "wrong password")
        locked = await o.browser().password(ZHANG)  # the right one
        answers = [wrong, locked]
        answers += [await o.browser().password(n) for n in ("00000000000", "nobody", WANG, LI)]
        told = {str({k: v for k, v in a.json().items() if k != "request_id"}) for a in answers}
        assert len(told) == 1
        assert {(a.status_code, a.json()["code"]) for a in answers} == {(401, "credentials_wrong")}
        assert await o.events("online_banking_locked") == ["online_banking_locked"]
        assert (await zhang.get("/v1/my/session"))["customer"] == ZHANG  # who is in stays in
        o.clock.advance(timedelta(minutes=14))
        assert (await o.browser().password(ZHANG)).status_code == 401
        o.clock.advance(timedelta(minutes=1, seconds=1))
        assert (await o.browser().password(ZHANG)).status_code == 201

    run(demo, tell)


def test_guesses_made_side_by_side_are_all_counted(demo: str) -> None:
    async def tell(o: Online) -> None:
        await o.member(ZHANG)
        tries = [o.browser().password(ZHANG, f"wrong password {n}") for n in range(9)]
        await asyncio.gather(*tries)
        assert (await o.browser().password(ZHANG)).status_code == 401
        assert await o.row("SELECT failed_attempts FROM online_access") == 5  # the rest met the lock

    run(demo, tell)


def test_an_activation_code_is_guessed_five_times_and_lives_a_day(demo: str) -> None:
    async def tell(o: Online) -> None:
        code = await o.open(ZHANG)
        for guess in (WRONG_CODE, "流", "x" * 40, "", code[:-1]):
            answer = await o.browser().activate(ZHANG, guess or " ")
            assert (answer.status_code, answer.json()["code"]) == (401, "activation_refused")
        for number in (LI, "00000000000"):
            assert (await o.browser().activate(number, code)).json()["code"] == "activation_refused"
        assert (await o.browser().activate(ZHANG, code)).json()[
            "code"
        ] == "activation_refused"  # right, too late
        code = await o.reset(ZHANG)
        o.clock.advance(timedelta(hours=24))
        assert (await o.browser().activate(ZHANG, code)).json()["code"] == "activation_refused"
        code = await o.reset(ZHANG)
        o.clock.advance(timedelta(hours=23, minutes=59))
        assert (await o.browser().activate(ZHANG, code)).status_code == 201

    run(demo, tell)


def test_passwords_that_are_weak_or_stand_in_the_papers(demo: str) -> None:
    async def tell(o: Online) -> None:
        code = await o.open(ZHANG)
        for password, fault in (
            ("short", "password_too_short"), (f"my{ZHANG}!", "password_is_number"), ("password123", "password_common"),
            ("zhang-19900307", "password_personal"), ("1-9-9-0-0-3-0-7 x", "password_personal"),
            ("call 13800000001", "password_personal"), (f"acct {ZHANGS[-8:]}", "password_personal"),
            ("born 07031990", "password_personal"),
        ):  # fmt: skip
            answer = await o.browser().activate(ZHANG, code, password)
            assert answer.json()["code"] == fault, (password, answer.text)
        # Without the code nobody learns what stands in somebody's papers.
        stranger = await o.browser().activate(ZHANG, WRONG_CODE, "zhang-19900307")
        assert stranger.json()["code"] == "activation_refused"
        assert (await o.browser().activate(ZHANG, code)).status_code == 201

    run(demo, tell)


def test_a_new_password_ends_every_session_and_wrong_old_ones_count(demo: str) -> None:
    async def tell(o: Online) -> None:
        one = await o.member(ZHANG)
        path = "/v1/my/password"
        assert await one.code("PUT", path, {"old": "guess guess", "new": OTHER}) == (401, "credentials_wrong")
        personal = {"old": PASSWORD, "new": "zhang-19900307"}
        assert await one.code("PUT", path, personal) == (422, "password_personal")
        assert (await one.ask("PUT", path, {"old": PASSWORD, "new": OTHER})).status_code == 204
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")
        assert (await one.password(ZHANG)).status_code == 401
        await one.log_in(ZHANG, OTHER)
        for _ in range(5):
            await one.code("PUT", path, {"old": "guess guess", "new": PASSWORD})
        assert await one.code("PUT", path, {"old": OTHER, "new": PASSWORD}) == (401, "credentials_wrong")

    run(demo, tell)


def test_sessions_end_by_themselves_at_log_out_and_with_the_access(demo: str) -> None:
    async def tell(o: Online) -> None:
        one = await o.member(ZHANG)
        for _ in range(4):
            o.clock.advance(timedelta(minutes=14))
            await one.get("/v1/my/session")
        o.clock.advance(timedelta(minutes=15))
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")
        await one.log_in(ZHANG)
        for _ in range(34):
            o.clock.advance(timedelta(minutes=14))
            await one.get("/v1/my/session")
        o.clock.advance(timedelta(minutes=4))  # eight hours
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")
        await one.log_in(ZHANG)
        assert (await one.ask("DELETE", "/v1/my/session")).status_code == 204
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")
        await one.log_in(ZHANG)
        s = o.story
        case = await s.start(TELLER, "close_online_banking", customer=ZHANG)
        await s.do(TELLER, case, "VerifyIdentity", document_type="id_card", identity_result="fits")
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")
        assert (await one.password(ZHANG)).status_code == 401
        assert await refused(s.start(TELLER, "close_online_banking", customer=ZHANG)) == [
            "online_banking_missing"
        ]
        again = o.browser()
        assert (await again.activate(ZHANG, await o.open(ZHANG))).status_code == 201  # and may be opened anew

    run(demo, tell)


def test_a_reset_needs_two_people_and_forgets_everything(demo: str) -> None:
    async def tell(o: Online) -> None:
        s = o.story
        one = await o.member(ZHANG)
        key = await one.enrol_passkey({"one_time_password": one.one_time_password()})
        case = await s.start(TELLER, "reset_online_banking", customer=ZHANG, reason="lost")
        await s.do(TELLER, case, "VerifyIdentity", document_type="id_card", identity_result="fits")
        himself = person("T0001", "supervisor")
        assert (
            await refused(s.do(himself, case, "Authorise", decision="approve"))
            == ["separation_of_duties"] * 2
        )
        assert (await one.get("/v1/my/session"))["customer"] == ZHANG  # nothing has happened yet
        await s.do(SUPERVISOR, case, "Authorise", decision="approve")
        code = await o.shown(case, "Print", customer_present=True)
        assert await one.code("GET", "/v1/my/session") == (401, "session_unknown")
        assert (await one.password(ZHANG)).status_code == 401
        fresh = o.browser()
        assert (await fresh.activate(ZHANG, code, OTHER)).status_code == 201
        assert await fresh.get("/v1/my/second-factors") == {"one_time_password_since": None, "passkeys": []}
        await fresh.enrol_phone()
        first = (await fresh.password(ZHANG, OTHER)).json()
        assert first["passkey"] is None
        old = {"ticket": first["ticket"], "assertion": key.get(b"x" * 32)}
        assert await fresh.code("POST", "/v1/customer-sessions/confirmation", old) == (
            401,
            "second_factor_wrong",
        )

    run(demo, tell)
