"""A product is read, tried out, approved by somebody else, and sold from its first day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from liushui.kernel.errors import Refused
from liushui.products import Catalogue, house_catalogue, stored_catalogue
from tests.counter import next_day, rows
from tests.procedures import Story, refused, run
from tests.processes.test_change_rate import DECIDER, PROPOSER
from tests.products.test_catalogue import GOOD

TIME = next(r.text for r in house_catalogue() if r.product.key == "time")
SECOND = (
    TIME.replace("version: 1", "version: 2")
    .replace("2020-01-01", "2026-01-07")
    .replace('"50.00"', '"100.00"')
)


def proposal(body: str, **other: Any) -> dict[str, Any]:
    return {"body": body, "trial_amount": "10000.00", "trial_tenor": "1Y", "reason": "提高起存金额"} | other


async def sold(s: Story) -> Catalogue:
    async with s.bank.db.read() as conn:
        return await stored_catalogue(conn)


def test_a_version_is_sold_from_its_day_and_the_old_one_stays_for_who_has_it(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(PROPOSER, "release_product", **proposal(SECOND))
        v = await s.variables(case)
        assert (v["key"], v["version"], v["body_before"]) == ("time", 2, TIME)
        # a year from 7 January at the 1.20 per cent posted that day, of 10,000.00, by hand
        assert [(row["day"], row["what"], row["interest"]) for row in v["trial"]] == [
            ("2026-01-07", "opened", None), ("2027-01-07", "matured", "120.00"),
        ]  # fmt: skip
        assert (await sold(s)).get("time", date(2026, 2, 1)).version == 1
        await s.do(DECIDER, case, "Approve", decision="approve")
        catalogue = await sold(s)
        assert catalogue.get("time", date(2026, 1, 6)).version == 1
        new = catalogue.get("time", date(2026, 1, 7))
        assert (new.version, new.least.opening) == (2, 100_00)
        assert catalogue.version("time", 1).least.opening == 50_00
        kept = await rows(
            s, "SELECT entered_by, approved_by, digest FROM product_version WHERE case_id IS NOT NULL"
        )
        assert kept == [{"entered_by": "P0001", "approved_by": "G0001", "digest": new.digest}]

    run(demo, tell)


def test_all_mistakes_come_back_with_their_lines(demo: str) -> None:
    async def tell(s: Story) -> None:
        wrong = (
            SECOND.replace("kind: time", "kind: tyme")
            .replace("half_up", "up")
            .replace("fallback: demand\n", "")
        )
        wrong = wrong.replace("version: 2", "version: two")
        with pytest.raises(Refused) as caught:
            await s.start(PROPOSER, "release_product", **proposal(wrong))
        found = [(fault.params["line"], fault.code) for fault in caught.value.faults]
        assert found == [
            (2, "yaml_field_malformed"),
            (4, "yaml_field_malformed"),
            (11, "yaml_field_malformed"),
        ]
        assert (await rows(s, "SELECT count(*) AS n FROM process_instance"))[0]["n"] == 0

    run(demo, tell)


def test_what_does_not_fit_what_there_is(demo: str) -> None:
    async def tell(s: Story) -> None:
        async def told(body: str, **other: Any) -> list[str]:
            return await refused(s.start(PROPOSER, "release_product", **proposal(body, **other)))

        assert await told(SECOND.replace("2026-01-07", "2026-01-04")) == ["product_date_past"]
        assert await told(SECOND.replace("version: 2", "version: 1")) == ["product_version_twice"]
        assert await told(SECOND.replace("currency: CNY", "currency: USD")) == ["product_kind_changed"]
        assert await told(SECOND.replace("2011.03", "2011")) == ["gl_code_not_postable"]
        assert await told(SECOND + "---\n" + GOOD) == ["product_one_version"]
        assert await told(SECOND, trial_tenor="4Y") == ["product_tenor_unknown"]
        assert await told(SECOND, trial_amount="99.99") == ["product_opening_too_small"]
        assert await told(SECOND.replace("name: time}", "name: thyme}")) == ["rate_unknown"]

    run(demo, tell)


def test_a_new_product_of_the_banks_own(demo: str) -> None:
    async def tell(s: Story) -> None:
        spring = GOOD.replace("2026-01-01", "2026-01-05")
        case = await s.start(PROPOSER, "release_product", **proposal(spring))
        assert (await s.variables(case))["body_before"] is None
        await s.do(DECIDER, case, "Approve", decision="reject")
        assert (await rows(s, "SELECT count(*) AS n FROM product_version WHERE key = 'spring'"))[0]["n"] == 0
        case = await s.start(PROPOSER, "release_product", **proposal(spring))
        await s.do(DECIDER, case, "Approve", decision="approve")
        assert (await sold(s)).get("spring", date(2026, 6, 30)).kind == "time"

    run(demo, tell)


def test_of_two_proposals_for_one_version_one_is_released(demo: str) -> None:
    async def tell(s: Story) -> None:
        first = await s.start(PROPOSER, "release_product", **proposal(SECOND))
        second = await s.start(
            PROPOSER, "release_product", **proposal(SECOND.replace("half_up", "half_even"))
        )
        late = await s.start(
            PROPOSER, "release_product", **proposal(GOOD.replace("2026-01-01", "2026-01-05"))
        )
        await s.do(DECIDER, first, "Approve", decision="approve")
        await s.do(DECIDER, second, "Approve", decision="approve")
        assert (await s.ways(second))[-1] == "Refused"
        assert (await s.variables(second))["fault"]["code"] == "product_version_twice"
        await next_day(s)
        await s.do(DECIDER, late, "Approve", decision="approve")
        assert (await s.variables(late))["fault"]["code"] == "product_date_past"

    run(demo, tell)
