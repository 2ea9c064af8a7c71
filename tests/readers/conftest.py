"""The files made by hand, and short ways to read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from readers import made_files
from verify.readers.base import Reader, Reading
from verify.readers.boxes import Boxes
from verify.readers.opening import UNFORESEEN


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Return the module made_files.py beside this file."""
    return made_files


class Said(dict[str, list[str]]):
    """The values of a reading by name, in their order."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading
        for tag in reading.tags:
            self.setdefault(tag.name, []).append(tag.value)

    @property
    def problems(self) -> str:
        return "; ".join(p.reason for p in self.reading.problems)

    def place(self, name: str) -> str:
        return next(t.place for t in self.reading.tags if t.name == name)


@pytest.fixture
def say(tmp_path: Path) -> Callable[..., Said]:
    """Return a function that writes bytes to a file and reads them with a reader (our box reader by default)."""

    def read(raw: bytes, reader: Reader | None = None, container: str = "mp4") -> Said:
        path = tmp_path / "made.bin"
        path.write_bytes(raw)
        said = Said((reader or Boxes()).read(path, container))
        assert UNFORESEEN not in said.problems
        return said

    return read
