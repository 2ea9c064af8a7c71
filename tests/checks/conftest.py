"""The cases made by hand, for every test of a check."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return the module made_cases.py beside this file (tests are no package, so it cannot be imported by name)."""
    spec = importlib.util.spec_from_file_location("made_cases", Path(__file__).with_name("made_cases.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
