"""Products and rates in the database: given once, brought along, never altered; and the command line over them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from liushui.cli import main
from liushui.kernel.clock import SystemClock
from liushui.kernel.errors import Refused
from liushui.products import (
    add_months,
    house_rates,
    load_catalogue,
    rate_on,
    rate_table,
    rates_on,
    seed_house,
    stored_catalogue,
    verify_products,
)
from liushui.store.database import Database
from tests.products.test_catalogue import GOOD

D = date(2026, 1, 5)


def with_database(dsn: str, work: Callable[[Database], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        db = await Database.connect(dsn)
        try:
            await work(db)
        finally:
            await db.close()

    asyncio.run(whole())


def test_a_bank_gets_the_houses_products_and_rates_once(dsn: str) -> None:
    async def tell(db: Database) -> None:
        for _ in range(2):
            await db.transact(lambda uow: seed_house(uow, SystemClock()))
        assert await db.pool.fetchval("SELECT count(*) FROM interest_rate") == len(house_rates())
        async with db.read() as conn:
            assert [*await stored_catalogue(conn)] == [*load_catalogue()]
            assert await rate_on(conn, "demand", "CNY", "", date(2026, 3, 31)) == Decimal("0.10")
            assert await rate_on(conn, "demand", "CNY", "", date(2026, 4, 1)) == Decimal("0.05")
            with pytest.raises(Refused) as refused:
                await rate_on(conn, "demand", "CNY", "", date(2019, 12, 31))
            assert refused.value.code == "rate_unknown"

    with_database(dsn, tell)


def test_three_ways_of_looking_a_rate_up_agree(dsn: str) -> None:
    async def tell(db: Database) -> None:
        await db.transact(lambda uow: seed_house(uow, SystemClock()))
        async with db.read() as conn:
            table = await rate_table(conn)
            for day in (date(2020, 1, 1), date(2023, 6, 30), D, date(2030, 1, 1)):
                found = await rates_on(conn, day)
                assert len(found) > 40
                for (name, currency, tenor), percent in found.items():
                    assert table.on(name, currency, tenor, day) == percent
                    assert await rate_on(conn, name, currency, tenor, day) == percent

    with_database(dsn, tell)


def test_every_product_finds_its_rates(dsn: str) -> None:
    async def tell(db: Database) -> None:
        await db.transact(lambda uow: seed_house(uow, SystemClock()))
        async with db.read() as conn:
            found = await rates_on(conn, D)
        for p in load_catalogue():
            wanted = {p.fallback or "demand": ("",)}
            wanted |= {p.rate.name: tuple(step.tenor for step in p.ladder) or p.tenors or ("",)}
            if p.rate.type == "floating":
                wanted[p.rate.name] = ("",)
            for name, tenors in wanted.items():
                assert all((name, p.currency, tenor) in found for tenor in tenors), p.key

    with_database(dsn, tell)


def test_a_product_that_the_bank_released_itself_is_left_alone(dsn: str) -> None:
    async def tell(db: Database) -> None:
        body = next(iter(load_catalogue())).key
        await db.pool.execute(
            "INSERT INTO product_version VALUES ($1, 7, '2026-01-01', NULL, 'own', repeat('0', 64), 1, 'a', 'b', now())",
            body,
        )
        await db.transact(lambda uow: seed_house(uow, SystemClock()))
        versions = await db.pool.fetch("SELECT version FROM product_version WHERE key = $1", body)
        assert [row["version"] for row in versions] == [7]

    with_database(dsn, tell)


def test_an_altered_text_is_found(dsn: str) -> None:
    async def tell(db: Database) -> None:
        await db.pool.execute(
            "INSERT INTO product_version VALUES ('spring', 1, '2026-01-01', NULL, $1, repeat('0', 64), 1, 'a', 'b', now())",
            GOOD,
        )
        async with db.read() as conn:
            with pytest.raises(Refused) as refused:
                await stored_catalogue(conn)
            assert [fault.code for fault in await verify_products(conn)] == ["product_version_altered"]
        assert refused.value.code == "product_version_altered"

    with_database(dsn, tell)


def test_months_are_added_as_the_database_adds_them(dsn: str) -> None:
    async def tell(db: Database) -> None:
        rows = await db.pool.fetch(
            "SELECT d::date AS start, m AS months, (d + make_interval(months => m))::date AS expected "
            "FROM generate_series(timestamp '2023-12-25', '2028-03-05', '1 day') d, unnest(ARRAY[1, 2, 3, 6, 11, 12, 24, 60]) m"
        )
        assert len(rows) > 10_000
        assert [r for r in rows if add_months(r["start"], r["months"]) != r["expected"]] == []

    with_database(dsn, tell)


def command(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["product", *arguments])
    return ended.value.code


def test_the_command_line_of_a_bank(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LIUSHUI_DATABASE_URL", dsn)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    with pytest.raises(SystemExit):
        main(["migrate"])  # brings products and rates to a bank that has none
    capsys.readouterr()
    assert command("list", "--bank", "--json", "--on", "2026-01-05") == 0
    assert {p["key"] for p in json.loads(capsys.readouterr().out)} == {p.key for p in load_catalogue()}
    trial = ["--amount", "10000.00", "--from", "2026-06-21", "--until", "2026-09-21"]
    assert command("simulate", "demand", *trial, "--bank", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(r["day"], r["what"], r["balance"]) for r in rows] == [
        ("2026-06-21", "opened", "10000.00"),
        ("2026-09-20", "settled", "10000.00"),
        ("2026-09-21", "capitalised", "10001.28"),
        ("2026-09-21", "closed", "0.00"),
    ]
    assert rows[1]["interest"]["amount"] == "1.28"
    file = tmp_path / "spring.yaml"
    file.write_text(GOOD, "utf-8")
    assert command("check", str(file)) == 0
    assert (
        command(
            "simulate",
            "spring",
            "--file",
            str(file),
            "--amount",
            "100.00",
            "--from",
            "2026-01-05",
            "--tenor",
            "1Y",
        )
        == 0
    )
    assert "interest in all: 1.20" in capsys.readouterr().out
    file.write_text(GOOD.replace("half_up", "up").replace("fallback: demand", "fall_back: demand"), "utf-8")
    assert command("check", str(file)) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1].split("spring.yaml")[1] for line in told] == [
        " line 1",
        " line 12",
        " line 17",
    ]
    assert command("show", "time") == 0
    assert "months/360" in capsys.readouterr().out
    assert command("show", "tyme") == 1
