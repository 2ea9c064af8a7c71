"""Finds pictures that repeat the one before at a regular beat. Rule: only a beat that holds for seconds is told.

Sensors do not give two equal pictures of what moves. When every sixth picture repeats the one before, 25 pictures a
second were made into 30; three of five: 24 into 60; one of two: a clip was slowed down, or its camera or screen gave
half as many. Which of them, the pictures do not say. Lossy coding leaves a repeated picture a little different; it
still differs far less than its neighbours do.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo
from verify.measures.base import Measure, Measured
from verify.media.frames import Picture

Flags = npt.NDArray[np.bool_]

_ACROSS, _DOWN = 64, 48  # points of a picture that are compared, about
_MOST_PICTURES = 400_000  # two hours at 50 a second; a number each is kept

# Chosen on clips made of 12 sources, checked on 12 others and on real clips (tests/bench/course.py).
_RATIO = 0.3  # of what neighbours differ by, below which a picture repeats the one before
_LEAST_MOTION = 0.4  # levels of 255 by which neighbours must differ, else nothing moves enough to tell
_REACH = 8  # pictures on either side that are neighbours
_WINDOW, _STEP = 150, 75  # pictures that are judged together: three to six seconds
_LEAST_KNOWN, _LEAST_REPEATS, _LEAST_BEATS = 60, 6, 5
_LONGEST = 30  # pictures of a beat: 1 of 25 (24 into 25), and what lies between
_LONGEST_MIXED = 12  # of a beat with several repeats: longer ones are found in anything
_HIT, _ABOVE_CHANCE = 0.85, 0.6
_OFF = 0.35  # by which the repeats of a beat may miss a whole number
_MOST_TOLD = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """In every `every` pictures, `repeats` repeat the one before."""

    every: int
    repeats: int
    hit: float


class Cadence(Measure):
    """Keeps by how much every picture differs from the one before."""

    name = "cadence"

    def __init__(self) -> None:
        self._last: npt.NDArray[np.uint8] | None = None
        self._apart: list[float] = []
        self._times: list[float] = []

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._last, self._apart, self._times = None, [], []

    def add_each(self, picture: Picture) -> None:
        """Take the next decoded picture."""
        if not picture.shape.planar or len(self._times) >= _MOST_PICTURES:
            return
        points = _points(picture)
        last, self._last = self._last, points
        if last is None or last.shape != points.shape:
            apart = np.nan
        else:
            apart = cv2.norm(points, last, cv2.NORM_L1) / points.size
        self._apart.append(apart)
        self._times.append(picture.time)

    def end(self) -> Measured:
        """Return the stretches with a beat: seconds, pictures of a beat, repeats in it, and examples."""
        if len(self._times) < _LEAST_KNOWN:
            return Measured()
        apart = np.array(self._apart[1:])
        times = np.array(self._times)
        flags, known = repeated(apart)
        found = _stretches(flags, known)
        told = [
            {
                "start": round(float(times[first]), 3),
                "end": round(float(times[min(last, len(times) - 1)]), 3),
                "every": beat.every,
                "repeats": beat.repeats,
                "share": round(beat.hit, 2),
                "examples": [round(float(times[i + 1]), 3) for i in np.flatnonzero(flags[first:last])[:4] + first],
            }
            for first, last, beat in found[:_MOST_TOLD]
        ]
        return Measured(
            values={"pictures": len(times), "moving_share": round(float(known.mean()), 3), "stretches": told}
        )


def _points(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return points of the luma, as stored: the same ones of each picture."""
    luma, shape = picture.planes.luma, picture.shape
    down, across = max(1, shape.height // _DOWN), max(1, shape.width // _ACROSS)
    return np.ascontiguousarray(shape.eight_bits(luma[down // 2 :: down, across // 2 :: across]))


def repeated(apart: npt.NDArray[np.float64]) -> tuple[Flags, Flags]:
    """Return which pictures repeat the one before, and of which it can be told, from how far each is from the last."""
    apart = np.nan_to_num(apart, nan=0.0)
    padded = np.pad(apart, _REACH, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH + 1)
    usual = np.concatenate([np.quantile(part, 0.75, axis=1) for part in np.array_split(around, len(apart) // 4096 + 1)])
    known = usual >= _LEAST_MOTION
    return (apart <= _RATIO * usual) & known, known


def beat(flags: Flags, known: Flags) -> Beat | None:
    """Return the beat in which pictures repeat, None where they do not or keep none."""
    told, repeats = int(known.sum()), int((flags & known).sum())
    if told < _LEAST_KNOWN or repeats < _LEAST_REPEATS:
        return None
    density = repeats / told
    for every in range(2, min(_LONGEST, len(flags) // _LEAST_BEATS) + 1):
        both = known[:-every] & known[every:]
        before, after = flags[:-every] & both, flags[every:] & both
        if min(before.sum(), after.sum()) < _LEAST_BEATS:
            continue
        hit = float((before & after).sum() / max(before.sum(), after.sum()))
        count = round(density * every)
        if hit < _HIT or (hit - density) / max(1 - density, 1e-9) < _ABOVE_CHANCE or not 1 <= count < every:
            continue
        if abs(density * every - count) <= _OFF and (count == 1 or every <= _LONGEST_MIXED):
            return Beat(every=every, repeats=count, hit=hit)
    return None


def _stretches(flags: Flags, known: Flags) -> list[tuple[int, int, Beat]]:
    """Return (first, last picture, beat) of the windows that hold one, those with the same beat joined."""
    found: list[tuple[int, int, Beat]] = []
    for begin in range(0, max(1, len(flags) - _WINDOW + _STEP), _STEP):
        end = min(len(flags), begin + _WINDOW)
        marks = np.flatnonzero(flags[begin:end])
        if not len(marks):
            continue
        start, end = begin + int(marks[0]), begin + int(marks[-1]) + 1  # a part may be slowed down, the rest not
        if end - start < _LEAST_KNOWN:
            continue
        one = beat(flags[start:end], known[start:end])
        if one is None:
            continue
        if found and found[-1][1] >= begin and (found[-1][2].every, found[-1][2].repeats) == (one.every, one.repeats):
            found[-1] = (found[-1][0], end, found[-1][2])
            continue
        first = max(start, found[-1][1]) if found else start
        if end - first >= _LEAST_KNOWN:  # less of it is a window that reaches into the stretch before
            found.append((first, end, one))
    return found
