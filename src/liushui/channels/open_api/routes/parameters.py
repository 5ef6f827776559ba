"""The bank's parameters that are data: what holds, since when and by what rule; and which way each of them changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, cast

import yaml
from fastapi import APIRouter

from liushui.channels.open_api import schemas_models as s
from liushui.channels.open_api.dependencies import Caller, TheBank
from liushui.kernel.clock import BANK_TIME
from liushui.products import PostedRate, posted_rates, stored_versions
from liushui.risk import Parameter, load_parameters
from liushui.workflow import Deployed

router = APIRouter()
PAST, CURRENT, COMING = "past", "current", "coming"
ABOUT = frozenset({"key", "version", "zh", "en", "kind", "currency", "valid_from", "valid_to"})
"""Of a product's version: stands beside its terms."""


@router.get("/v1/parameters")
async def show_parameters(bank: TheBank, caller: Caller, on: date | None = None) -> s.ParametersView:
    """What holds on a day of the bank, today where none is asked, and what is known to come after it."""
    day = on or bank.clock.now().astimezone(BANK_TIME).date()
    async with bank.db.read() as conn:
        rates = await posted_rates(conn)
        versions = await stored_versions(conn)
        released = await bank.processes.catalogue.all_released(conn)
    products = [
        s.ProductTerms(
            product=v.product.key, version=v.product.version, zh=v.product.zh, en=v.product.en, kind=v.product.kind,
            currency=v.product.currency, valid_from=v.product.valid_from, valid_to=v.product.valid_to,
            state=_state(v.product.valid_from, v.product.valid_to, day), released_by=v.approved_by, terms=_terms(v.text),
        )
        for v in versions
    ]  # fmt: skip
    return s.ParametersView(
        on=day, parameters=[_parameter(one, day) for one in load_parameters()], rates=_rates(rates, day),
        products=_without_replaced(products),
        decisions=[one for deployed in released for one in _decisions(deployed)],
    )  # fmt: skip


def _state(valid_from: date, valid_to: date | None, day: date) -> str:
    if day < valid_from:
        return COMING
    return CURRENT if valid_to is None or day <= valid_to else PAST


def _parameter(one: Parameter, day: date) -> s.ParameterView:
    value: object = one.value
    text = ", ".join(cast("list[str]", value)) if isinstance(value, list) else str(value)
    return s.ParameterView(
        name=one.name, zh=one.zh, en=one.en, value=text, unit=one.unit, valid_from=one.valid_from,
        valid_to=one.valid_to, source=one.source, state=_state(one.valid_from, one.valid_to, day),
    )  # fmt: skip


def _rates(rates: Sequence[PostedRate], day: date) -> list[s.RateView]:
    """Those that hold, and those that will."""
    found: list[s.RateView] = []
    for _, dated in groupby(rates, key=lambda r: (r.name, r.currency, r.tenor)):
        history = list(dated)
        held = [r for r in history if r.valid_from <= day][-1:]
        for state, some in ((CURRENT, held), (COMING, [r for r in history if r.valid_from > day])):
            found += [
                s.RateView(name=r.name, currency=r.currency, tenor=r.tenor, percent=str(r.percent),
                           valid_from=r.valid_from, source=r.source, state=state)
                for r in some
            ]  # fmt: skip
    return found


def _without_replaced(products: Sequence[s.ProductTerms]) -> list[s.ProductTerms]:
    """A version without a last day ends where the next one begins."""
    kept: list[s.ProductTerms] = []
    for _, some in groupby(products, key=lambda one: one.product):
        versions = list(some)
        current = [one for one in versions if one.state == CURRENT]
        kept += current[-1:] + [one for one in versions if one.state == COMING]
    return kept


def _terms(text: str) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(text)
    # Dates inside are text in JSON.
    return json.loads(
        json.dumps({name: value for name, value in said.items() if name not in ABOUT}, default=str)
    )


def _decisions(deployed: Deployed) -> list[s.DecisionOfProcess]:
    return [
        s.DecisionOfProcess(
            process=deployed.key, decision=name, version=deployed.version, zh=found.about.zh, en=found.about.en,
            source=found.about.source, valid_from=found.about.valid_from, rules=len(found.table.rows),
        )
        for name, found in deployed.own.decisions.items()
    ]  # fmt: skip
