"""Follows the timecode that recorders write beside each picture (H.264, HEVC). Rule: only a clock that runs may jump.

FFmpeg hands it out with the picture (ITU-T H.264, D.2.3; H.265, D.2.27). Many cameras leave it at zero: no clock.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from verify.descriptors.base import ClipInfo
from verify.measures.base import Measure, Measured
from verify.media.frames import Picture
from verify.readers import rhythm

_FORM = re.compile(r"(\d\d):(\d\d):(\d\d)[:;.](\d{2,3})")
_TRIED = 50  # pictures without one, after which none is looked for
_EVERY = 0.1  # seconds between pictures whose timecode is kept
_MOST = 200_000


class Timecode(Measure):
    """Keeps the timecodes of the pictures, ten a second."""

    name = "timecode"

    def __init__(self) -> None:
        self._codes: list[tuple[float, str]] = []
        self._tried = 0
        self._next = 0.0

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._codes, self._tried, self._next = [], 0, 0.0

    def add_each(self, picture: Picture) -> None:
        """Take the next decoded picture."""
        if self._tried > _TRIED or picture.time < self._next or len(self._codes) >= _MOST:
            return
        self._next = picture.time + _EVERY
        code = picture.frame.metadata.get("timecode")
        if code is None:
            self._tried += not self._codes
            return
        self._codes.append((picture.time, str(code)[:20]))

    def end(self) -> Measured:
        """Return first and last timecode, and where they do not go on as the clip does."""
        read = [(at, text, m) for at, text in self._codes if (m := _FORM.fullmatch(text))]
        if len(read) < 2:
            return Measured()
        rate = max(int(m[4]) for _, _, m in read) + 1  # counted from 0: what it reaches tells how many there are
        seconds = [int(m[1]) * 3600 + int(m[2]) * 60 + int(m[3]) + int(m[4]) / rate for _, _, m in read]
        if not np.diff(seconds).any():
            return Measured()
        jumps: list[dict[str, Any]] = [
            {"second": round(read[i + 1][0], 3), "before": read[i][1], "after": read[i + 1][1]}
            for i in rhythm.jumps([at for at, _, _ in read], seconds)
        ]
        values = {"first": read[0][1], "last": read[-1][1], "count": len(read), "timecode_jumps": jumps}
        return Measured(values=values)
