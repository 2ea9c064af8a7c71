"""dHash: 64 bits of each sampled frame, the same as imagehash.dhash gives. Rule: left to right, rows from the top.

imagehash shrinks the whole picture to 9 x 8 (Lanczos) and says of each pixel whether it is brighter than the one
left of it (Krawetz, "Kind of Like That", 2013).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray, to_hash
from verify.descriptors.shrinking import Shrunk, shrunk
from verify.records.fingerprints import Fingerprint


def dhash(gray: Gray) -> npt.NDArray[np.uint8]:
    """Return the 64 bits of `gray` packed into 8 bytes; their hex is `str(imagehash.dhash(image))`."""
    return of(shrunk(gray))


def of(small: Shrunk) -> npt.NDArray[np.uint8]:
    """Return the bits of a frame that was shrunk already."""
    pixels = small.dhash
    return np.packbits((pixels[:, 1:] > pixels[:, :-1]).ravel())


class DHash(Descriptor):
    """imagehash dHash. Arrays: `bits` uint8 (n, 8), `informative` uint8 (n,)."""

    name = "dhash"
    version = 1

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._times: list[float] = []
        self._bits: list[npt.NDArray[np.uint8]] = []
        self._informative: list[bool] = []

    def add(self, frame: Frame) -> None:
        """Hash the frame, if it is one to be hashed."""
        if not to_hash(frame, self._times):
            return
        self._times.append(frame.time)
        self._bits.append(dhash(frame.gray))
        self._informative.append(frame.informative)

    def end(self) -> Fingerprint | None:
        """Return the fingerprint; None for a clip without pictures."""
        if not self._times:
            return None
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.array(self._times, np.float32),
            arrays={"bits": np.stack(self._bits), "informative": np.array(self._informative, np.uint8)},
            parameters={"hash_size": 8, "as": "imagehash"},
        )
