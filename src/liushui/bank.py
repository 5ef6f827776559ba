"""One bank, put together: every service on one database. Channels, replay and commands get it ready-made."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from liushui.accounting import InternalAccounts, Templates, load_templates, verify_general_ledger
from liushui.cash import AbandonedCash, Cash, verify_cash
from liushui.deposits import AccountOpening, Deposits, MovementNotices, verify_blocks
from liushui.deposits.placed import verify_placed
from liushui.eod import DayEnd, Steps, given_before, verify_days
from liushui.identity import Sessions
from liushui.kernel.clock import Clock
from liushui.kernel.errors import Fault
from liushui.ledger import Directory, Ledger, LedgerLimits
from liushui.ledger.verify import verify_books
from liushui.parties import IdentityService, IdentityStandIn
from liushui.payments import AbandonedOrders, Payments, StandingOrders, TransferOrders
from liushui.processes import Processes, Services
from liushui.products import verify_products
from liushui.reporting import Reporting
from liushui.self_service import CustomerSessions, Proofs, RelyingParty, verify_signatures
from liushui.store.database import POOL_SIZE_DEFAULT, Database, PoolConnection
from liushui.store.given import NOTHING
from liushui.store.outbox import Handler
from liushui.store.vault import Vault
from liushui.workflow import Catalogue
from liushui.workflow.verify import verify_processes

POSTINGS = ("liushui.cash", "liushui.deposits", "liushui.payments", "liushui.replay")


@dataclass(frozen=True, slots=True)
class Bank:
    """The services of a running bank."""

    db: Database
    clock: Clock
    ledger: Ledger
    directory: Directory
    internal: InternalAccounts
    templates: Templates
    sessions: Sessions
    deposits: Deposits
    payments: Payments
    opening: AccountOpening
    processes: Processes
    identity_service: IdentityService
    transfers: TransferOrders
    standing: StandingOrders
    vault: Vault
    day_end: DayEnd
    reporting: Reporting
    proofs: Proofs
    customer_sessions: CustomerSessions
    cash: Cash

    @property
    def handlers(self) -> tuple[Handler, ...]:
        """Who is told of events by the worker."""
        return (
            MovementNotices(), self.processes.post, AbandonedOrders(self.transfers), AbandonedCash(self.clock, self.cash),
        )  # fmt: skip


@asynccontextmanager
async def open_bank(
    dsn: str, clock: Clock, *, limits: LedgerLimits | None = None, pool_size: int = POOL_SIZE_DEFAULT,
    identity_service: IdentityService | None = None, vault: Vault | None = None,
    relying_party: RelyingParty | None = None,
) -> AsyncGenerator[Bank]:  # fmt: skip
    """Connect to a migrated database and start writing; stops cleanly at the end. identity_service: the police's; None
    is the local stand-in. vault: seals secrets of customers; None: with the key file that the environment names.
    relying_party: who the bank is to passkeys; None: as the environment says."""
    police = identity_service or IdentityStandIn()
    db = await Database.connect(dsn, pool_size=pool_size)
    ledger = Ledger(db, clock, limits)
    ledger.start()
    directory, internal, templates = Directory(db), InternalAccounts(db), load_templates(POSTINGS)
    deposits = Deposits(db, clock, ledger, directory, internal, templates)
    payments = Payments(db, clock, ledger, directory, templates)
    opening = AccountOpening(clock, ledger, deposits)
    transfers, safe = TransferOrders(clock, ledger, payments), vault or Vault.from_environment()
    proofs = Proofs(clock, safe, relying_party or RelyingParty.from_environment())
    cash = Cash(clock, ledger, internal, templates)
    standing = StandingOrders(clock, ledger, templates, transfers)
    services = Services(
        db,
        clock,
        ledger,
        directory,
        internal,
        templates,
        deposits,
        payments,
        opening,
        police,
        transfers,
        standing,
        safe,
        proofs,
        cash,
    )
    try:
        yield Bank(
            db, clock, ledger, directory, internal, templates, Sessions(db, clock), deposits, payments,
            opening, Processes(services), police, transfers, standing, safe,
            DayEnd(db, clock, Steps(clock, ledger, templates, standing).by_name()),
            Reporting(db, clock, templates), proofs, CustomerSessions(db, clock), cash,
        )  # fmt: skip
    finally:
        await ledger.close()
        await db.close()


async def verify(
    db: Database, progress: Callable[[str], None] = lambda _: None, *, since: date | None = None
) -> list[Fault]:
    """Everything that ``liushui verify`` checks, at one moment of the database. See ``verify_within``."""
    async with db.survey() as conn:
        return await verify_within(conn, Catalogue(db), progress, since=since)


async def verify_within(
    conn: PoolConnection,
    catalogue: Catalogue,
    progress: Callable[[str], None] = lambda _: None,
    *,
    since: date | None = None,
) -> list[Fault]:
    """The first differences of every kind, in a transaction that sees one moment. since: take as given what stood at the
    cut-off of the last day closed and sealed before it, and prove the rest (docs/decisions/0025 says what that leaves to
    trust); None: prove everything. Refuses ``verify_no_closed_day``."""
    given = NOTHING if since is None else await given_before(conn, since)
    faults = await verify_books(conn, progress, given)
    progress("general ledger")
    faults += await verify_general_ledger(conn, given)
    progress("blocks")
    faults += await verify_blocks(conn)
    progress("placed deposits")
    faults += await verify_placed(conn)
    progress("closed days")
    faults += await verify_days(conn, given)
    progress("products")
    faults += await verify_products(conn)
    progress("electronic signatures")
    faults += await verify_signatures(conn, given)
    progress("cash")
    faults += await verify_cash(conn, given)
    progress("processes")
    return faults + await verify_processes(conn, catalogue, given)
