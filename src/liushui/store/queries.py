"""Named SQL. Statements live in ``queries.sql`` beside the code that uses them, never in Python strings.

A file is a sequence of ``-- name: statement_name`` headers, each followed by its statement.
"""

from __future__ import annotations

import re
from importlib import resources

_HEADER = re.compile(r"^-- name: ([a-z][a-z0-9_]*)$", re.MULTILINE)


class Queries:
    """The statements of one package, as attributes: ``Q = Queries("liushui.parties"); Q.insert_party``."""

    def __init__(self, package: str, file: str = "queries.sql") -> None:
        text = resources.files(package).joinpath(file).read_text("utf-8")
        parts = _HEADER.split(text)
        self._statements = {
            name: body.strip().rstrip(";") for name, body in zip(parts[1::2], parts[2::2], strict=True)
        }
        if len(self._statements) * 2 != len(parts) - 1:
            raise ValueError(f"{package}/{file}: a statement's name appears twice")

    def __getattr__(self, name: str) -> str:
        try:
            return self._statements[name]
        except KeyError:
            raise AttributeError(name) from None

    def names(self) -> tuple[str, ...]:
        return tuple(self._statements)
