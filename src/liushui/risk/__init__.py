"""Limits and thresholds of the bank (``parameters.yaml``), and screening of names (``watch_lists.yaml``)."""

from liushui.risk.parameters import Parameter, effective, load_parameters
from liushui.risk.screening import Hit, WatchLists, load_watch_lists, screen

__all__ = ["Hit", "Parameter", "WatchLists", "effective", "load_parameters", "load_watch_lists", "screen"]
