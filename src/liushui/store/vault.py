"""Sealing what the database must not show: AES-256-GCM under a key that is not in the database.

The key is a file (32 bytes, base64), by default in the data directory, readable by its owner alone. Whoever has the
database without the key file has no secret of it; whoever loses the key file must enrol its customers anew.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from liushui.kernel.errors import refuse

KEY_BYTES, NONCE_BYTES, MARK_BYTES = 32, 12, 4
KEY_FILE_VARIABLE = "LIUSHUI_KEY_FILE"
KEY_FILE_NAME = "secrets.key"
_VERSION = b"\x01"


class Vault:
    """Seals and opens. key: 32 bytes; None: a bank without a key, which refuses both with ``vault_closed``."""

    def __init__(self, key: bytes | None) -> None:
        if key is not None and len(key) != KEY_BYTES:
            raise refuse("vault_key_malformed")
        self._cipher = None if key is None else AESGCM(key)
        self._mark = b"" if key is None else sha256(b"liushui vault" + key).digest()[:MARK_BYTES]

    @staticmethod
    def from_environment() -> Vault:
        """By the key file that ``LIUSHUI_KEY_FILE`` names; closed where it names none."""
        path = os.environ.get(KEY_FILE_VARIABLE)
        return Vault(read_key(Path(path)) if path else None)

    def seal(self, secret: bytes, about: str) -> bytes:
        """about: whose secret it is; what is sealed for one opens for no other. Refuses ``vault_closed``."""
        if self._cipher is None:
            raise refuse("vault_closed")
        nonce = os.urandom(NONCE_BYTES)
        return _VERSION + self._mark + nonce + self._cipher.encrypt(nonce, secret, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """Refuses ``vault_closed``, and ``vault_key_wrong`` for what was sealed with another key, for somebody else,
        or changed since."""
        if self._cipher is None:
            raise refuse("vault_closed")
        head = len(_VERSION) + MARK_BYTES
        nonce, body = sealed[head : head + NONCE_BYTES], sealed[head + NONCE_BYTES :]
        if sealed[:head] != _VERSION + self._mark:
            raise refuse("vault_key_wrong")
        try:
            return self._cipher.decrypt(nonce, body, about.encode())
        except InvalidTag:
            raise refuse("vault_key_wrong") from None


def read_key(path: Path) -> bytes:
    """Refuses ``vault_key_malformed``, also where the file is missing."""
    try:
        return b64decode(path.read_text("ascii"), validate=False)
    except (OSError, ValueError):
        raise refuse("vault_key_malformed") from None


def ensure_key(path: Path) -> Path:
    """Make a key file where there is none, whole or not at all; one that is there stays."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)  # of two who make one at the same moment the first wins
        fresh.unlink()
    return path
