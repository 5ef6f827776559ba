"""One document of a catalogue file: a version of a product, with every fault and its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from liushui.kernel.errors import Fault
from liushui.kernel.money import exponent
from liushui.products.day_count import DayCount, Settlement, parse_tenor
from liushui.products.terms import (
    Fee,
    Kind,
    Least,
    Product,
    RateTerms,
    RateType,
    Renewal,
    Rounding,
    Step,
)
from liushui.products.yaml_lines import (
    Fields,
    amount_in,
    day,
    percent,
    positive,
    share,
    text,
    whole,
    yes_or_no,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_GL_CODE = re.compile(r"\d{4}(\.\d{2})*")
HOLDERS = ("individual", "entity")
EVENTS = ("opening", "early_withdrawal", "transfer", "closing")
_TERMED = (Kind.TIME, Kind.INSTALMENT, Kind.NOTICE, Kind.CERTIFICATE)
_SETTLED = (Kind.DEMAND, Kind.AGREEMENT)
_RATE_TYPES = {
    Kind.DEMAND: {RateType.POSTED},
    Kind.TIME: {RateType.FIXED, RateType.FLOATING},
    Kind.INSTALMENT: {RateType.FIXED},
    Kind.DEMAND_OR_TIME: {RateType.POSTED},
    Kind.NOTICE: {RateType.POSTED},
    Kind.CERTIFICATE: {RateType.FIXED, RateType.FLOATING},
    Kind.AGREEMENT: {RateType.TIERED},
}


def name(value: str) -> str:
    return value if _NAME.fullmatch(value) else _fail()


def _gl_code(value: str) -> str:
    return value if _GL_CODE.fullmatch(value) else _fail()


def _currency(value: str) -> str:
    exponent(value)
    return value


def _tenor(value: str) -> str:
    parse_tenor(value)
    return value


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        return value if value in allowed else _fail()

    return read


def _fail() -> str:
    raise ValueError


def digest_of(node: Node) -> str:
    """SHA-256 over what a document says, whatever its layout and comments."""
    return sha256(json.dumps(_plain(node), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return {str(_plain(key)): _plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.value]
    return str(node.value)


def read_version(file: str, node: Node, faults: list[Fault]) -> Product | None:
    """A version, or None where it has faults, which are appended."""
    before = len(faults)
    fields = Fields(file, node, faults)
    if not isinstance(node, MappingNode):
        return None
    currency = fields.take("currency", _currency, "currency") or "CNY"
    kind = fields.take("kind", Kind, "kind")
    valid_from, valid_to = fields.take("valid_from", day, "date"), fields.optional("valid_to", day, "date")
    if valid_from and valid_to and valid_to < valid_from:
        fields.blame("product_dates_reversed", field="valid_to")
    amount = amount_in(currency)
    taken: dict[str, Any] = {
        "key": fields.take("key", name, "name"),
        "version": fields.take("version", positive, "whole number from 1"),
        "valid_from": valid_from, "valid_to": valid_to, "kind": kind, "currency": currency,
        "holders": frozenset(fields.many("holders", _one_of(*HOLDERS), " | ".join(HOLDERS))),
        "gl_code": fields.take("gl_code", _gl_code, "code"),
        "zh": fields.take("zh", text, "text"), "en": fields.take("en", text, "text"),
        "day_count": fields.take("day_count", DayCount, " | ".join(DayCount)),
        "rounding": fields.take("rounding", Rounding, " | ".join(Rounding)),
        "principal_unit": fields.take("principal_from", amount, "amount"),
        "least": _least(fields, amount),
        "tax": fields.take("tax_percent", share, "percent", default=Decimal(0)),
        "fees": _fees(fields, amount),
    }  # fmt: skip
    if taken["principal_unit"] == 0:
        fields.blame("yaml_field_malformed", field="principal_from", wanted="amount")
    if kind is not None:
        taken |= _of_kind(fields, kind, taken)
        fields.end()  # of an unknown kind nobody can say what belongs to it
    if len(faults) > before:
        return None
    return Product(**taken, digest=digest_of(node))


def _least(fields: Fields, amount: Any) -> Least:
    inner = fields.mapping("least")
    if inner is None:
        return Least(0, 0, 0)
    opening = inner.take("opening", amount, "amount", default=0) or 0
    withdrawal = inner.take("withdrawal", amount, "amount", default=0) or 0
    residual = inner.take("residual", amount, "amount", default=0) or 0
    if max(withdrawal, residual) > opening:
        inner.blame("product_least_disagree")
    inner.end()
    return Least(opening, withdrawal, residual)


def _fees(fields: Fields, amount: Any) -> tuple[Fee, ...]:
    fees: list[Fee] = []
    for inner in fields.mappings("fees", required=False):
        event = inner.take("event", _one_of(*EVENTS), " | ".join(EVENTS))
        fixed = inner.take("amount", amount, "amount", default=0)
        part = inner.take("percent", share, "percent", default=Decimal(0))
        inner.end()
        if event is not None and fixed is not None and part is not None:
            fees.append(Fee(event, fixed, part))
    return tuple(fees)


def _of_kind(fields: Fields, kind: Kind, common: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that belong to one kind; the others' are unknown to it."""
    found: dict[str, Any] = {"rate": _rate(fields, kind)}
    if kind in _TERMED:
        found["tenors"] = fields.many("tenors", _tenor, "tenor")
        _check_tenors(fields, kind, found["tenors"])
    if kind in _SETTLED:
        found["settlement"] = _settlement(fields)
    else:
        found["fallback"] = fields.take("fallback", name, "name")
        found["fallback_day_count"] = _fallback_day_count(fields, common["day_count"])
    if kind in (Kind.TIME, Kind.CERTIFICATE):
        found["renewals"] = fields.many("renewal", Renewal, " | ".join(Renewal))
        found["partly"] = fields.optional("part_withdrawals", whole, "whole number from 0")
    if kind is Kind.CERTIFICATE:
        found["transferable"] = fields.take("transferable", yes_or_no, "true | false")
    if kind is Kind.DEMAND_OR_TIME:
        found["ladder"] = _ladder(fields)
    if kind is Kind.INSTALMENT:
        found["make_up_months"] = fields.take("make_up_months", whole, "whole number from 0")
    if kind is Kind.AGREEMENT:
        found["base_least"] = fields.take("base_least", amount_in(str(common["currency"])), "amount")
    _check_day_count(fields, kind, common["day_count"])
    return found


def _fallback_day_count(fields: Fields, count: DayCount | None) -> DayCount:
    """The calendar's days over the product's year, unless it says otherwise; the year is one."""
    basis = (count or DayCount.ACTUAL_360).year_basis
    usual = DayCount(f"actual/{basis}")
    found = fields.take("fallback_day_count", DayCount, " | ".join(DayCount), default=usual) or usual
    if found.year_basis != basis:
        fields.blame("product_fallback_year_differs", field="fallback_day_count")
    return found


def _rate(fields: Fields, kind: Kind) -> RateTerms | None:
    inner = fields.mapping("rate")
    if inner is None:
        return None
    sort = inner.take("type", RateType, " | ".join(sorted(_RATE_TYPES[kind])))
    if sort is not None and sort not in _RATE_TYPES[kind]:
        inner.blame("product_rate_type_unfit", field="type", kind=kind.value, type=sort.value)
    rate = inner.take("name", name, "name")
    above, spread, months = None, Decimal(0), 0
    if sort is RateType.TIERED:
        above = inner.take("above", name, "name")
    if sort is RateType.FLOATING:
        spread = inner.take("spread", percent, "percent")
        months = inner.take("every_months", positive, "whole number from 1")
    inner.end()
    if sort is None or rate is None or spread is None or months is None:
        return None
    return RateTerms(sort, rate, above, spread, months)


def _settlement(fields: Fields) -> Settlement | None:
    inner = fields.mapping("settlement")
    if inner is None:
        return None
    months = inner.many("months", positive, "month")
    on = inner.take("day", positive, "day of the month")
    if any(month > 12 for month in months) or (on or 1) > 28:
        inner.blame("product_settlement_impossible")
    inner.end()
    return Settlement(tuple(sorted(months)), on or 1)


def _ladder(fields: Fields) -> tuple[Step, ...]:
    steps: list[Step] = []
    for inner in fields.mappings("ladder"):
        held = inner.take("held", _tenor, "tenor")
        tenor, part = inner.take("tenor", _tenor, "tenor"), inner.take("percent", share, "percent")
        inner.end()
        if held is None or tenor is None or part is None:
            continue
        if steps and parse_tenor(held) <= parse_tenor(steps[-1].held):
            inner.blame("product_ladder_unordered")
        steps.append(Step(held, tenor, part))
    return tuple(steps)


def _check_tenors(fields: Fields, kind: Kind, tenors: tuple[str, ...]) -> None:
    """Notice is in days, a term in months."""
    for tenor in tenors:
        if (parse_tenor(tenor).days > 0) != (kind is Kind.NOTICE):
            fields.blame("product_tenor_unfit", field="tenors", kind=kind.value, tenor=tenor)


def _check_day_count(fields: Fields, kind: Kind, count: DayCount | None) -> None:
    """Balance-days and notices are of the calendar; instalments earn by whole months."""
    if count is None:
        return
    if (
        count.counts_months
        if kind in (*_SETTLED, Kind.NOTICE)
        else kind is Kind.INSTALMENT and not count.counts_months
    ):
        fields.blame("product_day_count_unfit", field="day_count", kind=kind.value, count=count.value)
