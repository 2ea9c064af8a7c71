"""Do two pictures that stand still differ where they have something to tell? Rule: a frame is not what it frames.

Cards of one newsroom, slides of one talk, boards with one logo share frame, colours and logo, and differ in what they
say. In tiny pictures writing is a grey block like any other, and where nothing moves the codec's beat is all that
moves: it is the same for two cards made the same way. Places tell writing from other writing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import HEIGHT, WIDTH
from verify.matching.align import Aligned, along
from verify.matching.clips import Clip
from verify.matching.codes import Turn, turned
from verify.matching.geometry import NEAR, Spots
from verify.matching.lattice import Lattice, lattice

Array = npt.NDArray[np.floating[Any]]
Counts = npt.NDArray[np.intp]
Which = npt.NDArray[np.bool_]

CALM = 2.0  # grey levels a cell at the liveliest: cards coded as poorly as messengers do have up to 1.2
# Words that light up one after the other on cards of one series move more, and what agrees stands out little: of 298
# matched pairs of 113 such cards none has more than 6.5 grey levels, nor evidence above 5.8; drawn ones have up to 8.7
# (docs/matching.md).
LIT, FAINT = 8.0, 9.0
ROWS, COLUMNS = 3, 4  # parts of what both show
BESIDE = 0.045  # heights of the larger picture it may lie off
MOST_PICTURES = 6  # of each clip, evenly spread
FEWEST = 3  # places that a part has to have, in both, to tell anything
# Share of a part's places found again, against what the better parts have, below which it shows something else.
NEVER, USUAL = 0.25, 0.75
# Charts that one program draws of several runs: lines move in one frame, clearly, and less than half alike. Of 66 pairs
# of them 59 move so and show other things; of 522 matched true pairs under drawn edits none (docs/matching.md).
HALF, DRAWN = 0.52, 5.0
# Parts that show something else: 117 pairs of cards with one frame and logo and other words have three or more, 118 of
# cards with the same words one at most, of 30 copies of a painting under other edits one has (docs/matching.md).
OTHER = 3
# Of cards whose words light up, two parts that the cells, too, show to be another: not the same picture, coded poorly.
OTHER_WORDS, ALIKE = 2, 0.9
FEWEST_CELLS, SHOWN, MOMENTS = 6, 2.0, 64  # cells of a part, grey levels of spread in it, and moments looked at
LARGE = 300  # cells of 768 below which a part is a handful of them, and a picture in a corner
# Rank of movement, and what it comes to times its evidence, beside which that counts for nothing: a caption may cover
# what is still in a copy. A codec's beat, the same in both, may reach the one, but comes back with every group of
# pictures and stands out little: of 26 matched pairs of drawn cards none of that rank has a product above 16.3.
PLAINLY, CLEARLY = 2.5, 22.5
# Rank that is enough by itself where little moves, but more than a beat: players of a field seen from far above are few
# cells, stand out as little as a beat does, and reach 3.2 to 5.6 at 1.4 to 1.9 grey levels. Of 181 pairs of drawn cards
# with other words the highest rank is 2.6, and of a beat drawn to be the same in both 3.8, at 0.45 grey levels.
BEYOND, BEATEN = 3.0, 1.0


def another(matrix: Array, turn: Turn, aligned: Aligned, a: Clip, b: Clip) -> bool:
    """Return whether two clips in which little moves show other things in much of the picture they share.

    `matrix` (3 x 3, 0..1) lays a into b under `turn`, along `aligned`.
    """
    lively = max(aligned.lively_a, aligned.lively_b)
    plainly = aligned.rank >= PLAINLY and aligned.rank * aligned.evidence >= CLEARLY
    plainly = plainly or (BEATEN <= lively < CALM and aligned.rank >= BEYOND)
    poorly = aligned.movement < HALF and lively < DRAWN
    faintly = 0 < aligned.evidence < FAINT
    if lively >= LIT or (plainly and not poorly):
        return False
    both = lattice(matrix)
    small = both is None or len(both.cells) < LARGE
    if lively >= CALM and (small or not (poorly or faintly)):
        return False
    other = other_parts(matrix, turn, aligned, a.spots, b.spots)
    if other.sum() >= OTHER:
        return True
    if lively < CALM or not faintly or both is None:
        return False
    return int((other & ~_alike(both, matrix, aligned, a, b)).sum()) >= OTHER_WORDS


def other_parts(matrix: Array, turn: Turn, aligned: Aligned, a: Spots, b: Spots) -> Which:
    """Return which of the 12 parts of what both show are full of places in both clips, and of other ones.

    `matrix` (3 x 3, 0..1) lays a into b under `turn`, along `aligned`.
    """
    mine, theirs, found = (np.zeros(ROWS * COLUMNS, np.intp) for _ in range(3))
    for one, other in _together(aligned, a.times, b.times):
        of_a, of_b = a.picture == one, b.picture == other
        at_a, at_b = a.xy[of_a] / (a.aspect, 1), b.xy[of_b] / (b.aspect, 1)
        moved = at_a @ matrix[:2, :2].T + matrix[:2, 2]
        part_a, part_b = _parts(moved, matrix), _parts(at_b, matrix)
        reach = BESIDE * max(1.0, float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])) * b.aspect / a.aspect)))
        apart = np.hypot(*((moved[:, None] - at_b[None]) * (b.aspect, 1)).transpose(2, 0, 1))
        gap = np.bitwise_count(turned(a.codes[of_a], turn)[:, None] ^ b.codes[of_b][None])
        same = (apart <= reach) & (gap <= NEAR)
        mine += _counted(part_a)
        theirs += _counted(part_b)
        found += np.minimum(_counted(part_a[same.any(axis=1)]), _counted(part_b[same.any(axis=0)]))
    told = np.minimum(mine, theirs)
    share = np.where(told >= FEWEST, found / np.maximum(told, 1), np.nan)
    if np.isnan(share).all():
        return np.zeros(ROWS * COLUMNS, bool)
    return np.asarray(share <= NEVER * np.nanquantile(share, USUAL))


def _alike(both: Lattice, matrix: Array, aligned: Aligned, a: Clip, b: Clip) -> Which:
    """Return in which of the 12 parts of what both show the cells show one picture, whatever the places there."""
    alike = np.zeros(ROWS * COLUMNS, bool)
    at_a, at_b = along(aligned, len(a.grid), len(b.grid))
    if not len(at_b):
        return alike
    some = slice(None, None, -(-len(at_b) // MOMENTS))
    lasting = [np.median(shown, axis=0) for shown in both.read(a.grid[at_a[some]], b.grid[at_b[some]])]
    middles = np.stack([(both.cells % WIDTH + 0.5) / WIDTH, (both.cells // WIDTH + 0.5) / HEIGHT], axis=1)
    part = _parts(middles @ matrix[:2, :2].T + matrix[:2, 2] if both.of_a else middles, matrix)
    for number in range(len(alike)):
        one, other = (shown[part == number] for shown in lasting)
        if len(one) >= FEWEST_CELLS and min(one.std(), other.std()) >= SHOWN:
            alike[number] = np.corrcoef(one, other)[0, 1] >= ALIKE
    return alike


def _together(aligned: Aligned, times_a: Array, times_b: Array) -> list[tuple[int, int]]:
    """Return which pictures of a and b show the same moment of the shared seconds.

    A picture is kept where the view becomes another, so that it stands for all seconds until the next.
    """
    if not len(times_a) or not len(times_b):
        return []
    middle = (times_b + np.append(times_b[1:], max(aligned.end, float(times_b[-1])))) / 2
    at_b = np.clip(middle, aligned.start, aligned.end)
    there = np.searchsorted(times_b, at_b, side="right") - 1
    mine = np.searchsorted(times_a, aligned.offset + aligned.speed * at_b, side="right") - 1
    pairs = sorted({(max(0, int(x)), max(0, int(y))) for x, y in zip(mine, there, strict=True)})
    return pairs[:: -(-len(pairs) // MOST_PICTURES) or 1]


def _parts(at: Array, matrix: Array) -> Counts:
    """Return in which part of what both show each of the points `at` (n, 2; 0..1 of b) lies; those outside in none."""
    corners = np.array([[0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]], float)
    ends = (matrix @ corners)[:2]
    low, high = np.clip(ends.min(axis=1), 0, 1), np.clip(ends.max(axis=1), 0, 1)
    share = (at - low) / np.maximum(high - low, 1e-6)
    inside = ((share >= 0) & (share < 1)).all(axis=1)
    number: Counts = (share[:, 1] * ROWS).astype(np.intp) * COLUMNS + (share[:, 0] * COLUMNS).astype(np.intp)
    return np.where(inside, number, -1)


def _counted(parts: Counts) -> Counts:
    return np.bincount(parts[parts >= 0], minlength=ROWS * COLUMNS)
