"""Looks at a doubtful pair from its other side as well. Rule: what is so is so from both sides, chance is not.

Laying a into b and laying b into a are two searches: places are fitted from other pictures, coarser and finer grids
change parts, other guesses are tried. Of copies both find one geometry and one line of time, however faint; what
chance lays over each other it lays elsewhere the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from verify.matching import strength
from verify.matching.codes import Turn
from verify.matching.compare import Found

DOUBTFUL = 0.3  # a score below which a pair is nothing
PLAIN = 1.0  # a score from which one side is enough: of 30,000 of the likest unrelated pairs none reaches two thirds
# Mean score of both sides from which a pair is a match, where both say the same, and where they do not: places more
# than OFF of the smaller picture apart, or seconds that are not the same by LATE. Measured in docs/matching.md.
AGREED, ALONE = 0.65, 0.8
OFF, LATE = 0.3, 1.5
BOTH = "its score is the mean of two: the first clip laid over the second, and the second over the first"
_POINTS = np.array([[0.25, 0.75, 0.75, 0.25], [0.25, 0.25, 0.75, 0.75], [1.0, 1.0, 1.0, 1.0]])


def backwards(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Return the turns that undo each of `turns`."""
    return tuple(Turn(t.transposed, t.flipped_y, t.flipped_x) if t.transposed else t for t in turns)


@dataclass(frozen=True, slots=True)
class Seen:
    """How a lies in b (`found`), how b lies in a where that was looked at (`back`), and the score of both.

    `clearer_back` says which of them is the clearer.
    """

    found: Found
    back: Found | None
    score: float
    clearer_back: bool = False


def seen_from_both(found: Found, look_back: Callable[[], Found | None]) -> Seen | None:
    """Return what is seen of a pair, or None where it is no match.

    `look_back` looks for how b lies in a, and is asked only where `found` is doubtful.
    """
    reached = strength.score(found.aligned, found.fit)
    if reached < DOUBTFUL:
        return None
    if reached >= PLAIN:
        return Seen(found, None, reached)
    back = look_back()
    if back is None:
        return None
    again = strength.score(back.aligned, back.fit)
    both = (reached + again) / 2
    if both < (AGREED if agree(found, back) else ALONE):
        return None
    return Seen(found, back, both, again > reached)


def agree(found: Found, other: Found) -> bool:
    """Return whether a laid into b, and b laid into a, are one geometry and one line of time.

    Pictures that stand still are the same at any second.
    """
    here, there = (matrix @ _POINTS for matrix in (found.matrix, np.linalg.inv(other.matrix)))
    apart = float(np.hypot(*(here[:2] / here[2] - there[:2] / there[2])).mean())
    smaller = min(1.0, float(np.sqrt(abs(np.linalg.det(found.matrix[:2, :2])))))
    if apart > OFF * smaller:
        return False
    one, two = found.aligned, other.aligned
    of_b = (one.start + one.end) / 2
    late = abs(two.offset + two.speed * (one.offset + one.speed * of_b) - of_b)
    return late <= LATE or (strength.at_rest(one) and strength.at_rest(two))
