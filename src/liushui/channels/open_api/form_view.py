"""Forms as staff get them: with what the bank knows about a field, the amount from which it is keyed twice and the faces
of its cash."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from liushui.bank import Bank
from liushui.cash import faces_of
from liushui.kernel.money import format_minor
from liushui.workflow.forms import Form

CURRENCY = "CNY"
"""Of the parameter."""


def form_view(bank: Bank, form: Form | None) -> dict[str, Any] | None:
    """None where the process or task has no form."""
    if form is None:
        return None
    most_once: int = bank.processes.runtime.parameters(bank.clock.now())["amount_keyed_twice_from"]
    shown = asdict(form)
    for field in shown["fields"]:
        twice = field["type"] == "amount" and field["currency"] == CURRENCY
        field["keyed_twice_from"] = format_minor(most_once, CURRENCY) if twice else None
        counted = field["type"] == "denominations"
        field["faces"] = sorted(faces_of(field["currency"]), reverse=True) if counted else None
    return shown
