"""Versions of products in the database: what ships with the house, and what the bank has released besides."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from asyncpg import Record

from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, Refused, raise_if_any, refuse
from liushui.products.catalogue import Catalogue, Released, house_catalogue, overlaps, parse_catalogue
from liushui.products.rates import Q, house_rates, insert_rates
from liushui.products.terms import Product
from liushui.store.database import PoolConnection, UnitOfWork

HOUSE = "house"
SEED_RATES = "house:interest_rates"
FORM = "form"
"""What a text is called in faults that was typed in and not read from a file."""


@lru_cache(maxsize=1024)
def _parsed(body: str) -> Product:
    return parse_catalogue([("product_version", body)])[0].product


async def stored_catalogue(conn: PoolConnection) -> Catalogue:
    """Every released version. Refuses ``product_version_altered`` where a text is not the one that was released."""
    products: list[Product] = []
    faults: list[Fault] = []
    for row in await conn.fetch(Q.versions):
        product = _parsed(row["body"])
        products.append(product)
        if (product.digest, product.key, product.version, product.valid_from, product.valid_to) != tuple(row)[
            1:6
        ]:
            faults.append(
                Fault("product_version_altered", {"product": row["key"], "version": row["version"]})
            )
    raise_if_any(faults)
    return Catalogue(products)


async def verify_products(conn: PoolConnection) -> list[Fault]:
    """What ``liushui verify`` finds: texts that are not what was released, versions that overlap."""
    try:
        await stored_catalogue(conn)
    except Refused as refused:
        return list(refused.faults)
    return []


async def releases(conn: PoolConnection) -> dict[tuple[str, int], Record]:
    """Who released which version and when, with its text; by key and number."""
    return {(row["key"], row["version"]): row for row in await conn.fetch(Q.releases)}


async def stored_texts(conn: PoolConnection, key: str) -> list[str]:
    """The released texts of a product, oldest first."""
    return [row["body"] for row in await conn.fetch(Q.texts, key)]


def read_release(text: str) -> Released:
    """A new version as somebody has typed it. Refuses all faults of the text with their lines, and
    ``product_one_version`` where it holds several."""
    found = parse_catalogue([(FORM, text)])
    if len(found) != 1:
        raise refuse("product_one_version", "body")
    return found[0]


async def release_faults(conn: PoolConnection, product: Product, today: date) -> list[Fault]:
    """Why a version may not be released beside those there are: it begins in the past (``product_date_past``), is another
    kind of product or in another currency (``product_kind_changed``), or overlaps (see ``overlaps``)."""
    faults: list[Fault] = []
    if product.valid_from < today:
        faults.append(Fault("product_date_past", {"today": today.isoformat()}, "body"))
    others = [p for p in await stored_catalogue(conn) if p.key == product.key]
    if any((p.kind, p.currency) != (product.kind, product.currency) for p in others):
        faults.append(Fault("product_kind_changed", {"product": product.key}, "body"))
    faults += [Fault(f.code, f.params, "body") for _, f in overlaps([*others, product])]
    return faults


async def release_version(
    uow: UnitOfWork, clock: Clock, text: str, *, entered_by: str, approved_by: str, case_id: int
) -> Product:
    """Release a version. Refuses like ``read_release`` and ``release_faults``, and ``product_own_approval``."""
    released = read_release(text)
    await uow.conn.execute(Q.lock_versions)
    today = (await uow.head()).business_date
    faults = await release_faults(uow.conn, released.product, today)
    if entered_by == approved_by:
        faults.append(Fault("product_own_approval"))
    raise_if_any(faults)
    await _insert(uow, clock, released, entered_by, approved_by, case_id)
    return released.product


async def seed_house(uow: UnitOfWork, clock: Clock) -> None:
    """Give a bank the house's rates, once, and those of the house's versions it lacks. A product of which the bank has
    released a version of its own is the bank's from then on."""

    async def rates() -> dict[str, str]:
        await insert_rates(uow, clock, house_rates(), entered_by=HOUSE, approved_by=HOUSE, case_id=None)
        return {}

    await uow.idempotent(SEED_RATES, b"", clock.now(), rates)
    await uow.conn.execute(Q.lock_versions)
    rows = await uow.conn.fetch(Q.versions)
    there = {(row["key"], row["version"]) for row in rows}
    own = {row["key"] for row in rows if not row["house"]}
    for released in house_catalogue():
        product = released.product
        if product.key not in own and (product.key, product.version) not in there:
            await _insert(uow, clock, released, HOUSE, HOUSE, None)


async def _insert(
    uow: UnitOfWork, clock: Clock, released: Released, entered_by: str, approved_by: str, case_id: int | None
) -> None:
    product = released.product
    await uow.conn.execute(
        Q.insert_version, product.key, product.version, product.valid_from, product.valid_to, released.text,
        product.digest, case_id, entered_by, approved_by, clock.now(),
    )  # fmt: skip
