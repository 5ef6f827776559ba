"""The endpoints. Each authenticates, parses, calls one use case and renders; none decides anything."""

from __future__ import annotations

from liushui.channels.open_api.routes import (
    accounts,
    books,
    cash,
    customer_sessions,
    customers,
    days,
    deposits,
    holds,
    machines,
    my_bank,
    my_cases,
    my_factors,
    overview,
    postings,
    processes,
    products,
    reports,
    staff,
    standing_orders,
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
    cash.router,
    days.router,
    overview.router,
    products.router,
    reports.router,
    customers.router,
    deposits.router,
    staff.router,
    standing_orders.router,
    system.router,
    customer_sessions.router,
    my_bank.router,
    my_cases.router,
    my_factors.router,
    machines.router,
)
"""The busiest first: routes are matched in order."""
