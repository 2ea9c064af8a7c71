"""The process that workers are born in: it imports the heavy libraries once and forks one child for each file.

Rule: this process never reads a byte of foreign media, and a child never sees the pipes its orders come through.
Started by `verify/worker.py` as `python -m verify.nursery` (not with multiprocessing: a user's script has no
`__main__` guard), it first gives up the network and the right to gain rights, before any thread exists. Orders are
JSON lines on stdin, reports JSON lines on stdout; when stdin ends, the one who asked is gone and every child dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import faulthandler
import gc
import importlib
import json
import os
import select
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from verify import confinement

RESULT = "result.json"
CHATTER = "worker.txt"  # what libraries print; the parent shows its end when a child dies
NICENESS = 5  # the person's own programs come first


def main() -> int:
    """Serve orders until stdin ends. With the argument `once`, do the one order on stdin in this very process."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    reached = ["own process"]
    if confinement.without_network():
        reached.append("no network")
    if confinement.without_new_privileges():
        reached.append("no new privileges")
    _load()
    if sys.argv[1:] == ["once"]:
        order = json.loads(sys.stdin.readline())
        _keep_in(Path(order["out"]), reached)
        confine(order["limits"], reached)
        return perform(order, reached)
    return _Nursery(reached).serve()


def _load() -> None:
    """Import what every child needs, so that a fork finds it in memory."""
    importlib.import_module("verify.examine").warm_up()
    gc.collect()
    _give_back_memory()
    gc.freeze()  # keeps the collector from touching, and so copying, the pages shared with children


def _give_back_memory() -> None:
    """Give free memory back to the system: a child that needs some gets an empty page for less than a copied one."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # not glibc
            ctypes.CDLL(None).malloc_trim(0)


def confine(limits: dict[str, int], reached: list[str]) -> None:
    """Set the limits of this process and add to `reached` what the system granted, in words."""
    granted = confinement.limit(
        memory=limits["memory"],
        cpu_seconds=limits["cpu_seconds"],
        file_size=limits["file_size"],
        open_files=limits["open_files"],
    )
    if granted:
        reached.append("limits on " + ", ".join(granted))
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICENESS)


def _keep_in(out: Path, reached: list[str]) -> None:
    """Let this process change files under `out` only, its temporary ones too, where the system can forbid the rest."""
    os.environ["TMPDIR"] = tempfile.tempdir = str(out)
    reached += confinement.writes_only_under(out)


def perform(order: dict[str, Any], reached: list[str]) -> int:
    """Do one order and write its result file; the exit status is 0 when a result (or a named error) was written."""
    from verify.errors import FirstseenError, LimitError

    out = Path(order["out"])
    answer: dict[str, Any]
    try:
        module, _, function = order["function"].partition(":")
        value = getattr(importlib.import_module(module), function)(out=out, **order["arguments"])
        answer = {"value": value, "isolation": "; ".join(reached)}
    except MemoryError:
        answer = _error(LimitError(f"Examining it needs more than {order['limits']['memory'] >> 20} MiB of memory."))
    except FirstseenError as error:
        answer = _error(error)
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        most = order["limits"]["file_size"] >> 20
        answer = _error(LimitError(f"What is made of it is larger than the {most} MiB a worker may write."))
    part = out / (RESULT + ".part")
    part.write_text(json.dumps(answer, allow_nan=False), encoding="utf-8")
    part.replace(out / RESULT)
    return 0


def _error(error: Any) -> dict[str, Any]:  # noqa: ANN401 - a FirstseenError, imported late
    return {"error": {"type": type(error).__name__, "message": error.message, "advice": error.advice}}


class _Nursery:
    """The loop: orders in, children out. One thread, so that forking is safe."""

    def __init__(self, reached: list[str]) -> None:
        self.reached = reached
        self.running: dict[int, int] = {}  # child's process id -> order's id
        self.pending = b""

    def serve(self) -> int:
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked decides what Ctrl-C means
        self._report({"ready": True, "isolation": self.reached})
        try:
            while True:
                ready, _, _ = select.select([0, wake_read], [], [])
                if wake_read in ready:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake_read, 4096)
                    self._reap()
                if 0 in ready and not self._orders():
                    return 0
        finally:
            for child in list(self.running):
                _end(child)

    def _orders(self) -> bool:
        """Read what is there and act on each whole line; False when stdin has ended."""
        chunk = os.read(0, 65536)
        if not chunk:
            return False
        *lines, self.pending = (self.pending + chunk).split(b"\n")
        for line in lines:
            order = json.loads(line)
            if "kill" in order:
                for child in [c for c, number in self.running.items() if number == order["kill"]]:
                    _end(child)
            else:
                self._bear(order)
        return True

    def _bear(self, order: dict[str, Any]) -> None:
        parent = os.getpid()
        try:
            child = os.fork()
        except OSError as error:
            self._report({"id": order["id"], "refused": error.strerror or str(error)})
            return
        if child == 0:
            _live(order, self.reached, parent)
        self.running[child] = order["id"]

    def _reap(self) -> None:
        for child, number in list(self.running.items()):
            # Look without reaping: while the dead child keeps its number, its group can be ended without hitting
            # a stranger who was given the same number.
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            _end(child)
            _, status, used = os.wait4(child, 0)
            del self.running[child]
            self._report(
                {
                    "id": number,
                    "status": os.waitstatus_to_exitcode(status),
                    "cpu": used.ru_utime + used.ru_stime,
                    "rss": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
                }
            )

    @staticmethod
    def _report(report: dict[str, Any]) -> None:
        line = json.dumps(report).encode() + b"\n"
        while line:
            line = line[os.write(1, line) :]


def _end(child: int) -> None:
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)


def _live(order: dict[str, Any], reached: list[str], parent: int) -> None:
    """Be the child: own session, dead with its parent, without our pipes, within limits. Never returns."""
    status = 70  # EX_SOFTWARE: an error of ours; its words are in the chatter file
    try:
        os.setsid()
        if confinement.die_with_parent(parent):
            reached = [*reached, "ends with its parent"]
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _cut_pipes(Path(order["out"]) / CHATTER)
        reached = list(reached)
        _keep_in(Path(order["out"]), reached)
        confine(order["limits"], reached)
        status = perform(order, reached)
    except BaseException:  # noqa: BLE001 - the last frame of a process: it must not run on into the parent's loop
        import traceback

        with contextlib.suppress(Exception):
            traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(status)


def _cut_pipes(chatter: Path) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    words = os.open(chatter, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(nothing, 0)
    os.dup2(words, 1)
    os.dup2(words, 2)
    os.closerange(3, 256)  # the wake-up pipe and whatever a library left open
    faulthandler.enable(2)


if __name__ == "__main__":
    raise SystemExit(main())
