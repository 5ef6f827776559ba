"""How the demo bank's staff do their tasks: how long each takes them, what they enter, and how often nobody takes it. What they
cannot know, because the simulation was stopped while somebody waited, they leave to others.

By element of a procedure's model, or by procedure and element where the same name asks for something else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

from liushui.demo.people import PIN
from liushui.demo.town import Errand, Town
from liushui.kernel.clock import bank_day

Filled = Awaitable[dict[str, Any] | None]
WRONG_PIN = "135792"
SIGNATURE = sha256("签名样本".encode()).hexdigest()
MANY = 10
"""People who complain together: only their complaint may be given more time."""
SEAL_CARD = b"\x89PNG\r\n\x1a\n specimen of a seal that no firm has"


@dataclass(frozen=True, slots=True)
class Habit:
    """form: what is entered; None leaves the task alone. minutes: the median; spread: sigma of its logarithm. working: minutes
    of the counter's hours and not of the clock. ignored: how often nobody takes the task, as a part of one."""

    form: Callable[[Town, Errand, Random], Filled]
    minutes: float = 3
    spread: float = 0.4
    working: bool = False
    ignored: float = 0


def says(**fixed: Any) -> Callable[[Town, Errand, Random], Filled]:
    async def fill(_town: Town, _errand: Errand, _chance: Random) -> dict[str, Any]:
        return fixed

    return fill


def decides(
    yes: str = "approve", no: str = "reject", rarely: float = 0.05, why: str = "资料不符,请重新办理"
) -> Callable[[Town, Errand, Random], Filled]:
    """A decision that is rarely a no, unless the errand's facts say so."""

    async def fill(_town: Town, errand: Errand, chance: Random) -> dict[str, Any]:
        if errand.facts.get("decision", yes if chance.random() >= rarely else no) == yes:
            return {"decision": yes}
        return {"decision": no, "decision_reason": why}

    return fill


async def identity(_town: Town, errand: Errand, chance: Random) -> dict[str, Any]:
    differs = errand.facts.get("differs", chance.random() < 0.01)
    return {"document_type": "id_card", "identity_result": "differs" if differs else "fits"}


async def password(_town: Town, errand: Errand, _chance: Random) -> dict[str, Any]:
    """Whoever has forgotten theirs tries the same wrong one again."""
    wrong = errand.facts.get("wrong_tries", 0)
    errand.facts["wrong_tries"] = max(0, wrong - 1)
    return {"password": WRONG_PIN if wrong else PIN}


async def count_out(town: Town, errand: Errand, _chance: Random) -> dict[str, Any] | None:
    """Out of the till of whoever serves the customer."""
    till = town.till_of(errand.person.number)
    amount: int | None = errand.facts.get("amount")
    notes = None if till is None or amount is None else till.pay(amount)
    if notes is None:
        return None
    errand.facts["notes"] = notes
    return {"denominations": {str(face): pieces for face, pieces in notes.items()}}


async def count_again(town: Town, errand: Errand, _chance: Random) -> dict[str, Any] | None:
    till = town.till_of(errand.person.number)
    return None if till is None else {"denominations": till.counted()}


async def receive(_town: Town, errand: Errand, _chance: Random) -> dict[str, Any] | None:
    notes = errand.form.get("denominations")
    return None if notes is None else {"accepted": "yes", "counted": notes}


async def second_count(_town: Town, errand: Errand, _chance: Random) -> dict[str, Any] | None:
    notes = errand.form.get("denominations")
    return None if notes is None else {"denominations": notes}


async def first_deposit(_town: Town, errand: Errand, _chance: Random) -> dict[str, Any]:
    """Who waits for staff that were stopped and came back keeps their cash."""
    notes: dict[int, int] | None = errand.facts.get("notes")
    if notes is None:
        return {}
    return {
        "deposit_amount": yuan(errand.facts["amount"]),
        "deposit_denominations": {str(face): pieces for face, pieces in notes.items()},
    }


async def owner(_town: Town, errand: Errand, _chance: Random) -> dict[str, Any] | None:
    return errand.facts.get("owner")


async def seal(town: Town, errand: Errand, _chance: Random) -> dict[str, Any]:
    """The seal card is photographed first."""
    task = max(errand.planned)
    await town.bank.processes.attach(
        errand.person, task, "印鉴卡.png", SEAL_CARD, idempotency_key=f"demo:{errand.key}:seal"
    )
    return {"seal_digest": sha256(SEAL_CARD).hexdigest()}


async def receipt(town: Town, _errand: Errand, chance: Random) -> dict[str, Any]:
    today = bank_day(town.clock.now())
    return {"told_by": chance.choice(["phone", "letter", "message"]), "told_on": today.isoformat()}


async def investigation(_town: Town, errand: Errand, chance: Random) -> dict[str, Any]:
    special = (errand.form.get("people") or 0) >= MANY
    if errand.facts.setdefault("extends", special and chance.random() < 0.7):
        errand.facts["extends"] = False
        return {
            "findings": "须向相关网点调取监控与凭证", "outcome": "extend", "extension_reason": "涉及多个网点,取证需要时间",
        }  # fmt: skip
    return {"findings": "调阅流水与监控,情况已查明", "outcome": "answer"}


async def answer(_town: Town, _errand: Errand, chance: Random) -> dict[str, Any]:
    upheld = chance.choice(["upheld", "partly", "rejected"])
    return {"upheld": upheld, "answer": "您反映的情况已核实,处理意见随函附上,感谢您的监督。"}


async def follow_up(_town: Town, _errand: Errand, chance: Random) -> dict[str, Any]:
    return {
        "satisfaction": chance.choice(
            ["satisfied"] * 5 + ["neutral", "neutral", "dissatisfied", "not_reached"]
        )
    }


async def trace(_town: Town, errand: Errand, _chance: Random) -> dict[str, Any]:
    account = errand.facts.get("account")
    if account is None:
        return {"finding": "unexplained", "note": "回放录像、核对流水,未能查明"}
    return {"finding": "customer", "account": account, "note": "回放录像查明,客户同意"}


NEW_PASSWORD = says(new_password=PIN, repeated_password=PIN)
AGREES = says(
    agreement_language="zh-CN", answer="agree", signature_method="signature_pad", signature_digest=SIGNATURE
)
AUTHORISATION = Habit(decides(), minutes=6, spread=0.7, ignored=0.01)
APPROVAL = Habit(decides(rarely=0.1), minutes=100, spread=0.9, working=True, ignored=0.05)
HABITS: Mapping[str, Habit] = {
    "VerifyIdentity": Habit(identity),
    "cash_deposit.VerifyIdentity": Habit(says(document_type="id_card", document_checked=True)),
    "EnterPassword": Habit(password, minutes=1),
    "ChoosePassword": Habit(NEW_PASSWORD, minutes=2),
    "CountOut": Habit(count_out, minutes=2),
    "Authorise": AUTHORISATION,
    "AuthoriseSettlement": AUTHORISATION,
    "Approve": APPROVAL,
    "agree_standing_order.Review": Habit(decides(), minutes=12),
    "transfer.Review": Habit(decides(rarely=0.15), minutes=16, spread=0.8, ignored=0.08),
    "Confirm": Habit(decides(rarely=0), minutes=8),
    "open_time_deposit.Confirm": Habit(says(agreed="agree"), minutes=2),
    "withdraw_time_deposit.Confirm": Habit(says(agreed="agree"), minutes=2),
    "open_entity_account.Confirm": Habit(decides(rarely=0), minutes=60, working=True),
    "ConfirmElsewhere": Habit(decides(rarely=0), minutes=70, working=True),
    "open_account.Review": Habit(decides(rarely=0.12), minutes=110, spread=0.9, working=True, ignored=0.06),
    "open_entity_account.Review": Habit(decides(rarely=0), minutes=90, working=True),
    "reverse_journal.Review": Habit(decides(rarely=0.1), minutes=80, spread=0.8, working=True),
    "ClearHit": Habit(
        says(finding="false_match", finding_reason="出生日期与名单不符"), minutes=200, spread=0.8, working=True
    ),
    "Sign": Habit(AGREES, minutes=6),
    "open_online_banking.Consent": Habit(AGREES, minutes=5),
    "CountCash": Habit(first_deposit),
    "HandOver": Habit(says(medium_received=True), minutes=4),
    "open_online_banking.HandOver": Habit(says(handed_over="handed")),
    "EnterOwner": Habit(owner, minutes=6),
    "TakeSeal": Habit(seal, minutes=5),
    "Recount": Habit(count_again, minutes=6),
    "ReceiveAtTill": Habit(receive),
    "ReceiveInVault": Habit(receive),
    "SecondCount": Habit(second_count, minutes=6),
    "Trace": Habit(trace, minutes=500, spread=0.6, working=True, ignored=0.15),
    "TellReceipt": Habit(receipt, minutes=300, spread=0.8, working=True, ignored=0.05),
    "Investigate": Habit(investigation, minutes=1500, spread=0.7, working=True, ignored=0.04),
    "ApproveExtension": Habit(decides(rarely=0), minutes=200, working=True),
    "DraftAnswer": Habit(answer, minutes=400, spread=0.6, working=True, ignored=0.05),
    "ApproveAnswer": Habit(decides(rarely=0.1, why="请补充核查过程"), minutes=240, spread=0.8, working=True, ignored=0.04),
    "ChaseAtRisk": Habit(says(measures="已催办,由专人跟进"), minutes=120, spread=0.8, working=True, ignored=0.06),
    "ExplainOverdue": Habit(says(measures="取证延误,今日答复"), minutes=180, spread=0.8, working=True, ignored=0.1),
    "FollowUp": Habit(follow_up, minutes=1200, spread=0.6, working=True, ignored=0.05),
    "Settle": Habit(says(outcome="replace", identity_result="fits"), minutes=1400, working=True, ignored=0.2),
}  # fmt: skip


def yuan(minor: int) -> str:
    """Fen as a form's amount."""
    return f"{minor // 100}.{minor % 100:02d}"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
