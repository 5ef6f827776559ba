"""The chart of accounts, as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from liushui.kernel.errors import Fault, raise_if_any, refuse

_CODE = re.compile(r"\d{4}(\.\d{2})*")
_SIDE_OF_CLASS = {
    "asset": "debit",
    "expense": "debit",
    "liability": "credit",
    "equity": "credit",
    "income": "credit",
    "common": "either",
}


@dataclass(frozen=True, slots=True)
class GlAccount:
    """One account of the general ledger. level: 1 for a four-digit code, one more a dot."""

    code: str
    zh: str
    en: str
    kind: str
    side: str
    postable: bool

    @property
    def level(self) -> int:
        return self.code.count(".") + 1

    @property
    def debit_normal(self) -> bool:
        """Common accounts (clearing, exchange) show their balance on the credit side."""
        return self.side == "debit"


class Chart:
    """A whole chart. Building one checks it and refuses with every fault at once."""

    def __init__(self, rows: list[Mapping[str, Any]]) -> None:
        raise_if_any(_faults(rows))
        parents = {str(row["code"]).rpartition(".")[0] for row in rows}
        self._accounts = {
            str(r["code"]): GlAccount(
                str(r["code"]), r["zh"], r["en"], r["class"], r["side"], postable=str(r["code"]) not in parents
            )
            for r in rows
        }  # fmt: skip

    def __iter__(self) -> Iterator[GlAccount]:
        return iter(self._accounts.values())

    def get(self, code: str) -> GlAccount:
        """Refuses ``gl_code_unknown``."""
        account = self._accounts.get(code)
        if account is None:
            raise refuse("gl_code_unknown", gl_code=code)
        return account

    def leaf(self, code: str) -> GlAccount:
        """An account that takes postings. Refuses ``gl_code_unknown`` and ``gl_code_not_postable``."""
        account = self.get(code)
        if not account.postable:
            raise refuse("gl_code_not_postable", gl_code=code)
        return account


def _faults(rows: list[Mapping[str, Any]]) -> list[Fault]:
    faults: list[Fault] = []
    codes = [str(row.get("code", "")) for row in rows]
    for index, (row, code) in enumerate(zip(rows, codes, strict=True)):
        place = f"accounts.{index}"
        if not _CODE.fullmatch(code):
            faults.append(Fault("gl_code_malformed", {"gl_code": code}, place))
        if codes.count(code) > 1:
            faults.append(Fault("gl_code_twice", {"gl_code": code}, place))
        parent = code.rpartition(".")[0]
        if parent and parent not in codes:
            faults.append(Fault("gl_parent_missing", {"gl_code": code}, place))
        if not row.get("zh") or not row.get("en"):
            faults.append(Fault("gl_label_missing", {"gl_code": code}, place))
        usual = _SIDE_OF_CLASS.get(str(row.get("class")))
        if usual is None:
            faults.append(Fault("gl_class_unknown", {"gl_code": code}, place))
        elif row.get("side") not in ("debit", "credit", "either") or (
            (row.get("side") != usual) != bool(row.get("contra", False))
        ):
            faults.append(Fault("gl_side_wrong", {"gl_code": code}, place))
    return faults


@cache
def load_chart() -> Chart:
    """The chart that ships with the bank."""
    text = resources.files("liushui.accounting").joinpath("chart_of_accounts.yaml").read_text("utf-8")
    return Chart(yaml.safe_load(text)["accounts"])
