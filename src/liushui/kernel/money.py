"""Money in integer minor units, by ISO 4217.

An amount never passes through a float. Text goes in and out as a plain decimal string; what has more
decimals than the currency is refused, not rounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from iso4217 import Currency as IsoCurrency

from liushui.kernel.errors import refuse

AMOUNT_MINOR_MAX = 10**15
"""The largest amount of one line, in minor units: ten thousand billion yuan. It keeps every counter inside
64 bits for at least 9,000 such lines, and no single entry of a bank this design serves comes near it."""

_DECIMAL_TEXT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,6})?")


@cache
def exponent(currency: str) -> int:
    """Decimals of the minor unit: CNY 2, JPY 0, KWD 3. Refuses ``currency_unknown`` for what ISO 4217 does
    not list or lists without a minor unit (gold, test codes)."""
    try:
        decimals = IsoCurrency(currency).exponent
    except ValueError:
        decimals = None
    if decimals is None:
        raise refuse("currency_unknown", currency=currency[:8])
    return decimals


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency. minor: signed integer count of minor units (fen for CNY)."""

    minor: int
    currency: str

    @staticmethod
    def parse(text: str, currency: str) -> Money:
        """Read a decimal string. Refuses ``amount_malformed`` and ``amount_too_many_decimals``."""
        decimals = exponent(currency)
        if not _DECIMAL_TEXT.fullmatch(text):
            raise refuse("amount_malformed")
        scaled = Decimal(text).scaleb(decimals)
        if scaled != scaled.to_integral_value():
            raise refuse("amount_too_many_decimals", currency=currency, decimals=decimals)
        return Money(int(scaled), currency)

    def __str__(self) -> str:
        return format_minor(self.minor, self.currency)


def format_minor(minor: int, currency: str) -> str:
    """The decimal string of an amount in minor units: ``format_minor(-5, "CNY") == "-0.05"``."""
    decimals = exponent(currency)
    sign = "-" if minor < 0 else ""
    if decimals == 0:
        return f"{sign}{abs(minor)}"
    whole, fraction = divmod(abs(minor), 10**decimals)
    return f"{sign}{whole}.{fraction:0{decimals}d}"
