"""The mean picture of every quarter second of a clip, small. Rule: a clip has one, and memory follows hours gently.

What moves is told from it by those who keep changes (verify/descriptors/grid.py) and moments
(verify/descriptors/moments.py): they share it, and work on it in stretches.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import TINY_HEIGHT, TINY_WIDTH, ClipInfo, Gray

Floats = npt.NDArray[np.floating[Any]]

WIDTH, HEIGHT = TINY_WIDTH, TINY_HEIGHT  # cells
CELLS = WIDTH * HEIGHT
STEP = 0.25  # seconds a row; each is the mean of what was shown in that time, so phase hardly matters
LONGEST = 6 * 3600 * 4  # rows; the longest clip that settings let through by default
_STRETCH = 1024  # rows worked on at once: 3 MB each way


class Film:
    """The mean picture of every quarter second, gathered from tiny pictures; 22 MB an hour while it is gathered."""

    def __init__(self) -> None:
        self._sums: list[npt.NDArray[np.uint16]] = []  # 257 pictures fit; two or three come in a quarter second
        self._counts: list[int] = []  # negative: nothing was shown, and the row before it stands there again
        self._last: tuple[float, Gray] | None = None

    def __len__(self) -> int:
        return len(self._sums)

    def add(self, time: float, tiny: Gray) -> None:
        """Add a tiny picture shown at `time` (seconds); the same one again, from who shares the film, is not."""
        if self._last is not None and self._last[0] == time and self._last[1] is tiny:
            return
        self._last = time, tiny
        slot = int(time / STEP + 1e-3)
        if slot >= LONGEST:
            return
        while len(self._sums) <= slot:  # a still stretch of a slow clip: the last picture is what was shown
            self._counts.append(-abs(self._counts[-1]) if self._counts else -1)
            self._sums.append(self._sums[-1] if self._sums else np.zeros(CELLS, np.uint16))
        if self._counts[slot] < 0:
            self._sums[slot], self._counts[slot] = tiny.ravel().astype(np.uint16), 1
        else:
            self._sums[slot] += tiny.ravel()
            self._counts[slot] += 1

    def rows(self, wanted: slice = slice(None)) -> Floats:
        """Return the pictures (n, CELLS), or those `wanted`."""
        sums = self._sums[wanted]
        if not sums:
            return np.zeros((0, CELLS), np.float32)
        counts = np.abs(np.array(self._counts[wanted], np.float32))
        return np.stack(sums).astype(np.float32) / counts[:, None]

    def stretches(self) -> Iterator[tuple[Floats, slice]]:
        """Yield the pictures in stretches of _STRETCH, each with its neighbours and where in it it lies itself.

        Hours of pictures as floats would fill half a gigabyte; what is made of a row needs the row before and after.
        """
        for first in range(0, len(self), _STRETCH):
            before, last = max(0, first - 1), min(first + _STRETCH, len(self))
            yield self.rows(slice(before, last + 1)), slice(first - before, last - before)


class _Shared:
    """The clip whose film was begun last, and the film while anyone holds it."""

    clip: ClipInfo | None = None
    film: weakref.ref[Film] | None = None


def film_of(clip: ClipInfo) -> Film:
    """Return the film of `clip`: one for all who ask before its first picture, each of whom may add every picture."""
    begun = _Shared.film() if _Shared.film is not None else None
    if begun is not None and _Shared.clip is clip and not len(begun):
        return begun
    film = Film()
    _Shared.clip, _Shared.film = clip, weakref.ref(film)
    return film
