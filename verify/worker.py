"""Runs a function over one untrusted file in a limited process of its own. Rule: JSON, npz and pictures come back.

Nothing a decoder does can reach the run that asked: a crash, a hang or a flood of memory ends one child, and comes
back as one MediaError that names the file and the cause. What a child leaves behind is treated as foreign: links and
odd files are removed, and its JSON is checked against the record it claims to be. (Longer than other files: the two
ends of one conversation, and every way it can break off, are checked more easily in one place.)
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from verify import errors, nursery, text
from verify.errors import DecoderCrashError, LimitError, MediaError
from verify.records.media import Examination, Scope
from verify.settings import Settings

LARGEST_ANSWER = 64 * 1024 * 1024  # bytes of result.json that are read back; the largest real one measured is 0.4 MB
GRACE = 10.0  # seconds the nursery has to end a child it was told to end, before it is ended itself
START = 120.0  # seconds for the nursery to import everything on a slow, busy machine (measured: 1 to 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a child used: seconds of processor time, and the most memory it held, in bytes."""

    cpu: float
    memory: int


@dataclass(kw_only=True, slots=True)
class _Waiting:
    done: threading.Event = field(default_factory=threading.Event)
    report: dict[str, Any] = field(default_factory=dict)


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
        self._nursery: _Line | None = None

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
        return _with_isolation(found, str(answer.get("isolation", "")))

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

    def _line(self) -> _Line:
        with self._lock:
            if self._nursery is not None and not self._nursery.alive:
                self._nursery.end()
                self._nursery = None
            if self._nursery is None:
                self._nursery = _Line()
            return self._nursery

    def _once(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do `order` in a new interpreter."""
        with tempfile.TemporaryFile() as chatter:
            process = _start(["once"], chatter)
            try:
                process.communicate(json.dumps(order).encode() + b"\n", timeout=self.settings.worker_wall_seconds)
            except subprocess.TimeoutExpired:
                return {"timeout": True}
            finally:
                _end_group(process)
            chatter.seek(max(0, chatter.seek(0, os.SEEK_END) - 4096))
            return {"status": process.returncode, "words": chatter.read().decode("utf-8", "replace")}

    def _answer(self, report: dict[str, Any], out: Path, name: str) -> dict[str, Any]:
        words = str(report.get("words", "")) or _take_words(out / nursery.CHATTER)
        found = _take_result(out / nursery.RESULT)
        _sweep(out)
        if report.get("status") == 0 and found is not None:
            error = found.get("error")
            if error is None:
                return found
            raise _raised(error, name)
        raise _died(report, words, name, self.settings)


def probe(settings: Settings | None = None) -> tuple[str, ...]:
    """Start a worker for nothing and return what this system granted it, in the words that a report prints.

    Raises DecoderCrashError when no worker can be started here.
    """
    with tempfile.TemporaryDirectory() as folder, Workers(settings or Settings(workers=1)) as workers:
        answer = workers._ask("verify.examine:nothing", {}, Path(folder) / "out", "a probe")
    return tuple(part for part in str(answer.get("isolation", "")).split("; ") if part)


class _Line:
    """The line to one nursery: orders go out, a thread hands each report to the one who waits for it."""

    def __init__(self) -> None:
        self._chatter = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process it belongs to
        self._process = _start([], self._chatter)
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
            if not self._send({**order, "id": number}):
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
        _end_group(self._process)
        if self._reader is not threading.current_thread():
            self._reader.join(GRACE)
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


_ODD_ADVICE = "The original is kept; do not open it on a machine that matters, and tell us how it came about."


def _start(arguments: list[str], chatter: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - a binary file
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


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()


def _take_words(path: Path) -> str:
    """Return the end of what a child printed, and remove the file."""
    data = _read_own(path, 1 << 30)
    path.unlink(missing_ok=True)
    return data[-4096:].decode("utf-8", "replace") if data else ""


def _take_result(path: Path) -> dict[str, Any] | None:
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


def _sweep(out: Path) -> None:
    """Remove everything under `out` that is neither a plain file nor a folder: a decoder has no business with it."""
    for folder, _, names in os.walk(out):
        for name in names:
            path = Path(folder, name)
            if not stat.S_ISREG(path.lstat().st_mode):
                path.unlink(missing_ok=True)
        for inner in list(Path(folder).iterdir()):
            if inner.is_symlink():
                inner.unlink(missing_ok=True)


def _raised(error: Any, name: str) -> errors.FirstseenError:  # noqa: ANN401 - JSON from a child
    kind = getattr(errors, str(error.get("type")), MediaError) if isinstance(error, dict) else MediaError
    if not (isinstance(kind, type) and issubclass(kind, errors.FirstseenError)):
        kind = MediaError
    message, advice = str(error.get("message", "")), str(error.get("advice", ""))
    return kind(text.one_line(message, 600) or f"{name} cannot be examined.", text.one_line(advice, 600))


def _died(report: dict[str, Any], words: str, name: str, settings: Settings) -> MediaError:
    if report.get("timeout"):
        return LimitError(
            f"Examining {name} took longer than {settings.worker_wall_seconds} seconds and was stopped.",
            "Raise worker_wall_seconds in the settings if the file is as long as that.",
        )
    if "refused" in report or "lost" in report:
        reason = text.one_line(str(report.get("refused") or report.get("lost") or "no reason given"))[-300:]
        return DecoderCrashError(f"The process that examines files ended while {name} was in work: {reason}.", "")
    status = int(report.get("status", 1))
    if status < 0:
        return _killed(-status, name, settings)
    last = text.one_line(next((line for line in reversed(words.splitlines()) if line.strip()), "no words"), 300)
    return DecoderCrashError(f"Examining {name} failed inside the worker: {last}.", "This is a fault of firstseen.")


def _killed(number: int, name: str, settings: Settings) -> MediaError:
    if number == getattr(signal, "SIGXCPU", 0):
        return LimitError(
            f"Examining {name} took more than {settings.worker_cpu_seconds} seconds of processor time.",
            "Raise worker_cpu_seconds in the settings if the file is as long as that.",
        )
    try:
        called = signal.Signals(number).name
    except ValueError:
        called = f"signal {number}"
    return DecoderCrashError(
        f"A decoder crashed on {name} ({called}); nothing else was touched.",
        "The file is damaged or made to do harm; the original is kept as it is.",
    )


def _with_isolation(found: Examination, isolation: str) -> Examination:
    from dataclasses import replace

    return replace(found, isolation=isolation)
