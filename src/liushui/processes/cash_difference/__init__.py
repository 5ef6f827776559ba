"""Overages and shortages (长短款): found, booked, traced, settled."""
