"""Complaint (投诉): received, classified, handled, answered, followed up."""
