"""What any text from outside must satisfy before it may be stored."""

from __future__ import annotations

import unicodedata


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text and a screen can show it: no NUL, no other control character
    (tab and line breaks excepted), no lone surrogate. Emoji and rare characters are fine: names have them."""
    return all(unicodedata.category(c) not in ("Cc", "Cs") or c in "\t\n\r" for c in text)
