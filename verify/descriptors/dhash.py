"""dHash: 64 bits of each sampled frame, the same as imagehash.dhash gives. Rule: left to right, rows from the top.

imagehash shrinks the whole picture to 9 x 8 (Lanczos) and says of each pixel whether it is brighter than the one
left of it (Krawetz, "Kind of Like That", 2013).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import Gray
from verify.descriptors.hashed import Bits, Hashed
from verify.descriptors.shrinking import Shrunk, shrunk


def dhash(gray: Gray) -> npt.NDArray[np.uint8]:
    """Return the 64 bits of `gray` packed into 8 bytes; their hex is `str(imagehash.dhash(image))`."""
    return of(shrunk(gray))


def of(small: Shrunk) -> npt.NDArray[np.uint8]:
    """Return the bits of a frame that was shrunk already."""
    pixels = small.dhash
    return np.packbits((pixels[:, 1:] > pixels[:, :-1]).ravel())


class DHash(Hashed):
    """imagehash dHash. Arrays: `bits` uint8 (n, 8), `informative` uint8 (n,)."""

    name = "dhash"
    version = 1
    parameters: ClassVar = {"hash_size": 8, "as": "imagehash"}

    def hashed(self, gray: Gray) -> dict[str, Bits | int]:
        """Return the bits of one frame."""
        return {"bits": dhash(gray)}
