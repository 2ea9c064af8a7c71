"""The line to the nursery: orders go out, a thread hands each report to the one who waits for it.

Rule: whatever breaks off, at either end, the one who waits gets a report, and no process is left behind.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GRACE = 10.0  # seconds the nursery has to end a child it was told to end, before it is ended itself
START = 120.0  # seconds for the nursery to import everything on a slow, busy machine (measured: 1 to 3)


@dataclass(kw_only=True, slots=True)
class _Waiting:
    done: threading.Event = field(default_factory=threading.Event)
    report: dict[str, Any] = field(default_factory=dict)


class Line:
    """The line to one nursery: orders go out, a thread hands each report to the one who waits for it."""

    def __init__(self) -> None:
        self._chatter = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process it belongs to
        self._process = start([], self._chatter)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, _Waiting] = {}
        self._ready = threading.Event()
        self.alive = True
        self._reader = threading.Thread(target=self._read, name="firstseen-workers", daemon=True)
        self._reader.start()

    def order(self, order: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send `order`, wait at most `seconds` for its report and return it."""
        if not self._ready.wait(START):
            self.end()
        number, waiting = next(self._numbers), _Waiting()
        with self._lock:
            self._waiting[number] = waiting
        try:
            # Once the line has broken off nobody reads any more, though what is sent may still be taken.
            if not self.alive or not self._send({**order, "id": number}):
                return {"lost": self._last_words()}
            if not waiting.done.wait(seconds):
                self._kill(number, waiting)
                return {"timeout": True, **waiting.report}
            return waiting.report
        except BaseException:  # Ctrl-C among them: the child must not outlive the one who waits for it
            self._send({"kill": number})
            raise
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    def end(self) -> None:
        """End the nursery; its children die with it."""
        self.alive = False
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        end_group(self._process)
        if self._reader is not threading.current_thread():
            self._reader.join(GRACE)
        self._break_off()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._chatter.close()

    def _kill(self, number: int, waiting: _Waiting) -> None:
        self._send({"kill": number})
        if not waiting.done.wait(GRACE):
            self.end()

    def _send(self, message: dict[str, Any]) -> bool:
        if self._process.stdin is None:
            return False
        try:
            with self._lock:
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()
        except (OSError, ValueError):  # ValueError: the pipe was closed under us
            return False
        return True

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                for line in stream:
                    self._take(json.loads(line))
        self._break_off()

    def _break_off(self) -> None:
        """Tell everybody who waits that no report will come; who asks later sees that by `alive`."""
        self.alive = False
        with self._lock:
            left = list(self._waiting.values())
        for waiting in left:
            if not waiting.report:
                waiting.report = {"lost": self._last_words()}
            waiting.done.set()
        self._ready.set()

    def _take(self, report: dict[str, Any]) -> None:
        if "ready" in report:
            self._ready.set()
            return
        with self._lock:
            waiting = self._waiting.get(report["id"])
        if waiting is not None:
            waiting.report = report
            waiting.done.set()

    def _last_words(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            self._chatter.seek(max(0, self._chatter.seek(0, os.SEEK_END) - 2048))
            return self._chatter.read().decode("utf-8", "replace")
        return ""


def start(arguments: list[str], chatter: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - a binary file
    """Start `verify.nursery` in its own session, out of reach of the terminal's Ctrl-C."""
    home = str(Path(__file__).resolve().parents[1])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        # One thread for each child: several children share the machine, and the nursery must not hold threads.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        # glibc gives memory of pictures back to the system and takes it anew for each one, unless told to keep some:
        # a fifth of the time of looking for places went into that (measured). Others ignore it.
        "MALLOC_MMAP_THRESHOLD_": str(64 * 1024 * 1024),
        "MALLOC_TRIM_THRESHOLD_": str(128 * 1024 * 1024),
        # Pages of 2 MB where the system has them: a child touches 15 MB for the first time, 4 kB at once otherwise.
        "GLIBC_TUNABLES": ":".join(filter(None, [os.environ.get("GLIBC_TUNABLES"), "glibc.malloc.hugetlb=1"])),
    }
    # -P: a file named numpy.py in the folder we were started in must not become the numpy of the worker.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "verify.nursery", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL if arguments else subprocess.PIPE,
        stderr=chatter,
        env=environment,
        start_new_session=True,
    )


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End `process` and all that it started, if it still runs."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
