"""What was done to the run of the pictures: stretches that stand still, come again, or are missing.

Rule: only what a camera that simply ran cannot have made. A camera's pictures are never exactly equal, never come again
nearer than neighbours are, and never skip: title cards, loops, boomerangs and dropped pictures do.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import TINY_STEP, ClipInfo, Gray
from verify.measures import repeats
from verify.measures.base import Measure, Measured

_MOST_PICTURES = 172_800  # six hours at eight a second

# Standing still, levels of 255 on 32 x 24 pictures. On the bench a frozen stretch has 70 % or more exactly equal
# neighbours after re-encoding; running cameras, night and fixed cameras too, have almost none.
_STILL_MEAN, _STILL_MOST = 0.1, 2
_STILL_SECONDS = 1.0
_STILL_EXACT = 0.6
_MOVES_ELSEWHERE = 0.3  # the most exactly equal neighbours outside the stretches: else the whole clip is a slide show
_PLAIN = 6.0  # standard deviation of luma: below it the picture is black or one colour, which stands still by nature

# Coming again: pictures of 8 x 6, evened in light and contrast, the first five minutes (the cost grows with the
# square). On the bench: 0 of 98 clips, 19 of 24 loops, 14 of 24 boomerangs (tests/bench/edits.py). A turning radar came
# back within 0.586 of what neighbours differ, a drawn loop within 0.562; made loops differ by 0.31 to 0.55.
_ROW_WIDTH, _ROW_HEIGHT = 8, 6
_MOST_ROWS = 2400
_CONTRAST = 30.0
_LEAST_CONTRAST = 4.0
_WINDOW, _RATIO, _FLOOR = 16, 0.6, 0.3
_MEAN = 0.55  # on average over the stretch

_GAP_SECONDS = 1.0  # without a picture: eight of the tiny pictures
_MOST_TOLD = 20


class Edits(Measure):
    """Looks at the tiny pictures, eight a second."""

    name = "edits"

    def __init__(self) -> None:
        self._times: list[float] = []
        self._rows: list[npt.NDArray[np.float32]] = []
        self._change: list[tuple[float, int, float]] = []
        self._last: Gray | None = None

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._times, self._rows, self._change, self._last = [], [], [], None

    def add_tiny(self, time: float, tiny: Gray) -> None:
        """Take the next tiny picture."""
        if len(self._times) >= _MOST_PICTURES:
            return
        if self._last is not None:
            apart = cv2.absdiff(tiny, self._last)
            self._change.append((float(apart.mean()), int(apart.max()), float(tiny.std())))
        if len(self._rows) < _MOST_ROWS:
            self._rows.append(_evened(tiny))
        self._times.append(time)
        self._last = tiny.copy()

    def end(self) -> Measured:
        """Return the stretches, in seconds."""
        if len(self._times) < 2:
            return Measured()
        times = np.array(self._times)
        change = np.array(self._change, float)
        rows = np.array(self._rows, np.float32)
        again = repeats.find(rows, _WINDOW, _RATIO, _FLOOR, backwards=True, mean=_MEAN)
        still = _still(times, change)
        seconds = sum(s["end"] - s["start"] for s in still)
        return Measured(
            values={
                "still": still[:_MOST_TOLD],
                "still_share": round(seconds / max(float(times[-1] - times[0]), 1e-3), 3),
                "repeats": [r.told(times) for r in again],
                "gaps": _gaps(times),
                "searched_seconds": round(float(times[len(rows) - 1]), 2),
            }
        )


def _evened(tiny: Gray) -> npt.NDArray[np.float32]:
    """Return the picture as a row without its mean and contrast, so that a fade is no movement."""
    small = cv2.resize(tiny.astype(np.float32), (_ROW_WIDTH, _ROW_HEIGHT), interpolation=cv2.INTER_AREA).ravel()
    small -= small.mean()
    contrast = float(small.std())
    return np.asarray(small / contrast * _CONTRAST if contrast >= _LEAST_CONTRAST else small * 0, np.float32)


def _still(times: npt.NDArray[Any], change: npt.NDArray[Any]) -> list[dict[str, Any]]:
    mean, most, contrast = change.T
    still = (mean <= _STILL_MEAN) & (most <= _STILL_MOST)
    exact = most == 0
    found, inside = [], np.zeros(len(change), bool)
    for first, last in _runs(still):
        if times[last] - times[first] < _STILL_SECONDS or exact[first:last].mean() < _STILL_EXACT:
            continue
        inside[first:last] = True
        plain = bool(np.median(contrast[first:last]) < _PLAIN)
        found.append({"start": round(float(times[first]), 2), "end": round(float(times[last]), 2), "plain": plain})
    outside = exact[~inside]
    if not len(outside) or outside.mean() > _MOVES_ELSEWHERE:
        return []
    return found


def _gaps(times: npt.NDArray[Any]) -> list[dict[str, float]]:
    steps = np.diff(times)
    usual = max(float(np.median(steps)), TINY_STEP)
    return [
        {"start": round(float(times[at]), 2), "end": round(float(times[at + 1]), 2)}
        for at in np.flatnonzero(steps > max(_GAP_SECONDS, 4 * usual))
    ][:_MOST_TOLD]


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
