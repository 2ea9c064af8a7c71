"""A power cut after any fsync: writes that were not synced are gone, and nothing that was said to be kept is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hostile.kill_driver import write_case, wrong_with_case
from verify.archive import durable
from verify.errors import FirstseenError

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs /proc to see what is fsynced")


class Disk:
    """Knows what would be there after a power cut: contents that were fsynced, names whose folder was fsynced.

    The database is taken as it is: SQLite brings its own proof of this, and commits are what we build on.
    """

    def __init__(self, root: Path, works: bool = True) -> None:
        self.root = root
        self.works = works
        self.contents: dict[int, bytes] = {}
        self.names: dict[int, dict[str, int]] = {}
        self.cuts: list[tuple[list[str], Path]] = []
        self.said: list[str] = []
        self.shelf = root.with_name("cuts")
        self.shelf.mkdir()
        self.first = True

    def fsync(self, handle: int) -> None:
        os.fsync(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if not self.works or not path.is_relative_to(self.root.parent):
            return
        if path.is_dir():
            self.names[path.stat().st_ino] = {p.name: p.lstat().st_ino for p in path.iterdir()}
        else:
            self.contents[path.stat().st_ino] = path.read_bytes()

    def cut(self, eager: bool) -> Path:
        """Return a folder with what a power cut now would leave; `eager`: names are there, though not contents."""
        left = self.shelf / f"{len(self.cuts):04d}{'e' if eager else ''}"
        left.mkdir()
        self._restore(self.root, left, eager)
        return left

    def _restore(self, folder: Path, left: Path, eager: bool) -> None:
        now = {p.name: p.lstat().st_ino for p in folder.iterdir()}
        known = now if eager else self.names.get(folder.stat().st_ino, {})
        for name, inode in now.items():
            path = folder / name
            if name.startswith("library.sqlite"):
                shutil.copyfile(path, left / name)
            elif known.get(name) != inode:
                continue
            elif path.is_dir():
                (left / name).mkdir()
                self._restore(path, left / name, eager)
            else:
                (left / name).write_bytes(self.contents.get(inode, b""))


class Watched:
    """Stands where `os` stands in `durable`, and cuts the power after every fsync, in thought."""

    def __init__(self, disk: Disk, every: int) -> None:
        self.disk = disk
        self.every = every
        self.count = 0

    def __getattr__(self, name: str) -> object:
        return getattr(os, name) if name != "fsync" else self.fsync

    def fsync(self, handle: int) -> None:
        self.disk.fsync(handle)
        self.count += 1
        if self.count % self.every == 0 and (self.disk.root / "library.sqlite").exists():
            for eager in (False, True):
                self.disk.cuts.append((list(self.disk.said), self.disk.cut(eager)))


def power_cuts(fast: Path, material: Path, monkeypatch: pytest.MonkeyPatch, *, works: bool) -> tuple[int, list]:
    """Write a case, cut the power after each fsync in thought, and return how often, and what was wrong where."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to see what is fsynced")
    root = fast / "case"
    disk = Disk(root, works)
    with monkeypatch.context() as patched:
        patched.setattr(durable, "os", Watched(disk, 1 if FULL else 5))

        def said(text: str) -> None:
            disk.said.append(text)
            disk.cuts.extend((list(disk.said), disk.cut(eager)) for eager in (False, True))

        write_case(root, material, said)
    bad = [(left.name, wrong) for told, left in disk.cuts if (wrong := after_the_cut(left, told, material))]
    print(f"power cuts: {len(disk.cuts)}, {len(bad)} bad, fsync {'works' if works else 'does nothing'}")
    assert len(disk.cuts) > 20
    return len(disk.cuts), bad


def test_a_power_cut_after_any_fsync_loses_nothing(
    fast: Path, material: Path, monkeypatch: pytest.MonkeyPatch, score
) -> None:
    score.tried, bad = power_cuts(fast, material, monkeypatch, works=True)
    assert bad == []


def test_control_without_fsync_a_power_cut_loses_evidence(
    fast: Path, material: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuts, bad = power_cuts(fast, material, monkeypatch, works=False)
    assert len(bad) > cuts // 3


def after_the_cut(left: Path, said: list[str], material: Path) -> list[str]:
    try:
        return wrong_with_case(left, said, material)
    except FirstseenError as error:
        return [error.message]
