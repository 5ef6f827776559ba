"""The bank's procedures, a folder each: diagram, decisions, forms, procedure text, bindings."""

from liushui.processes.service import Processes
from liushui.processes.services import Services, header_of, parameters_at, post

__all__ = ["Processes", "Services", "header_of", "parameters_at", "post"]
