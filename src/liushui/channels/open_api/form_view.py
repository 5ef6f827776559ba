"""Forms as people get them: with what the bank knows about a field. Both are offered the branches by name; staff see also
the amount from which it is keyed twice and the faces of its cash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from liushui.bank import Bank
from liushui.cash import faces_of
from liushui.identity import Branch
from liushui.kernel.money import format_minor
from liushui.workflow.forms import Form

CURRENCY = "CNY"
"""Of the parameter."""


def form_view(bank: Bank, form: Form | None, branches: Sequence[Branch]) -> dict[str, Any] | None:
    """For the staff; None where the process or task has no form."""
    shown = form_of_customer(form, branches)
    if shown is None:
        return None
    most_once: int = bank.processes.runtime.parameters(bank.clock.now())["amount_keyed_twice_from"]
    for field in shown["fields"]:
        twice = field["type"] == "amount" and field["currency"] == CURRENCY
        field["keyed_twice_from"] = format_minor(most_once, CURRENCY) if twice else None
        counted = field["type"] == "denominations"
        field["faces"] = sorted(faces_of(field["currency"]), reverse=True) if counted else None
        if field["type"] == "branch":  # they know one another's numbers
            field["choices"] = {
                code: {language: f"{code} {name}" for language, name in names.items()}
                for code, names in field["choices"].items()
            }
    return shown


def form_of_customer(form: Form | None, branches: Sequence[Branch]) -> dict[str, Any] | None:
    """The branches are the bank's at the moment, in the order of their codes, whenever the form was deployed."""
    if form is None:
        return None
    shown = asdict(form)
    for field in shown["fields"]:
        if field["type"] == "branch":
            field["choices"] = {b.code: {"zh": b.name_zh, "en": b.name_en} for b in branches}
    return shown
