"""Says in records and words what was found: seconds, where the picture lies, and moments to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.matching.align import Aligned
from verify.records.matches import FramePair, Geometry, Segment

Array = npt.NDArray[np.floating[Any]]
Outline = tuple[tuple[float, float], ...]

_CORNERS = np.array([[0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1]], float)


def segments(shared: Sequence[Aligned], length_a: float) -> tuple[Segment, ...]:
    """Return the shared seconds of both clips; `length_a` is how long a is."""
    return tuple(_segment(one, length_a) for one in shared)


def _segment(aligned: Aligned, length_a: float) -> Segment:
    ends = sorted((aligned.offset + aligned.speed * aligned.start, aligned.offset + aligned.speed * aligned.end))
    return Segment(
        a_start=round(float(max(0.0, ends[0])), 2),
        a_end=round(float(min(length_a, ends[1])), 2),
        b_start=round(float(aligned.start), 2),
        b_end=round(float(aligned.end), 2),
        speed=round(float(abs(aligned.speed)), 3),
        reversed=bool(aligned.speed < 0),
    )


def _outline(matrix: Array) -> Outline:
    """Return where the corners of the other picture lie in this one, cut to the picture."""
    return _cut(matrix @ _CORNERS)


def _cut(corners: Array) -> Outline:
    x, y, w = corners
    return tuple(
        (round(float(np.clip(px, 0, 1)), 4), round(float(np.clip(py, 0, 1)), 4))
        for px, py in zip(x / w, y / w, strict=True)
    )


def narrowed(found: Geometry, box: tuple[float, float, float, float], *, of_a: bool) -> Geometry:
    """Return a geometry whose outlines mark only `box` (left, top, right, bottom; 0..1) of a, or of b, in both."""
    left, top, right, bottom = box
    corners = np.array([[left, right, right, left], [top, top, bottom, bottom], [1, 1, 1, 1]])
    matrix = np.array(found.matrix).reshape(3, 3)
    own, other = _cut(corners), _cut((matrix if of_a else np.linalg.inv(matrix)) @ corners)
    return replace(found, outline_a=own if of_a else other, outline_b=other if of_a else own)


def geometry(matrix: Array, aspect_a: float, aspect_b: float) -> Geometry:
    """Return the record of a fit in 0..1 coordinates; its words say what b did to a's picture."""
    matrix = matrix / matrix[2, 2]
    mirrored, angle, scale = _pose(matrix, aspect_a, aspect_b)
    return Geometry(
        matrix=tuple(float(v) for v in matrix.ravel()),
        mirrored=mirrored,
        rotation=round(angle, 1),
        scale=round(scale, 4),
        words=words(matrix, aspect_a, aspect_b),
        outline_a=_outline(np.linalg.inv(matrix)),
        outline_b=_outline(matrix),
    )


def _pose(matrix: Array, aspect_a: float, aspect_b: float) -> tuple[bool, float, float]:
    """Return (mirrored, degrees counter-clockwise, scale in picture heights) of a 0..1 matrix."""
    linear = np.diag([aspect_b, 1.0]) @ matrix[:2, :2] @ np.diag([1 / aspect_a, 1.0])
    mirrored = bool(np.linalg.det(linear) < 0)
    if mirrored:
        linear = linear @ np.diag([-1.0, 1.0])
    angle = float(np.degrees(np.arctan2(linear[0, 1] - linear[1, 0], linear[0, 0] + linear[1, 1])))
    return mirrored, angle, float(np.sqrt(abs(np.linalg.det(linear))))


def share(matrix: Array) -> float:
    """Return how much of the first picture lies inside the second under a 0..1 matrix, 0..1."""
    x, y = np.meshgrid((np.arange(32) + 0.5) / 32, (np.arange(32) + 0.5) / 32)
    at = matrix @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    u, v = at[0] / at[2], at[1] / at[2]
    return float(((u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)).mean())


FULL = 0.93  # a share above this is the whole picture, within what a fit of a few places can tell
TURNED = 2.5  # degrees below which a turn is within the error of a fit


def words(matrix: Array, aspect_a: float = 1.0, aspect_b: float = 1.0) -> tuple[str, ...]:
    """Return what the second picture did to the first, for people: `mirrored`, `cropped to 40 % of the picture`..."""
    mirrored, angle, _ = _pose(matrix, aspect_a, aspect_b)
    said = ["mirrored"] if mirrored else []
    if abs(angle) > TURNED:
        whole = round(angle / 90) * 90
        shown = abs(whole) if abs(angle - whole) <= TURNED else abs(round(angle))
        way = "" if shown == 180 else (" counter-clockwise" if angle > 0 else " clockwise")
        said.append(f"rotated {shown}°{way}")
    kept, covered = share(matrix), share(np.linalg.inv(matrix))
    if kept < FULL:
        said.append(f"cropped to {max(1, round(kept * 100))} % of the picture")
    if covered < FULL:
        said.append(_placed(matrix, covered))
    return tuple(said)


def _placed(matrix: Array, covered: float) -> str:
    outline = np.array(_outline(matrix))
    left, top = outline.min(axis=0)
    right, bottom = outline.max(axis=0)
    wide, high = right - left > FULL, bottom - top > FULL
    if wide and not high:
        return "with bars or other matter above or below"
    if high and not wide:
        return "with bars or other matter at the sides"
    near = 0.12
    upright = "upper" if top < near else "lower" if bottom > 1 - near else ""
    across = "left" if left < near else "right" if right > 1 - near else ""
    if covered < 0.4 and upright and across:
        return f"in the {upright} {across} corner, {round(covered * 100)} % of the picture"
    return f"within a larger picture, {round(covered * 100)} % of it"


def frames(shared: Sequence[Aligned], length_a: float) -> tuple[FramePair, ...]:
    """Return three moments spread over the shared seconds; of several stretches the middles of the longest three."""
    if len(shared) == 1:
        moments = [(shared[0], float(t)) for t in np.linspace(shared[0].start, shared[0].end, 5)[1:-1]]
    else:
        longest = sorted(sorted(shared, key=lambda one: one.start - one.end)[:3], key=lambda one: one.start)
        moments = [(one, (one.start + one.end) / 2) for one in longest]
    pairs = [(float(np.clip(one.offset + one.speed * t, 0, length_a)), t) for one, t in moments]
    return tuple(FramePair(a_time=round(float(a), 2), b_time=round(float(b), 2)) for a, b in pairs)
