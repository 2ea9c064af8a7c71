"""A match seen from its other file. Rule: what is said of a and b changes places, its words too, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from verify.matching.describe import words
from verify.records.matches import FramePair, Geometry, Match, Segment

_POSE = ("mirrored", "rotated ")  # how words of the pose begin; the others speak of what is kept and what surrounds it
_OTHER_WAY = {" clockwise": " counter-clockwise", " counter-clockwise": " clockwise"}


def turned(match: Match) -> Match:
    """Return `match` with a and b exchanged: segments, speed, geometry, outlines, frames, partings, jumps."""
    return replace(
        match,
        a=match.b,
        b=match.a,
        segments=tuple(_segment(s) for s in match.segments),
        geometry=_geometry(match.geometry),
        frames=tuple(_pair(f) for f in match.frames),
        jumps_a=match.jumps_b,
        jumps_b=match.jumps_a,
        partings=tuple(replace(p, a_time=p.b_time, b_time=p.a_time) for p in match.partings),
    )


def _segment(one: Segment) -> Segment:
    speed = 1.0 / one.speed if one.speed else one.speed
    return replace(
        one, a_start=one.b_start, a_end=one.b_end, b_start=one.a_start, b_end=one.a_end, speed=round(speed, 3)
    )


def _pair(one: FramePair) -> FramePair:
    return replace(one, a_time=one.b_time, b_time=one.a_time, a_image=one.b_image, b_image=one.a_image)


def _geometry(one: Geometry) -> Geometry:
    matrix = np.array(one.matrix, dtype=float).reshape(3, 3)
    pose = tuple(_pose(said, one.mirrored) for said in one.words if said.startswith(_POSE))
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:  # a fit that folds the picture flat has no way back
        return replace(one, words=pose, outline_a=one.outline_b, outline_b=one.outline_a)
    inverse /= inverse[2, 2]
    return replace(
        one,
        matrix=tuple(float(v) for v in inverse.ravel()),
        rotation=one.rotation if one.mirrored else -one.rotation,
        scale=1.0 / one.scale if one.scale else one.scale,
        words=(*pose, *(said for said in words(inverse) if not said.startswith(_POSE))),
        outline_a=one.outline_b,
        outline_b=one.outline_a,
    )


def _pose(said: str, mirrored: bool) -> str:
    """Return words of the pose the other way round.

    They are not made from the matrix again: the angle needs the shapes of both pictures, which a match does not hold.
    What is mirrored and turned goes back by the same turn, since a reflection undoes itself.
    """
    turn = next((way for way in _OTHER_WAY if said.endswith(way) and not mirrored), "")
    return said.removesuffix(turn) + _OTHER_WAY[turn] if turn else said
