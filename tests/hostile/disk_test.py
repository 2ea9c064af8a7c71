"""Full disks, file size limits and read-only folders: one clear sentence each, and what was kept is whole."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.made_up import Came
from hostile.kill_driver import (
    RECEIVED,
    write_case,
    wrong_with_case,
)
from verify.archive import durable
from verify.archive.audit import audit
from verify.archive.store import CaseFolder
from verify.errors import ArchiveError, DiskFullError, FirstseenError

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="limits are set in forked processes")


def in_child(work: Callable[[], None]) -> dict[str, str]:
    """Run `work` in a forked process; return what it said, and the kind and words of the error that ended it."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        told = {"error": "", "words": "", "traceback": ""}
        try:
            work()
        except FirstseenError as error:
            told.update(error=error.kind, words=error.message)
        except BaseException as error:
            told["traceback"] = repr(error)
        os.write(write, json.dumps(told).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return json.loads(answer)


# -- no room ---------------------------------------------------------------------------------------------------


def test_a_file_size_limit_anywhere_is_one_clear_sentence_and_loses_nothing(fast: Path, material: Path, score) -> None:
    full = 0
    for number, limit in enumerate(range(0, 420_000, 4_000 if FULL else 33_000)):
        root, said = fast / f"case{number}", fast / "said"
        said.write_text("")

        def work(root: Path = root, limit: int = limit, said: Path = said) -> None:
            talk = os.open(said, os.O_WRONLY | os.O_APPEND)
            pipe_read, pipe_write = os.pipe()  # a pipe knows no file size limit
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                write_case(root, material, lambda text: void(os.write(pipe_write, f"{text}\n".encode())))
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                os.close(pipe_write)
                with os.fdopen(pipe_read) as pipe:
                    told = pipe.read()
                os.close(talk)
                sys.stderr.write(told)

        told = in_child(work)
        assert told["traceback"] == "", (limit, told)
        assert told["error"] in {"", "disk-full"}, (limit, told)
        full += told["error"] == "disk-full"
        assert wrong_with_case(root, [], material) == [], limit
        score.tried += 1
        shutil.rmtree(root)
    assert full >= 3


def void(_: object) -> None:
    return None


class Failing:
    """Stands where `os` stands in `durable`: the n-th call that writes answers that the disk is full."""

    def __init__(self, fails_at: int, code: int) -> None:
        self.left = fails_at
        self.code = code
        self.failed = False

    def __getattr__(self, name: str) -> object:
        real = getattr(os, name)
        if name not in {"open", "fsync", "fdopen"}:
            return real

        def called(*arguments: object, **named: object) -> object:
            if name == "open" and not int(arguments[1]) & os.O_WRONLY:
                return real(*arguments, **named)
            self.left -= 1
            if self.left == 0:
                self.failed = True
                if name == "fdopen":
                    os.close(arguments[0])
                raise OSError(self.code, os.strerror(self.code))
            return real(*arguments, **named)

        return called


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_every_single_write_that_fails_leaves_the_case_whole(
    fast: Path, material: Path, monkeypatch: pytest.MonkeyPatch, code: int, score
) -> None:
    point, failures, step = 1, 0, 1 if FULL else 9
    while True:
        root, said = fast / f"case{point}", list[str]()
        failing = Failing(point, code)
        with monkeypatch.context() as patched:
            patched.setattr(durable, "os", failing)
            try:
                write_case(root, material, said.append)
            except DiskFullError:
                assert code != errno.EIO
            except ArchiveError as error:
                assert code == errno.EIO, error.message
                assert str(root) in error.message
        if not failing.failed:
            break
        failures += 1
        score.tried += 1
        assert wrong_with_case(root, said, material) == [], point
        shutil.rmtree(root)
        point += step
    print(f"{errno.errorcode[code]}: {failures} failing writes")
    assert failures > (60 if FULL else 6)


def test_control_a_plain_copy_leaves_half_a_file_under_its_full_name(tmp_path: Path, material: Path) -> None:
    to = tmp_path / "copy.mp4"

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        shutil.copyfile(material / "received.mp4", to)

    assert in_child(work)["traceback"]
    assert 0 < to.stat().st_size < len(RECEIVED)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of a few hundred kilobytes, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, material: Path, score) -> None:
    """Also SQLite's own writes then find no room; with more room, the same case goes on."""
    full = 0
    for size in range(64, 1024, 8 if FULL else 72):
        subprocess.run(["mount", "-o", f"remount,size={size}k", str(small_disk)], check=True)
        root, said = small_disk / "case", list[str]()
        try:
            write_case(root, material, said.append)
        except DiskFullError as error:
            assert "no room left" in error.message
            full += 1
        subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
        assert wrong_with_case(root, said, material) == [], size
        score.tried += 1
        shutil.rmtree(root)
    assert full >= 2


# -- not allowed ---------------------------------------------------------------------------------------------------


def as_nobody(work: Callable[[], None]) -> Callable[[], None]:
    """Return `work` done by a user whom a read-only folder stops (root is not)."""

    def done() -> None:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        work()

    return done


@pytest.mark.parametrize("unclean", [False, True])
def test_a_read_only_case_can_be_read_and_audited_and_says_it_cannot_be_written(
    tmp_path: Path, material: Path, unclean: bool
) -> None:
    for folder in (tmp_path, *tmp_path.parents):  # pytest's folders are the user's alone
        if folder.stat().st_uid == os.geteuid() and folder.name.startswith("pytest-"):
            folder.chmod(folder.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)
    root = tmp_path / "case"
    write_case(root, material, void)
    if unclean:  # a write-ahead file that nobody merged: the process was killed
        with CaseFolder(root) as case:
            case.note("noted", "the last entry")
            copy = Path(shutil.copytree(root, tmp_path / "killed"))
        root = copy
        shutil.rmtree(root / "tmp")
        (root / "tmp").mkdir()
        (root / "library.sqlite-shm").unlink()
        assert (root / "library.sqlite-wal").stat().st_size
    entries = audit(tmp_path / "case").entries
    for path in root.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    root.chmod(0o555)

    def read() -> None:
        with CaseFolder(root, write=False) as case:
            assert len(case.items()) == 1
            assert case.custody().entries == entries
            case.media_path(case.items()[0].media.sha256).read_bytes()
        found = audit(root)
        assert found.sound, found.faults

    def write() -> None:
        CaseFolder(root).close()

    assert in_child(as_nobody(read)) == {"error": "", "words": "", "traceback": ""}
    told = in_child(as_nobody(write))
    assert told["error"] == "archive"
    assert "not allowed" in told["words"]
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755)


def test_a_case_opened_for_reading_takes_nothing(tmp_path: Path, material: Path) -> None:
    root = tmp_path / "case"
    write_case(root, material, void)
    before = {p: p.stat().st_mtime_ns for p in root.rglob("*") if p.is_file()}
    with CaseFolder(root, write=False) as case:
        for attempt in (
            lambda: case.add_item("x", [Came(path=material / "received.mp4")]),
            lambda: case.note("noted", "x"),
            lambda: case.scratch(),
        ):
            with pytest.raises(ArchiveError):
                attempt()
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*") if p.is_file()} == before
