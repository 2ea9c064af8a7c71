"""Fixtures for all tests: where the real files are, if they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from drawn_clip import draw_clip

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def _leave_the_priority_alone() -> Iterator[None]:
    """Fail the test that raises the priority of all tests after it, as an encoder run by root can."""
    if not hasattr(os, "sched_getscheduler"):  # Linux alone has it
        yield
        return
    before = os.sched_getscheduler(0)
    yield
    assert os.sched_getscheduler(0) == before


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real files beside the checkout; skips where it is missing."""
    if not (SHARED / "videos").is_dir():
        pytest.skip("needs the real files of ../shared, which are not here")
    return SHARED


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a short clip drawn here: a textured picture that moves, with a cut and a tone."""
    path = tmp_path_factory.mktemp("clips") / "drawn.mp4"
    draw_clip(path)
    return path
