"""Which seconds of a clip, and which part of its picture, show another clip. Rule: as the matches say, no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from verify.matching.turned import turned
from verify.records.matches import Geometry, Match

_FLAT = 1e-6
Box = tuple[float, float, float, float]  # left, top, right, bottom of a picture, 0..1


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Seconds `start..end` of a clip in which it shows seconds `from_..to` of `other`, and in which part of it.

    `box` is the part of its picture; `reach` where the whole of the other picture would lie, beyond its edges too.
    """

    other: str
    start: float
    end: float
    from_: float
    to: float
    score: float
    box: Box
    reach: Box


def stretches_of(matches: Iterable[Match]) -> dict[str, list[Stretch]]:
    """Return for each clip the stretches in which it shows others."""
    found: dict[str, list[Stretch]] = defaultdict(list)
    for match in matches:
        for one in (match, turned(match)):
            part = box(one.geometry.outline_a)
            whole = reach(one.geometry, part)
            found[one.a] += [
                Stretch(other=one.b, start=s.a_start, end=s.a_end, from_=s.b_start, to=s.b_end,
                        score=one.strength.score, box=part, reach=whole)
                for s in one.segments
            ]  # fmt: skip
    return found


def overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how much two stretches of a line share."""
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def shared(one: Box, other: Box) -> float:
    """Return the area that two boxes share, as a share of the picture."""
    return overlap((one[0], one[2]), (other[0], other[2])) * overlap((one[1], one[3]), (other[1], other[3]))


def alike(one: Box, other: Box) -> float:
    """Return the shared area of two boxes as a share of the area of both."""
    both = shared(one, other)
    return both / max(area(one) + area(other) - both, 1e-6)


def middle(box: Box) -> tuple[float, float]:
    """Return the middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def area(box: Box) -> float:
    """Return the share of the picture that a box fills."""
    return (box[2] - box[0]) * (box[3] - box[1])


def box(outline: Sequence[tuple[float, float]]) -> Box:
    """Return the box around an outline; the whole picture where there is none."""
    if len(outline) < 3:
        return 0.0, 0.0, 1.0, 1.0
    x, y = [p[0] for p in outline], [p[1] for p in outline]
    return max(0.0, min(x)), max(0.0, min(y)), min(1.0, max(x)), min(1.0, max(y))


def reach(geometry: Geometry, part: Box) -> Box:
    """Return where the whole of b's picture would lie in a's, which shows `part` of it; `part` where nothing says."""
    matrix = np.array(geometry.matrix).reshape(3, 3)
    if geometry.matrix == Geometry().matrix or abs(np.linalg.det(matrix)) < _FLAT:
        return part
    x, y, w = np.linalg.inv(matrix) @ np.array([[0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1]], float)
    if not (w > _FLAT).all():  # seen from its edge: where it would lie has no end
        return part
    return float((x / w).min()), float((y / w).min()), float((x / w).max()), float((y / w).max())
