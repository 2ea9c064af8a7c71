"""Runs the download child and watches it from outside. Rule: bytes on disk, rate and wall clock are measured here.

Whatever ends it (limit, Ctrl-C, a closed iterator), the child goes with everything it started.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verify.errors import NetworkError
from verify.settings import Settings
from verify.sources.base import Progress
from verify.sources.egress import Guard
from verify.text import one_line

_TICK = 0.2  # seconds between looks at the disk and the clock


class Watch:
    """One child over one job. Iterate over `lines` for its events; `close` ends it."""

    def __init__(self, job: dict[str, Any], guard: Guard, settings: Settings, progress: Progress) -> None:
        self._folder = Path(job["folder"])
        self._guard = guard
        self._settings = settings
        self._progress = progress
        self._shown = one_line(str(job["target"]), 200)
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._began = time.monotonic()
        self._marks: list[tuple[float, int]] = []
        self._fetching = False
        self._told: tuple[float, float | None, str] = (0.0, None, f"looking for the video of {self._shown}")
        self._child = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=_environment(self._folder),
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        assert self._child.stdin is not None  # noqa: S101 - PIPE was asked for
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.write(json.dumps(job) + "\n")
            self._child.stdin.close()
        self._reader = threading.Thread(target=self._read, daemon=True, name="download-lines")
        self._reader.start()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the child's events but for progress. Raises NetworkError when a limit of the run is passed."""
        while True:
            try:
                event = self._lines.get(timeout=_TICK)
            except queue.Empty:
                self._look()
                self._progress(*self._told)  # also when nothing comes: whoever listens may want to stop
                continue
            if event is None:
                return
            self._look()
            if event["event"] == "progress":
                self._told = (float(event.get("bytes") or 0), event.get("total"), f"{event.get('words')} {self._shown}")
                self._progress(*self._told)
                continue
            self._fetching = event["event"] == "fetching"
            self._marks.clear()
            yield event

    def close(self) -> int | None:
        """End the child and all it started; return its exit status."""
        _end(self._child)
        self._reader.join(10)
        if self._child.stdout is not None and not self._reader.is_alive():
            self._child.stdout.close()
        return self._child.returncode

    def _read(self) -> None:
        stream = self._child.stdout
        assert stream is not None  # noqa: S101 - PIPE was asked for
        for line in stream:
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict) and "event" in event:
                    self._lines.put(event)
        self._lines.put(None)

    def _look(self) -> None:
        limits = self._settings
        now = time.monotonic()
        if self._guard.stopped:
            raise NetworkError(f"{self._shown} was stopped: {self._guard.stopped}.", _BIGGER)
        if now - self._began > limits.download_seconds:
            words = f"{self._shown} was stopped: it took longer than {limits.download_seconds:g} seconds."
            raise NetworkError(words, "Try again, or raise download_seconds in the settings.")
        size = on_disk(self._folder)
        if size > limits.max_download:
            words = f"{self._shown} was stopped: more than {limits.max_download:,} bytes were written."
            raise NetworkError(words, _BIGGER)
        if self._fetching:
            self._rate(now, size + self._guard.received)

    def _rate(self, now: float, total: int) -> None:
        window = self._settings.rate_window
        self._marks.append((now, total))
        while self._marks[0][0] < now - 2 * window:
            self._marks.pop(0)
        older = [amount for at, amount in self._marks if at <= now - window]
        if older and total - older[-1] < self._settings.min_rate * window:
            words = (
                f"{self._shown} was stopped: under {self._settings.min_rate:g} bytes a second came for {window:g} s."
            )
            raise NetworkError(words, "Try again later, or lower min_rate in the settings.")


_BIGGER = "If it really is that large, raise max_download in the settings."


def on_disk(folder: Path) -> int:
    """Return the bytes of all files directly in `folder`, as they are now."""
    total = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                total += entry.stat(follow_symlinks=False).st_size
    return total


def _end(child: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)  # its own session: nothing but what it started
    else:
        child.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(10)


def _command() -> list[str]:
    """Return the child's command: isolated, but with the paths that this process imports from."""
    paths = [path for path in sys.path if path and Path(path).is_absolute()]
    root = str(Path(__file__).resolve().parents[2])
    if root not in paths:
        paths.append(root)
    start = f"import sys; sys.path[:] = {paths!r}; from verify.sources.downloader import main; main()"
    return [sys.executable, "-I", "-c", start]


def _environment(folder: Path) -> dict[str, str]:
    """Return the child's environment: no proxy but ours, no user configuration, no credentials of other programs."""
    kept = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "SSL_CERT_FILE"}
    env = {key: value for key, value in os.environ.items() if key.upper() in kept}
    home = str(folder)
    env |= {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "PYTHONUTF8": "1", "TMPDIR": home}
    return env
