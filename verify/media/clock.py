"""Seconds of a clip from the times of its frames. Rule: a clock that jumps or is missing is bridged, and said."""

from __future__ import annotations

from typing import Any

_JUMP_BACK = 1.0  # seconds a time may run back (reordering) before it counts as a clock that starts again


class Clock:
    """Seconds from the first frame shown, from whatever times the frames carry."""

    def __init__(self) -> None:
        self.origin: float | None = None
        self._last = 0.0
        self.step = 1 / 25  # until two stated times show a better one
        self._shift = 0.0
        self._none = 0

    def time(self, frame: Any) -> tuple[float, str]:  # noqa: ANN401 - av.VideoFrame
        """Return the seconds of the next frame, and what is odd about them, or nothing."""
        stated = _stated(frame)
        if stated is None:
            self._none += 1
            self._last = self._last + self.step if self.origin is not None or self._none > 1 else 0.0
            return self._last, "Some pictures carry no time; they were placed by the usual step."
        if self.origin is None:
            self.origin = stated
        time = stated - self.origin + self._shift
        note = ""
        if time < self._last - _JUMP_BACK or time > self._last + 3600:
            note = "The clock of the pictures jumps; times after the jump go on from before it."
            self._shift += self._last + self.step - time
            time = self._last + self.step
        elif 0 < time - self._last < 1:
            self.step = time - self._last
        self._last = max(self._last, time)
        return max(time, 0.0), note


def _stated(frame: Any) -> float | None:  # noqa: ANN401 - av.VideoFrame
    if frame.pts is not None:
        return frame.time  # type: ignore[no-any-return]  # a float where there is a pts
    return float(frame.dts * frame.time_base) if frame.dts is not None and frame.time_base else None
