"""Figures that anybody can measure again: ``liushui bench NAME``. Each prints its peer from the same run."""

from liushui.bench.posting import measure, report_as_text

__all__ = ["measure", "report_as_text"]
