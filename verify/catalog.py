"""Finds what a room offers: every module with one concrete class of the room's base. Rule: adding is adding a file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from types import ModuleType
from typing import Generic, TypeVar

Base = TypeVar("Base")


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A module that could not be loaded, with the reason (usually an optional library)."""

    module: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer(Generic[Base]):
    """What a room has: instances in the order of their module names, and what is missing and why."""

    found: tuple[Base, ...]
    missing: tuple[Missing, ...]


def offer(room: ModuleType, base: type[Base]) -> Offer[Base]:
    """Return one instance of every concrete subclass of `base` that a module of the package `room` defines itself.

    A module whose optional library is not installed is listed as missing; any other failure to import is a bug and
    raises.
    """
    found: list[Base] = []
    missing: list[Missing] = []
    for info in sorted(pkgutil.iter_modules(room.__path__), key=lambda m: m.name):
        name = f"{room.__name__}.{info.name}"
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            missing.append(Missing(module=name, reason=str(error)))
            continue
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == name and issubclass(kind, base) and not inspect.isabstract(kind):
                found.append(kind())
    return Offer(found=tuple(found), missing=tuple(missing))
