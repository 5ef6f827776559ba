"""Liushui: an open core bank whose every business process is an executable model."""

from importlib.metadata import version

__version__ = version("liushui")
