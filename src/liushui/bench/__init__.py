"""Figures that anybody can measure again: ``liushui bench NAME``. Each prints its peer from the same run."""

from collections.abc import Callable
from typing import Any

from liushui.bench import eod, http, pages, posting, process

Measure = Callable[[int, Callable[[str], None]], dict[str, Any]]
BENCHMARKS: dict[str, tuple[Measure, Callable[[dict[str, Any]], str]]] = {
    "eod": (eod.measure, eod.report_as_text),
    "posting": (posting.measure, posting.report_as_text),
    "http": (http.measure, http.report_as_text),
    "pages": (pages.measure, pages.report_as_text),
    "process": (process.measure, process.report_as_text),
}
"""By name: what measures, and what writes its result for people."""

__all__ = ["BENCHMARKS"]
