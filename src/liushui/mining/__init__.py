"""The mirror: what happened in the bank's processes, for whoever looks at it with tools of their own. Only reads."""

from liushui.mining.model import Exported, Progress
from liushui.mining.ocel_json import export_ocel_json
from liushui.mining.ocel_sqlite import export_ocel_sqlite
from liushui.mining.xes import export_xes

__all__ = ["Exported", "Progress", "export_ocel_json", "export_ocel_sqlite", "export_xes"]
