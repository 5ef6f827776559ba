"""Agreements that a customer signs when an account is opened, and the record of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib import resources

import yaml

from liushui.kernel.errors import Fault, raise_if_any
from liushui.store.database import UnitOfWork
from liushui.store.queries import Queries

Q = Queries("liushui.deposits", "opening.sql")
LANGUAGES = ("zh-CN", "en")
SIGNATURE_METHODS = ("signature_pad", "certificate", "paper", "one_time_password", "passkey")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AgreementText:
    """One agreement in one language and version, as it was laid before the customer."""

    name: str
    version: str
    language: str
    text: str = field(repr=False)

    @property
    def digest(self) -> bytes:
        return sha256(self.text.encode()).digest()

    def signed_digest(self, facts: Mapping[str, str | int]) -> bytes:
        """SHA-256 of the text followed by the facts it is signed for, as sorted JSON: what a signature stands for."""
        tail = json.dumps(dict(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(f"{self.text}\n{tail}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Signature:
    """How it was signed. digest: SHA-256, in hex, of the pad's strokes, the certificate's signature or the scan; online, of what
    was shown to the customer who proved it, as canonical JSON."""

    method: str
    digest: str


@cache
def agreement_text(name: str, language: str) -> AgreementText:
    """The version in force. ``KeyError`` for an agreement that the bank does not have."""
    folder = resources.files("liushui.deposits") / "agreements"
    version: str = yaml.safe_load((folder / "versions.yaml").read_text("utf-8"))[name]
    return AgreementText(name, version, language, (folder / f"{name}.{language}.md").read_text("utf-8"))


def signature_faults(signature: Signature) -> list[Fault]:
    """``signature_missing`` and ``signature_method_unknown``."""
    faults: list[Fault] = []
    if signature.method not in SIGNATURE_METHODS:
        faults.append(Fault("signature_method_unknown", field="signature_method"))
    if not _DIGEST.fullmatch(signature.digest):
        faults.append(Fault("signature_missing", field="signature_digest"))
    return faults


async def record_agreement(
    uow: UnitOfWork, *, party_id: int, case_id: int, text: AgreementText, signature: Signature,
    facts: Mapping[str, str | int], channel: str, agreed_at: datetime, witness: str,
) -> int:  # fmt: skip
    """Keep a customer's consent and signature for ever; return its number. Refuses every fault of the signature.

    facts: what the agreement was signed for, such as customer and account class. witness: who saw it signed.
    """
    raise_if_any(signature_faults(signature))
    return await uow.conn.fetchval(
        Q.insert_agreement, party_id, case_id, text.name, text.version, text.language, channel, agreed_at, witness,
        text.digest, text.signed_digest(facts), signature.method, bytes.fromhex(signature.digest),
    )  # fmt: skip
