"""Every way to run one clip along another, ranked by how well their changes agree. Rule: all offsets, at once.

A side is what alignment needs of one clip: what its grid reads at the places both clips show. Every moment of one is
compared with every moment of the other once; an offset and speed is a line through that table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

from verify.descriptors.grid import STEP, without_light
from verify.matching.middles import quantile
from verify.matching.strips import Rows

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.intp]

SHORTEST = 1.5  # seconds
FLOOR = 0.3  # grey levels
# Speeds tried; between them a clip of 30 s drifts by less than two seconds, and the fit is then refined.
SPEEDS = (1.0, 1.1, 0.9, 1.25, 0.8, 1.5, 0.667, 2.0, 0.5, 1.05, 0.95, 1.175, 0.85, 1.35, 0.74, 1.75, 0.57)
Ways = tuple[tuple[float, int], ...]
# Who plays a clip backwards rarely changes its speed by a little as well.
BACKWARDS = (1.0, 1.25, 0.8, 1.5, 0.667, 2.0, 0.5)
WAYS: Ways = (*((speed, 1) for speed in SPEEDS), *((speed, -1) for speed in BACKWARDS))
NATURAL: Ways = tuple((speed, 1) for speed in SPEEDS if abs(speed - 1) < 0.12)
AS_FILMED: Ways = ((1.0, 1),)
DECISIVE = 3.0  # a line this far up needs no other beside it
NEARLY = 0.12  # how far a speed may lie from a decisive line's and still be looked at
ROUND = 16  # rows
FEWEST_LAGS = 16  # from which the spread over other lags means something


@dataclass(frozen=True, slots=True)
class Line:
    """A way to run b along a: row k of b is row `lag + speed * k` of a; `rank` is how well change agrees along it."""

    rank: float
    speed: float
    lag: int


@dataclass(frozen=True, slots=True)
class Side:
    """Readings (n, points) of one clip, its changes, these levelled, and its liveliest moments.

    `lively` gives the last, and is worked out when it is first asked for: most pairs are nothing before that.
    """

    rows: Rows
    change: Rows
    level: Rows
    lively: Callable[[], float]


def side(rows: Floats, change: Floats) -> Side:
    """Return what alignment needs of the readings of one clip: pictures and changes, (n, points) each."""
    moved = without_light(rows, change)
    return Side(rows, moved, levelled(moved), cache(partial(liveliest, moved)))


def levelled(change: Floats) -> Floats:
    """Return `change` with every moment brought to one size, so that no cut or flash outweighs the rest.

    Moments in which next to nothing changes (FLOOR, about what packing the grid adds) weigh less.
    """
    size = np.sqrt(np.mean(change * change, axis=1, keepdims=True))
    level: Floats = change / (size + FLOOR)
    return level


def liveliest(change: Floats) -> float:
    """Return the change a cell, in grey levels, of the one moment in ten in which most moves."""
    return float(quantile(np.sqrt(np.mean(change * change, axis=1)), 0.9))


def part(whole: Side, start: int, end: int) -> Side:
    """Return the rows `start` to `end` of a side."""
    return Side(whole.rows[start:end], whole.change[start:end], whole.level[start:end], whole.lively)


def lines(a: Side, b: Side, tried: Ways = WAYS) -> tuple[list[Line], Callable[[], float]]:
    """Return the two best ways to lay time over time, best first, and what gives the spread of all other lags.

    The first of the ways `tried` is as it was filmed. Every moment of a is compared with every moment of b once; an
    offset and speed is a line through that table.
    """
    if min(len(a.rows), len(b.rows)) * STEP < SHORTEST:
        return [], lambda: 0.0
    level_a, level_b = _padded(np.asarray(a.level)), _padded(np.asarray(b.level))
    product = level_b @ level_a.T
    power = np.outer((level_b**2).sum(axis=1), (level_a**2).sum(axis=1))
    found = [_Sheaf.of(product, power, tried[:1])]
    ways = tried[1:]
    if any(line.rank > DECISIVE for line in found[0].best()):  # as it was filmed, and plainly so: only speeds close to
        ways = tuple(way for way in ways if way[1] > 0 and abs(way[0] - 1) <= NEARLY)  # it may be better
    if ways:
        found.append(_Sheaf.of(product, power, ways))
    behind = len(level_b) - len(b.level)  # played backwards, the rows of nothing come first
    every = [
        line if line.speed > 0 else replace(line, lag=line.lag + round(behind * -line.speed))
        for sheaf in found
        for line in sheaf.best()
    ]
    return sorted(every, key=lambda line: -line.rank)[:2], partial(_spread, found)


Way = tuple[float, int, int, int]  # speed, sign, first lag, number of lags


@lru_cache(maxsize=64)
def _sums(m: int, n: int, ways: Ways) -> tuple[csc_array, tuple[Way, ...], Floats, Ints]:
    """Return what sums an (m, n) table, read row by row, along every lag of every way; the ways, signs and beginnings.

    What lies beside the table counts as nothing. Each number of the table lies on one line of each way.
    """
    steps = np.round(np.arange(m)[:, None] * np.array([speed for speed, _ in ways])).astype(np.int32)
    backwards = np.array([sign < 0 for _, sign in ways])
    steps[:, backwards] = steps[::-1, backwards]
    reach = steps.max(axis=0)
    ends = np.cumsum(reach + n)
    starts = ends - reach - n
    at = np.arange(n, dtype=np.int32)[None, :, None] + (starts + reach - steps).astype(np.int32)[:, None, :]
    pointer = np.arange(0, at.size + 1, len(ways), dtype=np.int32)
    sums = csc_array((np.ones(at.size, np.float32), at.ravel(), pointer), shape=(int(ends[-1]), m * n))
    named = tuple((speed, sign, -int(far), n + int(far)) for (speed, sign), far in zip(ways, reach, strict=True))
    # Played backwards, what brightened darkens.
    signs = np.repeat(np.where(backwards, np.float32(-1), np.float32(1)), reach + n)
    return sums, named, signs, starts


def _padded(level: Floats) -> Floats:
    """Return `level` with rows of nothing behind it, up to a round number: clips of all lengths share a few tables."""
    shape = len(level) + -len(level) % ROUND, level.shape[1]
    padded: Floats = np.zeros(shape, level.dtype, order="F" if level.flags.fnc else "C")
    padded[: len(level)] = level
    return padded


@dataclass(frozen=True, slots=True)
class _Sheaf:
    """The lines of some ways through one table: how high each stands, `usable` where anything changes along it.

    A line over few rows is low by itself: it is no higher than the root of their number.
    """

    height: Floats
    usable: npt.NDArray[np.bool_]
    ways: tuple[Way, ...]
    starts: Ints

    @classmethod
    def of(cls, product: Floats, power: Floats, ways: Ways) -> _Sheaf:
        """Return the lines through two tables: what agrees, and the most that could."""
        sums, named, signs, starts = _sums(*product.shape, ways)
        total, scale = sums @ product.ravel(), sums @ power.ravel()
        return cls(signs * (total / np.sqrt(np.maximum(scale, 1e-6))), scale > 0, named, starts)

    def best(self) -> list[Line]:
        """Return the best line of each of the two ways that have the best."""
        tops = np.where(
            np.logical_or.reduceat(self.usable, self.starts), np.maximum.reduceat(self.height, self.starts), -np.inf
        )
        found = []
        for number in np.argsort(-tops, kind="stable")[:2].tolist():
            if tops[number] > -np.inf:
                speed, sign, first, count = self.ways[number]
                at = self.starts[number]
                top = int(np.argmax(self.height[at : at + count]))
                found.append(Line(float(tops[number]), speed * sign, top + first))
        return found

    def others(self) -> tuple[float, int]:
        """Return the squares and the number of all lags but those at the best of each way."""
        squares, lags = 0.0, 0
        for at, (_, _, _, count) in zip(self.starts.tolist(), self.ways, strict=True):
            height, usable = self.height[at : at + count], self.usable[at : at + count].copy()
            if usable.any():
                top = int(np.argmax(height))
                usable[max(0, top - 3) : top + 4] = False
                squares += float(np.sum(height[usable] ** 2))
                lags += int(usable.sum())
        return squares, lags


def _spread(found: Sequence[_Sheaf]) -> float:
    """Return how far the lags that are not best stand from nothing."""
    told = [sheaf.others() for sheaf in found]
    squares, lags = sum(each for each, _ in told), sum(each for _, each in told)
    return float(np.sqrt(squares / lags)) if lags >= FEWEST_LAGS else 0.0
