"""Posted rates: what the approver must see, and the posting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from liushui.identity import audit
from liushui.kernel.errors import raise_if_any
from liushui.processes.services import Services, parameters_at
from liushui.products import PostedRate, Product, post_rate, rate_faults, rates_on, stored_catalogue
from liushui.workflow import Binding, Context

BASIS_POINT = Decimal("0.01")
"""in percent"""


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """Refuses like ``rate_faults``."""
        uow, change = context.inside, _change(context.variables)
        today = (await uow.head()).business_date
        raise_if_any(await rate_faults(uow.conn, change, today, **_bounds(context)))
        before = (await rates_on(uow.conn, change.valid_from)).get(
            (change.name, change.currency, change.tenor)
        )
        sold = (await stored_catalogue(uow.conn)).on(change.valid_from).values()
        context.link("rate", "/".join(filter(None, (change.name, change.currency, change.tenor))))
        return {
            "percent_before": None if before is None else f"{before:f}",
            "products": sorted(p.key for p in sold if p.currency == change.currency and _asks_for(p, change)),
        }

    async def post(context: Context) -> dict[str, Any]:
        """Refuses like ``post_rate``: time has passed since it was looked at."""
        change = _change(context.variables)
        await post_rate(
            context.inside, services.clock, change, **_bounds(context), entered_by=context.initiator,
            approved_by=context.operator, case_id=context.case_id,
        )  # fmt: skip
        await audit(context.inside, services.clock, actor=context.operator, action="rate_posted",
                    subject=f"{change.name} {change.currency} {change.tenor}".strip(),
                    outcome=f"{change.percent:f} from {change.valid_from}")  # fmt: skip
        return {}

    return [Binding("change_rate.check", check), Binding("change_rate.post", post)]


def _change(v: Mapping[str, Any]) -> PostedRate:
    return PostedRate(
        v["rate"], v["currency"], v.get("tenor") or "", date.fromisoformat(v["valid_from"]), Decimal(v["percent"]),
        v["reason"],
    )  # fmt: skip


def _bounds(context: Context) -> dict[str, Decimal]:
    parameters = parameters_at(context.now)
    return {
        "most": parameters["deposit_rate_most"] * BASIS_POINT,
        "step_most": parameters["deposit_rate_step_most"] * BASIS_POINT,
    }


def _asks_for(product: Product, change: PostedRate) -> bool:
    return change.name in (product.rate.name, product.rate.above, product.fallback)
