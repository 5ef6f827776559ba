"""Check digits of account and card numbers."""

from __future__ import annotations

from stdnum import luhn


def with_luhn(payload: str) -> str:
    """Append the Luhn check digit (ISO/IEC 7812-1, annex B) to a string of digits."""
    return payload + luhn.calc_check_digit(payload)


def luhn_holds(number: str) -> bool:
    """Whether a number of digits ends in its Luhn check digit."""
    return number.isascii() and number.isdigit() and luhn.is_valid(number)
