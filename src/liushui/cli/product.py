"""``liushui product …``: look at deposit products, check a file, try one out."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from liushui.cli.database import database
from liushui.config import Settings
from liushui.kernel.clock import SystemClock, bank_day
from liushui.kernel.errors import refuse
from liushui.kernel.money import Money, format_minor
from liushui.products import (
    Catalogue,
    Interest,
    Product,
    RateTable,
    Renewal,
    Row,
    Segment,
    Trial,
    house_rates,
    load_catalogue,
    parse_catalogue,
    parse_event,
    rate_table,
    simulate,
    stored_catalogue,
)
from liushui.store.database import Database


def add_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    """The sub-commands of ``product``."""
    text = "deposit products: terms, rates, and a trial before release"
    group = commands.add_parser("product", help=text, description=text).add_subparsers(
        required=True, metavar="COMMAND"
    )

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        one = group.add_parser(name, parents=[common], help=text, description=text)
        one.set_defaults(run=run)
        if name != "check":
            one.add_argument(
                "--bank", action="store_true", help="of this bank's database; default: the house's"
            )
            one.add_argument("--json", action="store_true", help="for machines")
        return one

    sold = command("list", _list, "the products sold on a day")
    sold.add_argument("--on", type=date.fromisoformat, help="default: today")
    show = command("show", _show, "the terms of a product, all its versions")
    show.add_argument("key")
    check = command(
        "check", _check, "read catalogue files; exits with 1 and every fault where they are wrong"
    )
    check.add_argument("file", type=Path, nargs="+")
    trial = command("simulate", _simulate, "the whole life of one deposit, with every posting of interest")
    trial.add_argument("key")
    trial.add_argument("--file", type=Path, help="take the product from this catalogue file")
    trial.add_argument("--amount", required=True, help="of the opening, or of each instalment")
    trial.add_argument("--from", dest="start", type=date.fromisoformat, required=True)
    trial.add_argument(
        "--until", type=date.fromisoformat, help="all is taken out; default: at maturity, or after a year"
    )
    trial.add_argument("--tenor", help="such as 3M, 1Y, 7D")
    trial.add_argument("--renewal", type=Renewal, choices=list(Renewal), default=Renewal.NONE)
    trial.add_argument("--base", default="0", help="base amount of an agreement deposit")
    trial.add_argument(
        "--events", nargs="*", default=[], metavar="EVENT",
        help="DATE:deposit:AMOUNT, DATE:withdraw:AMOUNT, DATE:notice:AMOUNT:DATE, DATE:cancel, DATE:skip",
    )  # fmt: skip


def _data(settings: Settings, options: argparse.Namespace) -> tuple[Catalogue, RateTable]:
    """Products and rates: the bank's own, or those that ship with the house."""
    if not options.bank:
        return load_catalogue(), RateTable(house_rates())

    async def read(dsn: str) -> tuple[Catalogue, RateTable]:
        db = await Database.connect(dsn)
        try:
            if not await db.has_books():
                raise refuse("bank_missing")
            async with db.read() as conn:
                return await stored_catalogue(conn), await rate_table(conn)
        finally:
            await db.close()

    with database(settings, claim=False) as (dsn, _):
        return asyncio.run(read(dsn))


def _list(settings: Settings, options: argparse.Namespace) -> int:
    on = options.on or bank_day(SystemClock().now())
    products = _data(settings, options)[0].on(on).values()
    if options.json:
        print(json.dumps([_terms(product) for product in products], ensure_ascii=False))
    for p in () if options.json else products:
        tenors = " ".join(p.tenors)
        print(f"{p.key:<22} {p.version:>3}  {p.currency}  {p.kind:<15} {p.rate.type:<9} {p.en}  {tenors}")
    return 0


def _terms(product: Product) -> dict[str, Any]:
    """A version as JSON; amounts as decimal strings."""
    least = product.least
    amounts = {"opening": least.opening, "withdrawal": least.withdrawal, "residual": least.residual}
    return {
        "key": product.key, "version": product.version, "valid_from": product.valid_from.isoformat(),
        "valid_to": product.valid_to.isoformat() if product.valid_to else None, "kind": product.kind,
        "currency": product.currency, "zh": product.zh, "en": product.en, "holders": sorted(product.holders),
        "gl_code": product.gl_code, "day_count": product.day_count, "year_basis": product.year_basis,
        "rounding": product.rounding, "principal_from": format_minor(product.principal_unit, product.currency),
        "least": {name: format_minor(minor, product.currency) for name, minor in amounts.items()},
        "rate": {"type": product.rate.type, "name": product.rate.name, "above": product.rate.above,
                 "spread": str(product.rate.spread), "every_months": product.rate.every_months},
        "tenors": product.tenors, "fallback": product.fallback, "renewals": product.renewals,
        "tax_percent": str(product.tax), "transferable": product.transferable, "digest": product.digest,
    }  # fmt: skip


def _show(settings: Settings, options: argparse.Namespace) -> int:
    versions = [product for product in _data(settings, options)[0] if product.key == options.key]
    if not versions:
        raise refuse("product_unknown", product=options.key[:40], day="-")
    if options.json:
        print(json.dumps([_terms(product) for product in versions], ensure_ascii=False))
        return 0
    for product in versions:
        for name, value in _terms(product).items():
            print(
                f"{name:<15} {json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, tuple)) else value}"
            )
    return 0


def _check(_settings: Settings, options: argparse.Namespace) -> int:
    for released in parse_catalogue([(str(file), file.read_text("utf-8")) for file in options.file]):
        product = released.product
        print(
            f"{released.file}:{released.line}: {product.key} {product.version}: good, {product.digest[:12]}"
        )
    return 0


def _simulate(settings: Settings, options: argparse.Namespace) -> int:
    catalogue, rates = _data(settings, options)
    if options.file is not None:
        found = parse_catalogue([(str(options.file), options.file.read_text("utf-8"))])
        catalogue = Catalogue([released.product for released in found])
    product = catalogue.get(options.key, options.start)
    trial = Trial(
        Money.parse(options.amount, product.currency).minor, options.start, options.until, options.tenor,
        options.renewal, Money.parse(options.base, product.currency).minor,
        tuple(parse_event(text, product.currency) for text in options.events),
    )  # fmt: skip
    rows = simulate(product, rates, trial)
    if options.json:
        print(json.dumps([_row(row, product) for row in rows], ensure_ascii=False))
    else:
        _print_rows(rows, product)
    return 0


def _row(row: Row, product: Product) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(), "what": row.what, "amount": format_minor(row.amount, product.currency),
        "balance": format_minor(row.balance, product.currency), "rate": None if row.rate is None else _plain(row.rate),
        "interest": None if row.interest is None else _interest(row.interest, product),
    }  # fmt: skip


def _interest(interest: Interest, product: Product) -> dict[str, Any]:
    return {
        "amount": format_minor(interest.minor, product.currency), "tax": format_minor(interest.tax, product.currency),
        "segments": [
            {"why": s.why, "principal": format_minor(s.principal, product.currency),
             "start": s.start.isoformat() if s.start else None, "end": s.end.isoformat() if s.end else None,
             "days": s.days, "balance_days": str(s.balance_days), "rate": _plain(s.rate), "year_basis": s.year_basis,
             "exact_minor": f"{s.exact:.12f}"}
            for s in interest.segments
        ],
    }  # fmt: skip


def _plain(rate: Decimal) -> str:
    return f"{rate.normalize():f}"


def _print_rows(rows: Sequence[Row], product: Product) -> None:
    total = taxed = 0
    print(
        f"{product.key} {product.version}, {product.en}, {product.currency}, {product.day_count}, {product.rounding}"
    )
    for row in rows:
        rate = "" if row.rate is None else f"  at {_plain(row.rate)} %"
        amount, balance = (format_minor(minor, product.currency) for minor in (row.amount, row.balance))
        print(f"{row.day}  {row.what:<14} {amount:>16} {balance:>16}{rate}")
        if row.interest is not None:
            total, taxed = total + row.interest.minor, taxed + row.interest.tax
            tax = f", tax {format_minor(row.interest.tax, product.currency)}" if row.interest.tax else ""
            print(f"            interest {format_minor(row.interest.minor, product.currency)}{tax}")
            for segment in row.interest.segments:
                print(f"              {_segment(segment, product.currency)}")
    withheld = f", tax withheld {format_minor(taxed, product.currency)}" if taxed else ""
    print(f"interest in all: {format_minor(total, product.currency)}{withheld}")


def _segment(s: Segment, currency: str) -> str:
    """One line of the breakdown: what, how long, at which rate, exactly how much."""
    decimals = len(format_minor(0, currency).partition(".")[2])
    exact = f"{s.exact.scaleb(-decimals):.6f}"
    if s.start is None or s.end is None:
        base = f"{format_minor(s.balance_days, currency)} balance-days"
    else:
        base = f"{format_minor(s.principal, currency)} from {s.start} to {s.end}, {s.days} days"
    return f"{s.why}: {base}, {_plain(s.rate)} % / {s.year_basis} = {exact}"
