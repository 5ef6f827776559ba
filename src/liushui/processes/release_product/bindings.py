"""Releases of products: checks, the trial that the approver looks at, and the release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liushui.accounting import load_chart
from liushui.identity import audit
from liushui.kernel.errors import Fault, Refused, raise_if_any
from liushui.kernel.money import Money, format_minor
from liushui.processes.services import Services
from liushui.products import (
    Product,
    Row,
    Trial,
    rate_table,
    read_release,
    release_faults,
    release_version,
    simulate,
    stored_texts,
)
from liushui.workflow import Binding, Context


def bindings(services: Services) -> Sequence[Binding]:
    async def check(context: Context) -> dict[str, Any]:
        """Refuses all faults of the text with their lines, like ``release_faults``, an account that the chart does not
        have, and what the trial refuses."""
        v, uow = context.variables, context.inside
        product = read_release(v["body"]).product
        today = (await uow.head()).business_date
        raise_if_any([*await release_faults(uow.conn, product, today), *_chart_faults(product)])
        amount = Money.parse(v["trial_amount"], product.currency).minor
        trial = Trial(amount, product.valid_from, tenor=v.get("trial_tenor"), base=product.base_least)
        rows = simulate(product, await rate_table(uow.conn), trial)
        texts = await stored_texts(uow.conn, product.key)
        context.link("product", product.key)
        return {
            "key": product.key, "version": product.version, "valid_from": product.valid_from.isoformat(),
            "digest": product.digest, "body_before": texts[-1] if texts else None,
            "trial": [_line(row, product.currency) for row in rows],
        }  # fmt: skip

    async def release(context: Context) -> dict[str, Any]:
        """Refuses like ``release_version``: time has passed since it was looked at."""
        product = await release_version(
            context.inside, services.clock, context.variables["body"], entered_by=context.initiator,
            approved_by=context.operator, case_id=context.case_id,
        )  # fmt: skip
        await audit(context.inside, services.clock, actor=context.operator, action="product_released",
                    subject=f"{product.key} {product.version}", outcome=product.digest)  # fmt: skip
        return {}

    return [Binding("release_product.check", check), Binding("release_product.release", release)]


def _chart_faults(product: Product) -> Sequence[Fault]:
    try:
        load_chart().leaf(product.gl_code)
    except Refused as refused:
        return [Fault(fault.code, fault.params, "body") for fault in refused.faults]
    return []


def _line(row: Row, currency: str) -> dict[str, Any]:
    """A row of the trial; amounts as decimal strings."""
    return {
        "day": row.day.isoformat(), "what": row.what, "amount": format_minor(row.amount, currency),
        "balance": format_minor(row.balance, currency),
        "interest": None if row.interest is None else format_minor(row.interest.minor, currency),
        "tax": None if row.interest is None else format_minor(row.interest.tax, currency),
    }  # fmt: skip
