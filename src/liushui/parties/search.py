"""Finding customers by what is known of them: a number, a document, a mobile number, a name or its initials.

Whoever shows a number, a document or a telephone finds its customer in the whole bank; whoever knows only a name looks
among the customers of their own branch, unless they work for all of them. Whoever lets people search writes a line into the
audit trail: who, by what and how many were found, never what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from liushui.kernel.errors import refuse
from liushui.kernel.text import is_storable
from liushui.parties.service import Q
from liushui.store.database import PoolConnection

LEAST_LETTERS = 2
"""Of a name or its initials: one sign would list half a branch."""
_LAST = "\U0010ffff"
_IDENTIFIER = re.compile(r"\+?[0-9A-Z/()-]*[0-9][0-9A-Z/()-]*")
_INITIALS = re.compile(r"[a-z]+")


class By(StrEnum):
    """How a customer is looked for."""

    IDENTIFIER = "identifier"
    INITIALS = "initials"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Found:
    """A line of an answer. branch: its code."""

    number: str
    kind: str
    name: str
    document_type: str
    document_number: str = field(repr=False)
    mobile: str | None = field(repr=False)
    branch: str


def how(text: str) -> tuple[By, str]:
    """What a text is taken for, and how it is compared. Anything with a figure in it is a number; Latin letters alone are
    initials; all else is the beginning of a name. Refuses ``search_too_short`` and ``search_malformed``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not is_storable(plain):
        raise refuse("search_malformed", "text")
    bare = re.sub(r"\s", "", plain).upper()
    if _IDENTIFIER.fullmatch(bare):
        return By.IDENTIFIER, bare
    if len(plain) < LEAST_LETTERS:
        raise refuse("search_too_short", "text", least=LEAST_LETTERS)
    letters = plain.lower().replace(" ", "")
    return (By.INITIALS, letters) if _INITIALS.fullmatch(letters) else (By.NAME, plain)


async def find_customers(
    conn: PoolConnection, text: str, *, branch_id: int | None, after: str, limit: int
) -> tuple[By, list[Found]]:
    """Customers whose number, document, mobile number, name or initials fit, by number, from behind ``after``; and how they
    were looked for. branch_id: where names and initials are looked for; None: everywhere. Refuses like ``how``.
    """
    by, wanted = how(text)
    if by is By.IDENTIFIER:
        rows = await conn.fetch(Q.found_by_identifier, wanted, after, limit)
    else:
        query = Q.found_by_initials if by is By.INITIALS else Q.found_by_name
        rows = await conn.fetch(query, wanted, wanted + _LAST, branch_id, after, limit)
    return by, [Found(**dict(row)) for row in rows]
