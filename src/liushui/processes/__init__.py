"""The bank's procedures, a folder each: diagram, decisions, forms, procedure text, bindings."""

from liushui.processes.registry import binding_names, procedure_folders
from liushui.processes.service import Processes, load_calendars
from liushui.processes.services import Services, actor_of, header_of, parameters_at, post
from liushui.processes.transaction_codes import TransactionCode, transaction_codes

__all__ = [
    "Processes",
    "Services",
    "TransactionCode",
    "actor_of",
    "binding_names",
    "header_of",
    "load_calendars",
    "parameters_at",
    "post",
    "procedure_folders",
    "transaction_codes",
]
