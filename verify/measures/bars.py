"""Finds bars: bands of one colour along a whole side of the picture, with or without writing in them.

Rule: only what keeps its colour through the clip and ends in one straight line. Letterboxes, plates for captions and
lower thirds do, also under a camera that stands; skies, walls and nights end in no line of the picture's raster.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Frame
from verify.measures.base import Measure, Measured

Rows = npt.NDArray[np.uint8]
Kept = tuple[
    int, Rows, Rows
]  # luma of the side's outermost lines; of each line what share has it, and what share steps

_SIDE = 180  # lines and columns that are looked at: one of them is a pixel of a clip of 180 lines
_LEAST_CONTRAST = 6.0  # standard deviation: black and plain pictures have no bars
_LEAST_PICTURES, _MOST_PICTURES = 5, 1200  # ten minutes at two a second
_OUTERMOST = 3  # lines that give the colour
_NEAR = 6  # levels of luma around the colour: lossy coding blurs a plate by as much
_STEADY = 4  # levels by which the colour of four fifths of the pictures may differ
_WRITING = 0.2  # share of a line that must have the colour; the rest may be letters
_PLAIN = 0.9  # share of the last lines of a bar, where no letters stand
_STEP = 12  # levels between the line before and the line behind the end of a bar
_STEPS = 0.5  # share of the end's length that must step so, in half of the pictures
_THICK, _THICKEST = 0.03, 0.48  # of the height or width
_LETTERS = 12  # lines of writing, a fifteenth of the picture, that may leave less of the colour than that
_WRITTEN = 0.9  # a line with less of the colour holds writing


class Bars(Measure):
    """Keeps, for every line and column of each picture, how much of it has the colour of the picture's side."""

    name = "bars"

    def __init__(self) -> None:
        self._kept: dict[str, list[Kept]] = {}

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._kept = {side: [] for side in ("top", "bottom", "left", "right")}

    def add(self, frame: Frame) -> None:
        """Take the next sampled frame."""
        if len(self._kept["top"]) >= _MOST_PICTURES or frame.gray.std() < _LEAST_CONTRAST:
            return
        high, wide = frame.gray.shape
        lines = cv2.resize(frame.gray, (wide, _SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
        columns = cv2.resize(frame.gray, (_SIDE, high), interpolation=cv2.INTER_AREA).T.astype(np.int16)
        for picture, before, behind in ((lines, "top", "bottom"), (columns, "left", "right")):
            self._kept[before].append(_profile(picture))
            self._kept[behind].append(_profile(picture[::-1]))

    def end(self) -> Measured:
        """Return the bars: side, thickness as a share of the picture, luma, and whether writing stands in them."""
        count = len(self._kept["top"])
        if count < _LEAST_PICTURES:
            return Measured()
        found = [{"side": side, **bar} for side, kept in self._kept.items() if (bar := _bar(kept))]
        return Measured(values={"bars": found, "pictures": count})


def _profile(picture: npt.NDArray[np.int16]) -> Kept:
    colour = int(np.median(picture[:_OUTERMOST]))
    near = (np.abs(picture - colour) <= _NEAR).mean(axis=1)
    steps = np.zeros(len(picture))
    steps[1:-1] = (np.abs(picture[2:] - picture[:-2]) >= _STEP).mean(axis=1)
    return colour, _as_bytes(near), _as_bytes(steps)


def _as_bytes(shares: npt.NDArray[Any]) -> Rows:
    return np.round(shares * 255).astype(np.uint8)


def _bar(kept: list[Kept]) -> dict[str, Any]:
    """Return the bar on the side that `kept` was looked at from, or nothing."""
    colours = [k[0] for k in kept]
    low, middle, high = np.percentile(colours, (10, 50, 90))
    if high - low > _STEADY:
        return {}
    share = np.median([k[1] for k in kept], axis=0) / 255
    steps = np.median([k[2] for k in kept], axis=0) / 255
    end, other = 0, 0
    for line in range(_SIDE):
        other = other + 1 if share[line] < _WRITING else 0
        if other > _LETTERS:
            break
        end = line + 1
    while end and not (share[end - 1] >= _PLAIN and steps[end : end + 2].max(initial=0) >= _STEPS):
        end -= 1  # lines of the picture that hold the colour by chance, or letters
    if not _THICK <= end / _SIDE <= _THICKEST:
        return {}
    written = bool((share[: end - 1] < _WRITTEN).sum() >= 2)
    return {"thickness": round(end / _SIDE, 3), "luma": round(float(middle)), "writing": written}
