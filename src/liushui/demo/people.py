"""The demo bank's residents: made up from names.yaml by a seed, with documents that fit their rules and belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any

import yaml
from stdnum.cn import ric, uscc

PIN = "582947"
"""The password of every resident's account. It is public: it stands in the README."""
PLACE = "110101"
FIRST_MOBILE = 13_800_000_100
BANKNOTE = 10_000


@dataclass(slots=True)
class Resident:
    """A customer to be. first: what they bring on the first day, in fen. customer, account: their numbers, once the bank has
    given them. employer, landlord: whose wages they get and whose rent they pay, by account's owner in the list."""

    name: str
    kind: str
    branch: str
    document_number: str
    mobile: str
    address: str
    first: int
    online: bool = False
    employer: Resident | None = None
    landlord: Resident | None = None
    wage: int = 0
    rent: int = 0
    takes: tuple[int, int] = (0, 0)
    customer: str = ""
    account: str = ""

    @property
    def is_person(self) -> bool:
        return self.kind == "individual"


@cache
def words() -> dict[str, Any]:
    return yaml.safe_load(resources.files("liushui.demo").joinpath("names.yaml").read_text("utf-8"))


def id_number(birth: date, serial: int) -> str:
    """An identity number of a made-up person. Serials from 900 on mean something to the stand-in of the identity service."""
    payload = f"{PLACE}{birth:%Y%m%d}{serial:03d}"
    return payload + ric.calc_check_digit(payload + "0")


def credit_code(serial: int) -> str:
    """A unified social credit code of a made-up firm."""
    payload = f"91{PLACE}MA9Y{serial:05d}"
    return payload + uscc.calc_check_digit(payload)


def made_up_name(chance: Random) -> str:
    w = words()
    return chance.choice(w["surnames"]) + chance.choice(w["made_up"]) + chance.choice(w["given"])


def firms_of(chance: Random, branches: list[str]) -> list[Resident]:
    """The firms, the first of them at the first branch."""
    w = words()
    return [
        Resident(
            row["zh"], "entity", branches[place % len(branches)], credit_code(100 + place), _mobile(place),
            _address(chance), BANKNOTE * 100 * chance.randint(30, 90), takes=(row["takes"][0], row["takes"][1]),
        )
        for place, row in enumerate(w["firms"])
    ]  # fmt: skip


def persons_of(chance: Random, branches: list[str], firms: list[Resident], count: int) -> list[Resident]:
    """People with different names, some of them at work in the firms, some of them tenants."""
    rows = words()["firms"]
    jobs = [firm for firm, row in zip(firms, rows, strict=True) for _ in range(row["pays"])]
    chance.shuffle(jobs)
    landlords = [firm for firm, row in zip(firms, rows, strict=True) if row.get("landlord")]
    named: set[str] = set()
    found: list[Resident] = []
    while len(found) < count:
        one = newcomer(chance, chance.choice(branches), len(found))
        if one.name in named:
            continue
        named.add(one.name)
        if len(found) < len(jobs):
            one.employer, one.wage = jobs[len(found)], BANKNOTE * chance.randint(48, 160)
            one.branch = one.employer.branch
        if chance.random() < 0.3:
            one.landlord, one.rent = chance.choice(landlords), BANKNOTE * chance.randint(15, 38)
        one.online = chance.random() < 0.5
        found.append(one)
    return found


def newcomer(chance: Random, branch: str, place: int) -> Resident:
    """Somebody who has no account yet. place: makes document and mobile number different from others'."""
    birth = date(1958, 1, 1) + timedelta(days=chance.randint(0, 47 * 365))
    number = id_number(birth, 100 + place % 800)
    if PIN in number:
        return newcomer(chance, branch, place)
    first = BANKNOTE * chance.choice([5, 8, 10, 20, 30, 50, 80, 120, 200, 300])
    return Resident(
        made_up_name(chance), "individual", branch, number, _mobile(100 + place), _address(chance), first
    )


def _mobile(place: int) -> str:
    return str(FIRST_MOBILE + place)


def _address(chance: Random) -> str:
    return f"流水市{chance.choice(words()['streets'])}{chance.randint(1, 199)}号"
