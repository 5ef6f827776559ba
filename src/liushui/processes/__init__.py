"""The bank's procedures, a folder each: diagram, decisions, forms, procedure text, bindings."""

from liushui.processes.counter_codes import CounterCode, counter_codes
from liushui.processes.registry import binding_names, procedure_folders
from liushui.processes.service import CaseRefused, Processes, load_calendars
from liushui.processes.services import Services, actor_of, header_of, parameters_at, post

__all__ = [
    "CaseRefused",
    "CounterCode",
    "Processes",
    "Services",
    "actor_of",
    "binding_names",
    "counter_codes",
    "header_of",
    "load_calendars",
    "parameters_at",
    "post",
    "procedure_folders",
]
