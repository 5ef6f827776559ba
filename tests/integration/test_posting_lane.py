"""The lane of the busy operations answers as the plain routes do, refusals and all."""

from __future__ import annotations

from typing import Any

from tests.integration.test_open_api import MONEY, Client, api, run

VOLATILE = ("journal", "recorded_at", "request_id", "replayed")


def plainly(answer: Any) -> tuple[int, str, dict[str, Any]]:
    body = {k: v for k, v in answer.json().items() if k not in VOLATILE}
    return answer.status_code, answer.headers["content-type"], body


async def asked_of(c: Client) -> list[tuple[int, str, dict[str, Any]]]:
    payer, payee, _ = await c.accounts()
    good = {"payer": payer, "payee": payee, "amount": "1.00", "memo": "茶"}
    answers = [
        await c.call("POST", MONEY, json=good),
        await c.call("POST", MONEY, json=good | {"amount": "1e3", "extra": 1}),
        await c.call("POST", MONEY, json=good | {"amount": "-2"}),
        await c.call("POST", MONEY, json=good | {"payer": "9999", "payee": "8888"}),
        await c.call("POST", MONEY, json=good | {"amount": "400000.00"}),
        await c.call("POST", MONEY, json=good, headers={"Accept-Language": "zh"}),
        await c.call("POST", MONEY, content=b"{", headers={"Content-Type": "application/json"}),
        await c.call("POST", MONEY, content=b"", headers={"Content-Type": "application/json"}),
        await c.call("POST", MONEY, json=[1]),
        await c.call("POST", MONEY, json=good, key="k" * 101),
        await c.call("POST", MONEY, json=good | {"amount": "x"}, key="not a key"),
        await c.call("POST", MONEY, None, json=good),
        await c.call("POST", MONEY, "A0001", json=good),
        await c.call("POST", MONEY, content=b"x" * 70_000),
        await c.call("GET", MONEY),
        await c.call("POST", MONEY + "/", json=good),
        await c.call(
            "POST", MONEY, json=good | {"payer": payee, "payee": payer, "amount": "2.00"}
        ),  # as before
    ]
    return [plainly(answer) for answer in answers]


def test_the_lane_and_the_plain_routes_answer_alike(demo: str) -> None:
    async def story(c: Client) -> None:
        assert (await asked_of(c))[0][0] == 201
        by_lane = await asked_of(c)
        async with api(demo, posting_lane=False, sign_in=False) as plain:
            assert by_lane == await asked_of(plain)

    run(demo, story)
