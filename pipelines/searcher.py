"""A process that looks ahead for a search: it reads the library, and answers what it saw. Rule: it never writes.

Started by `pipelines/searching.py` as `python -m pipelines.searcher LIBRARY BYTES`. Tasks are JSON lines on stdin,
answers JSON lines on stdout; when stdin ends, the one who asked is gone, and so is this process, whatever it is at.
"""

from __future__ import annotations

import os
import queue
import signal
import sqlite3
import sys
import threading
from pathlib import Path

import msgspec

from verify.archive.library import Library
from verify.errors import FirstseenError
from verify.matching.ahead import Lookout, Seen, Task


def main() -> int:
    """Answer tasks until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked decides what Ctrl-C means
    tasks: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_read, args=(tasks,), daemon=True).start()
    with Library(Path(sys.argv[1]), write=False) as library:
        lookout = Lookout(library, int(sys.argv[2]))
        while True:
            seen = _answer(library, lookout, msgspec.json.decode(tasks.get(), type=Task))
            sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\n")
            sys.stdout.buffer.flush()


def _read(tasks: queue.Queue[bytes]) -> None:
    for line in sys.stdin.buffer:
        tasks.put(line)
    os._exit(0)


def _answer(library: Library, lookout: Lookout, task: Task) -> Seen:
    """Return what is seen; nothing where the library cannot be read: the one who asked finds out for itself."""
    try:
        return lookout.look(
            task,
            lambda others: library.compared(task.sha256, task.search, others),
            lambda other: library.linked(other, task.search),
        )
    except (FirstseenError, KeyError, sqlite3.Error):
        return Seen(pictures=[], sounds=[])


if __name__ == "__main__":
    raise SystemExit(main())
