"""Finds what is laid over the picture: edges that never move while the camera does. Rule: no answer for a fixed camera.

Logos, captions and clocks keep their edges at one place, in one direction, in every picture; a scene does not, once the
camera moves. Only pictures that differ clearly from the one before count, so that a camera at rest proves nothing.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Frame
from verify.measures.base import Measure, Measured

_LINES = 180  # short side the edges are looked for in: captions stay readable there
# On the bench (98 clips): found in two clips, missed in four at least (two scoreboards, a logo), none found where
# there is none; in the others the camera stands or the picture hardly changes, and nothing is said.
_NEW_PICTURE = 4.0  # mean difference to the last picture that counted, levels of 255
_LEAST_PICTURES = 12  # with 8, print on a box filmed from the hand was once taken for an overlay
_LEAST_CONTRAST = 6.0  # standard deviation: black and plain pictures have no edges
_EDGE, _STRONG = 6.0, 10.0  # levels a pixel: an edge in one picture, an edge on average
_SAME_DIRECTION = 0.9  # length of the mean gradient over the mean of the lengths
_IN_PICTURES = 0.97  # of the pictures that count, one may always be missed (a fade)
_MOST_FIXED = 0.1  # of all strong edges: more means that the camera stands
_LEAST_EDGES, _LEAST_FILL = 100, 0.3  # pixels, and share of the box
_LEAST_WIDTH, _LEAST_HEIGHT = 0.02, 0.03  # of the picture: thinner things are horizons and borders
_BORDER = 0.9  # of the picture: longer things are borders
_CLOSE = 0.02  # of the width: letters of one line are joined
_MOST_BOXES = 10


class Overlay(Measure):
    """Adds up the edges of the sampled frames."""

    name = "overlay"

    def __init__(self) -> None:
        self._last: npt.NDArray[np.float32] | None = None
        self._count = 0

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._last, self._count = None, 0

    def add(self, frame: Frame) -> None:
        """Take the next sampled frame."""
        small = self._small(frame)
        if small.std() < _LEAST_CONTRAST:
            return
        if self._last is None:
            zero = np.zeros_like(small)
            self._across, self._down, self._length, self._hits = zero, zero.copy(), zero.copy(), zero.copy()
        elif float(cv2.absdiff(small, self._last).mean()) < _NEW_PICTURE:
            return
        across = cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
        down = cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
        length = cv2.magnitude(across, down)
        self._across += across
        self._down += down
        self._length += length
        self._hits += length > _EDGE
        self._last = small
        self._count += 1

    def _small(self, frame: Frame) -> npt.NDArray[np.float32]:
        if self._last is not None:
            high, wide = self._last.shape
        else:
            scale = min(1.0, _LINES / min(frame.gray.shape))
            high, wide = (max(8, round(side * scale)) for side in frame.gray.shape)
        return cv2.resize(frame.gray, (wide, high), interpolation=cv2.INTER_AREA).astype(np.float32)

    def end(self) -> Measured:
        """Return the boxes (left, top, right, bottom in 0..1), or that the camera does not move enough to tell."""
        if self._count < _LEAST_PICTURES:
            return Measured(values={"told": False, "reason": "the picture hardly changes", "pictures": self._count})
        aligned = cv2.magnitude(self._across, self._down) >= _SAME_DIRECTION * np.maximum(self._length, 1e-6)
        strong = self._length > _STRONG * self._count
        fixed = aligned & strong & (self._hits >= self._count * _IN_PICTURES - 1)
        share = float(fixed.sum() / max(1, strong.sum()))
        numbers: dict[str, Any] = {"pictures": self._count, "fixed_share": round(share, 3)}
        if share > _MOST_FIXED:
            return Measured(values={"told": False, "reason": "the camera hardly moves", **numbers})
        return Measured(values={"told": True, "boxes": _boxes(fixed), **numbers})


def _boxes(fixed: npt.NDArray[np.bool_]) -> list[dict[str, Any]]:
    high, wide = fixed.shape
    reach = max(3, round(wide * _CLOSE)) | 1
    joined = cv2.morphologyEx(
        fixed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((max(3, reach // 2 | 1), reach), np.uint8)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found: list[dict[str, Any]] = []
    for label in range(1, count):
        left, top, width, height = (int(v) for v in stats[label][:4])
        edges = int((fixed & (labels == label)).sum())
        thin = width / wide < _LEAST_WIDTH or height / high < _LEAST_HEIGHT
        border = width / wide >= _BORDER or height / high >= _BORDER
        if edges < _LEAST_EDGES or edges / (width * height) < _LEAST_FILL or thin or border:
            continue
        box = (left / wide, top / high, (left + width) / wide, (top + height) / high)
        found.append({"box": [round(v, 3) for v in box], "edges": edges})
    return sorted(found, key=lambda b: -int(b["edges"]))[:_MOST_BOXES]
