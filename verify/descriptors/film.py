"""The mean picture of every quarter second of a clip, small. Rule: a clip has one, and memory follows hours gently.

What moves is told from it by those who keep changes (verify/descriptors/grid.py) and moments
(verify/descriptors/moments.py): they share it, and work on it in stretches.
"""

from __future__ import annotations

import tempfile
import weakref
from array import array
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import TINY_HEIGHT, TINY_WIDTH, ClipInfo, Gray

Floats = npt.NDArray[np.floating[Any]]

WIDTH, HEIGHT = TINY_WIDTH, TINY_HEIGHT  # cells
CELLS = WIDTH * HEIGHT
STEP = 0.25  # seconds a row; each is the mean of what was shown in that time, so phase hardly matters
LONGEST = 6 * 3600 * 4  # rows; the longest clip that settings let through by default
_STRETCH = 1024  # rows worked on at once: 3 MB each way; whole spans of levels.py
_BLOCK = 1024  # rows kept together: four minutes, 1.5 MB
_IN_MEMORY = 2  # blocks: times may run back a second, to the one before

Sums = npt.NDArray[np.uint16]


class Film:
    """The mean picture of every quarter second, gathered from tiny pictures; 6 MB in memory, whatever the hours.

    What is older than the last blocks of rows waits in a temporary file: 22 MB an hour.
    """

    def __init__(self) -> None:
        self._blocks: dict[int, Sums] = {}  # 257 pictures fit a sum; two or three come in a quarter second
        self._waiting: IO[bytes] | None = None
        self._counts = array("h")  # negative: nothing was shown, and the row before it stands there again
        self._last: tuple[float, Gray] | None = None

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, time: float, tiny: Gray) -> None:
        """Add a tiny picture shown at `time` (seconds); the same one again, from who shares the film, is not."""
        if self._last is not None and self._last[0] == time and self._last[1] is tiny:
            return
        self._last = time, tiny
        slot = int(time / STEP + 1e-3)
        if slot >= LONGEST:
            return
        while len(self) <= slot:  # a still stretch of a slow clip: the last picture is what was shown
            new = len(self)
            self._sums(new)[new % _BLOCK] = self._sums(new - 1)[(new - 1) % _BLOCK] if new else 0
            self._counts.append(-abs(self._counts[-1]) if self._counts else -1)
        row = self._sums(slot)[slot % _BLOCK]
        if self._counts[slot] < 0:
            row[:], self._counts[slot] = tiny.ravel(), 1
        else:
            row += tiny.ravel()
            self._counts[slot] += 1

    def _sums(self, row: int) -> Sums:
        """Return the block that holds a row, to be changed; the oldest of those in memory makes way for it."""
        number = row // _BLOCK
        if number not in self._blocks:
            while len(self._blocks) >= _IN_MEMORY:
                oldest = next(iter(self._blocks))
                self._put(oldest, self._blocks.pop(oldest))
            held = self._got(number) if number * _BLOCK < len(self) else None
            self._blocks[number] = np.zeros((_BLOCK, CELLS), np.uint16) if held is None else held
        return self._blocks[number]

    def _put(self, number: int, block: Sums) -> None:
        if self._waiting is None:
            self._waiting = tempfile.TemporaryFile()  # noqa: SIM115 - it goes with the film
            weakref.finalize(self, self._waiting.close)
        self._waiting.seek(number * block.nbytes)
        self._waiting.write(block.data)

    def _got(self, number: int) -> Sums:
        """Return a block as it is now: in memory, or read from the file."""
        held = self._blocks.get(number)
        if held is None and self._waiting is not None:
            size = _BLOCK * CELLS * 2
            self._waiting.seek(number * size)
            held = np.frombuffer(bytearray(self._waiting.read(size)), np.uint16).reshape(_BLOCK, CELLS)
        if held is None:
            raise RuntimeError(f"block {number} of a film was never made")
        return held

    def rows(self, wanted: slice = slice(None)) -> Floats:
        """Return the pictures (n, CELLS), or those `wanted`."""
        start, end, step = wanted.indices(len(self))
        found = np.empty((len(range(start, end, step)), CELLS), np.float32)
        for number in range(start // _BLOCK, -(-end // _BLOCK)):
            before = number * _BLOCK
            first = max(start, before + (start - before) % step)
            last = min(end, before + _BLOCK)
            at = (first - start) // step
            found[at : at + len(range(first, last, step))] = self._got(number)[first - before : last - before : step]
        found /= np.abs(np.array(self._counts[start:end:step], np.float32))[:, None]
        return found

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
