"""Clips of known truth, examined as the worker's child does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from measures import made_clips
from verify import catalog, measures
from verify.examine import examine
from verify.measures.base import Measure
from verify.records.media import Examination
from verify.settings import Settings


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return the module made_clips.py beside this file."""
    return made_clips


@pytest.fixture
def look(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Examination]:
    """Return a function that examines a file with the real decoder and all measures (descriptors have other tests)."""
    hearing = catalog.offer(measures, Measure).found
    rooms = SimpleNamespace(readers=(), members=hearing, problems=())
    monkeypatch.setattr("verify.rooms.offered", lambda: rooms)
    return lambda path: examine(path, tmp_path_factory.mktemp("out"), Settings())
