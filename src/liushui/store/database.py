"""The pool and the unit of work.

``Database.transact`` is the only way to write: it runs one use case in one transaction, commits when the use
case returns and rolls back when it raises. No code outside this package commits.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias, TypeVar

import asyncpg

from liushui.kernel.errors import Fault, Refused
from liushui.store.queries import Queries

Q = Queries("liushui.store")
Result = TypeVar("Result")
PoolConnection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

POOL_SIZE_DEFAULT = 8
LOOKUPS_SIZE = 2
SURVEYS_SIZE = 1
STATEMENT_S_DEFAULT = 120.0
ATTEMPTS_MAX = 4
CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server has said farewell, and we spoke before we had heard it
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
    OSError,
)
_OUT_OF_RESOURCES = (asyncpg.InsufficientResourcesError, asyncpg.PostgresIOError)
_WRITES_FILES = ("mdextend", "mdzeroextend", "mdwritev", "BufFileDumpBuffer")
_RETRYABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class Head(NamedTuple):
    """The bank's single sequence, as read under its lock (see ``commit_head`` in migrations/0001).

    Whoever holds the lock may write events, journals and account states; everybody who does so advances
    ``epoch``. The order of epochs is the order of commits, so "everything up to here" is a number.
    """

    epoch: int
    last_event_id: int
    last_journal_id: int
    business_date: date


class UnitOfWork:
    """One transaction of one use case. conn: run SQL on it; it is valid only inside the use case."""

    def __init__(self, conn: PoolConnection) -> None:
        self.conn = conn
        self._head: Head | None = None

    async def head(self) -> Head:
        """Take the sequencer's lock (once), advance its epoch and return it. Held until the end."""
        if self._head is None:
            row = await self.conn.fetchrow(Q.lock_head)
            if row is None:
                raise RuntimeError("the database has no commit_head: migrations have not run")
            self._head = Head(*row)
        return self._head

    async def start_books(self, business_date: date) -> None:
        """Make an empty, migrated database the database of a bank."""
        await self.conn.execute(Q.start_books, business_date)

    async def advance_business_date(self, to: date) -> date:
        """Cut-off: journals written after this commit book on ``to``. Refuses ``business_date_not_later``."""
        await self.head()
        moved: date | None = await self.conn.fetchval(Q.advance_business_date, to)
        if moved is None:
            raise Refused(Fault("business_date_not_later", {"to": to.isoformat()}))
        self._head = None
        return moved

    async def emit(
        self,
        kind: str,
        recorded_at: datetime,
        *,
        subjects: Sequence[int] = (),
        journal_id: int | None = None,
        payload: dict[str, Any] | None = None,
    ) -> int:
        """Write one event in this transaction and return its id.

        kind: past tense, ``account_opened``. subjects: ids of ledger accounts it is about; events of one
        account are delivered in order. payload: JSON; never a document number or a secret.
        """
        await self.head()
        body = None if payload is None else json.dumps(payload, ensure_ascii=False)
        return await self.conn.fetchval(Q.insert_event, kind, recorded_at, journal_id, list(subjects), body)

    async def idempotent(
        self, key: str, digest: bytes, recorded_at: datetime, work: Callable[[], Awaitable[dict[str, Any]]]
    ) -> tuple[dict[str, Any], bool]:
        """Run ``work`` once per key, in this transaction; return its JSON result and whether it was replayed.

        The same key with another digest is refused with ``key_reused``. A refused ``work`` leaves no trace.
        """
        await self.conn.execute(Q.lock_key, key)
        row = await self.conn.fetchrow(Q.find_key, key)
        if row is not None:
            if row["digest"] != digest:
                raise Refused(Fault("key_reused"))
            return json.loads(row["result"]), True
        result = await work()
        await self.conn.execute(
            Q.insert_key, key, digest, json.dumps(result, ensure_ascii=False), recorded_at
        )
        return result, False


class Database:
    """A pool of connections to one database."""

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        lookups: asyncpg.Pool[asyncpg.Record],
        surveys: asyncpg.Pool[asyncpg.Record],
    ) -> None:
        self.pool = pool
        self._lookups = lookups
        self._surveys = surveys

    @classmethod
    async def connect(
        cls, dsn: str, *, pool_size: int = POOL_SIZE_DEFAULT, statement_s: float = STATEMENT_S_DEFAULT
    ) -> Database:
        """Open a pool. dsn: a libpq URI, or the one that the embedded server gives. statement_s: seconds after which a
        statement is given up, those of a survey excepted."""
        pool, lookups, surveys = [
            await asyncpg.create_pool(
                dsn, min_size=least, max_size=most, server_settings=session_settings(), command_timeout=seconds,
                reset=_nothing_to_reset,
            )
            for least, most, seconds in (
                (1, pool_size, statement_s), (0, LOOKUPS_SIZE, statement_s), (0, SURVEYS_SIZE, None),
            )
        ]  # fmt: skip
        return cls(pool, lookups, surveys)

    async def close(self) -> None:
        for pool in (self._surveys, self._lookups, self.pool):
            try:
                await asyncio.wait_for(pool.close(), timeout=5)
            except TimeoutError:
                pool.terminate()

    async def transact(self, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
        """Run one use case in one transaction: commit when it returns, roll back when it raises.

        A deadlock or a serialisation failure runs it again. A lost connection or a full disk is refused with
        ``database_unavailable`` or ``database_full``: nothing was answered, and the same key may be tried again.
        """
        for attempt in range(ATTEMPTS_MAX):
            try:
                async with self.pool.acquire() as conn, conn.transaction():
                    return await work(UnitOfWork(conn))
            except _RETRYABLE:
                if attempt == ATTEMPTS_MAX - 1:
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
            except CONNECTION_LOST as error:
                raise Refused(Fault("database_unavailable")) from error
            except asyncpg.PostgresError as error:
                if not is_full(error):
                    raise
                raise Refused(Fault("database_full")) from error
        raise AssertionError("unreachable")

    async def once(
        self,
        key: str,
        content: object,
        recorded_at: datetime,
        work: Callable[[UnitOfWork], Awaitable[dict[str, Any]]],
    ) -> tuple[dict[str, Any], bool]:
        """A use case that makes no journal, in one transaction and once per key; see ``UnitOfWork.idempotent``.

        content: what the request says, without secrets: its ``repr`` is hashed, to tell a repetition from another
        request under the same key.
        """
        digest = sha256(repr(content).encode(errors="surrogatepass")).digest()
        return await self.transact(lambda uow: uow.idempotent(key, digest, recorded_at, lambda: work(uow)))

    async def has_books(self) -> bool:
        """Whether this is the database of a bank."""
        return await self.pool.fetchval(Q.has_books)

    async def has_journals(self) -> bool:
        """Whether anything has been booked."""
        return await self.pool.fetchval(Q.has_journals)

    async def is_known(self, key: str) -> bool:
        """Whether a write other than a journal has been done under this key."""
        return await self.pool.fetchval(Q.find_key, key) is not None

    @asynccontextmanager
    async def look_up(self) -> AsyncGenerator[PoolConnection]:
        """A connection for one short query that a use case may need while it holds a connection already. It comes
        from a pool of its own: out of one pool, as many use cases as it has connections would wait for each other."""
        try:
            async with self._lookups.acquire() as conn:
                yield conn
        except CONNECTION_LOST as error:
            raise Refused(Fault("database_unavailable")) from error

    @asynccontextmanager
    async def survey(self) -> AsyncGenerator[PoolConnection]:
        """A ``read`` of whole tables: they are joined whole, and a statement may take as long as the tables are large. There
        is one at a time."""
        async with self._moment(self._surveys) as conn:
            await conn.execute(Q.join_whole_tables)
            yield conn

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[PoolConnection]:
        """A read-only transaction that sees one moment: sums taken in it agree with each other. Refuses
        ``database_unavailable``, ``database_full`` and ``database_slow``, a statement having been given up."""
        async with self._moment(self.pool) as conn:
            yield conn

    @asynccontextmanager
    async def _moment(self, pool: asyncpg.Pool[asyncpg.Record]) -> AsyncGenerator[PoolConnection]:
        try:
            async with (
                pool.acquire() as conn,
                conn.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield conn
        except TimeoutError as error:
            # To Python an OSError; a lost connection only where the system says so.
            code = "database_slow" if error.errno is None else "database_unavailable"
            raise Refused(Fault(code)) from error
        except CONNECTION_LOST as error:
            raise Refused(Fault("database_unavailable")) from error
        except asyncpg.PostgresError as error:  # a look at much needs room for temporary files
            if not is_full(error):
                raise
            raise Refused(Fault("database_full")) from error


def is_full(error: Exception) -> bool:
    """Whether the server had no room. A quota or a limit on the size of files (EDQUOT, EFBIG) it reports as an
    internal error of its storage manager, not as a full disk."""
    if isinstance(error, asyncpg.InternalServerError):
        return getattr(error, "server_source_function", None) in _WRITES_FILES
    return isinstance(error, _OUT_OF_RESOURCES)


async def _nothing_to_reset(_: object) -> None:
    """No statement of ours leaves settings, cursors or advisory locks behind its transaction, so a connection
    goes back to the pool without asyncpg's RESET: a round trip less for every look-up."""


def session_settings() -> dict[str, str]:
    """What every session of ours sets: text that does not depend on the server's locale, and durability
    that nobody can have switched off for the cluster."""
    return {
        "application_name": "liushui",
        "timezone": "UTC",
        "datestyle": "ISO, YMD",
        "synchronous_commit": "on",
        "lock_timeout": "20s",
        "idle_in_transaction_session_timeout": "60s",
        "jit": "off",
    }
