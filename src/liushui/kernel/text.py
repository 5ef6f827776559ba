"""What any text from outside must satisfy before it may be stored."""

from __future__ import annotations

import unicodedata


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text and a screen can show it: no NUL, no other control character
    (tab and line breaks excepted), no lone surrogate. Emoji and rare characters are fine: names have them."""
    return all(unicodedata.category(c) not in ("Cc", "Cs") or c in "\t\n\r" for c in text)


def is_text(text: str) -> bool:
    """Whether PostgreSQL can hold the text at all: no NUL, no lone surrogate."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))
