"""One pass over a frame for all three hashes. Rule: exactly what imagehash and pdqhash would compute on that frame.

Shrinking costs more than hashing: Pillow's Lanczos takes 1.2 and 0.9 ms a frame of 640 x 360, pdqhash 2.9 ms. All
three are linear and separable, so the columns are shrunk by a few matrix products for all (0.3 ms) and the rows by
three small ones. The weights are Pillow's (Lanczos, 3 lobes; rounded to whole levels after each direction, as Pillow
stores them) and PDQ's (two box filters each way, then the points at the middle of 64 x 64 cells). That the bits are
those of the libraries is held by tests/media/test_hashes.py.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import Gray

Floats = npt.NDArray[np.float32]

PDQ_SIDE = 64
PHASH_SIDE = 32
DHASH_WIDTH, DHASH_HEIGHT = 9, 8


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A frame shrunk three ways: for PDQ (64 x 64), pHash (32 x 32) and dHash (8 rows of 9)."""

    pdq: Floats
    phash: Floats
    dhash: Floats


# The frames shrunk last, with what they were shrunk to: the three descriptors ask for the same ones, one after another.
_LAST: deque[tuple[Gray, Shrunk]] = deque(maxlen=16)


def shrunk(gray: Gray) -> Shrunk:
    """Return `gray` shrunk for the three hashes."""
    for known, found in _LAST:
        if known is gray:
            return found
    high, wide = gray.shape
    rows = _rows(high)
    levels, across = gray.astype(np.float32), np.empty((high, PDQ_SIDE + PHASH_SIDE + DHASH_WIDTH), np.float32)
    for weights, begin, to in _columns(wide):
        np.matmul(levels[:, begin : begin + len(weights)], weights, out=across[:, to : to + weights.shape[1]])
    first, second = PDQ_SIDE, PDQ_SIDE + PHASH_SIDE
    found = Shrunk(
        pdq=rows[0] @ across[:, :first],
        phash=_levels(rows[1] @ _levels(across[:, first:second])),
        dhash=_levels(rows[2] @ _levels(across[:, second:])),
    )
    _LAST.append((gray, found))
    return found


def _levels(values: Floats) -> Floats:
    return np.asarray(np.clip(np.floor(values + np.float32(0.5)), 0, 255), np.float32)


@lru_cache(maxsize=16)
def _columns(size: int) -> tuple[tuple[Floats, int, int], ...]:
    """Return weights for columns in blocks: (columns read, columns made), the first read, and the first made.

    A column that is made reads few: the weights of all of them together are zeros for the most part.
    """
    blocks, to = [], 0
    for rows, count in ((_tent(size), 4), (_lanczos(size, PHASH_SIDE), 2), (_lanczos(size, DHASH_WIDTH), 1)):
        for block in np.split(rows, count):
            read = np.flatnonzero(block.any(axis=0))
            begin = int(read[0]) // 8 * 8  # as processors like their vectors
            blocks.append((np.ascontiguousarray(block[:, begin : read[-1] + 1].T), begin, to))
            to += len(block)
    return tuple(blocks)


@lru_cache(maxsize=16)
def _rows(size: int) -> tuple[Floats, Floats, Floats]:
    return _tent(size), _lanczos(size, PHASH_SIDE), _lanczos(size, DHASH_HEIGHT)


def _tent(size: int) -> Floats:
    """Return PDQ's weights (64 x size): a box filter twice, then the points at the middle of 64 cells."""
    window = (size + 2 * PDQ_SIDE - 1) // (2 * PDQ_SIDE)
    before, after = (window - 1) // 2, window // 2
    at = np.arange(size)
    first, last = np.maximum(0, at - before), np.minimum(size - 1, at + after)
    share = 1 / (last - first + 1)
    points = ((np.arange(PDQ_SIDE) + 0.5) * size / PDQ_SIDE).astype(int)
    weights = np.zeros((PDQ_SIDE, size))  # a product of whole boxes gives the same, and takes ten times as long
    for row, point in zip(weights, points, strict=True):
        for i in range(first[point], last[point] + 1):
            row[first[i] : last[i] + 1] += share[point] * share[i]
    return np.asarray(weights, np.float32)


def _lanczos(size: int, wanted: int) -> Floats:
    """Return Pillow's Lanczos weights (wanted x size), as `precompute_coeffs` in its Resample.c makes them."""
    scale = size / wanted
    stretch = max(1.0, scale)
    reach = 3 * stretch
    weights = np.zeros((wanted, size))
    for i in range(wanted):
        middle = (i + 0.5) * scale
        first, last = max(0, int(middle - reach + 0.5)), min(size, int(middle + reach + 0.5))
        at = (np.arange(first, last) - middle + 0.5) / stretch
        lobes = np.where(np.abs(at) < 3, np.sinc(at) * np.sinc(at / 3), 0.0)
        weights[i, first:last] = lobes / lobes.sum()
    return weights.astype(np.float32)
