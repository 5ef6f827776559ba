"""Passkeys and one-time passwords through the API: enrolled, used to log in, changed, removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.authenticator import Authenticator, decoded
from tests.online import LI, LIS, ZHANG, ZHANGS, Browser, Online, run

FACTORS = "/v1/my/second-factors"
KEYS = f"{FACTORS}/passkeys"
CONFIRM = "/v1/customer-sessions/confirmation"


async def proof(one: Browser) -> dict[str, Any]:
    return {"one_time_password": one.one_time_password()}


def test_a_customer_with_nothing_but_a_passkey(demo: str) -> None:
    async def tell(o: Online) -> None:
        one = o.browser()
        await one.activate(ZHANG, await o.open(ZHANG))
        key = await one.enrol_passkey()
        await one.log_in(ZHANG, key=key)
        case = await one.start("transfer", payer=ZHANGS, payee=LIS, amount="6000.00")
        (task,) = [step["task"] for step in case["next"]]
        asked = (await one.ask("POST", f"/v1/my/tasks/{task}/signature-challenge")).json()["options"]
        assert asked["userVerification"] == "required"
        done = await one.complete(case, assertion=key.get(decoded(asked["challenge"])))
        assert done.status_code == 200, done.text
        assert (await one.get(f"/v1/my/cases/{case['case']}"))["status"] == "completed"
        (kept,) = (await one.get(FACTORS))["passkeys"]
        gone = await one.ask("POST", f"{FACTORS}/challenge")
        last = {"assertion": key.get(decoded(gone.json()["options"]["challenge"]))}
        assert await one.code("POST", f"{KEYS}/{kept['passkey']}/removal", last) == (
            422,
            "second_factor_last",
        )

    run(demo, tell)


def test_what_is_no_registration(demo: str) -> None:
    async def tell(o: Online) -> None:
        one = o.browser()
        await one.activate(ZHANG, await o.open(ZHANG))
        taken = Authenticator()

        async def offer(**more: Any) -> tuple[int, str]:
            options = (await one.ask("POST", f"{KEYS}/options", {})).json()["options"]
            assert (options["attestation"], options["authenticatorSelection"]["userVerification"]) == (
                "none",
                "required",
            )
            made = {"name": "x", "credential": taken.create(options, **more)}
            return await one.code("POST", KEYS, made)

        for more in (
            {"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"verified": False}, {"challenge": b"x" * 32},
        ):  # fmt: skip
            assert await offer(**more) == (422, "passkey_refused"), more
        options = (await one.ask("POST", f"{KEYS}/options", {})).json()["options"]
        credential = taken.create(options)
        nonsense: list[dict[str, Any]] = [
            {},
            {"id": 5},
            {"response": {"attestationObject": "////"}},
            {"a": [[[[]]]]},
        ]
        for broken in nonsense:
            assert await one.code("POST", KEYS, {"name": "x", "credential": broken}) in (
                (422, "passkey_refused"), (422, "second_factor_not_begun"))  # fmt: skip
        # One answer to a challenge, right or wrong, and it is over.
        late = await one.code("POST", KEYS, {"name": "x", "credential": credential})
        assert late == (422, "second_factor_not_begun")
        options = (await one.ask("POST", f"{KEYS}/options", {})).json()["options"]
        o.clock.advance(timedelta(minutes=5))
        stale = await one.code("POST", KEYS, {"name": "x", "credential": taken.create(options)})
        assert stale == (422, "second_factor_not_begun")
        assert (await one.get(FACTORS))["passkeys"] == []

    run(demo, tell)


def test_a_credential_of_somebody_else_is_nobody_elses(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang, li = await o.member(ZHANG), await o.member(LI)
        key = await zhang.enrol_passkey(await proof(zhang))
        options = (await li.ask("POST", f"{KEYS}/options", await proof(li))).json()["options"]
        taken = {"name": "mine too", "credential": key.create(options)}
        assert await li.code("POST", KEYS, taken) == (422, "passkey_refused")
        ticket = (await li.password(LI)).json()
        assert ticket["passkey"] is None
        mine = {"ticket": ticket["ticket"], "assertion": key.get(b"x" * 32)}
        assert await li.code("POST", CONFIRM, mine) == (401, "second_factor_wrong")
        await li.log_in(LI)
        (kept,) = (await zhang.get(FACTORS))["passkeys"]
        other = await li.code("POST", f"{KEYS}/{kept['passkey']}/removal", await proof(li))
        none = await li.code("POST", f"{KEYS}/{kept['passkey'] + 99}/removal", await proof(li))
        assert other == none == (404, "passkey_unknown")
        done = await zhang.ask("POST", f"{KEYS}/{kept['passkey']}/removal", await proof(zhang))
        assert done.status_code == 204
        assert (await zhang.password(ZHANG)).json()["passkey"] is None

    run(demo, tell)


def test_a_passkey_logs_in_once_with_each_answer_and_its_counter_goes_forward(demo: str) -> None:
    async def tell(o: Online) -> None:
        one = await o.member(ZHANG)
        key = await one.enrol_passkey(await proof(one))

        async def confirm(**more: Any) -> tuple[int, dict[str, Any]]:
            ticket = (await one.password(ZHANG)).json()
            body = {
                "ticket": ticket["ticket"],
                "assertion": key.get(decoded(ticket["passkey"]["challenge"]), **more),
            }
            answer = await one.ask("POST", CONFIRM, body)
            return answer.status_code, body

        key.counter = 4
        status, body = await confirm()
        assert status == 201
        assert await one.code("POST", CONFIRM, body) == (401, "log_in_expired")  # the ticket is used up
        other = (await one.password(ZHANG)).json()["ticket"]
        assert await one.code("POST", CONFIRM, body | {"ticket": other}) == (401, "second_factor_wrong")
        for more in (
            {"counter": 5}, {"counter": 0}, {"origin": "http://evil.example"}, {"rp_id": "evil"}, {"verified": False},
        ):  # fmt: skip
            assert (await confirm(**more))[0] == 401, more
        assert (await confirm(counter=6))[0] == 201

    run(demo, tell)


def test_a_ticket_has_three_tries_and_five_minutes(demo: str) -> None:
    async def tell(o: Online) -> None:
        one = await o.member(ZHANG)
        ticket = (await one.password(ZHANG)).json()["ticket"]
        assert one.phone is not None
        right = one.one_time_password()
        wrong = next(f"{n:06d}" for n in range(9) if f"{n:06d}" != right)
        for _ in range(3):
            tried = {"ticket": ticket, "one_time_password": wrong}
            assert await one.code("POST", CONFIRM, tried) == (401, "second_factor_wrong")
        late = {"ticket": ticket, "one_time_password": right}
        assert await one.code("POST", CONFIRM, late) == (401, "log_in_expired")
        ticket = (await one.password(ZHANG)).json()["ticket"]
        assert await one.code("POST", CONFIRM, {"ticket": ticket}) == (401, "second_factor_wrong")
        o.clock.advance(timedelta(minutes=5))
        old = {"ticket": ticket, "one_time_password": one.phone.at(o.clock.now())}
        assert await one.code("POST", CONFIRM, old) == (401, "log_in_expired")
        assert await one.code("POST", CONFIRM, old | {"ticket": "x" * 43}) == (401, "log_in_expired")
        for _ in range(2):  # five wrong codes in a row, over all log-ins
            ticket = (await one.password(ZHANG)).json()["ticket"]
            await one.code("POST", CONFIRM, {"ticket": ticket, "one_time_password": wrong})
        ticket = (await one.password(ZHANG)).json()["ticket"]
        locked = {"ticket": ticket, "one_time_password": one.one_time_password()}
        assert await one.code("POST", CONFIRM, locked) == (403, "second_factor_locked")

    run(demo, tell)


def test_a_session_alone_changes_no_factor(demo: str) -> None:
    """Whoever finds a browser open cannot make it their own: another factor is added with one that is there."""

    async def tell(o: Online) -> None:
        one = await o.member(ZHANG)
        for body in ({}, {"one_time_password": "000000"}, {"assertion": Authenticator().get(b"x" * 32)}):
            for path in (f"{FACTORS}/one-time-password", f"{KEYS}/options", f"{KEYS}/1/removal"):
                assert await one.code("POST", path, body) == (401, "second_factor_wrong"), path
        code = {"code": "000000"}
        path = f"{FACTORS}/one-time-password"
        assert await one.code("PUT", path, code) == (422, "second_factor_not_begun")
        old = one.phone
        assert (await one.ask("POST", path, await proof(one))).status_code == 201
        assert await one.code("PUT", path, code) == (401, "second_factor_wrong")
        one.phone = old  # until the new one is confirmed the old one counts
        await one.enrol_phone(await proof(one))
        await one.log_in(ZHANG)
        assert await o.events("second_factor_enrolled") == ["second_factor_enrolled"] * 2
        new, one.phone = one.phone, old
        ticket = (await one.password(ZHANG)).json()["ticket"]
        stale = {"ticket": ticket, "one_time_password": one.one_time_password()}
        assert await one.code("POST", CONFIRM, stale) == (401, "second_factor_wrong")
        one.phone = new

    run(demo, tell)


def test_a_browser_that_was_here_before_is_known_and_a_new_one_is_told_of(demo: str) -> None:
    async def tell(o: Online) -> None:
        one = await o.member(ZHANG)
        assert len(await o.events("online_banking_new_device")) == 1
        await one.log_in(ZHANG)
        assert len(await o.events("online_banking_new_device")) == 1
        thief = o.browser()
        thief.phone, thief.device = one.phone, "x" * 43
        await thief.log_in(ZHANG)
        assert len(await o.events("online_banking_new_device")) == 2
        li = await o.member(LI)
        li.device = one.device  # somebody else's
        await li.log_in(LI)
        assert len(await o.events("online_banking_new_device")) == 4

    run(demo, tell)
