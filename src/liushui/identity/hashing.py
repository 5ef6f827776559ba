"""Passwords as argon2id hashes. Slow on purpose, so it is done in a thread, and best where nothing is locked."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

LENGTH_LOOKED_AT = 1024
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's least for argon2id
NOBODY = _HASHER.hash(secrets.token_hex(16))
"""A hash that nothing matches: compared with where there is none, so that both take the same time."""


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_HASHER.hash, _bytes(password))


async def password_matches(hashed: str, password: str) -> bool:
    return await asyncio.to_thread(_matches, hashed, password)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, _bytes(password[:LENGTH_LOOKED_AT]))
    except VerifyMismatchError:
        return False


def _bytes(password: str) -> bytes:
    """Any text at all, also a lone surrogate, which has no UTF-8 and would make the hash raise."""
    return password.encode(errors="surrogatepass")
