"""Lends the made reports and the real browser to every test of this folder (tests are no package: importlib mode)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reports import made_reports, made_stories, real_browser, write_schemas


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return the module that makes reports."""
    return made_reports


@pytest.fixture(scope="session")
def stories(made: ModuleType) -> ModuleType:
    """Return the module that makes story reports."""
    return made_stories


@pytest.fixture(scope="session")
def schemas() -> ModuleType:
    """Return the module that writes the shipped schemas."""
    return write_schemas


@pytest.fixture(scope="session")
def browsing() -> ModuleType:
    """Return the module of the real browser."""
    return real_browser


@pytest.fixture(scope="session")
def browser(browsing: ModuleType) -> Iterator[Any]:
    """Return one running Chromium for the session; skips where none is installed."""
    if not Path(browsing.CHROMIUM).exists():
        pytest.skip("needs Chromium at /usr/bin/chromium, which is not installed here")
    running = browsing.Browser()
    yield running
    running.close()
