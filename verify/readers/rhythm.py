"""Finds where a clock of the file breaks its own rhythm. Rule: only what is kept elsewhere can be broken.

Pure functions over the times that packets state. A track whose steps are of one length all along (most files) shows a
single odd step clearly; a camera that writes pictures as they come has no rhythm, and there only a long gap is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]

# Matroska, FLV and ASF round times to milliseconds, so that steps of 33.3 ms are 33 or 34: a step is odd beyond that.
# Of 98 + 50 real clips all are steady in every step or in less than 93 % of them (tests/bench/course.py).
_ROUNDING = 0.0021  # seconds
_STEADY = 0.98  # of the steps
_LEAST = 25  # packets: a second of pictures
_EDGE = 2  # packets at either end that may be off: encoders begin and end with short or doubled ones
_MISSING = 0.25  # seconds without a picture in a steady track: single lost pictures are a recorder's daily bread
_PAUSE, _PAUSE_TIMES = 1.0, 4.0  # in an unsteady one: seconds, and times the longest usual step
_EVEN_LEAST, _EVEN = 2, 0.05
_MOST_TOLD = 20
_ODD_SHARE = 0.1  # of the usual step: a step within it of a multiple is a lost picture, not a clock set anew

# Key pictures: recorders and services set them every so many pictures; encoders that look for cuts set others as well.
_LEAST_GROUPS, _SAME_GROUPS, _MOST_BROKEN = 5, 0.8, 2

# Timecodes: 29.97 pictures a second counted as 30 lose a thousandth; groups of pictures state theirs a picture off.
_CODE_OFF, _CODE_SHARE, _DAY = 0.5, 0.002, 86_400.0
_FEW, _CODES_AWAY = 4, 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step between two packets: the second of the first, its length, and whether time runs back or is shared."""

    at: float
    length: float
    overlap: bool


def odd_steps(times: Times) -> tuple[float, list[Step]]:
    """Return the usual step in seconds and the steps that break it; 0 and nothing for a track without a rhythm.

    `times` are in the order of the file, in seconds: those of sound as they stand, those of pictures sorted.
    """
    if len(times) < _LEAST:
        return 0.0, []
    steps = np.diff(times)
    usual = float(np.median(steps))
    off = np.abs(steps - usual)
    if usual <= 0 or (off <= _ROUNDING).mean() < _STEADY:
        return 0.0, []
    inner = np.flatnonzero(off > max(_ROUNDING, _ODD_SHARE * usual))
    inner = inner[(inner >= _EDGE) & (inner < len(steps) - _EDGE)]
    if _even(times[inner]):
        return usual, []
    return usual, [_step(times, steps, int(i), usual) for i in inner[:_MOST_TOLD]]


def _even(seconds: Times) -> bool:
    """Return whether breaks come at one distance, as containers are made (AVI: a second of sound at a time)."""
    apart = np.diff(seconds)
    return len(apart) >= _EVEN_LEAST and bool((np.abs(apart - np.median(apart)) <= _EVEN * np.median(apart)).all())


def _step(times: Times, steps: Times, index: int, usual: float) -> Step:
    length = float(steps[index])
    return Step(at=float(times[index]), length=length, overlap=length < usual - _ROUNDING)


def gaps(steps: list[Step]) -> list[Step]:
    """Return the steps of a steady track in which pictures are missing for longer than a recorder may lose one."""
    return [s for s in steps if s.length >= _MISSING]


def set_anew(usual: float, steps: list[Step]) -> list[Step]:
    """Return the steps after which the clock of a steady track goes on besides its raster, as after a joint.

    Some recorders' pictures come a few milliseconds early or late; so this is a sign only beside another one.
    """
    return [s for s in steps if s.overlap or abs(s.length / usual - round(s.length / usual)) > _ODD_SHARE]


def pauses(times: Times) -> list[Step]:
    """Return the long gaps of a track without a rhythm, whose `times` are sorted."""
    if len(times) < _LEAST:
        return []
    steps = np.diff(times)
    usual = float(np.quantile(steps, 0.95))
    found = np.flatnonzero(steps >= max(_PAUSE, _PAUSE_TIMES * usual))
    return [_step(times, steps, int(i), 0.0) for i in found[:_MOST_TOLD]]


def broken_groups(keys: npt.NDArray[Any], pictures: int) -> tuple[int, list[tuple[int, int]]]:
    """Return the usual distance of key pictures, and (picture, distance) where one came sooner or later.

    `keys` are the numbers of the key pictures. 0 and nothing where they keep no distance, or break it often. The last
    group is left out, for clips end anywhere.
    """
    lengths = np.diff(keys)
    if len(lengths) < _LEAST_GROUPS or pictures < _LEAST:
        return 0, []
    values, counts = np.unique(lengths, return_counts=True)
    usual = int(values[counts.argmax()])
    off = np.flatnonzero(lengths != usual)
    if counts.max() < _SAME_GROUPS * len(lengths) or len(off) > _MOST_BROKEN or usual < 2:
        return 0, []
    return usual, [(int(keys[i + 1]), int(lengths[i])) for i in off]


def jumps(seconds: Sequence[float], codes: Sequence[float]) -> list[int]:
    """Return after which timecodes the next one does not go on as the clip does; all in seconds, both in one order.

    Nothing is returned for codes that never run (always the same) or often jump: those are no clock.
    """
    if len(codes) < 2:
        return []
    passed, told = np.diff(np.array(seconds)), np.diff(np.array(codes))
    off = np.abs(told - passed)
    off = np.minimum(off, np.abs(off - _DAY))  # a code that passes midnight begins again
    away = np.flatnonzero(off > _CODE_OFF + _CODE_SHARE * np.abs(passed))
    if not told.any() or (len(told) > _FEW and len(away) > _CODES_AWAY * len(told)):
        return []
    return [int(i) for i in away[:_MOST_TOLD]]


def runs_on(times: Times, start: float, end: float) -> bool | None:
    """Return whether packets of a track go on between two seconds; None where the track has none before or after."""
    if not len(times) or times.min() > start or times.max() < end:
        return None
    within = (times > start + 0.05) & (times < end - 0.05)
    return bool(within.any())
