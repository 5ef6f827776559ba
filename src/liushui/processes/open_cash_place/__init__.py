"""A till or a machine is opened as a place that holds cash."""
