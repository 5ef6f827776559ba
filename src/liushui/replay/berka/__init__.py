"""The PKDD'99 bank: a real bank's transactions, replayed on their own dates (``liushui replay berka``)."""

from liushui.replay.berka.driver import FIRST_DAY, replay
from liushui.replay.berka.report import Report, as_json, as_text

__all__ = ["FIRST_DAY", "Report", "as_json", "as_text", "replay"]
