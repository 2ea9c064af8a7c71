"""How much of the picture that two clips share shows something else in each? Rule: a shared half makes no copy.

One game under two faces, one animated frame of a channel around different clips, one speaker beside different
footage: part of the picture is the same recording, and the rest is not. What an editor lays over a copy, a logo, a
lower third, another picture in a corner, covers less.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter

from verify.descriptors.grid import HEIGHT, WIDTH
from verify.matching.align import Aligned, along
from verify.matching.clips import Clip
from verify.matching.lattice import Lattice, lattice
from verify.matching.lines import levelled

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

# Share of the picture that a rectangle full of other things covers, from which two clips are no copies; and share of
# the rest that has to move alike, else the geometry may be off. Of 1,168 true pairs of four sets of edits, overlays and
# insets among them, none has more than 0.27 with as much beside it; a box over 0.4 of a copy, full of writing, has 0.33
# (docs/matching.md).
A_PART, BESIDE = 0.35, 0.6
# What a cell of a rectangle costs, and costs more where the clips move alike: half of it and more shows other things.
COST, DEAR = 0.35, 0.65
LEAST = 0.1  # share of the picture that shows other things below which no rectangle is looked for
MOVES, LIVES = 0.25, 0.5  # of the usual correlation of change in these clips: a cell moves otherwise, or alike
USUAL, POOREST = 0.75, 0.2  # the better cells' correlation, and what it is taken for where all is poor
UNLIKE = 0.4  # correlation of the pictures around a cell below which they show other things
SHOWN = 3.0  # grey levels of spread around a cell, in both, to show anything
NEAR, AROUND = 3, 5  # cells to a side over which change, and pictures, are compared
MOSTLY = 0.75  # of what the fullest row or column has, to lie in the part that is shared
MOST_CHANGES, MOST_PICTURES = 480, 48  # moments looked at, evenly spread


Box = tuple[float, float, float, float]  # left, top, right, bottom, as shares of a picture


@dataclass(frozen=True, slots=True)
class Apart:
    """What of a shared picture is not shared: its `share` (0..1), and `kept`, the box of what is, in a or in b."""

    share: float
    kept: Box
    of_a: bool


def shown_apart(matrix: Array, aligned: Aligned, a: Clip, b: Clip) -> Apart | None:
    """Return the part of the shared picture in which each clip shows something of its own, or None for copies.

    `matrix` (3 x 3, 0..1) lays a into b along `aligned`. A part that only one of them has anything in, a bar or a
    plain box, counts for nothing, nor does one in which neither moves nor the pictures differ.
    """
    both = lattice(matrix)
    at_a, at_b = along(aligned, len(a.grid), len(b.grid))
    if both is None or not len(at_b):
        return None
    some = slice(None, None, -(-len(at_b) // MOST_CHANGES))
    # As it was filmed: what light changes everywhere would go with what moves in the rest of the picture.
    change = both.read(a.change[at_a[some]], np.sign(aligned.speed) * b.change[at_b[some]])
    some = slice(None, None, -(-len(at_b) // MOST_PICTURES))
    shown = both.read(a.grid[at_a[some]], b.grid[at_b[some]])
    on = spread(both, np.ones((1, len(both.cells))))[0] > 0
    moved = _moved(both, levelled(change[0]), levelled(change[1]), on)
    other = _other(spread(both, shown[0]), spread(both, shown[1]), on)
    usual = max(float(np.quantile(moved[on], USUAL)), POOREST)
    differs, lives = on & (moved < MOVES * usual) & other, on & (moved >= LIVES * usual)
    if differs.sum() < LEAST * on.sum():
        return None
    part = _fullest(np.where(on, differs - COST - DEAR * lives, 0.0))
    share, beside = on[part].sum() / on.sum(), int(on.sum() - on[part].sum())
    if share < A_PART or lives.sum() - lives[part].sum() < BESIDE * max(beside, 1):
        return None
    return Apart(float(share), _box(both, on & ~differs), both.of_a)


def _fullest(worth: Floats) -> tuple[slice, slice]:
    """Return the rows and columns of the rectangle of most worth (high, wide)."""
    above = np.vstack([np.zeros(worth.shape[1]), np.cumsum(worth, axis=0)])
    best, where = 0.0, (slice(0, 0), slice(0, 0))
    for top, bottom in combinations(range(len(above)), 2):
        left_of = np.concatenate([[0.0], np.cumsum(above[bottom] - above[top])])
        gain = left_of - np.minimum.accumulate(left_of)
        right = int(gain.argmax())
        if gain[right] > best:
            best = float(gain[right])
            where = slice(top, bottom), slice(int(left_of[: right + 1].argmin()), right)
    return where


def _box(both: Lattice, alike: npt.NDArray[np.bool_]) -> Box:
    """Return the box of the rows and columns that are mostly alike, in the picture whose cells these are.

    Rows are judged by the columns that are in it and columns by the rows, in turns.
    """
    rows, columns = (np.arange(size) for size in alike.shape)
    for _ in range(3):
        columns = _full(alike[rows].mean(axis=0))
        rows = _full(alike[:, columns].mean(axis=1))
    left, top = int((both.cells % WIDTH).min()), int((both.cells // WIDTH).min())
    return (
        (left + int(columns[0])) / WIDTH,
        (top + int(rows[0])) / HEIGHT,
        (left + int(columns[-1]) + 1) / WIDTH,
        (top + int(rows[-1]) + 1) / HEIGHT,
    )


def _full(share: Floats) -> npt.NDArray[np.intp]:
    return np.flatnonzero(share >= MOSTLY * share.max())


def spread(both: Lattice, readings: Floats) -> Floats:
    """Return readings (n, p) as pictures (n, high, wide) of the rectangle that both show; 0 where it was not read."""
    row, column = both.cells // WIDTH, both.cells % WIDTH
    row, column = row - row.min(), column - column.min()
    pictures = np.zeros((len(readings), int(row.max()) + 1, int(column.max()) + 1), np.float64)
    pictures[:, row, column] = readings
    return pictures


def _summed(pictures: Floats, size: int) -> Floats:
    """Return the sum over `size` x `size` cells around each cell of each picture."""
    sums: Floats = uniform_filter(pictures, size=(1, size, size), mode="constant") * size * size
    return sums


def _moved(both: Lattice, a: Floats, b: Floats, on: npt.NDArray[np.bool_]) -> Floats:
    """Return how alike two changes (n, p) are around each cell: their correlation over time, or 0 where none moves."""
    product, power_a, power_b = spread(both, np.stack([(a * b).sum(0), (a * a).sum(0), (b * b).sum(0)]))
    together, one, other = _summed(np.stack([product, power_a, power_b]), NEAR)
    alike: Floats = np.where(on, together / np.sqrt(np.maximum(one * other, 1e-9)), 0.0)
    return alike


def _other(a: Floats, b: Floats, on: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return around which cells both pictures (n, high, wide) show something, and not the same."""
    together, one, other = _told(a, b, on, AROUND)
    alike = together / np.sqrt(np.maximum(one * other, 1e-6))
    count = np.maximum(_summed(on[None].astype(float), NEAR)[0], 1.0) * len(a)
    _, near_a, near_b = _told(a, b, on, NEAR)
    seen = np.sqrt(np.maximum(np.minimum(near_a, near_b), 0.0) / count) >= SHOWN
    return np.asarray(seen & (alike < UNLIKE))


def _told(a: Floats, b: Floats, on: npt.NDArray[np.bool_], size: int) -> tuple[Floats, Floats, Floats]:
    """Return (covariance, variance of a, variance of b) over the cells around each, summed over all moments."""
    count = np.maximum(_summed(on[None].astype(float), size), 1.0)
    sum_a, sum_b = _summed(a, size), _summed(b, size)
    together = (_summed(a * b, size) - sum_a * sum_b / count).sum(axis=0)
    one = (_summed(a * a, size) - sum_a * sum_a / count).sum(axis=0)
    other = (_summed(b * b, size) - sum_b * sum_b / count).sum(axis=0)
    return together, one, other
