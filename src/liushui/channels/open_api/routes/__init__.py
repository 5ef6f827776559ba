"""The endpoints. Each authenticates, parses, calls one use case and renders; none decides anything."""

from __future__ import annotations

from liushui.channels.open_api.routes import (
    accounts,
    books,
    customers,
    days,
    holds,
    postings,
    processes,
    reports,
    staff,
    system,
    tasks,
)

ROUTERS = (
    postings.router,
    accounts.router,
    holds.router,
    tasks.router,
    processes.router,
    books.router,
    days.router,
    reports.router,
    customers.router,
    staff.router,
    system.router,
)
"""The busiest first: routes are matched in order."""
