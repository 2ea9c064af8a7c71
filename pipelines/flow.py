"""Blocking work as events: runs it in a thread, hands on what it tells, and ends with what it returns.

Rule: a pipeline is a generator; whoever reads it may stop at any event, and the work behind it stops too.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

from verify.records.cases import Event

Result = TypeVar("Result")


class Stopped(BaseException):
    """Raised inside the work when nobody reads its events any more; not an Exception, so that no library eats it."""


class Teller(Generic[Result]):
    """What the work is given to tell with: `say` an event, or `check` whether it should stop."""

    def __init__(self) -> None:
        self.events: queue.Queue[tuple[Event, threading.Event] | None] = queue.Queue()
        self._stop = threading.Event()

    def say(self, event: Event) -> None:
        """Hand an event on. Raises Stopped when the reader is gone."""
        self.check()
        self.events.put((event, threading.Event()))

    def hand_over(self, event: Event) -> None:
        """Hand an event on and wait until the reader has dealt with it. Raises Stopped when the reader is gone.

        For what lives only as long as the work goes on: files in a folder that the work cleans up, say.
        """
        self.check()
        taken = threading.Event()
        self.events.put((event, taken))
        while not taken.wait(timeout=0.2):
            self.check()

    def check(self) -> None:
        """Raise Stopped when the reader is gone."""
        if self._stop.is_set():
            raise Stopped

    def stop(self) -> None:
        """Tell the work that nobody reads it any more."""
        self._stop.set()


def as_events(work: Callable[[Teller[Result]], Result]) -> Generator[Event, None, Result]:
    """Run `work` in a thread and yield what it says; returns what it returns, raises what it raises."""
    teller: Teller[Result] = Teller()
    outcome: dict[str, Any] = {}

    def run() -> None:
        try:
            outcome["result"] = work(teller)
        except BaseException as error:  # noqa: BLE001 - carried to the reader's thread and raised there
            outcome["error"] = error
        finally:
            teller.events.put(None)

    thread = threading.Thread(target=run, name="firstseen-work", daemon=True)
    thread.start()
    try:
        while (told := teller.events.get()) is not None:
            event, taken = told
            yield event
            taken.set()
        thread.join()
    finally:
        teller.stop()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]  # type: ignore[no-any-return]  # what `work` returned


def result_of(job: Generator[Event, None, Result]) -> Result:
    """Run a pipeline to its end, its events unheard, and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # a generator's return value is untyped
