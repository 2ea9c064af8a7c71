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
from verify.matching.align import Aligned, as_filmed, beside, likeness, on_clocks, shared, unhidden
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


def retimed_length(count: int, speed: float, late: float = 0.0) -> int:
    """Return how many rows `align.retimed` makes of `count`."""
    rate = abs(speed)
    if count < 2 or (rate == 1.0 and not late):
        return count
    return len(np.arange(late / rate, count - 1 + 1e-6, 1.0 / rate))


def retimed_part(x: Rows, speed: float, start: int, end: int, late: float = 0.0) -> Floats:
    """Return the rows `start` to `end` of what `align.retimed` makes of `x`."""
    count, rate = len(x), abs(speed)
    if count < 2 or (rate == 1.0 and not late):
        return x[start:end] if speed > 0 else x[count - end : count - start][::-1]
    at = (np.arange(start, end) + late) * (1.0 / rate)
    low = np.minimum(at.astype(int), count - 2)
    share = (at - low)[:, None].astype(np.float32)
    first, last = int(low[0]), int(low[-1]) + 2
    block = x[first:last] if speed > 0 else x[count - last : count - first][::-1]
    between: Floats = block[low - first] * (1 - share) + block[low - first + 1] * share
    return between


@dataclass(frozen=True, slots=True)
class Way:
    """How b is laid along a: row `n` of b, retimed to `speed` and begun `late` (0..1), beside row `n + lag` of a."""

    speed: float
    late: float
    lag: int


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
    tried: list[tuple[float, Way]] = []
    for speed, late in beside(line.speed):
        for lag in range(line.lag - 1, line.lag + 2):
            way = Way(speed, late, lag)
            start, end = _shared_rows(a, b, way)
            if (end - start) * STEP >= SHORTEST:
                tried.append((_agreed(a, b, way, start, end).rank, way))
    best = as_filmed(tried, lambda one: one[0], lambda one: one[1].speed)
    if best is None:
        return None
    way = best[1]
    start, end = _shared_rows(a, b, way)
    alike = _alike(a, b, way, start, end)
    cut_from, cut_to = shared(alike)
    if (cut_to - cut_from) * STEP >= SHORTEST:
        alike, start, end = alike[cut_from:cut_to], start + cut_from, start + cut_to
    level, change = _agreed(a, b, way, start, end), Sums()
    for da, db in _changes(a, b, way, start, end):
        change.add(da, db)
    late = way.late
    offset, first, last = on_clocks(way.speed, way.lag - late, start + late, end + late, len(b.rows))
    points = a.rows.shape[1]
    return Aligned(
        speed=way.speed,
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


def _shared_rows(a: Side, b: Side, way: Way) -> tuple[int, int]:
    """Return the first row of b, as it is retimed, that lies beside one of a, and the row after the last."""
    return max(0, -way.lag), min(retimed_length(len(b.rows), way.speed, way.late), len(a.rows) - way.lag)


def _parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    for one in stretches(end - start):
        yield start + one.start, start + one.stop


def _changes(a: Side, b: Side, way: Way, start: int, end: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield the changes of both side by side."""
    for first, last in _parts(start, end):
        change = retimed_part(b.change, way.speed, first, last, way.late)
        yield a.change[first + way.lag : last + way.lag], -change if way.speed < 0 else change


def _agreed(a: Side, b: Side, way: Way, start: int, end: int) -> Sums:
    sums = Sums()
    for da, db in _changes(a, b, way, start, end):
        sums.add(levelled(da), levelled(db))
    return sums


def _alike(a: Side, b: Side, way: Way, start: int, end: int) -> Floats:
    """Return how alike the pictures are at each moment, at the points that no caption hides."""
    some = np.unique(np.linspace(start, end - 1, SOME).round().astype(int))
    there = np.concatenate([retimed_part(b.rows, way.speed, int(row), int(row) + 1, way.late) for row in some])
    seen = unhidden(a.rows[some + way.lag], there)
    found = []
    for first, last in _parts(start, end):
        here = a.rows[first + way.lag : last + way.lag]
        there = retimed_part(b.rows, way.speed, first, last, way.late)
        found.append(likeness(here[:, seen], there[:, seen]))
    return np.concatenate(found)
