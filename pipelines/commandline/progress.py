"""A pipeline's events while it runs: bars on a terminal, lines in a log. Rule: it says, through what it is given.

`say` puts one line on stderr; a console is rich's, made by the one who calls.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from verify.records.cases import Event
from verify.text import one_line

Result = TypeVar("Result")
_SURE_AFTER = 3.0  # seconds of a step before a rate is read off it
_TOLD_EVERY = 30.0  # seconds between lines of progress where there is no terminal to draw bars on


def follow(job: Generator[Event, None, Result], say: Callable[[str], None], console: Any) -> Result:  # noqa: ANN401 - rich is heavy
    """Run a pipeline to its end and return what it returns; a terminal gets bars, a log gets lines."""
    return follow_with_bars(job, console) if console.is_terminal else follow_plainly(job, say)


def follow_plainly(job: Generator[Event, None, Result], say: Callable[[str], None]) -> Result:
    """Run a pipeline to its end; say what fails or is noted, and every half a minute how far it is."""
    begun: dict[tuple[str, int | float | None], float] = {}  # by step and its size: each download is a new one
    told = time.monotonic()
    while True:
        try:
            event = next(job)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # a generator's return value is untyped
        now = time.monotonic()
        since = now - begun.setdefault((event.step, event.total), now)
        if event.kind in {"failed", "note"}:
            say(_told(event))
        elif event.total and now - told > _TOLD_EVERY:
            told = now
            rate = event.current / since if since >= _SURE_AFTER else 0.0
            left = f", about {max(1, round((event.total - event.current) / rate / 60))} min left" if rate else ""
            say(f"{event.step}: {_amount(event)}{pace(rate, event.unit)}{left}")


def follow_with_bars(job: Generator[Event, None, Result], console: Any) -> Result:  # noqa: ANN401 - rich is heavy
    """Run a pipeline to its end, with a bar for each step on the terminal `console`."""
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if event.kind in {"failed", "note"}:
                console.print(escape(_told(event)))
            elif event.step not in tasks:
                tasks[event.step] = bars.add_task(event.step, total=event.total, amount="")
            if event.step in tasks:
                bars.update(
                    tasks[event.step],
                    completed=event.current,
                    total=event.total,
                    description=f"{event.step:<8} {escape(one_line(event.target, 40))}",
                    amount=_amount(event) + pace(bars.tasks[tasks[event.step]].speed, event.unit),
                )


def _amount(event: Event) -> str:
    if event.unit == "bytes":
        done = f"{event.current / 1e6:.1f}"
        return f"{done} of {event.total / 1e6:.1f} MB" if event.total else f"{done} MB"
    return f"{event.current:.0f} of {event.total:.0f} {event.unit}" if event.total else event.unit


def pace(a_second: float | None, unit: str) -> str:
    """Return how fast it goes, as words that follow an amount; '' where it is not known."""
    if not a_second:
        return ""
    if unit == "bytes":
        return f", {a_second / 1e6:.1f} MB/s"
    return f", {a_second:.1f} a second" if a_second >= 1 else f", {1 / a_second:.0f} s each"


def _told(event: Event) -> str:
    message, subject = one_line(event.message), one_line(event.target, 100)
    named = not subject or one_line(event.target, 200) in message  # what a source says begins with the address
    return message if named else f"{subject}: {message}"
