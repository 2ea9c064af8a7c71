"""Searches many clips, several looked at ahead in processes of their own. Rule: found and kept as one after the other.

What takes the time is looking at pairs; what was found decides what later clips are compared with. So processes look
ahead (`verify/matching/ahead.py`), and here, one clip after the other, each search is made with what they saw and
kept. A process that ends early, or is killed, costs its help and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from pipelines import steps
from pipelines.session import Session
from verify.archive.folder import DATABASE
from verify.line import end_group
from verify.matching.ahead import Seen, Task
from verify.matching.pairs import KEPT
from verify.records.matches import Match

# Processor seconds of searching left from which processes are started: to start one takes about one, by estimate.
PAYS = 8.0
AHEAD = 2  # clips asked for each process: one that it looks at and one that waits
_ALL_KEPT = 1024 * 1024 * 1024  # bytes of clips that all processes together keep in memory


class Searches:
    """Searches `clips` in their order; use with `with`."""

    def __init__(self, session: Session, clips: Sequence[str]) -> None:
        self._session = session
        self._left = deque(clips)
        self._asked: dict[str, tuple[Task, Future[Seen]] | None] = {}
        self._helpers: _Helpers | None = None
        self._made, self._spent = 0, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._helpers is not None:
            self._helpers.close()

    def search(self, sha256: str) -> list[Match]:
        """Return what `steps.search` returns for a clip: the next of those given, so that others are looked at ahead.

        Raises KeyError for a clip the library does not have.
        """
        if self._helpers is None:
            self._begin()
        self._ask()
        asked = self._asked.pop(sha256, None)
        if sha256 in self._left:
            self._left.remove(sha256)
        if asked is None:
            return self._alone(sha256)
        task, future = asked
        return steps.search(self._session, sha256, (task, future.result()))

    def _alone(self, sha256: str) -> list[Match]:
        begun = time.process_time()
        found = steps.search(self._session, sha256)
        if (spent := time.process_time() - begun) > 0.02:  # faster ones were searched for before
            self._made, self._spent = self._made + 1, self._spent + spent
        return found

    def _begin(self) -> None:
        """Start processes where what is left, at the pace so far, is worth it."""
        count = min(self._session.at_once, len(self._left))
        if count > 1 and self._made and self._spent / self._made * len(self._left) > PAYS:
            self._helpers = _Helpers(self._session.case.path / DATABASE, count)

    def _ask(self) -> None:
        while self._helpers is not None and self._left and len(self._asked) < AHEAD * self._helpers.count:
            sha256 = self._left.popleft()
            task = steps.task_of(self._session, sha256)
            self._asked[sha256] = (task, self._helpers.ask(task)) if task is not None else None


class _Helpers:
    """`count` processes that look ahead over the library at `path`, each served by a thread of this one."""

    def __init__(self, path: Path, count: int) -> None:
        self.count = count
        self._command = [
            sys.executable,
            "-P",
            "-m",
            "pipelines.searcher",
            str(path),
            str(min(KEPT, _ALL_KEPT // count)),
        ]
        self._processes: list[subprocess.Popen[bytes]] = []
        self._closed = False
        self._mine = threading.local()
        self._pool = ThreadPoolExecutor(count, "firstseen-search", initializer=self._start)

    def ask(self, task: Task) -> Future[Seen]:
        """Have a task looked at; where that fails, nothing was seen."""
        return self._pool.submit(self._look, task)

    def close(self) -> None:
        """End the processes, and with them what the threads wait for."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            end_group(process)
        self._pool.shutdown()
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):  # what was not sent any more
                        pipe.close()

    def _start(self) -> None:
        home = str(Path(__file__).resolve().parents[1])
        paths = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
        self._mine.process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        self._processes.append(self._mine.process)
        if self._closed:  # while it was started
            self._mine.process.kill()

    def _look(self, task: Task) -> Seen:
        process: subprocess.Popen[bytes] = self._mine.process
        try:
            if process.stdin is not None and process.stdout is not None:
                process.stdin.write(msgspec.json.encode(task) + b"\n")
                process.stdin.flush()
                return msgspec.json.decode(process.stdout.readline(), type=Seen)
        except (OSError, ValueError, msgspec.DecodeError):  # it ended: what it would have seen is seen without it
            process.kill()
        return Seen(pictures=[], sounds=[])
