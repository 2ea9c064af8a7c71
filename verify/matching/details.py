"""Do two pictures that stand still differ where they have something to tell? Rule: a frame is not what it frames.

Cards of one newsroom, slides of one talk, boards with one logo share frame, colours and logo, and differ in what they
say. In tiny pictures writing is a grey block like any other, and where nothing moves the codec's beat is all that
moves: it is the same for two cards made the same way. Places tell writing from other writing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from verify.matching.align import Aligned
from verify.matching.codes import Turn, turned
from verify.matching.geometry import Spots

Array = npt.NDArray[np.floating[Any]]
Counts = npt.NDArray[np.intp]

CALM = 2.0  # grey levels a cell at the liveliest: cards coded as poorly as messengers do have up to 1.2
ROWS, COLUMNS = 3, 4  # parts of what both show
ALIKE = 17  # bits of 64 in which the code of one place may differ from that of the same place
BESIDE = 0.045  # heights of the larger picture it may lie off
ASIDE = 8.0  # seconds between two pictures that are compared: where the view stays, none is kept for so long
MOST_PICTURES = 6  # of each clip, evenly spread
FEWEST = 3  # places that a part has to have, in both, to tell anything
NEVER = 0.15  # share of a part's places found again below which it shows something else
# Parts that show something else: all of 73 pairs of cards that share frame and logo and say something else have three
# or more, of 30 copies of a painting under other edits one (docs/matching.md).
OTHER = 3
# Rank and evidence of movement beside which that counts for nothing: a caption may cover what is still in a copy. A
# codec's beat, the same in both, may reach the one, but comes back with every group of pictures and stands out little.
PLAINLY, CLEARLY = 2.5, 9.0


def another(matrix: Array, turn: Turn, aligned: Aligned, a: Spots, b: Spots) -> bool:
    """Return whether two clips in which little moves show other things in much of the picture they share.

    `matrix` (3 x 3, 0..1) lays a into b under `turn`, along `aligned`.
    """
    plainly = aligned.rank >= PLAINLY and aligned.evidence >= CLEARLY
    if plainly or max(aligned.lively_a, aligned.lively_b) >= CALM:
        return False
    return other_parts(matrix, turn, aligned, a, b) >= OTHER


def other_parts(matrix: Array, turn: Turn, aligned: Aligned, a: Spots, b: Spots) -> int:
    """Return how many of the 12 parts of what both show are full of places in both clips, and of other ones.

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
        same = (apart <= reach) & (gap <= ALIKE)
        mine += _counted(part_a)
        theirs += _counted(part_b)
        found += np.minimum(_counted(part_a[same.any(axis=1)]), _counted(part_b[same.any(axis=0)]))
    told = np.minimum(mine, theirs)
    return int(((told >= FEWEST) & (found <= NEVER * told)).sum())


def _together(aligned: Aligned, times_a: Array, times_b: Array) -> list[tuple[int, int]]:
    """Return which pictures of a and b show the same moment, or nearly so, in the shared seconds."""
    inside = np.flatnonzero((times_b >= aligned.start - ASIDE) & (times_b <= aligned.end + ASIDE))
    if not len(inside) or not len(times_a):
        return []
    at = aligned.offset + aligned.speed * times_b[inside]
    nearest = np.abs(times_a[None, :] - at[:, None]).argmin(axis=1)
    close = np.abs(times_a[nearest] - at) <= ASIDE * max(1.0, abs(aligned.speed))
    pairs = [(int(x), int(y)) for x, y in zip(nearest[close], inside[close], strict=True)]
    return pairs[:: -(-len(pairs) // MOST_PICTURES) or 1]


def _parts(at: Array, matrix: Array) -> Counts:
    """Return in which part of what both show each of the points `at` (n, 2; 0..1 of b) lies; those outside in none."""
    corners = np.array([[0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]], float)
    ends = (matrix @ corners)[:2]
    low, high = np.clip(ends.min(axis=1), 0, 1), np.clip(ends.max(axis=1), 0, 1)
    share = (at - low) / np.maximum(high - low, 1e-6)
    inside = ((share >= 0) & (share < 1)).all(axis=1)
    number: Counts = (share[:, 1] * ROWS).astype(np.intp) * COLUMNS + (share[:, 0] * COLUMNS).astype(np.intp)
    return number[inside] if inside.all() else np.where(inside, number, -1)


def _counted(parts: Counts) -> Counts:
    return np.bincount(parts[parts >= 0], minlength=ROWS * COLUMNS)
