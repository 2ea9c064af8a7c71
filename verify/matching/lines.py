"""Every way to run one clip along another, ranked by how well their changes agree. Rule: all offsets, at once.

A side is what alignment needs of one clip: what its grid reads at the places both clips show. Every moment of one is
compared with every moment of the other once; an offset and speed is a line through that table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from verify.descriptors.grid import STEP, without_light
from verify.matching.strips import Rows

Floats = npt.NDArray[np.floating[Any]]

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
    """Readings (n, points) of one clip, its changes, these levelled, and its liveliest moments."""

    rows: Rows
    change: Rows
    level: Rows
    lively: float


def side(rows: Floats, change: Floats) -> Side:
    """Return what alignment needs of the readings of one clip: pictures and changes, (n, points) each."""
    moved = without_light(rows, change)
    return Side(rows, moved, levelled(moved), liveliest(moved))


def levelled(change: Floats) -> Floats:
    """Return `change` with every moment brought to one size, so that no cut or flash outweighs the rest.

    Moments in which next to nothing changes (FLOOR, about what packing the grid adds) weigh less.
    """
    size = np.sqrt(np.mean(change * change, axis=1, keepdims=True))
    level: Floats = change / (size + FLOOR)
    return level


def liveliest(change: Floats) -> float:
    """Return the change a cell, in grey levels, of the one moment in ten in which most moves."""
    return float(np.quantile(np.sqrt(np.mean(change * change, axis=1)), 0.9))


def part(whole: Side, start: int, end: int) -> Side:
    """Return the rows `start` to `end` of a side."""
    return Side(whole.rows[start:end], whole.change[start:end], whole.level[start:end], whole.lively)


def lines(a: Side, b: Side, tried: Ways = WAYS) -> tuple[list[Line], float]:
    """Return the best line of each way to lay time over time, best first, and the spread of all other lags.

    The first of the ways `tried` is as it was filmed. Every moment of a is compared with every moment of b once; an
    offset and speed is a line through that table.
    """
    if min(len(a.rows), len(b.rows)) * STEP < SHORTEST:
        return [], 0.0
    level_a, level_b = _padded(np.asarray(a.level)), _padded(np.asarray(b.level))
    product = level_b @ level_a.T
    power_a, power_b = (level_a**2).sum(axis=1), (level_b**2).sum(axis=1)
    found, squares, lags = _best(product, power_a, power_b, tried[:1])
    ways = tried[1:]
    if found and found[0].rank > DECISIVE:  # as it was filmed, and plainly so: only speeds close to it may be better
        ways = tuple(way for way in ways if way[1] > 0 and abs(way[0] - 1) <= NEARLY)
    more, more_squares, more_lags = _best(product, power_a, power_b, ways)
    squares, lags = squares + more_squares, lags + more_lags
    spread = float(np.sqrt(squares / lags)) if lags >= FEWEST_LAGS else 0.0
    behind = len(level_b) - len(b.level)  # played backwards, the rows of nothing come first
    every = [
        line if line.speed > 0 else replace(line, lag=line.lag + round(behind * -line.speed)) for line in found + more
    ]
    return sorted(every, key=lambda line: -line.rank), spread


@lru_cache(maxsize=64)
def _sums(m: int, n: int, ways: Ways) -> tuple[csr_array, tuple[tuple[float, int, int, int], ...]]:
    """Return what sums an (m, n) table, read row by row, along every lag of every way, and the ways.

    A way is (speed, sign, first lag, number of lags). What lies beside the table counts as nothing.
    """
    parts, named = [], []
    for speed, sign in ways:
        steps = np.round(np.arange(m) * speed).astype(np.int32)
        if sign < 0:
            steps = steps[::-1]
        reach = int(steps.max())
        parts.append(np.arange(-reach, n, dtype=np.int32)[:, None] + steps[None, :])
        named.append((speed, sign, -reach, n + reach))
    column = np.concatenate(parts)
    inside = (column >= 0) & (column < n)
    at = (column + np.arange(m, dtype=np.int32)[None, :] * n)[inside]
    ends = np.concatenate([[0], np.cumsum(inside.sum(axis=1))])
    return csr_array((np.ones(len(at), np.float32), at, ends), shape=(len(column), m * n)), tuple(named)


def _padded(level: Floats) -> Floats:
    """Return `level` with rows of nothing behind it, up to a round number: clips of all lengths share a few tables."""
    return np.pad(level, ((0, -len(level) % ROUND), (0, 0)))


def _best(product: Floats, power_a: Floats, power_b: Floats, ways: Ways) -> tuple[list[Line], float, int]:
    """Return the best line of each way, and the squares and the number of all other lags.

    A line over few rows is low by itself: it is no higher than the root of their number.
    """
    if not ways:
        return [], 0.0, 0
    m, n = product.shape
    sums, named = _sums(m, n, ways)
    total, scale = (sums @ np.stack([product.ravel(), np.outer(power_b, power_a).ravel()], axis=1)).T
    z = total / np.sqrt(np.maximum(scale, 1e-6))
    found, squares, lags, at = [], 0.0, 0, 0
    for speed, sign, first, count in named:
        # Played backwards, what brightened darkens.
        mine, usable = sign * z[at : at + count], scale[at : at + count] > 0
        at += count
        if not usable.any():
            continue
        top = int(np.argmax(mine))
        found.append(Line(float(mine[top]), speed * sign, top + first))
        usable[max(0, top - 3) : top + 4] = False
        squares += float(np.sum(mine[usable] ** 2))
        lags += int(usable.sum())
    return found, squares, lags
