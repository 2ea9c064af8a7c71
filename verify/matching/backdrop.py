"""Do two clips that move alike also show one picture? Rule: what moves alike over two pictures is drawn over both.

A watermark that wanders, a ticker, a player's bar, snow or light that an editor's effect lets fall over everything move
alike in every clip they are laid over, and more than the footage behind them. What gives them away is what they move
over: in copies the pictures are alike as well, in the large, part by part, and in detail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import WIDTH
from verify.matching.align import Aligned, along, unhidden
from verify.matching.clips import Clip
from verify.matching.drift import softened
from verify.matching.lattice import Lattice, lattice
from verify.matching.lines import levelled

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

# How alike pictures, their detail and their changes are together, three correlations. Of 1,135 true pairs of thirteen
# hard edits three have less and the next 1.41; of 15 pairs of clips that share a wandering mark none has more than 1.27
# (docs/matching.md).
ONE_PICTURE = 1.35
# How alike the pictures (as a whole, or part by part) and their detail are, without what moves. Of 735 true pairs of
# three families of edits one has less and the next 0.88; of 45 pairs of other clips under one effect two have more,
# both of two skies that show nothing else (tests/bench/look_alikes.py; docs/matching.md).
ONE_SCENE = 0.87
PARTS = 4  # cells to a side of a part
# Where nearly all that moves alike lies in a third of the picture, the rest must show one picture. Its parts are less
# alike than this in 9 pairs of clips under one ticker, timer or player's bar, and much more in true pairs that move in
# one place only (docs/matching.md).
ONE_PLACE, ELSEWHERE = 0.93, 0.5
# How alike pictures and their detail are together where a few parts that differ, blurred sides or a box, prove nothing.
# Of 76 pairs of other footage under a ticker or player's bar none has more than 1.1; of 196 true pairs four
# have less than 1.5.
SAME_SCENE = 1.3
LARGE = 300  # cells of 768: in a smaller picture a third is a handful of cells, and a part of the rest one or two
SHOWN = 3.0  # grey levels of spread from which a part shows something beside the noise of a black sky
TWELVE, PLACE = (3, 4), 4
FEWEST_CELLS, FLAT = 8, 1.0  # cells that a part needs, and grey levels by which they differ, to be like another
PLAIN = 2.0  # grey levels of detail, as much as a sky has; a hundredth of those pairs has less than 3.5
PLAINLY = 0.7  # correlation of movement; of clips that share a mark at most 0.57
MOMENTS = 64  # that are looked at, evenly spread


def one_picture(matrix: Array, aligned: Aligned, a: Clip, b: Clip) -> bool:
    """Return whether the clips show one picture where `matrix` (3 x 3, 0..1) lays a into b along `aligned`.

    What lasts in a picture is its median over the shared time: what wanders is not in it. A plain one, a sky, has
    nothing that could differ from a caption over the same sky.
    """
    both = lattice(matrix)
    at_a, at_b = along(aligned, len(a.grid), len(b.grid))
    if both is None or not len(at_b):
        return True
    some = slice(None, None, -(-len(at_b) // MOMENTS))
    shown_a, shown_b = both.read(a.grid[at_a[some]], b.grid[at_b[some]])
    seen = unhidden(shown_a, shown_b)
    whole = np.median(np.stack([shown_a, shown_b]), axis=1)
    lasting = whole[:, seen]
    fine = lasting - softened(lasting, _only(both, seen))
    fine -= fine.mean(axis=1, keepdims=True)
    sizes = np.sqrt(np.mean(fine * fine, axis=1))
    if sizes.max() < PLAIN or (sizes.min() < PLAIN and aligned.movement > PLAINLY):
        return True
    detail = float(np.mean(fine[0] * fine[1]) / max(float(sizes.prod()), 1e-6))
    alike = max(aligned.still, _part_by_part(whole, both))
    if aligned.still + aligned.movement + detail < ONE_PICTURE or alike + detail < ONE_SCENE:
        return False
    if len(both.cells) < LARGE or aligned.still + detail >= SAME_SCENE:
        return True
    change_b = np.sign(aligned.speed) * b.change[at_b[some]]
    elsewhere = _beside_what_moves(*both.read(a.change[at_a[some]], change_b), both)
    return elsewhere is None or not -1 < _part_by_part(whole[:, elsewhere], _only(both, elsewhere), SHOWN) < ELSEWHERE


def _beside_what_moves(one: Floats, other: Floats, both: Lattice) -> npt.NDArray[np.bool_] | None:
    """Return which points lie outside the third of the picture in which nearly all that two changes (n, p) share lies.

    None where they share it all over. A ticker, a timer, the bar of a player moves alike in a strip or corner of
    whatever it is laid over.
    """
    one, other = (levelled(change - change.mean(axis=1, keepdims=True)) for change in (one, other))
    part, count = _parted(both, *TWELVE)
    common = np.maximum(np.bincount(part, (one * other).sum(axis=0), count), 0.0)
    fullest = np.argsort(-common)[:PLACE]
    if common[fullest].sum() < ONE_PLACE * common.sum():
        return None
    return np.asarray(~np.isin(part, fullest))


def _only(both: Lattice, points: npt.NDArray[np.bool_]) -> Lattice:
    return replace(both, cells=both.cells[points])


def _parted(both: Lattice, down: int, across: int) -> tuple[npt.NDArray[np.intp], int]:
    """Return in which of `down` x `across` parts of what both show each point lies, and how many parts there are."""
    row, column = both.cells // WIDTH, both.cells % WIDTH
    row, column = row - row.min(), column - column.min()
    high, wide = int(row.max()) + 1, int(column.max()) + 1
    part = np.minimum(row * down // high, down - 1) * across + np.minimum(column * across // wide, across - 1)
    return part, down * across


def _part_by_part(lasting: Floats, both: Lattice, flat: float = FLAT) -> float:
    """Return how alike two pictures (2, p) are in the middle one of their parts: light or a caption changes a few.

    -1 where no part shows anything, a spread of `flat` grey levels in both.
    """
    row, column = both.cells // WIDTH, both.cells % WIDTH
    down, across = (max(1, round((int(np.ptp(n)) + 1) / PARTS)) for n in (row, column))
    part, count = _parted(both, down, across)
    size = np.bincount(part, minlength=count)

    def mean(numbers: Floats) -> Floats:
        means: Floats = np.bincount(part, numbers, count) / np.maximum(size, 1)
        return means

    one, other = (picture - mean(picture)[part] for picture in lasting)
    spread_one, spread_other = np.sqrt(mean(one * one)), np.sqrt(mean(other * other))
    told = (size >= FEWEST_CELLS) & (np.minimum(spread_one, spread_other) >= flat)
    if not told.any():
        return -1.0
    return float(np.median(mean(one * other)[told] / (spread_one * spread_other)[told]))
