"""Group commit: requests that arrive while a batch is being written become the next batch.

Two ways to write a batch, with the same planner and the same posting function:

*Foreseen* (the normal one): the states of accounts are remembered, and requests are planned as they arrive,
while the database writes the batch before; accounts not yet remembered are read at the same time on a second
connection. A batch is then one statement. It names the epoch that it was planned for; if anybody else has
written since, the database refuses it whole, nothing has happened, and its requests go the other way. (An
account that is read while a batch is under way is not touched by that batch, or it would be remembered.)

*Locked*: take the sequencer's lock, read keys and accounts, plan, write, commit. Used after a batch was
refused, while several processes write at once, for repeated idempotency keys, and after a lost connection
(the keys tell which requests had been committed).

No answer, not even a refusal, leaves before the database has confirmed the state it was computed from.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

import asyncpg

from liushui.kernel.clock import Clock, monotonic_s
from liushui.kernel.errors import Fault, Refused, refuse
from liushui.ledger import repository
from liushui.ledger.batch import Batch
from liushui.ledger.model import LedgerLimits, Posted, Request
from liushui.ledger.planner import Planner, WorkingSet
from liushui.store.database import CONNECTION_LOST, Database, Head, PoolConnection, is_full
from liushui.store.database import Q as STORE_Q

BATCH_MAX = 1_000
WAITING_MAX = 20_000
REMEMBERED_MAX = 250_000
GIVE_UP_AFTER_S = 5.0
ALONE_AFTER_TURNS = 3
_LOG = logging.getLogger(__name__)
_KEY_USED = asyncpg.UniqueViolationError


class _Waiting(NamedTuple):
    request: Request
    future: asyncio.Future[Posted]


class _Answer(NamedTuple):
    """What a request will be told. posted: numbered inside its batch, or, where ``stored``, as it was
    numbered when its key was used first."""

    waiting: _Waiting
    posted: Posted | None
    refused: Refused | None
    stored: bool = False


class _Foreseen:
    """A batch under construction, with the answers it will give."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.answers: list[_Answer] = []
        self.keys: set[str] = set()


class GroupCommit:
    """The writer of one process. submit() from any task of the event loop that start() ran on."""

    def __init__(self, db: Database, clock: Clock, limits: LedgerLimits) -> None:
        self._db = db
        self._clock = clock
        self._planner = Planner(limits)
        self._known = WorkingSet()
        self._head: tuple[int, date] | None = None  # epoch and business date that _known stands for
        self._alone_turns = 0  # locked batches in a row between which nobody else wrote
        self._foreseen: _Foreseen | None = None
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._wake_reader = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._confirmed: tuple[Sequence[_Answer], int] = ((), 0)
        self._closing = False
        self._conn: PoolConnection | None = None
        self._lost_since: float | None = None
        self.batches = 0
        self.statements = 0

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._run(), name="group-commit-writer"),
            loop.create_task(self._read_ahead(), name="group-commit-reader"),
        ]

    async def close(self) -> None:
        """Write what waits, then stop."""
        self._closing = True
        self._wake.set()
        if self._tasks:
            await self._tasks[0]
            self._tasks[1].cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._release()

    def submit(self, request: Request) -> asyncio.Future[Posted]:
        """Queue a request; the future gives the answer or raises ``Refused``. Refuses ``busy`` at once where
        too many wait already."""
        if self._closing or len(self._queue) >= WAITING_MAX:
            raise refuse("busy")
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        if self._queue or not self._foresee(waiting):
            self._queue.append(waiting)
            self._wake_reader.set()
        self._wake.set()
        return waiting.future

    def _foresee(self, waiting: _Waiting) -> bool:
        """Plan a request on arrival where everything it needs is remembered."""
        if not self._foresees or not repository.is_known(self._known, waiting.request):
            return False
        return self._plan(waiting)

    @property
    def _foresees(self) -> bool:
        return self._head is not None and self._alone_turns >= ALONE_AFTER_TURNS

    def _plan(self, waiting: _Waiting) -> bool:
        assert self._head is not None
        foreseen = self._foreseen
        if foreseen is None:
            foreseen = self._foreseen = _Foreseen(Batch(self._head[1], self._clock.now()))
        key = waiting.request.header.key
        if key in foreseen.keys or len(foreseen.answers) >= BATCH_MAX:
            return False
        foreseen.keys.add(key)
        try:
            posted = self._planner.plan(self._known, foreseen.batch, waiting.request)
        except Refused as refused:
            foreseen.answers.append(_Answer(waiting, None, refused))
        else:
            foreseen.answers.append(_Answer(waiting, posted, None))
        return True

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._foreseen or (self._queue and not self._foresees):
                try:
                    if self._foresees:
                        await self._write_foreseen()
                    else:
                        self._deliver_confirmed()
                        await self._write_locked(self._take())
                    self._lost_since = None
                except CONNECTION_LOST:
                    await self._wait_for_database()
                except Exception as error:  # a defect of ours: whoever waits must hear of it
                    _LOG.exception("group commit failed")
                    self._fail_all(error)
            self._deliver_confirmed()
            if self._queue:
                self._wake_reader.set()
            elif self._closing:
                return

    async def _read_ahead(self) -> None:
        """Read the accounts that queued requests name, then plan those requests, in the order of arrival."""
        while True:
            await self._wake_reader.wait()
            self._wake_reader.clear()
            reading = True
            while reading and self._queue and self._foresees and not self._is_full():
                try:
                    reading = await self._plan_queue()
                except CONNECTION_LOST:
                    self._forget()
                    await asyncio.sleep(0.1)
                except Exception as error:
                    _LOG.exception("reading ahead failed")
                    self._fail_all(error)
                self._wake.set()

    async def _plan_queue(self) -> bool:
        """Plan what waits, as far as one batch takes it. False where the next must wait for the next batch, because
        this one is full or has its key already; whatever came after it waits behind it."""
        known = self._known
        ahead = [waiting.request for waiting in islice(self._queue, BATCH_MAX)]
        if not all(repository.is_known(known, request) for request in ahead):
            self.statements += 1
            async with self._db.pool.acquire() as conn:
                await repository.load(conn, known, ahead)
        if known is not self._known or not self._foresees:
            return True
        for _ in range(min(len(ahead), len(self._queue))):
            if not self._plan(self._queue[0]):
                return False
            self._queue.popleft()
        return True

    def _is_full(self) -> bool:
        return self._foreseen is not None and len(self._foreseen.answers) >= BATCH_MAX

    async def _write_foreseen(self) -> None:
        """One batch, one statement."""
        conn = await self._connection()
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is None:
            return
        assert self._head is not None
        epoch, business_date = self._head
        try:
            if foreseen.batch.size == 0:
                self.statements += 1
                base = 0
                if await conn.fetchval(repository.Q.read_epoch) != epoch:
                    raise asyncpg.SerializationError("only refusals, and the books have moved on")
            else:
                base = await self._send(conn, foreseen.batch, epoch)
                self._head = (epoch + 1, business_date)
        except Exception as error:
            await self._take_back(foreseen.answers, error)
            if isinstance(error, asyncpg.SerializationError):
                self._alone_turns = 0
            elif not isinstance(error, _KEY_USED):
                _LOG.warning("the database refused a batch: %s", type(error).__name__)
            return
        self.batches += 1
        try:
            answers = await self._with_repeats(conn, foreseen.answers)
        except Exception as error:  # durable, but not answered: the keys will tell
            await self._take_back(foreseen.answers, error)
            return
        self._deliver_confirmed()  # a batch of refusals alone has sent nothing, so they still wait
        self._confirmed = (answers, base)
        if self._known.size > REMEMBERED_MAX:
            self._make_room()

    async def _take_back(self, answers: Sequence[_Answer], error: Exception) -> None:
        """None of these can be given: ask for all anew. Raises the error again where it is no refusal of the
        database: a lost connection, or a defect of ours, of which those who wait will then hear."""
        self._deliver_confirmed()
        self._requeue(answers)
        self._forget()
        if isinstance(error, CONNECTION_LOST):
            await self._release()
            raise error
        if not isinstance(error, asyncpg.PostgresError):
            raise error

    async def _send(self, conn: PoolConnection, batch: Batch, epoch: int) -> int:
        """Write a batch; while the database works on it, answer the one before and plan the next.

        The arguments are taken down before anything is awaited: from then on arrivals plan on from here.
        """
        self.statements += 1
        sending = asyncio.ensure_future(conn.fetchval(repository.Q.post, *batch.arguments(epoch)))
        await asyncio.sleep(0)
        self._deliver_confirmed()
        self._wake_reader.set()
        base: int | None = await sending
        if base is None:
            raise asyncpg.SerializationError("a key of the batch has been used for another write")
        return base

    async def _with_repeats(self, conn: PoolConnection, answers: list[_Answer]) -> list[_Answer]:
        """A refusal may be the repetition of a request that was posted (and left too little money for a second
        time): its key decides. What was posted a second time the database has refused already."""
        refused = [answer.waiting.request for answer in answers if answer.refused is not None]
        if not refused:
            return answers
        self.statements += 1
        first = await repository.first_answers(conn, refused)
        return [_repeated(answer, first) for answer in answers] if first else answers

    def _deliver_confirmed(self) -> None:
        """Give the answers of the last durable batch. They wait only until the next batch is on its way."""
        answers, base = self._confirmed
        self._confirmed = ((), 0)
        _deliver(answers, base)

    async def _write_locked(self, taken: Sequence[_Waiting]) -> None:
        """One batch under the sequencer's lock. If the database refuses it, one by one: only the guilty fails."""
        try:
            answers, base = await self._locked_transaction(taken)
        except CONNECTION_LOST:
            self._queue.extendleft(reversed(taken))
            self._forget()
            raise
        except asyncpg.PostgresError as error:
            self._forget()
            refused = _refusal_of_all(error)
            if refused is None and len(taken) > 1:
                for waiting in taken:
                    await self._write_locked([waiting])
                return
            _LOG.warning("the database refused %d requests: %s", len(taken), type(error).__name__)
            for waiting in taken:
                _set_exception(waiting.future, refused or error)
            return
        self.batches += 1
        _deliver(answers, base)

    async def _locked_transaction(self, taken: Sequence[_Waiting]) -> tuple[list[_Answer], int]:
        async with self._db.pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(STORE_Q.lock_head)
            if row is None:
                raise RuntimeError("the database has no commit_head: migrations have not run")
            head = Head(*row)
            alone = self._head is not None and head.epoch == self._head[0] + 1
            known = self._known if alone else WorkingSet()
            self._head = None
            requests = [waiting.request for waiting in taken]
            batch, answers = await plan_under_lock(conn, known, self._planner, self._clock, head, requests)
            base = 0
            if batch.size:
                base = await conn.fetchval(repository.Q.post, *batch.arguments(None))
            self.statements += 4
        known.holds.clear()
        known.originals.clear()
        self._known = known
        self._head = (head.epoch, head.business_date)
        self._alone_turns = self._alone_turns + 1 if alone else 0
        return [_Answer(w, *answer) for w, answer in zip(taken, answers, strict=True)], base

    def _take(self) -> list[_Waiting]:
        return [self._queue.popleft() for _ in range(min(BATCH_MAX, len(self._queue)))]

    def _requeue(self, answers: Sequence[_Answer]) -> None:
        """Back to the head of the queue, before what was foreseen after them."""
        later = self._foreseen.answers if self._foreseen else []
        self._foreseen = None
        self._queue.extendleft(reversed([answer.waiting for answer in (*answers, *later)]))

    def _forget(self) -> None:
        """Trust no remembered state any more; what was planned on it is planned anew."""
        if self._foreseen is not None:
            self._requeue(())
        self._known = WorkingSet()
        self._head = None

    def _make_room(self) -> None:
        """Remember no accounts; they are read again when they are named again."""
        self._requeue(())
        self._known = WorkingSet()

    async def _wait_for_database(self) -> None:
        """After a lost connection: try again a while; then say that nothing is known of what waits."""
        self._lost_since = self._lost_since or monotonic_s()
        if monotonic_s() - self._lost_since > GIVE_UP_AFTER_S or self._closing:
            self._fail_all(Refused(Fault("database_unavailable")))
        await asyncio.sleep(0.1)

    def _fail_all(self, error: Exception) -> None:
        self._deliver_confirmed()
        self._forget()
        for waiting in self._queue:
            _set_exception(waiting.future, error)
        self._queue.clear()

    async def _connection(self) -> PoolConnection:
        if self._conn is not None and not _is_open(self._conn):
            await self._release()
        if self._conn is None:
            self._conn = await self._db.pool.acquire()
        return self._conn

    async def _release(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            with contextlib.suppress(*CONNECTION_LOST):
                await self._db.pool.release(conn)


def _is_open(conn: PoolConnection) -> bool:
    """Of a connection that was lost while idle the pool has taken the handle away: even asking raises."""
    try:
        return not conn.is_closed()
    except asyncpg.InterfaceError:
        return False


class Planned(NamedTuple):
    """A batch and the answers it will give, in the order of the requests."""

    batch: Batch
    answers: list[tuple[Posted | None, Refused | None, bool]]


async def plan_under_lock(
    conn: PoolConnection, known: WorkingSet, planner: Planner, clock: Clock, head: Head,
    requests: Sequence[Request],
) -> Planned:  # fmt: skip
    """Answer known keys, read what the rest needs, plan it in order. The caller holds the sequencer's lock."""
    first = await repository.first_answers(conn, requests)
    stored = frozenset(first)
    await repository.load(conn, known, [r for r in requests if r.header.key not in stored])
    batch = Batch(head.business_date, clock.now())
    answers: list[tuple[Posted | None, Refused | None, bool]] = []
    for request in requests:
        key = request.header.key
        try:
            if key in first:
                posted = _same(first[key], request)
            else:
                posted = planner.plan(known, batch, request)
                first[key] = (request.digest, posted)
        except Refused as refused:
            answers.append((None, refused, False))
        else:
            answers.append((posted, None, key in stored))
    return Planned(batch, answers)


def _same(first: repository.First, request: Request) -> Posted:
    if first is None or first[0] != request.digest:
        raise refuse("key_reused")
    return first[1]._replace(replayed=True)


def _repeated(answer: _Answer, first: Mapping[str, repository.First]) -> _Answer:
    request = answer.waiting.request
    if answer.refused is None or request.header.key not in first:
        return answer
    try:
        return _Answer(answer.waiting, _same(first[request.header.key], request), None, stored=True)
    except Refused as reused:
        return _Answer(answer.waiting, None, reused)


def _deliver(answers: Sequence[_Answer], base: int) -> None:
    for (_, future), posted, refused, stored in answers:
        if future.done():  # whoever asked has gone away; the key gives the answer when it comes back
            continue
        if refused is not None:
            future.set_exception(refused)
        elif posted is not None:
            future.set_result(posted if stored else Posted(base + posted[0], *posted[1:]))


def _refusal_of_all(error: asyncpg.PostgresError) -> Refused | None:
    """Faults of the database that say nothing about any single request."""
    if is_full(error):
        return Refused(Fault("database_full"))
    if isinstance(error, asyncpg.LockNotAvailableError):
        return Refused(Fault("busy"))
    return None


def _set_exception(future: asyncio.Future[Posted], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
