"""Clips of known truth, examined as the worker's child does it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from verify import catalog, measures
from verify.examine import examine
from verify.measures.base import Measure
from verify.records.media import Examination
from verify.settings import Settings


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return the module made_clips.py beside this file (tests are no package, so it cannot be imported by name)."""
    spec = importlib.util.spec_from_file_location("made_clips", Path(__file__).with_name("made_clips.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def look(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Examination]:
    """Return a function that examines a file with the real decoder and all measures (descriptors have other tests)."""
    hearing = catalog.offer(measures, Measure).found
    rooms = SimpleNamespace(readers=(), members=hearing, problems=())
    monkeypatch.setattr("verify.examine._rooms", lambda: rooms)
    return lambda path: examine(path, tmp_path_factory.mktemp("out"), Settings())
