"""What the hashes of whole pictures share: which frames, and how they are kept. Rule: one row a hashed frame."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray, to_hash
from verify.records.fingerprints import Fingerprint

Bits = npt.NDArray[np.uint8]


class Hashed(Descriptor):
    """A hash of each hashed frame. Arrays: what `hashed` returns, a row a frame, and `informative` uint8 (n,)."""

    parameters: ClassVar[dict[str, Any]]

    @abstractmethod
    def hashed(self, gray: Gray) -> dict[str, Bits | int]:
        """Return what is kept of one frame, by the name of its array: packed bits, or a number of 0 to 255."""

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._times: list[float] = []
        self._rows: dict[str, list[Bits | int]] = {}

    def add(self, frame: Frame) -> None:
        """Hash the frame, if it is one to be hashed."""
        if not to_hash(frame, self._times):
            return
        self._times.append(frame.time)
        for name, value in (self.hashed(frame.gray) | {"informative": int(frame.informative)}).items():
            self._rows.setdefault(name, []).append(value)

    def end(self) -> Fingerprint | None:
        """Return the fingerprint; None for a clip without pictures."""
        if not self._times:
            return None
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.array(self._times, np.float32),
            arrays={name: np.array(rows, np.uint8) for name, rows in self._rows.items()},
            parameters=dict(self.parameters),
        )
