"""What the complaint asks of the bank."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from liushui.kernel.clock import bank_day, end_of
from liushui.processes.accounts import account_of, is_customer, own_number
from liushui.processes.services import Services
from liushui.risk import effective
from liushui.service import (
    Happened,
    NewComplaint,
    Standing,
    append,
    deadline_of,
    register,
    standing_of,
)
from liushui.workflow import SYSTEM, Binding, Context

PERIODS = {"simple": "complaint_simple", "complex": "complaint_complex", "special": "complaint_complex"}
"""The clock of each kind. A special complaint has a complex one's until its extension is approved."""


def bindings(services: Services) -> Sequence[Binding]:
    return [
        Binding("complaint.register", _register(services)),
        Binding("complaint.classify", _classify),
        Binding("complaint.acknowledge", _entry("acknowledged")),
        Binding("complaint.warn_at_risk", _warn("at_risk")),
        Binding("complaint.warn_overdue", _warn("overdue")),
        Binding("complaint.investigated", _investigated),
        Binding("complaint.ask_extension", _entry("extension_asked", "extension_reason")),
        Binding("complaint.extend", _extend),
        Binding("complaint.refuse_extension", _entry("extension_refused", "decision_reason")),
        Binding("complaint.answer", _answer),
        Binding("complaint.follow_up", _follow_up),
        Binding("complaint.reopen", _reopen),
        Binding("complaint.withdraw", _withdraw),
        Binding("complaint.close", _entry("closed")),
    ]


def today_of(context: Context) -> date:
    return bank_day(context.now)


def _register(services: Services) -> Callable[[Context], Awaitable[Mapping[str, Any]]]:
    async def call(context: Context) -> Mapping[str, Any]:
        """What the form left open is filled in, for expressions read only what is there. A customer complains in their
        own name, about their own account, where they are. Refuses ``customer_unknown`` and ``account_unknown``."""
        v = context.variables
        today, account, staff = today_of(context), v.get("account"), v.get("complained_staff")
        received_on = date.fromisoformat(v["received_on"]) if "received_on" in v else today
        new = NewComplaint(
            received_on=today if is_customer(context) else received_on,
            received_via=v["received_via"], product=v["product"], subject=v["subject"], text=v["text"],
            customer=own_number(context), complainant=v.get("complainant"), contact=v.get("contact"), account=account,
            amount_minor=v.get("amount", 0), people=v.get("people", 1), complained_staff=staff,
        )  # fmt: skip
        if account is not None:
            if is_customer(context):
                await account_of(services, context)
            await services.directory.find(account, "account")
            context.link("account", account)
        number = await register(
            context.inside, new, case_id=context.case_id, branch_id=context.branch_id, by=context.operator,
            at=context.now,
        )  # fmt: skip
        context.link("complaint", number)
        if new.customer is not None:
            context.link("customer", new.customer)
        named = [] if staff is None else [staff]
        return {
            "complaint": number, "received_on": new.received_on.isoformat(), "amount": new.amount_minor,
            "people": new.people, "named": named, "barred": named, "reopened": False, "withdrawal_key": f"{number}/1",
        }  # fmt: skip

    return call


async def _classify(context: Context) -> Mapping[str, Any]:
    v = context.variables
    period = effective(today_of(context))[PERIODS[v["kind"]]]
    deadline = deadline_of(date.fromisoformat(v["received_on"]), period)
    await _append(context, "classified", kind=v["kind"], severity=v["severity"], deadline=deadline)
    return _clock(context, deadline)


async def _investigated(context: Context) -> Mapping[str, Any]:
    """Who has handled it does not handle it again once it is opened anew."""
    handlers = [*context.variables.get("handlers", []), context.operator]
    return {"handlers": sorted(set(handlers))}


async def _extend(context: Context) -> Mapping[str, Any]:
    v = context.variables
    deadline = deadline_of(
        date.fromisoformat(v["received_on"]), effective(today_of(context))["complaint_special"]
    )
    await _append(context, "extended", deadline=deadline, note=v.get("decision_reason"))
    return _clock(context, deadline)


async def _answer(context: Context) -> Mapping[str, Any]:
    standing = await _append(context, "answered", note=context.variables["answer"])
    return {"in_time": standing.answered_in_time, "attempts": 0}


async def _follow_up(context: Context) -> Mapping[str, Any]:
    v = context.variables
    await _append(context, "followed_up", satisfaction=v["satisfaction"], note=v.get("remark"))
    return {"attempts": v["attempts"] + 1, "remark": None}  # the next call has its own


async def _reopen(context: Context) -> Mapping[str, Any]:
    """The review's own clock runs from the day on which the customer disagrees."""
    v, today = context.variables, today_of(context)
    deadline = deadline_of(today, effective(today)["complaint_review"])
    await _append(context, "reopened", deadline=deadline)
    clock = _clock(context, deadline)
    return {**clock, "reopened": True, "barred": sorted({*v["barred"], *v["handlers"]}),
            "withdrawal_key": f"{v['complaint']}/2"}  # fmt: skip


async def _withdraw(context: Context) -> Mapping[str, Any]:
    await _append(context, "withdrawn", note=context.variables.get("withdrawal_reason"))
    return {}


def _warn(what: str) -> Callable[[Context], Awaitable[Mapping[str, Any]]]:
    async def call(context: Context) -> Mapping[str, Any]:
        """Several tasks of one complaint may run late; the supervisor is told once of each deadline."""
        standing = await standing_of(context.inside.conn, context.variables["complaint"])
        if what in standing.warned:
            return {"told_already": True}
        await _append(context, what)
        return {"told_already": False}

    return call


def _entry(what: str, note: str = "") -> Callable[[Context], Awaitable[Mapping[str, Any]]]:
    """An entry of the history and nothing else. note: the variable that says why."""

    async def call(context: Context) -> Mapping[str, Any]:
        await _append(context, what, note=context.variables.get(note))
        return {}

    return call


async def _append(context: Context, what: str, **more: Any) -> Standing:
    entry = Happened(what, context.now, context.person.number if context.person else SYSTEM, **more)
    return await append(context.inside, context.variables["complaint"], entry)


def _clock(context: Context, deadline: date) -> dict[str, Any]:
    """When the tasks of the case are at risk and overdue: all of them by the complaint's own clock."""
    due_at = end_of(deadline)
    at_risk_at = due_at - timedelta(days=effective(today_of(context))["complaint_warn_days"])
    return {
        "deadline": deadline.isoformat(),
        "due_at": due_at.isoformat(),
        "at_risk_at": at_risk_at.isoformat(),
    }
