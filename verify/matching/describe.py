"""Says in records and words what was found: seconds, where the picture lies, and moments to look at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from verify.matching.align import Aligned
from verify.matching.codes import Turn
from verify.records.matches import FramePair, Geometry, Segment

Array = npt.NDArray[np.float64]


def segments(aligned: Aligned, length_a: float) -> tuple[Segment, ...]:
    """Return the shared seconds of both clips; `length_a` is how long a is."""
    ends = sorted((aligned.offset + aligned.speed * aligned.start, aligned.offset + aligned.speed * aligned.end))
    return (
        Segment(
            a_start=round(float(max(0.0, ends[0])), 2),
            a_end=round(float(min(length_a, ends[1])), 2),
            b_start=round(float(aligned.start), 2),
            b_end=round(float(aligned.end), 2),
            speed=round(float(abs(aligned.speed)), 3),
            reversed=bool(aligned.speed < 0),
        ),
    )


def _outline(matrix: Array) -> tuple[tuple[float, float], ...]:
    """Return where the corners of the other picture lie in this one, cut to the picture."""
    corners = np.array([[0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1]], float)
    x, y, w = matrix @ corners
    return tuple((round(float(np.clip(px, 0, 1)), 4), round(float(np.clip(py, 0, 1)), 4)) for px, py in zip(x / w, y / w, strict=True))


def geometry(matrix: Array, turn: Turn, share_a: float, share_b: float) -> Geometry:
    """Return the record of a fit in 0..1 coordinates, with words."""
    words = []
    if turn.mirrored:
        words.append("mirrored")
    angle = float(np.degrees(np.arctan2(-matrix[1, 0], matrix[0, 0]))) if not turn.mirrored else 0.0
    return Geometry(
        matrix=tuple(float(v) for v in (matrix / matrix[2, 2]).ravel()),
        mirrored=turn.mirrored,
        rotation=round(angle, 1),
        scale=float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))),
        words=tuple(words),
        outline_a=_outline(np.linalg.inv(matrix)),
        outline_b=_outline(matrix),
    )


def frames(aligned: Aligned, length_a: float) -> tuple[FramePair, ...]:
    """Return three moments spread over the shared seconds."""
    at = np.linspace(aligned.start, aligned.end, 5)[1:-1]
    pairs = [(float(np.clip(aligned.offset + aligned.speed * t, 0, length_a)), float(t)) for t in at]
    return tuple(FramePair(a_time=round(a, 2), b_time=round(b, 2)) for a, b in pairs)
