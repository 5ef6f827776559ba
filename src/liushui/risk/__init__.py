"""Limits and thresholds of the bank. Pure data so far: see ``parameters.yaml``."""

from liushui.risk.parameters import Parameter, effective, load_parameters

__all__ = ["Parameter", "effective", "load_parameters"]
