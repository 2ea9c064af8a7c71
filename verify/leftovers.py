"""What a child leaves behind in its folder. Rule: it is foreign: no link is followed, nothing odd is kept."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

LARGEST_ANSWER = 64 * 1024 * 1024  # bytes of result.json that are read back; the largest real one measured is 0.4 MB


def take_words(path: Path) -> str:
    """Return the end of what a child printed, and remove the file."""
    data = _read_own(path, 1 << 30)
    path.unlink(missing_ok=True)
    return data[-4096:].decode("utf-8", "replace") if data else ""


def take_result(path: Path) -> dict[str, Any] | None:
    """Return the result file of a child, and remove it; None when it is missing, too large or not JSON."""
    data = _read_own(path, LARGEST_ANSWER)
    path.unlink(missing_ok=True)
    try:
        found = json.loads(data) if data else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _read_own(path: Path, most: int) -> bytes:
    """Return the bytes of a plain file a child wrote; nothing for a link, a pipe, or more than `most` bytes."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return b""
    with open(handle, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        status = os.fstat(file.fileno())
        return file.read() if stat.S_ISREG(status.st_mode) and status.st_size <= most else b""


def sweep(out: Path) -> None:
    """Remove everything under `out` that is neither a plain file nor a folder: a decoder has no business with it."""
    for folder, _, names in os.walk(out):
        for name in names:
            path = Path(folder, name)
            if not stat.S_ISREG(path.lstat().st_mode):
                path.unlink(missing_ok=True)
        for inner in list(Path(folder).iterdir()):
            if inner.is_symlink():
                inner.unlink(missing_ok=True)
