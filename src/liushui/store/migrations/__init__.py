"""Numbered SQL files, applied once each, in order (see ``liushui.store.migrate``)."""
