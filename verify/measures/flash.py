"""Flashes: light that comes at once and fades. Rule: a cut, a movement or a lamp that stays on is not a flash.

Light only adds: where a flash goes up, hardly anything goes darker, while a cut or a movement brightens some parts and
darkens others. And it fades within two seconds, which a new scene does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Gray
from verify.measures.base import Measure, Measured

# Levels of 255, on pictures of 32 x 24 (768 pixels); tests/bench/edits.py prints what real clips and cuts give.
_PATCH = 16  # brightest changes that are averaged: 2 % of the picture, a flash far away
_LEAST_RISE = 30.0
_LEAST_OVER_BEFORE = 2.0  # times what the second before changed by itself
_MOST_FALL = 0.3  # of the rise: what may go darker in the patch that darkens most
_MOST_DARKENING = 0.25  # of all brightening: what may go darker in the whole picture
_FADES_BY = 0.2  # of the rise, within _FADE_SECONDS
_FADE_SECONDS = 2.0
_BEFORE_SECONDS = 1.0
_LONGEST_STEP = 0.5  # seconds between two pictures: after a gap nothing is sudden
_MOST_FLASHES = 50
_MOST_PICTURES = 172_800  # six hours at eight a second, the longest clip the settings let through


class Flash(Measure):
    """Looks at the tiny pictures, eight a second."""

    name = "flash"

    def __init__(self) -> None:
        self._last: npt.NDArray[np.int16] | None = None
        self._rows: list[tuple[float, float, float, float, float, float]] = []

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._last, self._rows = None, []

    def add_tiny(self, time: float, tiny: Gray) -> None:
        """Take the next tiny picture."""
        now = tiny.astype(np.int16)
        if self._last is not None and len(self._rows) < _MOST_PICTURES:
            change = np.sort((now - self._last).ravel())
            rise = float(np.maximum(change[-_PATCH:], 0).mean())
            fall = float(np.maximum(-change[:_PATCH], 0).mean())
            brighter = float(np.maximum(change, 0).mean())
            darker = float(np.maximum(-change, 0).mean())
            self._rows.append((time, rise, fall, brighter, darker, float(now.mean())))
        self._last = now

    def end(self) -> Measured:
        """Return the seconds of the flashes and how far they rose, levels of 255; the second is known to 0.125 s."""
        found = flashes(np.array(self._rows, float).reshape(-1, 6))
        return Measured(values={"flashes": found, "step": 0.125} if self._rows else {})


def flashes(rows: npt.NDArray[Any]) -> list[dict[str, float]]:
    """Return the flashes in rows of (time, rise, fall, brighter, darker, mean)."""
    if len(rows) < 2:
        return []
    time, rise, fall, brighter, darker, mean = rows.T
    found = []
    for at in np.flatnonzero(rise >= _LEAST_RISE):
        before = (time >= time[at] - _BEFORE_SECONDS) & (time < time[at])
        after = (time > time[at]) & (time <= time[at] + _FADE_SECONDS)
        if not before.any() or not after.any() or time[at] - time[at - 1] > _LONGEST_STEP:
            continue
        sudden = rise[at] >= _LEAST_OVER_BEFORE * rise[before].max()
        only_light = fall[at] <= _MOST_FALL * rise[at] and darker[at] <= _MOST_DARKENING * brighter[at]
        fades = mean[at] - mean[after].min() >= _FADES_BY * brighter[at]
        if sudden and only_light and fades:
            found.append({"time": round(float(time[at]), 3), "rise": round(float(rise[at]), 1)})
    return sorted(sorted(found, key=lambda f: -f["rise"])[:_MOST_FLASHES], key=lambda f: f["time"])
