"""Alignment of clips of hours: what `align.measured` says of them, worked out stretch by stretch.

Rule: only sums are kept of a stretch. Numbers are those of one go but for the order in which they are added, and for
what is told by evenly spread rows (which points a caption hides).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import STEP, without_light
from verify.matching.align import Aligned, likeness, on_clocks, shared, unhidden
from verify.matching.lines import SHORTEST, Line, Side, levelled
from verify.matching.strips import Rows, Strip, stretches

Floats = npt.NDArray[np.floating[Any]]

SOME = 480  # rows, evenly spread, that tell which points a caption hides


def long_side(rows: Strip, change: Strip) -> Side:
    """Return what alignment needs of a long clip, as `lines.side` does of others."""
    moved = Strip(change.shape, lambda start, end: without_light(rows.read(start, end), change.read(start, end)))
    sizes = [np.sqrt(np.mean(part * part, axis=1)) for part in (moved[one] for one in stretches(len(rows)))]
    lively = float(np.quantile(np.concatenate(sizes), 0.9))
    return Side(rows, moved, moved.through(levelled, change.shape[1]), lambda: lively)


def retimed_length(count: int, speed: float) -> int:
    """Return how many rows `align.retimed` makes of `count`."""
    return count if abs(speed) == 1.0 or count < 2 else len(np.arange(0, count - 1 + 1e-6, 1.0 / abs(speed)))


def retimed_part(x: Rows, speed: float, start: int, end: int) -> Floats:
    """Return the rows `start` to `end` of what `align.retimed` makes of `x`."""
    count, rate = len(x), abs(speed)
    if rate == 1.0 or count < 2:
        return x[start:end] if speed > 0 else x[count - end : count - start][::-1]
    at = np.arange(start, end) * (1.0 / rate)
    low = np.minimum(at.astype(int), count - 2)
    share = (at - low)[:, None].astype(np.float32)
    first, last = int(low[0]), int(low[-1]) + 2
    block = x[first:last] if speed > 0 else x[count - last : count - first][::-1]
    between: Floats = block[low - first] * (1 - share) + block[low - first + 1] * share
    return between


@dataclass(slots=True)
class Sums:
    """What `align.agreement` and the energies need of changes side by side, added up stretch by stretch."""

    dot: float = 0.0
    both: float = 0.0  # roots of what changes in a times what changes in b
    a: float = 0.0
    b: float = 0.0

    def add(self, da: Floats, db: Floats) -> None:
        """Add changes (n, points) of a and of b."""
        ea, eb = (da * da).sum(axis=1), (db * db).sum(axis=1)
        self.dot += float((da * db).sum())
        self.both += float((ea * eb).sum())
        self.a, self.b = self.a + float(ea.sum()), self.b + float(eb.sum())

    @property
    def rank(self) -> float:
        """As of `align.agreement`."""
        return self.dot / max(float(np.sqrt(self.both)), 1e-6)

    @property
    def correlation(self) -> float:
        """As of `align.agreement`."""
        return self.dot / max(float(np.sqrt(self.a * self.b)), 1e-6)


def measured(a: Side, b: Side, line: Line, spread: float) -> Aligned | None:
    """Return the exact alignment near `line`, as `align.measured` does, of clips of which one is long at least."""
    best: tuple[float, float, int] | None = None
    for speed in (line.speed, line.speed * 0.975, line.speed * 1.025):
        for lag in range(line.lag - 1, line.lag + 2):
            start, end = _shared_rows(a, b, speed, lag)
            if (end - start) * STEP >= SHORTEST:
                rank = _agreed(a, b, speed, lag, start, end).rank
                if best is None or rank > best[0]:
                    best = (rank, speed, lag)
    if best is None:
        return None
    _, speed, lag = best
    start, end = _shared_rows(a, b, speed, lag)
    alike = _alike(a, b, speed, lag, start, end)
    cut_from, cut_to = shared(alike)
    if (cut_to - cut_from) * STEP >= SHORTEST:
        alike, start, end = alike[cut_from:cut_to], start + cut_from, start + cut_to
    level, change = _agreed(a, b, speed, lag, start, end), Sums()
    for da, db in _changes(a, b, speed, lag, start, end):
        change.add(da, db)
    offset, first, last = on_clocks(speed, lag, start, end, len(b.rows))
    points = a.rows.shape[1]
    return Aligned(
        speed=speed,
        offset=offset,
        movement=level.correlation,
        evidence=level.rank / spread if spread > 0 else 0.0,
        still=float(np.median(alike)),
        energy_a=float(np.sqrt(change.a / ((end - start) * points))),
        energy_b=float(np.sqrt(change.b / ((end - start) * points))),
        lively_a=a.lively(),
        lively_b=b.lively(),
        start=first,
        end=last,
        rank=level.rank,
        points=points,
        shorter=min(len(a.rows), len(b.rows)) * STEP,
    )


def _shared_rows(a: Side, b: Side, speed: float, lag: int) -> tuple[int, int]:
    """Return the first row of b, as it is retimed, that lies beside one of a, and the row after the last."""
    return max(0, -lag), min(retimed_length(len(b.rows), speed), len(a.rows) - lag)


def _parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    for one in stretches(end - start):
        yield start + one.start, start + one.stop


def _changes(a: Side, b: Side, speed: float, lag: int, start: int, end: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield the changes of both side by side."""
    for first, last in _parts(start, end):
        change = retimed_part(b.change, speed, first, last)
        yield a.change[first + lag : last + lag], -change if speed < 0 else change


def _agreed(a: Side, b: Side, speed: float, lag: int, start: int, end: int) -> Sums:
    sums = Sums()
    for da, db in _changes(a, b, speed, lag, start, end):
        sums.add(levelled(da), levelled(db))
    return sums


def _alike(a: Side, b: Side, speed: float, lag: int, start: int, end: int) -> Floats:
    """Return how alike the pictures are at each moment, at the points that no caption hides."""
    some = np.unique(np.linspace(start, end - 1, SOME).round().astype(int))
    there = np.concatenate([retimed_part(b.rows, speed, int(row), int(row) + 1) for row in some])
    seen = unhidden(a.rows[some + lag], there)
    found = []
    for first, last in _parts(start, end):
        here, there = a.rows[first + lag : last + lag], retimed_part(b.rows, speed, first, last)
        found.append(likeness(here[:, seen], there[:, seen]))
    return np.concatenate(found)
