"""PDQ: 256 bits and a quality for each sampled frame, by the pdqhash library. Rule: quality travels with the bits.

PDQ (Davis & Rosen, Facebook 2019) is what platforms and archives exchange. Its own advice is to ignore hashes of
quality below 50.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pdqhash

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray
from verify.records.fingerprints import Fingerprint


def pdq(gray: Gray) -> tuple[npt.NDArray[np.uint8], int]:
    """Return the 256 bits of `gray` packed into 32 bytes, and their quality (0 to 100)."""
    vector, quality = pdqhash.compute(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB))
    return np.packbits(vector), int(quality)


class Pdq(Descriptor):
    """PDQ. Arrays: `bits` uint8 (n, 32), `quality` uint8 (n,), `informative` uint8 (n,)."""

    name = "pdq"
    version = 1

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._times: list[float] = []
        self._bits: list[npt.NDArray[np.uint8]] = []
        self._quality: list[int] = []
        self._informative: list[bool] = []

    def add(self, frame: Frame) -> None:
        """Hash the frame."""
        bits, quality = pdq(frame.gray)
        self._times.append(frame.time)
        self._bits.append(bits)
        self._quality.append(quality)
        self._informative.append(frame.informative)

    def end(self) -> Fingerprint | None:
        """Return the fingerprint; None for a clip without pictures."""
        if not self._times:
            return None
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.array(self._times, np.float32),
            arrays={
                "bits": np.stack(self._bits),
                "quality": np.array(self._quality, np.uint8),
                "informative": np.array(self._informative, np.uint8),
            },
            parameters={"library": "pdqhash"},
        )
