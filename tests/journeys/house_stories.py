"""What the house does for itself, as stories: products and rates, vault and vouchers, a teller's coming and going."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from liushui.products import house_catalogue
from tests.journeys.customer_stories import AUTHORISED, TODAY, day
from tests.journeys.stories import KEEPER, PRODUCTS, SENIOR, SUPERVISOR, TELLER, Step, Told, World

APPROVED = Step(SENIOR, "approval", {"decision": "approve"})
VAULT = "0001-V"


def next_version() -> str:
    """The time deposit that the house sells, from a later day on with more at the least."""
    text = next(r.text for r in house_catalogue() if r.product.key == "time")
    later = (TODAY + timedelta(days=60)).isoformat()
    return (
        text.replace("version: 1", "version: 2").replace("2020-01-01", later).replace('"50.00"', '"100.00"')
    )


def in_the_vault(world: World) -> dict[str, Any]:
    return world.ask("O0001", f"/v1/cash/places/{VAULT}")["notes"]


def cheques(state: str) -> Any:
    def look(world: World) -> bool:
        found = world.ask("O0001", f"/v1/vouchers?kind=102&state={state}")["ranges"]
        return (901, 910) in [(r["first"], r["last"]) for r in found] or (
            (901, 901) in [(r["first"], r["last"]) for r in found]
        )

    return look


def tills(world: World) -> int:
    return sum(place["kind"] == "till" for place in world.ask("O0001", "/v1/cash/places"))


def at_the_till(state: str) -> Any:
    return lambda world: world.ask(TELLER, "/v1/cash/my-till")["state"] == state


PRODUCT = (
    Told("certificates are offered", "issue_certificates",
         {"product": "certificate", "tenor": "3M", "offered": "500000", "from_on": day(0), "to_on": day(26),
          "reason": "发行计划"}, (APPROVED,), who=PRODUCTS),
    Told("a rate is changed", "change_rate",
         {"rate": "time", "currency": "CNY", "tenor": "1Y", "percent": "1.10", "valid_from": day(60),
          "reason": "定价委员会决议"}, (APPROVED,), who=PRODUCTS),
    Told("a product is released", "release_product",
         {"body": lambda _: next_version(), "trial_amount": "10000.00", "trial_tenor": "1Y", "reason": "提高起存金额"},
         (APPROVED,), who=PRODUCTS),
)  # fmt: skip

HOUSE = (
    Told("a till is opened by two", "open_cash_place", {"kind": "till"},
         (Step(KEEPER, "authorisation", {"decision": "approve"}),), who=SUPERVISOR, check=lambda w: tills(w) == 5),
    Told("the vault is counted by two", "vault_count", {"place": VAULT, "denominations": in_the_vault},
         (Step(SUPERVISOR, "count", {"denominations": in_the_vault}),), who=KEEPER),
    Told("no branch cash is without notes", "count_in_cash", {"denominations": {"10000": 1}}, who=KEEPER,
         refused="branch_cash_too_little"),
    Told("vouchers come in", "voucher_receive", {"kind": "102", "first": "901", "last": "910"}, (AUTHORISED,),
         who=KEEPER, check=cheques("stock")),
    Told("a spoilt one is voided", "voucher_void", {"kind": "102", "first": "901", "last": "901", "reason": "水渍"},
         (AUTHORISED,), who=KEEPER, check=cheques("void")),
    Told("the teller leaves the counter", "till_sign_out", {}, check=at_the_till("away")),
    Told("and comes back", "till_sign_in", {}, ends="Back", check=at_the_till("open")),
)  # fmt: skip
