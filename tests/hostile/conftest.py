"""Fixtures of the tests of bad things happening."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hostile.kill_driver import RECEIVED, WORKING
from verify.settings import MIB, Settings
from verify.worker import Workers


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a killed process loses no pages, so the disk tests nothing here."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="firstseen-kills-") as folder:
        yield Path(folder)


@pytest.fixture
def material(tmp_path: Path) -> Path:
    """A folder with the two files that the writers of `kill_driver` bring in."""
    folder = tmp_path / "material"
    folder.mkdir()
    (folder / "received.mp4").write_bytes(RECEIVED)
    (folder / "working.mp4").write_bytes(WORKING)
    return folder


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """One nursery for all, with a gigabyte and a minute for each file."""
    settings = Settings(worker_memory=1024 * MIB, worker_wall_seconds=60, worker_cpu_seconds=60, workers=1)
    with Workers(settings) as found:
        yield found


@dataclass
class Score:
    """Counts the cases inside a test, so that the table tells how many files were tried, not how many functions."""

    tried: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    worst: float = 0.0  # seconds of the slowest case
    memory: int = 0  # bytes of the largest process that worked on a case
    note: str = ""  # what the figures do not say

    @contextmanager
    def case(self, name: str) -> Iterator[None]:
        """One case: whatever it raises is held against it, and the next one goes on."""
        begun = time.monotonic()
        self.tried += 1
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:
            self.wrong[name] = f"{type(error).__name__}: {error}"[:400]
        finally:
            self.worst = max(self.worst, time.monotonic() - begun)

    def used(self, workers: Workers) -> None:
        """Note what the child that ended last held."""
        if workers.usage is not None:
            self.memory = max(self.memory, workers.usage.memory)


@pytest.fixture
def score(record_property: Callable[[str, object], None]) -> Iterator[Score]:
    """The score of this test; `scoreboard.py` reads it from the report. Fails where a case was wrong."""
    found = Score()
    yield found
    record_property("tried", found.tried)
    record_property("held", found.tried - len(found.wrong))
    record_property("worst", round(found.worst, 1))
    record_property("memory", found.memory)
    record_property("note", found.note)
    assert found.wrong == {}
