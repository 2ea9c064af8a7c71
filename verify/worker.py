"""Runs a function over one untrusted file in a limited process of its own. Rule: JSON, npz and pictures come back.

Nothing a decoder does can reach the run that asked: a crash, a hang or a flood of memory ends one child, and comes
back as one MediaError that names the file and the cause. What a child leaves behind is treated as foreign: links and
odd files are removed (verify/leftovers.py), and its JSON is checked against the record it claims to be.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from verify import endings, leftovers, nursery, text
from verify.errors import DecoderCrashError
from verify.line import Line, end_group, start
from verify.records.media import Examination, Scope
from verify.settings import Settings

_ODD_ADVICE = "The original is kept; do not open it on a machine that matters, and tell us how it came about."


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a child used: seconds of processor time, and the most memory it held, in bytes."""

    cpu: float
    memory: int


class Workers:
    """Examines files, each in its own limited process. Made from Settings, used as a context manager.

    Safe to call from several threads; `count` children run at once and further calls wait their turn. With
    `fresh=True` (always so on Windows, which cannot fork) every file gets a new interpreter instead of a fork.
    """

    def __init__(self, settings: Settings, *, fresh: bool = False) -> None:
        self.settings = settings
        self.count = settings.workers or os.cpu_count() or 1
        self.usage: Usage | None = None  # of the child that ended last
        self._fresh = fresh or not hasattr(os, "fork")
        self._slots = threading.BoundedSemaphore(self.count)
        self._lock = threading.Lock()
        self._nursery: Line | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the nursery and every child. Calling it twice is fine; a later call starts afresh."""
        with self._lock:
            line, self._nursery = self._nursery, None
        if line is not None:
            line.end()

    def examine(self, path: Path, out: Path, name: str = "", sha256: str = "", *, scope: Scope = "all") -> Examination:
        """Return what is seen in the file at `path`; keyframes and `fingerprints.npz` are written under `out`.

        `name` is what the file was called where it came from. When `sha256` is given, bytes that hash otherwise are
        refused. `scope` says how much is looked at. Raises UnreadableMediaError, LimitError or DecoderCrashError.
        """
        settings = msgspec.to_builtins(self.settings)
        arguments = {"path": str(path), "name": name, "sha256": sha256, "settings": settings, "scope": scope}
        answer = self._ask("verify.examine:work", arguments, out, name or path.name)
        try:
            found = msgspec.convert(answer["value"], Examination)
        except msgspec.ValidationError as error:
            raise DecoderCrashError(
                f"What came back from examining {name or path.name} is not an examination.", _ODD_ADVICE
            ) from error
        return replace(found, isolation=str(answer.get("isolation", "")))

    def run(self, function: str, arguments: dict[str, Any], out: Path) -> Any:  # noqa: ANN401 - any JSON value
        """Return what `function` ("module:function", called as `f(out=out, **arguments)`) returns, as JSON values.

        It runs in a limited process; arguments and result must be JSON values, larger things go to files under
        `out`. Raises the FirstseenError the function raised, LimitError or DecoderCrashError.
        """
        return self._ask(function, arguments, out, function)["value"]

    def _ask(self, function: str, arguments: dict[str, Any], out: Path, name: str) -> dict[str, Any]:
        called = text.one_line(name, 120)
        out.mkdir(parents=True, exist_ok=True)
        limits = {
            "memory": self.settings.worker_memory,
            "cpu_seconds": self.settings.worker_cpu_seconds,
            "file_size": self.settings.worker_file_size,
            "open_files": self.settings.worker_open_files,
        }
        order = {"function": function, "arguments": arguments, "out": str(out.resolve()), "limits": limits}
        with self._slots:
            report = self._once(order) if self._fresh else self._line().order(order, self.settings.worker_wall_seconds)
        if "cpu" in report:
            self.usage = Usage(cpu=report["cpu"], memory=report["rss"])
        return self._answer(report, out, called)

    def _line(self) -> Line:
        with self._lock:
            if self._nursery is not None and not self._nursery.alive:
                self._nursery.end()
                self._nursery = None
            if self._nursery is None:
                self._nursery = Line()
            return self._nursery

    def _once(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do `order` in a new interpreter."""
        with tempfile.TemporaryFile() as chatter:
            process = start(["once"], chatter)
            try:
                process.communicate(json.dumps(order).encode() + b"\n", timeout=self.settings.worker_wall_seconds)
            except subprocess.TimeoutExpired:
                return {"timeout": True}
            finally:
                end_group(process)
            chatter.seek(max(0, chatter.seek(0, os.SEEK_END) - 4096))
            return {"status": process.returncode, "words": chatter.read().decode("utf-8", "replace")}

    def _answer(self, report: dict[str, Any], out: Path, name: str) -> dict[str, Any]:
        words = str(report.get("words", "")) or leftovers.take_words(out / nursery.CHATTER)
        found = leftovers.take_result(out / nursery.RESULT)
        leftovers.sweep(out)
        if report.get("status") == 0 and found is not None:
            error = found.get("error")
            if error is None:
                return found
            raise endings.raised(error, name)
        raise endings.died(report, words, name, self.settings)


def probe(settings: Settings | None = None) -> tuple[str, ...]:
    """Start a worker for nothing and return what this system granted it, in the words that a report prints.

    Raises DecoderCrashError when no worker can be started here.
    """
    with tempfile.TemporaryDirectory() as folder, Workers(settings or Settings(workers=1)) as workers:
        answer = workers._ask("verify.examine:nothing", {}, Path(folder) / "out", "a probe")
    return tuple(part for part in str(answer.get("isolation", "")).split("; ") if part)
