"""Fixtures for all tests: where the real files are, if they are."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real files beside the checkout; skips where it is missing."""
    if not (SHARED / "videos").is_dir():
        pytest.skip("needs the real files of ../shared, which are not here")
    return SHARED
