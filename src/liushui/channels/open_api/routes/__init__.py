"""The endpoints. Each authenticates, parses, calls one use case and renders; none decides anything."""

from __future__ import annotations

from liushui.channels.open_api.routes import accounts, books, customers, postings, system

ROUTERS = (postings.router, accounts.router, books.router, customers.router, system.router)
"""The busiest first: routes are matched in order."""
