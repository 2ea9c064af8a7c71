"""Keeps a few pictures of a clip large enough to read in. Rule: evenly over the clip, and never more than sixteen.

Keyframes are small and chosen for what they show; writing wants more pixels, and several pictures of the same place, so
that what moves behind it can be told from it. Nothing is kept unless reading was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from verify.descriptors.base import Gray

LINES = 720  # short side, pixels: a caption of a thirtieth of the picture has letters of 24 pixels, as tesseract wants
_MOST = 16  # pictures; 15 MB


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A picture to read in: seconds from the first frame shown, and its luma, at most LINES on its short side."""

    time: float
    gray: Gray


class Pages:
    """Takes the sampled frames of a clip in order, and keeps every first, second, fourth... as it grows longer."""

    def __init__(self) -> None:
        self._kept: list[Page] = []
        self._step = 1
        self._count = 0

    def add(self, time: float, make: Callable[[], Gray]) -> None:
        """Take a sampled frame; `make` gives its luma and is only called when it is kept."""
        if self._count % self._step == 0:
            self._kept.append(Page(time=round(time, 3), gray=make()))
            if len(self._kept) > _MOST:
                self._kept = self._kept[::2]
                self._step *= 2
        self._count += 1

    def end(self) -> tuple[Page, ...]:
        """Return what was kept."""
        return tuple(self._kept)
