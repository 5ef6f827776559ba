"""The bank's procedures, a folder each: diagram, decisions, forms, procedure text, bindings."""

from liushui.processes.service import Processes
from liushui.processes.services import Services, actor_of, header_of, post

__all__ = ["Processes", "Services", "actor_of", "header_of", "post"]
