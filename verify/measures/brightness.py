"""How bright the picture is over time, and how much it changes. Rule: luma as shown, 0 black to 1 white."""

from __future__ import annotations

import cv2
import numpy as np

from verify.descriptors.base import TINY_STEP, ClipInfo, Gray
from verify.measures.base import Measure, Measured
from verify.records.media import Curve

MOST_VALUES = 6 * 3600 * 8  # the longest clip the settings let through, at the step of the tiny pictures


class Brightness(Measure):
    """Curves `brightness` (mean luma, 0..1) and `change` (mean difference to the picture before, 0..1)."""

    name = "brightness"

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._mean: list[float] = []
        self._change: list[float] = []
        self._last: Gray | None = None

    def add_tiny(self, time: float, tiny: Gray) -> None:
        """Take the next tiny picture; where none was shown, the last one stood still."""
        slot = min(round(time / TINY_STEP), MOST_VALUES)
        while self._mean and len(self._mean) < slot:
            self._mean.append(self._mean[-1])
            self._change.append(0.0)
        if len(self._mean) > slot:
            return
        mean = cv2.mean(tiny)[0] / 255
        changed = 0.0 if self._last is None else cv2.norm(tiny, self._last, cv2.NORM_L1) / tiny.size / 255
        self._mean.append(round(mean, 4))
        self._change.append(round(float(changed), 4))
        self._last = tiny.copy()

    def end(self) -> Measured:
        """Return the two curves, and the mean and darkest and brightest values."""
        if not self._mean:
            return Measured()
        curves = tuple(
            Curve(name=name, unit="share of full", start=0.0, step=TINY_STEP, values=tuple(values))
            for name, values in (("brightness", self._mean), ("change", self._change))
        )
        values = {
            "mean": round(float(np.mean(self._mean)), 4),
            "darkest": min(self._mean),
            "brightest": max(self._mean),
        }
        return Measured(curves=curves, values=values)
