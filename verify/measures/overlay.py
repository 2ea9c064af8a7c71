"""Finds what is laid over the picture: edges that never move while the scene does. Rule: no answer for a fixed camera.

Logos, captions and clocks keep their edges at one place, in one direction, in every picture; a scene does not, once the
camera moves. Only pictures in which most of the scene's edges went elsewhere since the last one count, so that a camera
at rest proves nothing, whatever moves in front of it. Captions stand for some seconds only: pictures are judged in
windows, each for itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Frame
from verify.measures.base import Measure, Measured

Picture = npt.NDArray[Any]

_LINES = 240  # short side the edges are looked for in: captions stay readable there
_LEAST_CONTRAST = 6.0  # standard deviation: black and plain pictures have no edges
_EDGE, _STRONG = 6.0, 10.0  # levels a pixel: an edge in one picture, an edge on average
# A picture is new when half of the fields of 8 x 6 that hold edges have others than in the last that counted.
_ACROSS, _DOWN, _LEAST_FIELDS = 8, 6, 8
_FIELD_EDGES = 0.02  # share of a field's pixels that must be edges, in one of the two pictures
_LIKE = 0.5  # correlation of gradients above which a field counts as unchanged
_CHANGED = 0.5  # of the fields
_HALF = 6  # new pictures in half a window
_SAME_DIRECTION = 0.9  # length of the mean gradient over the mean of the lengths
_IN_PICTURES = 0.97  # of the pictures that count, one may always be missed (a fade)
_MOST_FIXED = (
    0.1  # of all strong edges outside the boxes: more means that the scene stands, or that something tracks it
)
_LEAST_EDGES, _LEAST_FILL = 100, 0.3  # pixels, and share of the box
_LEAST_WIDTH, _LEAST_HEIGHT = 0.02, 0.03  # of the picture: thinner things are horizons and borders
# A scene that stands while large things pass in front leaves pieces that nothing hides for twelve pictures. They are
# small (up to 0.011 of the picture in four windows of two unseen clips), and at most 0.71 of the fields changed there;
# real logos and stickers of that size had 0.82 to 0.95. What covers a quarter of the picture is a wall, not a caption.
_SMALL, _MUCH_CHANGED = 0.03, 0.75
_LARGEST = 0.25
_BORDER = 0.9  # of the picture: longer things are borders
_STRIP = 0.05  # of the picture: thinner things along a side are the ends of a scanned or captured picture
_CLOSE = 0.02  # of the width: letters of one line are joined
_MOST_BOXES = 10
_SAME_BOX = 0.5  # shared area over joint area: one box in two windows


@dataclass(kw_only=True, slots=True)
class _Sums:
    """Edges of the pictures of half a window, added up."""

    across: Picture
    down: Picture
    length: Picture
    hits: Picture
    first: float
    last: float
    count: int = 0
    changed: list[float] = field(default_factory=list)  # share of the fields that changed before each picture


@dataclass(kw_only=True, slots=True)
class _Found:
    """A box that was found in windows from `start` to `end` (seconds)."""

    box: tuple[int, int, int, int]
    edges: int
    start: float
    end: float
    windows: int = 1


@dataclass(kw_only=True, slots=True)
class _State:
    """What is known of one clip so far."""

    last: tuple[Picture, Picture] | None = None
    shape: tuple[int, int] = (0, 0)
    sums: list[_Sums] = field(default_factory=list)
    found: list[_Found] = field(default_factory=list)
    seen: int = 0
    new: int = 0
    told: int = 0
    standing: int = 0


class Overlay(Measure):
    """Adds up the edges of the sampled frames, window by window."""

    name = "overlay"

    def __init__(self) -> None:
        self._state = _State()

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._state = _State()

    def add(self, frame: Frame) -> None:
        """Take the next sampled frame."""
        state = self._state
        small = self._small(frame)
        if cv2.meanStdDev(small)[1][0, 0] < _LEAST_CONTRAST:
            return
        state.seen += 1
        across = cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
        down = cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
        changed = 1.0 if state.last is None else _changed((across, down), state.last)
        if changed < _CHANGED:
            return
        state.last = (across, down)
        state.new += 1
        if not state.sums or state.sums[-1].count >= _HALF:
            self._judge()
            zero = np.zeros_like(small)
            state.sums.append(
                _Sums(
                    across=zero,
                    down=zero.copy(),
                    length=zero.copy(),
                    hits=zero.copy(),
                    first=frame.time,
                    last=frame.time,
                )
            )
        sums = state.sums[-1]
        length = cv2.magnitude(across, down)
        sums.across += across
        sums.down += down
        sums.length += length
        sums.hits += length > _EDGE
        sums.last = frame.time
        sums.count += 1
        sums.changed.append(changed)

    def _small(self, frame: Frame) -> Picture:
        if not self._state.shape[0]:
            scale = min(1.0, _LINES / min(frame.gray.shape))
            high, wide = (max(8, round(side * scale)) for side in frame.gray.shape)
            self._state.shape = (high, wide)
        high, wide = self._state.shape
        return cv2.resize(frame.gray, (wide, high), interpolation=cv2.INTER_AREA).astype(np.float32)

    def _judge(self) -> None:
        """Look at the last two halves, once both are full."""
        state = self._state
        state.sums = state.sums[-2:]
        if len(state.sums) < 2 or min(s.count for s in state.sums) < _HALF:
            return
        one, two = state.sums
        count = one.count + two.count
        length, hits = one.length + two.length, one.hits + two.hits
        mean = cv2.magnitude(one.across + two.across, one.down + two.down)
        strong = length > _STRONG * count
        fixed = (mean >= _SAME_DIRECTION * np.maximum(length, 1e-6)) & strong & (hits >= count * _IN_PICTURES - 1)
        boxes = _boxes(fixed)
        outside = np.ones(fixed.shape, bool)
        for (left, top, right, bottom), _ in boxes:
            outside[top:bottom, left:right] = False
        if (fixed & outside).sum() > _MOST_FIXED * max(1, int((strong & outside).sum())):
            state.standing += 1
            return
        areas = {box: (box[2] - box[0]) * (box[3] - box[1]) / fixed.size for box, _ in boxes}
        least = _SMALL if float(np.median(one.changed + two.changed)) < _MUCH_CHANGED else 0.0
        kept = [(box, edges) for box, edges in boxes if areas[box] >= least]
        if (boxes and not kept) or max(areas.values(), default=0.0) > _LARGEST:
            state.standing += 1
            return
        state.told += 1
        for box, edges in kept:
            self._keep(_Found(box=box, edges=edges, start=one.first, end=two.last))

    def _keep(self, new: _Found) -> None:
        for old in self._state.found:
            if _shared(old.box, new.box) >= _SAME_BOX:
                old.end, old.windows = new.end, old.windows + 1
                if new.edges > old.edges:
                    old.box, old.edges = new.box, new.edges
                return
        self._state.found.append(new)

    def end(self) -> Measured:
        """Return the boxes (left, top, right, bottom in 0..1; seconds), or why nothing can be told."""
        self._judge()
        state = self._state
        numbers: dict[str, Any] = {"pictures": state.new, "windows": state.told}
        if not state.told:
            reason = "the camera hardly moves" if state.standing or state.seen > 2 * _HALF else "there are few pictures"
            return Measured(values={"told": False, "reason": reason, **numbers})
        high, wide = state.shape
        best = sorted(state.found, key=lambda f: -f.edges * f.windows)[:_MOST_BOXES]
        boxes = [
            {
                "box": [round(v / side, 3) for v, side in zip(f.box, (wide, high, wide, high), strict=True)],
                "edges": f.edges,
                "start": round(f.start, 2),
                "end": round(f.end, 2),
                "windows": f.windows,
            }
            for f in best
        ]
        return Measured(values={"told": True, "boxes": boxes, **numbers})


def _changed(now: tuple[Picture, Picture], last: tuple[Picture, Picture]) -> float:
    """Return the share of the fields with edges whose edges have gone elsewhere, 0 where too few have any."""
    product = _fields(now[0] * last[0] + now[1] * last[1])
    power = [_fields(a * a + b * b) for a, b in (now, last)]
    edges = [_fields((a * a + b * b > _EDGE * _EDGE).astype(np.float32)) for a, b in (now, last)]
    holds = np.maximum(*edges) >= _FIELD_EDGES
    if holds.sum() < _LEAST_FIELDS:
        return 0.0
    like = product / np.sqrt(np.maximum(power[0] * power[1], 1e-6))
    return float((like[holds] < _LIKE).mean())


def _fields(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture, (_ACROSS, _DOWN), interpolation=cv2.INTER_AREA), np.float32)


def _boxes(fixed: npt.NDArray[np.bool_]) -> list[tuple[tuple[int, int, int, int], int]]:
    """Return (left, top, right, bottom) and the number of edges of what is large and dense enough, in pixels."""
    high, wide = fixed.shape
    reach = max(3, round(wide * _CLOSE)) | 1
    joined = cv2.morphologyEx(
        fixed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((max(3, reach // 2 | 1), reach), np.uint8)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for label in range(1, count):
        left, top, width, height = (int(v) for v in stats[label][:4])
        edges = int((fixed & (labels == label)).sum())
        thin = width / wide < _LEAST_WIDTH or height / high < _LEAST_HEIGHT
        border = width / wide >= _BORDER or height / high >= _BORDER or _at_side(stats[label][:4], fixed.shape)
        if edges < _LEAST_EDGES or edges / (width * height) < _LEAST_FILL or thin or border:
            continue
        found.append(((left, top, left + width, top + height), edges))
    return sorted(found, key=lambda f: -f[1])[:_MOST_BOXES]


def _at_side(placed: npt.NDArray[Any], shape: tuple[int, ...]) -> bool:
    """Return whether something is a thin strip along a side of the picture."""
    left, top, width, height = (int(v) for v in placed)
    high, wide = shape
    upright = width / wide < _STRIP and (left <= 1 or left + width >= wide - 1)
    return upright or (height / high < _STRIP and (top <= 1 or top + height >= high - 1))


def _shared(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> float:
    """Return shared area over joint area."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    both = max(0, width) * max(0, height)
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, two)]
    return both / max(1, sum(areas) - both)
