"""A passkey in software, written from the WebAuthn recommendation (W3C, level 2) and not from the bank's code: what a
browser and its authenticator make of the bank's options. Everything that a thief could change may be changed."""

from __future__ import annotations

import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN, RP_ID = "http://localhost:8000", "localhost"
USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One ES256 key on one device. counter: how often it has signed."""

    def __init__(self, id: bytes | None = None) -> None:
        self.id = id or os.urandom(32)
        self.counter = 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(
        self, options: dict[str, Any], *, origin: str = ORIGIN, rp_id: str | None = None, verified: bool = True,
        challenge: bytes | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The answer to ``navigator.credentials.create``, without attestation."""
        asked = decoded(options["challenge"]) if challenge is None else challenge
        point = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(cose)
        data = self._data(rp_id or options["rp"]["id"], verified, ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            {
                "clientDataJSON": encoded(self._client("webauthn.create", asked, origin)),
                "attestationObject": encoded(attestation),
            }
        )

    def get(
        self, challenge: bytes, *, origin: str = ORIGIN, rp_id: str = RP_ID, verified: bool = True,
        counter: int | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The answer to ``navigator.credentials.get``."""
        self.counter = self.counter + 1 if counter is None else counter
        data = self._data(rp_id, verified, 0)
        client = self._client("webauthn.get", challenge, origin)
        signature = self._key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._credential(
            {
                "clientDataJSON": encoded(client),
                "authenticatorData": encoded(data),
                "signature": encoded(signature),
            }
        )

    def _data(self, rp_id: str, verified: bool, flags: int) -> bytes:
        flags |= USER_PRESENT | (USER_VERIFIED if verified else 0)
        return sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.counter)

    @staticmethod
    def _client(type: str, challenge: bytes, origin: str) -> bytes:
        return json.dumps({"type": type, "challenge": encoded(challenge), "origin": origin}).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        id = encoded(self.id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response}
