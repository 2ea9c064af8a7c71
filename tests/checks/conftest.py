"""The cases made by hand, for every test of a check."""

from __future__ import annotations

from types import ModuleType

import pytest

from checks import made_cases


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return the module made_cases.py beside this file."""
    return made_cases
