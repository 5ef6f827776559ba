"""Deposit products as released, posted rates, and a product tried out. Changes are cases: change_rate, release_product."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from asyncpg import Record
from fastapi import APIRouter, Path, Query

from liushui.channels.open_api import schemas as s
from liushui.channels.open_api import schemas_products as sp
from liushui.channels.open_api.dependencies import Caller, Day, TheBank
from liushui.eod import business_date
from liushui.kernel.money import Money, format_minor
from liushui.products import (
    Product,
    Renewal,
    Row,
    Trial,
    rate_table,
    rates_posted,
    releases,
    simulate,
    stored_catalogue,
)

router = APIRouter()
ProductPath = Annotated[str, Path(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Tenor = Annotated[str, Query(max_length=4, pattern=r"^[1-9][0-9]{0,2}[DMY]$")]


@router.get("/v1/products")
async def list_products(bank: TheBank, caller: Caller) -> list[sp.ProductVersionView]:
    """Every version, by key and number."""
    async with bank.db.read() as conn:
        today = await business_date(conn)
        catalogue = await stored_catalogue(conn)
        released = await releases(conn)
    sold = {(product.key, product.version) for product in catalogue.on(today).values()}
    return [
        _version(
            product, released[product.key, product.version], current=(product.key, product.version) in sold
        )
        for product in catalogue
    ]


@router.get("/v1/rates")
async def list_rates(bank: TheBank, caller: Caller) -> sp.RatesView:
    async with bank.db.read() as conn:
        today = await business_date(conn)
        rows = await rates_posted(conn)
    rates = [
        sp.RateView(name=name, currency=currency, tenor=tenor, steps=[_step(row) for row in steps])
        for (name, currency, tenor), steps in groupby(rows, lambda r: (r["name"], r["currency"], r["tenor"]))
    ]
    return sp.RatesView(business_date=today, rates=rates)


@router.get("/v1/products/{product}/trial")
async def try_product(
    product: ProductPath, bank: TheBank, caller: Caller, amount: Annotated[s.Amount, Query()],
    start: Annotated[Day, Query(alias="from")], until: Day | None = None, tenor: Tenor | None = None,
    renewal: Renewal = Renewal.NONE,
) -> sp.TrialView:  # fmt: skip
    """The whole life of a deposit on the version sold on its first day, at the rates posted until now. Nothing is booked."""
    async with bank.db.read() as conn:
        found = (await stored_catalogue(conn)).get(product, start)
        rates = await rate_table(conn)
    minor = Money.parse(amount, found.currency).minor
    rows = simulate(found, rates, Trial(minor, start, until, tenor, renewal, found.base_least))
    earned = [row.interest for row in rows if row.interest is not None]
    interest, tax = sum(i.minor for i in earned), sum(i.tax for i in earned)
    return sp.TrialView(
        product=found.key, version=found.version, currency=found.currency,
        interest=format_minor(interest, found.currency), tax=format_minor(tax, found.currency),
        lines=[_line(row, found.currency) for row in rows],
    )  # fmt: skip


def _step(row: Record) -> sp.RateStep:
    return sp.RateStep(
        valid_from=row["valid_from"], percent=f"{row['percent']:f}", entered_by=row["entered_by"],
        approved_by=row["approved_by"], case=row["case_id"],
    )  # fmt: skip


def _version(product: Product, released: Record, *, current: bool) -> sp.ProductVersionView:
    least, settled = product.least, product.settlement

    def amount(minor: int) -> str:
        return format_minor(minor, product.currency)

    return sp.ProductVersionView(
        key=product.key, version=product.version, valid_from=product.valid_from, valid_to=product.valid_to,
        current=current, kind=product.kind, currency=product.currency, zh=product.zh, en=product.en,
        holders=sorted(product.holders), gl_code=product.gl_code, day_count=product.day_count,
        rounding=product.rounding, least_opening=amount(least.opening), least_withdrawal=amount(least.withdrawal),
        least_residual=amount(least.residual), rate_type=product.rate.type, rate_name=product.rate.name,
        rate_above=product.rate.above, spread=f"{product.rate.spread:f}", every_months=product.rate.every_months,
        tenors=list(product.tenors), fallback=product.fallback,
        settlement=[f"{month:02}-{settled.day:02}" for month in settled.months] if settled else [],
        renewals=list(product.renewals), part_withdrawals=product.partly, transferable=product.transferable,
        tax_percent=f"{product.tax:f}", digest=product.digest, text=released["body"],
        entered_by=released["entered_by"], approved_by=released["approved_by"], released_at=released["released_at"],
        case=released["case_id"],
    )  # fmt: skip


def _line(row: Row, currency: str) -> sp.TrialLine:
    return sp.TrialLine(
        day=row.day, what=row.what, amount=format_minor(row.amount, currency),
        balance=format_minor(row.balance, currency), rate=None if row.rate is None else f"{row.rate:f}",
        interest=None if row.interest is None else format_minor(row.interest.minor, currency),
        tax=None if row.interest is None else format_minor(row.interest.tax, currency),
    )  # fmt: skip
