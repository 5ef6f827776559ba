"""A local stand-in for the police identity service: it knows nobody and answers by rule, for trials and tests.

Digits 15 to 17 of an identity card (the serial of people born on one day in one place) choose the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from liushui.parties.identity_service import Answer, Inquiry, Verdict

BY_SERIAL: Mapping[str, Answer] = MappingProxyType({"901": Answer.MISMATCH, "902": Answer.NOT_FOUND})
SILENT_TIMES: Mapping[str, int] = MappingProxyType({"911": 1_000_000, "912": 2})
"""How often a question about such a document stays without an answer before there is one."""


@dataclass(slots=True)
class IdentityStandIn:
    """Says yes unless the serial stands in a table. ``silent_times`` may be changed while a bank runs."""

    by_serial: Mapping[str, Answer] = field(default_factory=lambda: BY_SERIAL)
    silent_times: Mapping[str, int] = field(default_factory=lambda: SILENT_TIMES)
    _asked: dict[str, int] = field(default_factory=dict[str, int])

    async def verify(self, inquiry: Inquiry, *, key: str) -> Verdict:
        """See ``IdentityService``. Only resident identity cards are covered."""
        if inquiry.document_type != "id_card":
            return Verdict(Answer.NOT_COVERED)
        serial = inquiry.document_number[14:17]
        if serial in self.silent_times:
            self._asked[key] = asked = self._asked.get(key, 0) + 1
            if asked <= self.silent_times[serial]:
                raise TimeoutError
        reference = sha256(f"{key}:{inquiry.document_number}".encode()).hexdigest()[:16]
        return Verdict(self.by_serial.get(serial, Answer.MATCH), reference)
