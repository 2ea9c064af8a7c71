"""The real command, started as a user starts it, for the tests of stops, full disks and long batches."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def start(*words: object, preexec: Callable[[], None] | None = None, **options: object) -> subprocess.Popen[str]:
    """Start `firstseen` with `words` in a session of its own."""
    program = "import sys; from cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FIRSTSEEN_NO_BROWSER": "1", "NO_COLOR": "1"},
        start_new_session=True,
        preexec_fn=preexec,
        **options,
    )


def run(*words: object, seconds: float = 300, **options: object) -> tuple[int, str, str]:
    """Run `firstseen` to its end and return exit code, stdout and stderr, which never holds a traceback."""
    process = start(*words, **options)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    assert "Traceback" not in err + out and "fault of its own" not in err, err[-3000:]
    return process.returncode, out, err


def running_below(session: int) -> list[str]:
    """Return the commands of the processes that still run in a session, or were started below it."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((status.parent / "cmdline").read_text().replace("\0", " ")[:200])
        except (OSError, ValueError):
            continue
    return found
