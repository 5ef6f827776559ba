"""Finds the procedures that come with the house: one folder each, with its bindings beside its diagram."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module, resources
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import cast

from liushui.processes.services import Services
from liushui.workflow import Binding

PACKAGE = "liushui.processes"


def procedure_folders() -> list[Traversable]:
    """The folders with a ``process.bpmn``, called processes before those that call them."""
    root = resources.files(PACKAGE)
    found = [f for f in root.iterdir() if f.is_dir() and (f / "process.bpmn").is_file()]
    return sorted(found, key=lambda folder: (not (folder / "shared").is_file(), folder.name))


class _NoBank:
    """Stands for services where only the names of bindings are asked for: a binding remembers its services and uses
    them when a case calls it."""

    def __getattr__(self, name: str) -> None:
        return None


def binding_names() -> frozenset[str]:
    """The names that service tasks may use, without a bank."""
    return frozenset(all_bindings(cast("Services", _NoBank())))


def _module(folder: Traversable) -> ModuleType | None:
    if not (folder / "bindings.py").is_file():
        return None
    return import_module(f"{PACKAGE}.{folder.name}.bindings")


def all_bindings(services: Services) -> Mapping[str, Binding]:
    """Every function that a service task may name. A folder's ``bindings.py`` offers them by ``bindings(services)``."""
    offered: dict[str, Binding] = {}
    for folder in procedure_folders():
        module = _module(folder)
        for binding in module.bindings(services) if module else ():
            if binding.name in offered:
                raise RuntimeError(f"two bindings are called {binding.name}")
            offered[binding.name] = binding
    return offered
