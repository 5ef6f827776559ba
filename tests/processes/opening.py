"""What the stories of account opening share: people, forms, and looking at what is there."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tests.procedures import TELLER, Story, person
from tests.procedures import refused as refused_with
from tests.unit.test_parties_model import id_number

ZHANG, LI = "0001010000000016", "0001010000000024"
COMPLIANCE = person("C0001", "compliance")
OPERATIONS = person("O0001", "operations")
SIGNATURE = sha256(b"strokes of a pen").hexdigest()
ALL = ["party", "ledger_account", "application_person", "customer_agreement", "account_medium", "process_instance",
       "identity_check", "name_screening", "deposit_account"]  # fmt: skip


async def refused(work: Awaitable[object]) -> list[str]:
    """The codes of a refusal that must come, in their own order."""
    return sorted(await refused_with(work))


def newcomer(serial: str = "123", birth: str = "19900307", **changes: Any) -> dict[str, Any]:
    given = {
        "name": "赵新来", "document_type": "id_card", "document_number": id_number(birth, serial),
        "mobile": "13900001234", "address": "北京市东城区某街1号", "account_class": "1", "medium": "card",
    }  # fmt: skip
    return given | changes


async def rows(s: Story, sql: str, *arguments: Any) -> list[dict[str, Any]]:
    async with s.bank.db.read() as conn:
        return [dict(row) for row in await conn.fetch(sql, *arguments)]


async def counts(s: Story) -> dict[str, int]:
    return {table: (await rows(s, f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in ALL}  # noqa: S608 - constants


async def number_of(s: Story, case: int, kind: str) -> str:
    objects = json.loads(
        (await rows(s, "SELECT objects FROM process_instance WHERE id = $1", case))[0]["objects"]
    )
    return objects[kind][0]


async def sign(s: Story, case: int, **changes: Any) -> None:
    given = {"agreement_language": "zh-CN", "answer": "agree", "signature_method": "signature_pad",
             "signature_digest": SIGNATURE}  # fmt: skip
    await s.do(TELLER, case, "Sign", **(given | changes))


async def finish(s: Story, case: int) -> str:
    """Sign and activate; the account's number."""
    await sign(s, case)
    await s.do(TELLER, case, "HandOver", medium_received=True)
    assert await s.status(case) == "completed"
    assert (await s.ways(case))[-1] == "Opened"
    return await number_of(s, case, "account")


async def until_incident(s: Story, case: int) -> int:
    for _ in range(3):  # three retries, 30, 60 and 120 seconds apart
        assert await s.status(case) == "running"
        await s.wait(timedelta(seconds=120))
    assert await s.status(case) == "incident"
    found = await rows(s, "SELECT id, element, reason FROM process_incident WHERE instance_id = $1", case)
    assert [(f["element"], f["reason"]) for f in found] == [("AskIdentity", "TimeoutError")]
    return found[0]["id"]


AGENT = {
    "agent_name": "赵家长", "agent_document_type": "id_card",
    "agent_document_number": id_number("19800101", "555"), "agent_mobile": "13900005678",
    "agent_relation": "guardian",
}  # fmt: skip


def reasons(events: list[Any]) -> list[list[str]]:
    return [
        [row for rows_ in e["decision_rows"] for row in rows_.split(",")]
        for e in events
        if e["element"] == "ReviewRules" and e["decision_rows"]
    ]
