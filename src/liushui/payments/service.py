"""Transfers and reversals. Amounts in minor units."""

from __future__ import annotations

from datetime import datetime, timedelta

from liushui.accounting import Templates
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, raise_if_any
from liushui.ledger import (
    Capture,
    Directory,
    Header,
    Hold,
    Ledger,
    Line,
    Posted,
    Void,
    hold_lines,
)
from liushui.store.database import Database

HOLD_CODE, CAPTURE_CODE, VOID_CODE, REVERSAL_CODE = "HLD01", "HLD02", "HLD03", "REV01"
HOLD_LASTS_MAX = timedelta(days=31)


class Payments:
    """The use cases of payments inside the bank."""

    def __init__(
        self, db: Database, clock: Clock, ledger: Ledger, directory: Directory, templates: Templates
    ) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._directory = directory
        self._transfer = templates.get("transfer")

    async def hold(
        self, header: Header, *, payer: str, payee: str, amount: int, currency: str, expires_at: datetime
    ) -> Posted:
        """Reserve a transfer (预授权) until it is captured, voided or expires. Refuses like ``lines``, and
        ``hold_expiry_past``, ``hold_expiry_too_late``, and the ledger's codes."""
        if expires_at - self._clock.now() > HOLD_LASTS_MAX:
            raise_if_any([Fault("hold_expiry_too_late", {"days": HOLD_LASTS_MAX.days}, "expires_at")])
        lines = await self.lines(payer, payee, amount, currency)
        return await self._ledger.submit(Hold(header, lines, expires_at))

    async def capture(self, header: Header, hold_id: int, amount: int | None) -> Posted:
        """Book a hold, in whole (``amount`` None) or in part; what is not booked is released. Refuses
        ``hold_unknown``, ``hold_resolved``, ``hold_expired`` and ``capture_exceeds_hold``."""
        lines = None
        if amount is not None:
            async with self._db.read() as conn:
                held = await hold_lines(conn, hold_id)
            lines = tuple(Line(line.account_id, line.debit, amount) for line in held)
        return await self._ledger.submit(Capture(header, hold_id, lines))

    async def void(self, header: Header, hold_id: int) -> Posted:
        """Release a hold before its time. Refuses ``hold_unknown`` and ``hold_resolved``."""
        return await self._ledger.submit(Void(header, hold_id))

    async def lines(self, payer: str, payee: str, amount: int, currency: str) -> tuple[Line, ...]:
        """The lines of a transfer between two customers' accounts, of one branch or two. Refuses ``same_account`` and, for
        every account that has another currency, ``currency_differs``."""
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
        return self._transfer.lines({"payer": source.id, "payee": target.id}, {"principal": amount})

    @property
    def transfer_code(self) -> str:
        return self._transfer.code
