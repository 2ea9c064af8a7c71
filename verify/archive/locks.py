"""One lock on one file, between processes. Rule: a lock dies with its process, so nothing is ever left locked."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from verify.errors import CaseLockedError

WAIT = 30.0  # seconds; a write of another process takes milliseconds, a copy of a large file is outside any lock
_PAUSE = 0.02

if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Lock:
    """An exclusive lock on `path`, which is made where missing. Use as a context manager, or `take` and `release`."""

    def __init__(self, path: Path, wait: float = WAIT) -> None:
        self._path = path
        self._wait = wait
        self._file: BinaryIO | None = None

    def take(self) -> bool:
        """Try once, without waiting; return whether the lock is now held."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(self._path, flags, 0o644), "r+b")
        if _take(file):
            self._file = file
            return True
        file.close()
        return False

    def release(self) -> None:
        """Let go; harmless when not held."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Lock:
        until = time.monotonic() + self._wait
        while not self.take():
            if time.monotonic() > until:
                raise CaseLockedError(
                    f"{self._path.parent} is in use by another process, and that did not end in {self._wait:.0f} s.",
                    "Wait for the other run to end, or use another case folder.",
                )
            time.sleep(_PAUSE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
