"""pHash: 64 bits of each sampled frame, the same as imagehash.phash gives. Rule: bit order and median are theirs.

imagehash shrinks the whole picture to 32 x 32 (Lanczos) and compares the lowest 8 x 8 DCT coefficients with their
median (Krawetz, "Looks Like It", 2011). The bits are those of imagehash on the sampled frame; how far they lie from
imagehash on the frame at its full size is measured in tests/bench/check_hashes.py.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import Gray
from verify.descriptors.hashed import Bits, Hashed
from verify.descriptors.shrinking import Shrunk, shrunk

_SIDE, _LOW = 32, 8
_MIDDLE = _LOW * _LOW // 2


def _basis() -> npt.NDArray[np.float64]:
    """Return the first _LOW rows of the unnormalised DCT-II of _SIDE points, as scipy.fftpack.dct computes it."""
    k, n = np.arange(_LOW)[:, None], np.arange(_SIDE)[None, :]
    return np.asarray(2 * np.cos(np.pi * k * (2 * n + 1) / (2 * _SIDE)), dtype=np.float64)


_BASIS = _basis()


def phash(gray: Gray) -> npt.NDArray[np.uint8]:
    """Return the 64 bits of `gray` packed into 8 bytes; their hex is `str(imagehash.phash(image))`."""
    return of(shrunk(gray))


def of(small: Shrunk) -> npt.NDArray[np.uint8]:
    """Return the bits of a frame that was shrunk already."""
    pixels = small.phash.astype(np.float64)
    low = (_BASIS @ pixels @ _BASIS.T).ravel()
    middle = np.partition(low, (_MIDDLE - 1, _MIDDLE))  # numpy's own median does this too, and checks much before
    return np.packbits(low > (middle[_MIDDLE - 1] + middle[_MIDDLE]) / 2)


class PHash(Hashed):
    """imagehash pHash. Arrays: `bits` uint8 (n, 8), `informative` uint8 (n,)."""

    name = "phash"
    version = 1
    parameters: ClassVar = {"hash_size": 8, "highfreq_factor": 4, "as": "imagehash"}

    def hashed(self, gray: Gray) -> dict[str, Bits | int]:
        """Return the bits of one frame."""
        return {"bits": phash(gray)}
