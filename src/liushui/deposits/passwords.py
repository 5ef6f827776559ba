"""The password of an account (交易密码): six digits that the customer types; only a hash is kept.

After too many wrong tries in a row it is locked until a new one is set, with the customer's identity verified.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from liushui.deposits.repository import Q
from liushui.identity import audit, hash_password, password_matches
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault, raise_if_any, refuse
from liushui.parties import customer_by_number
from liushui.store.database import PoolConnection, UnitOfWork

_SIX_DIGITS = re.compile(r"[0-9]{6}")
_NOT_DIGITS = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True)
class PasswordState:
    """present: whether one has been set. locked: after too many wrong tries."""

    present: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """left: how many wrong tries are left before the password is locked."""

    right: bool
    locked: bool
    left: int


def password_faults(password: str, repeated: str, known: Iterable[str], field: str) -> list[Fault]:
    """Everything that is wrong with a new password. known: texts about the customer that a thief of their papers has;
    a password that stands in one of them is refused."""
    faults: list[Fault] = []
    if not _SIX_DIGITS.fullmatch(password):
        return [Fault("account_password_malformed", field=field)]
    if password != repeated:
        faults.append(Fault("account_password_differs", field=field))
    steps = {int(b) - int(a) for a, b in itertools.pairwise(password)}
    if steps in ({0}, {1}, {-1}) or len(set(password)) < 3:
        faults.append(Fault("account_password_common", field=field))
    if any(password in _NOT_DIGITS.sub("", text) for text in known):
        faults.append(Fault("account_password_guessable", field=field))
    return faults


async def password_state(conn: PoolConnection, account_id: int) -> PasswordState:
    row = await conn.fetchrow(Q.password_state, account_id)
    return PasswordState(row is not None, row is not None and row["locked_at"] is not None)


async def set_password(
    uow: UnitOfWork, clock: Clock, *, account_id: int, account: str, password: str, repeated: str, operator: str,
    field: str = "new_password",
) -> None:  # fmt: skip
    """Set the first or a new password; wrong tries and a lock are over. Refuses every fault of ``password_faults``."""
    facts = await uow.conn.fetchrow(Q.deposit_facts, account_id)
    if facts is None:
        raise refuse("account_unknown", account=account)
    owner = await customer_by_number(uow.conn, facts["customer"])
    known = [account, owner.number, owner.document_number, facts["card_number"] or "", owner.mobile or ""]
    if owner.birth_date is not None:
        known += [owner.birth_date.strftime(shape) for shape in ("%Y%m%d", "%d%m%Y", "%m%d%Y", "%d%m%y")]
    raise_if_any(password_faults(password, repeated, known, field))
    hashed = await hash_password(password)
    await uow.conn.execute(Q.set_password, account_id, hashed, clock.now(), operator)
    await audit(uow, clock, actor=operator, action="account_password_set", subject=account, outcome="done")


async def try_password(
    uow: UnitOfWork, clock: Clock, *, account_id: int, account: str, password: str, most: int, operator: str
) -> Tried:
    """Compare, and count wrong tries. A wrong one is an answer and not a refusal: a refusal would take the count with
    it. most: wrong tries in a row that lock. Refuses ``account_password_missing``."""
    row = await uow.conn.fetchrow(Q.lock_password, account_id)
    if row is None:
        raise refuse("account_password_missing", account=account)
    if row["locked_at"] is not None:
        return Tried(right=False, locked=True, left=0)
    if await password_matches(row["hash"], password):
        await uow.conn.execute(Q.count_tries, account_id, 0, None)
        return Tried(right=True, locked=False, left=most)
    wrong = row["wrong"] + 1
    locked = wrong >= most
    await uow.conn.execute(Q.count_tries, account_id, wrong, clock.now() if locked else None)
    if locked:
        await audit(uow, clock, actor=operator, action="account_password_locked", subject=account,
                    outcome="done")  # fmt: skip
    return Tried(right=False, locked=locked, left=max(most - wrong, 0))
