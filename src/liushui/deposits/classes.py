"""Account classes (Ⅰ/Ⅱ/Ⅲ类户): how many a person may hold, what they may move and keep. Pure. Amounts in minor units.

Every figure is a parameter (risk/parameters.yaml), by name; 银发〔2016〕261号, 银发〔2016〕302号, 银发〔2018〕16号.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from liushui.kernel.errors import Fault
from liushui.kernel.money import format_minor

FULL, LIMITED, SMALL = 1, 2, 3
CURRENCY = "CNY"
MEDIUMS = ("card", "passbook", "letter")


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Limits:
    """What an account may move in each direction in a day and a year with accounts that are not bound to it, and
    keep. None: as much as it likes."""

    daily: int | None = None
    yearly: int | None = None
    balance: int | None = None

    @property
    def none_at_all(self) -> bool:
        return self.daily is None and self.yearly is None and self.balance is None

    def tightened(self, other: Limits) -> Limits:
        """The lower of each: what was agreed binds, and so does the rule of the day."""
        return Limits(
            _lower(self.daily, other.daily),
            _lower(self.yearly, other.yearly),
            _lower(self.balance, other.balance),
        )


@dataclass(frozen=True, slots=True)
class Use:
    """One movement on top of what came before it. used_day, used_year: in this direction, without the movement;
    balance: before it. bound: the other account is bound to this one."""

    direction: Direction
    amount: int
    used_day: int
    used_year: int
    balance: int
    bound: bool = False


def limits_by_class(account_class: int | None, parameters: Mapping[str, Any]) -> Limits:
    """The limits of a class on the day of the parameters. Class I and unclassified accounts have none."""
    if account_class == LIMITED:
        return Limits(parameters["class2_daily"], parameters["class2_yearly"])
    if account_class == SMALL:
        return Limits(parameters["class3_daily"], parameters["class3_yearly"], parameters["class3_balance"])
    return Limits()


def limit_faults(limits: Limits, use: Use) -> list[Fault]:
    """Every limit that a movement would break: ``daily_limit_exceeded``, ``yearly_limit_exceeded``,
    ``balance_limit_exceeded``. A bound account is outside the first two, never outside the last."""
    faults: list[Fault] = []
    if not use.bound:
        for code, limit, used in (
            ("daily_limit_exceeded", limits.daily, use.used_day),
            ("yearly_limit_exceeded", limits.yearly, use.used_year),
        ):
            if limit is not None and used + use.amount > limit:
                left = format_minor(max(limit - used, 0), CURRENCY)
                faults.append(Fault(code, {"left": left}, "amount"))
    if (
        use.direction is Direction.IN
        and limits.balance is not None
        and use.balance + use.amount > limits.balance
    ):
        most = format_minor(limits.balance, CURRENCY)
        faults.append(Fault("balance_limit_exceeded", {"most": most}, "amount"))
    return faults


def opening_faults(account_class: int, held: Mapping[int, int], parameters: Mapping[str, Any]) -> list[Fault]:
    """Whether a person who holds so many open accounts of each class may open another: ``class_one_held`` (one per
    person and bank), ``class_accounts_many``."""
    most: int = parameters[f"class{account_class}_accounts_most"]
    if held.get(account_class, 0) < most:
        return []
    if account_class == FULL:
        return [Fault("class_one_held", field="account_class")]
    return [Fault("class_accounts_many", {"class": account_class, "most": most}, "account_class")]


def medium_faults(account_class: int, medium: str, parameters: Mapping[str, Any]) -> list[Fault]:
    """``medium_not_offered`` where a class does not come with such a card or book."""
    if medium in parameters[f"class{account_class}_mediums"]:
        return []
    return [Fault("medium_not_offered", {"class": account_class}, "medium")]


def age_on(day: date, birth: date | None) -> int | None:
    """Completed years; born on 29 February: a year older on 1 March of other years. None: unknown."""
    if birth is None:
        return None
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _lower(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
