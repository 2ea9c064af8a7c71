"""Finds bars: bands of one colour along a whole side of the picture, with or without writing in them.

Rule: only what keeps its colour through the clip and ends in one straight line. Letterboxes, plates for captions and
lower thirds do, also under a camera that stands; skies, walls and nights end in no line of the picture's raster.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Frame, Gray
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
        if len(self._kept["top"]) >= _MOST_PICTURES or _contrast(frame.gray) < _LEAST_CONTRAST:
            return
        high, wide = frame.gray.shape
        lines = cv2.resize(frame.gray, (wide, _SIDE), interpolation=cv2.INTER_AREA)
        columns = cv2.transpose(cv2.resize(frame.gray, (_SIDE, high), interpolation=cv2.INTER_AREA))
        for picture, before, behind in ((lines, "top", "bottom"), (columns, "left", "right")):
            steps = _steps(picture)
            self._kept[before].append((*_near(picture, picture[:_OUTERMOST]), steps))
            colour, near = _near(picture, picture[-_OUTERMOST:])
            self._kept[behind].append((colour, near[::-1], steps[::-1]))

    def end(self) -> Measured:
        """Return the bars: side, thickness as a share of the picture, luma, and whether writing stands in them."""
        count = len(self._kept["top"])
        if count < _LEAST_PICTURES:
            return Measured()
        found = [{"side": side, **bar} for side, kept in self._kept.items() if (bar := _bar(kept))]
        return Measured(values={"bars": found, "pictures": count})


def _contrast(picture: Gray) -> float:
    return float(cv2.meanStdDev(picture)[1][0, 0])  # numpy's takes longer than all else but shrinking


def _near(picture: npt.NDArray[Any], outermost: npt.NDArray[Any]) -> tuple[int, Rows]:
    """Return the colour of the outermost lines, and of each line what share is near to it, 0..255."""
    colour = int(np.median(outermost))
    low, high = np.array([colour - _NEAR], float), np.array([colour + _NEAR], float)
    return colour, _shares(cv2.inRange(picture, low, high))


def _steps(picture: npt.NDArray[Any]) -> Rows:
    """Return of each line what share differs by a step between the line before and the line behind, 0..255."""
    apart = cv2.absdiff(picture[2:], picture[:-2])
    shares = _shares(cv2.threshold(apart, _STEP - 1, 255, cv2.THRESH_BINARY)[1])
    return np.concatenate([[0], shares, [0]]).astype(np.uint8)


def _shares(mask: npt.NDArray[Any]) -> Rows:
    """Return the share of each line of a mask of 0 and 255 that is set, 0..255."""
    total = np.asarray(cv2.reduce(mask, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S))[:, 0]
    return np.asarray(np.round(total / mask.shape[1]), np.uint8)


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
