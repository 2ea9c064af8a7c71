"""A vector of a learned model for each hashed frame. Rule: 8 bits a number; only directions are ever compared.

A vector is scaled so that its largest number is 127 and rounded: the cosine of two such differs from that of the
originals by less than 0.003 (512 numbers; tests/matching/test_a_learned_model_only_names.py), and no scale is kept.
Frames are those that PDQ hashes, less the black and card-like ones, which resemble one another everywhere.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame, to_hash
from verify.descriptors.learned.model import Model, Picture, Vector, asked
from verify.records.fingerprints import Fingerprint
from verify.settings import Settings

VERSION = 1


def wanted(settings: Settings) -> tuple[Descriptor, ...]:
    """Return the descriptor that `settings` ask for beside those that are offered, if any. In the child only."""
    one = asked(settings)
    return () if one is None else (Learned(one.name, Model(one.path, settings)),)


def quantised(vector: Vector) -> npt.NDArray[np.int8]:
    """Return `vector` in 8 bits: its direction is kept, its length is not."""
    return np.asarray(np.rint(vector * (127.0 / np.abs(vector).max())), np.int8)


def coloured(frame: Frame, width: int, height: int) -> Picture:
    """Return the frame as red, green and blue of `width` x `height`: full luma, and colour as coarse as it is kept.

    Video itself keeps colour coarser than luma; this is 64 x 48 (`Frame.colour`).
    """
    luma = cv2.resize(frame.gray, (width, height), interpolation=cv2.INTER_AREA)
    tint = cv2.resize(cv2.cvtColor(frame.colour, cv2.COLOR_BGR2YCrCb), (width, height), interpolation=cv2.INTER_LINEAR)
    tint[:, :, 0] = luma
    return np.asarray(cv2.cvtColor(tint, cv2.COLOR_YCrCb2RGB), np.uint8)


class Learned(Descriptor):
    """The vectors of one model. Array: `vectors` int8 (n, numbers). Made for a run, not found by the catalog."""

    name = "learned"
    version = VERSION
    sees_colour = True

    def __init__(self, name: str, model: Model) -> None:
        self.name = name  # type: ignore[misc]  # the model is part of it, so that no two models are compared
        self._model = model

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._seen: list[float] = []
        self._times: list[float] = []
        self._vectors: list[npt.NDArray[np.int8]] = []

    def add(self, frame: Frame) -> None:
        """Show the frame to the model, if it is one that is hashed and has something in it."""
        if not to_hash(frame, self._seen):
            return
        self._seen.append(frame.time)
        if frame.informative:
            picture = coloured(frame, self._model.width, self._model.height)
            self._times.append(frame.time)
            self._vectors.append(quantised(self._model.vector(picture)))

    def end(self) -> Fingerprint | None:
        """Return the fingerprint; None for a clip of which no frame had anything in it."""
        if not self._times:
            return None
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.array(self._times, np.float32),
            arrays={"vectors": np.stack(self._vectors)},
            parameters={"width": self._model.width, "height": self._model.height, "runtime": self._model.runtime},
        )
