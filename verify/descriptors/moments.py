"""Moments in which most changes, each with a 64-bit code of what changes where; found again under captions and logos.

Rule: what does not move leaves no trace. A code is that of a place (`verify/descriptors/looks.py`) taken of the
picture of changes, so it turns with the picture by the same arithmetic; played backwards all its bits are the other
way round. Places find a clip by what stands in it, moments by what happens: a sky without places, or a picture whose
places are all taken by big text, is found by these. They name candidates only (docs/matching.md).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray
from verify.descriptors.film import HEIGHT, STEP, WIDTH, Film, film_of
from verify.descriptors.grid import changes
from verify.descriptors.looks import PATCH, codes
from verify.records.fingerprints import Fingerprint

APART = 3  # rows: a moment is the one in which most changes of so many before and after
FAINTEST = 0.3  # grey levels a cell; less is what coding adds
SMOOTH = 1.0  # cells


def find(film: Film) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint64]]:
    """Return the rows (k,) of `film` in which most changes, and their codes (k,)."""
    size = np.concatenate([_sizes(changes(rows)[own]) for rows, own in film.stretches()])
    around = np.pad(size, APART)
    most = np.lib.stride_tricks.sliding_window_view(around, 2 * APART + 1).max(axis=1)
    found = np.nonzero((size >= FAINTEST) & (size >= most))[0]
    if not len(found):
        return found, np.zeros(0, np.uint64)
    small = []
    for row in found:  # its change once more: kept for all rows, they would be most of the memory of a long clip
        change = changes(film.rows(slice(row - 1, row + 2)))[1]
        small.append(cv2.resize(cv2.GaussianBlur(change.reshape(HEIGHT, WIDTH), (0, 0), SMOOTH), (PATCH, PATCH)))
    return found, codes(np.stack(small).astype(np.float32))


def _sizes(change: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """Return how much changes in each row of `change` (n, cells), root mean square."""
    size: npt.NDArray[np.floating[Any]] = np.sqrt(np.mean(change * change, axis=1))
    return size


class Moments(Descriptor):
    """Keeps the moments of a clip: `codes` (k,) uint64 at `times` (k,)."""

    name = "moments"
    version = 2

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._film = film_of(clip)

    def add(self, frame: Frame) -> None:
        """Do nothing: what changes is told by the tiny pictures."""

    def add_tiny(self, time: float, tiny: Gray) -> None:
        """Add a tiny picture to the mean of its quarter second."""
        self._film.add(time, tiny)

    def end(self) -> Fingerprint | None:
        """Return the moments, or None for a clip in which nothing changes."""
        if len(self._film) < 2 * APART:
            return None
        at, found = find(self._film)
        self._film = Film()  # not needed while others work out their ends
        if not len(at):
            return None
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=(at * STEP + STEP / 2).astype(np.float32),
            arrays={"codes": found},
            parameters={"apart": APART},
        )
