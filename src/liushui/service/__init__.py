"""Service to customers: complaints."""

from liushui.service.complaints import (
    append,
    complaint_by_number,
    complaint_history,
    list_complaints,
    register,
    standing_of,
)
from liushui.service.model import (
    Complaint,
    Happened,
    NewComplaint,
    Standing,
    check,
    deadline_of,
    stand,
)

__all__ = [
    "Complaint",
    "Happened",
    "NewComplaint",
    "Standing",
    "append",
    "check",
    "complaint_by_number",
    "complaint_history",
    "deadline_of",
    "list_complaints",
    "register",
    "stand",
    "standing_of",
]
