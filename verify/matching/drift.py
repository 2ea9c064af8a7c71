"""Finds the moment at which two clips run alike though the camera moved between the pictures that were fitted.

Rule: soft films tell when, sharp films tell where. A fit of places lays a picture of one clip over a picture of the
other that may have been taken a second before or after. Where the camera moves, the pictures of one moment lie
elsewhere, a few cells off, and their changes do not agree at all. Averaged over neighbouring cells they still do: that
tells the moment, and from there the geometry is found step by step (verify/matching/settle.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import WIDTH, without_light
from verify.matching.align import Aligned, align, measured
from verify.matching.clips import Clip
from verify.matching.lattice import Lattice, lattice
from verify.matching.lines import Line, Side, Ways, side
from verify.matching.settle import steadied
from verify.matching.strips import Strip
from verify.matching.windows import Span

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

# Standard deviation of how far changes are averaged, as shares of the width and height of what both show.
ACROSS, DOWN = 1 / 16, 1 / 12
# Of 298 fits of twelve places and more between unrelated pairs, the likest of all that searches named, 82 reach both,
# and none makes a match of it; so do all of copies that are found in no other way (docs/matching.md).
CLEAR = 2.5  # times the spread of all other lines: so far up a moment has to stand
AGREED = 1.2  # and so high
SPEEDS: Ways = (*((speed, 1) for speed in (1.0, 1.1, 0.9, 1.25, 0.8, 1.5, 0.667, 2.0, 0.5, 1.05, 0.95)), (1.0, -1))


def moved(matrix: Array, a: Clip, b: Clip, spans: Sequence[Span]) -> Array | None:
    """Return where a lies in b (3 x 3, 0..1) at the moment both show, near `matrix`; None where no moment is clear.

    `spans` are the rows to look at. Clips of hours are not looked at.
    """
    both = lattice(matrix)
    if both is None or not spans or isinstance(a.grid, Strip) or isinstance(b.grid, Strip):
        return None
    sides = _soft(a, both, of_a=True), _soft(b, both, of_a=False)
    moment = align(*sides, spans, SPEEDS, _clear)
    return steadied(matrix, a.change, b.change, moment, softened) if moment is not None else None


def softened(readings: Floats, both: Lattice) -> Floats:
    """Return `readings` (n, p) at the points of `both`, each averaged with those around it."""
    row, column = both.cells // WIDTH, both.cells % WIDTH
    row, column = row - row.min(), column - column.min()
    high, wide = int(row.max()) + 1, int(column.max()) + 1
    canvas = np.zeros((len(readings), high, wide), np.float32)
    canvas[:, row, column] = readings
    there = np.zeros((high, wide), np.float32)
    there[row, column] = 1
    down, across = _bell(high, DOWN), _bell(wide, ACROSS)
    soft: Floats = (down @ canvas @ across)[:, row, column] / (down @ there @ across)[row, column]
    return soft


@lru_cache(maxsize=64)
def _bell(count: int, share: float) -> Floats:
    """Return the weights (count, count) with which each of `count` points takes part in each."""
    at = np.arange(count)
    weights: Floats = np.exp(-0.5 * ((at[:, None] - at[None, :]) / max(0.5, count * share)) ** 2).astype(np.float32)
    return weights


def _soft(clip: Clip, both: Lattice, *, of_a: bool) -> Side:
    rows = both.one(np.asarray(clip.grid), of_a=of_a)
    change = both.one(np.asarray(clip.change), of_a=of_a)
    return side(softened(rows, both), softened(without_light(rows, change), both))


def _clear(a: Side, b: Side, line: Line, spread: float) -> Aligned | None:
    """Return the exact alignment near a line that stands clear of all others, None for any other."""
    return measured(a, b, line, spread) if line.rank >= max(AGREED, CLEAR * spread) else None
