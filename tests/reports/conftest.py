"""Lends the made reports and the real browser to every test of this folder (tests are no package: importlib mode)."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent


def load(name: str) -> ModuleType:
    """Return the module `name` of this folder, loaded once."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return the module that makes reports."""
    return load("made_reports")


@pytest.fixture(scope="session")
def stories(made: ModuleType) -> ModuleType:
    """Return the module that makes story reports."""
    return load("made_stories")


@pytest.fixture(scope="session")
def schemas() -> ModuleType:
    """Return the module that writes the shipped schemas."""
    return load("write_schemas")


@pytest.fixture(scope="session")
def browsing() -> ModuleType:
    """Return the module of the real browser."""
    return load("real_browser")


@pytest.fixture(scope="session")
def browser(browsing: ModuleType) -> Iterator[Any]:
    """Return one running Chromium for the session; skips where none is installed."""
    if not Path(browsing.CHROMIUM).exists():
        pytest.skip("needs Chromium at /usr/bin/chromium, which is not installed here")
    running = browsing.Browser()
    yield running
    running.close()
