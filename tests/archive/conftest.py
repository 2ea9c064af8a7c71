"""Fixtures of the tests of what is kept: an open case, and clips to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.made_up import Came
from verify.archive.store import CaseFolder
from verify.records.media import Role


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Came]:
    def make(content: bytes = b"a clip", name: str = "clip.mp4", role: Role = "evidentiary copy") -> Came:
        folder = tmp_path / "came"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_bytes(content)
        return Came(path=path, name=name, role=role)

    return make


@pytest.fixture
def case(tmp_path: Path) -> Iterator[CaseFolder]:
    with CaseFolder(tmp_path / "case", by="tester@here") as opened:
        yield opened
