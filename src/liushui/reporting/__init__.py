"""Reports: statements, trial balance, balance sheet, income statement, day's journal, cash; PDF, CSV and JSON. Only reads,
except that it keeps the counts of what is refused."""

from liushui.reporting.counter_journals import Sought, counter_journals, may_see_journal
from liushui.reporting.model import MEDIA_TYPES, Format, Language
from liushui.reporting.overview import Overview, overview
from liushui.reporting.qr import QrCode, qr_code
from liushui.reporting.refusals import Refusal, RefusalCounts, process_of, refused
from liushui.reporting.scope import Asked
from liushui.reporting.service import REPORTS, Reporting, Written

__all__ = [
    "MEDIA_TYPES",
    "REPORTS",
    "Asked",
    "Format",
    "Language",
    "Overview",
    "QrCode",
    "Refusal",
    "RefusalCounts",
    "Reporting",
    "Sought",
    "Written",
    "counter_journals",
    "may_see_journal",
    "overview",
    "process_of",
    "qr_code",
    "refused",
]
