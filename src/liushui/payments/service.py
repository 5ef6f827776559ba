"""Transfers and reversals. Amounts in minor units."""

from __future__ import annotations

from liushui.accounting import Templates
from liushui.kernel.errors import Fault, raise_if_any
from liushui.ledger import Directory, Header, Ledger, Post, Posted, Reverse

REVERSAL_CODE = "REV01"


class Payments:
    """The use cases of payments inside the bank."""

    def __init__(self, ledger: Ledger, directory: Directory, templates: Templates) -> None:
        self._ledger = ledger
        self._directory = directory
        self._transfer = templates.get("transfer")

    async def transfer(self, header: Header, *, payer: str, payee: str, amount: int, currency: str) -> Posted:
        """Move money between two customers' accounts, of one branch or two.

        ``header.code`` is set here. Refuses ``same_account``, ``currency_differs`` (for every account that has
        another currency) and the ledger's codes.
        """
        if payer == payee:
            raise_if_any([Fault("same_account", field="payee")])
        source, target = await self._directory.find_two((payer, "payer"), (payee, "payee"))
        if not source.currency == target.currency == currency:
            raise_if_any(
                [
                    Fault("currency_differs", {"account": a.number, "currency": a.currency}, field)
                    for a, field in ((source, "payer"), (target, "payee"))
                    if a.currency != currency
                ]
            )
        lines = self._transfer.lines({"payer": source.id, "payee": target.id}, {"principal": amount})
        return await self._ledger.submit(Post(header, lines))

    async def reverse(self, header: Header, journal_id: int) -> Posted:
        """Reverse a whole journal, once."""
        return await self._ledger.submit(Reverse(header, journal_id))

    @property
    def transfer_code(self) -> str:
        return self._transfer.code
