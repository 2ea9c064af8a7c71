"""What a descriptor is: it takes the sampled frames of one clip, one after another, and ends in a Fingerprint."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from verify.records.fingerprints import Fingerprint

Gray = npt.NDArray[np.uint8]

# How a clip is sampled; every descriptor and measure sees the same frames of one decode.
SAMPLE_STEP = 0.5  # seconds between sampled frames (the first frame of a shot is sampled as well)
SAMPLE_LINES = 360  # short side of a sampled frame, pixels, at most
TINY_STEP = 0.125  # seconds between tiny pictures
TINY_WIDTH, TINY_HEIGHT = 32, 24  # the whole picture, whatever its shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One sampled picture, upright and with square pixels.

    `time` is seconds from the first frame shown; `gray` is luma, height x width, at most SAMPLE_LINES on its short
    side; `colour` is the same picture small (64 x 48, BGR), and empty where nobody `sees_colour`; `first_of_shot`
    marks a cut before it; `informative` is False for black, one-colour and card-like frames; `index` counts sampled
    frames.
    """

    time: float
    gray: Gray
    colour: Gray
    index: int
    first_of_shot: bool
    informative: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipInfo:
    """What is known of a clip before its first frame: display size in pixels and stated duration in seconds."""

    width: int
    height: int
    duration: float | None


HASH_STEP = 1.0  # seconds between hashed frames, as vPDQ takes them: they are there to be compared with other tools
LEAST_HASHES = 8


def to_hash(frame: Frame, times: Sequence[float]) -> bool:
    """Return whether a frame is hashed: a second after the last of `times` (seconds), or the first of a shot.

    The first LEAST_HASHES sampled frames all are, so that a short clip has something to be compared by.
    """
    return len(times) < LEAST_HASHES or frame.first_of_shot or frame.time - times[-1] > HASH_STEP - 0.01


class Descriptor(ABC):
    """One kind of fingerprint. A concrete class a module; an instance serves one clip at a time.

    `begin` starts a clip, `add` takes each sampled frame in order (it must not keep the array without a copy),
    `end` returns the fingerprint, or None where the clip has nothing to fingerprint.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    kind: ClassVar[str] = "picture"  # `sound` descriptors get `add_sound` instead
    sees_colour: ClassVar[bool] = False  # whether it looks at `Frame.colour`

    @abstractmethod
    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""

    @abstractmethod
    def add(self, frame: Frame) -> None:
        """Take the next sampled frame."""

    def add_tiny(self, time: float, tiny: Gray) -> None:  # noqa: B027 - most look at sampled frames only
        """Take the next tiny luma picture (TINY_HEIGHT x TINY_WIDTH), one every TINY_STEP seconds."""

    def start_sound(self, time: float) -> None:  # noqa: B027 - only those that tell when care
        """Learn at which second of the picture's clock the sound begins, before its first stretch."""

    def add_sound(self, samples: npt.NDArray[np.float32], rate: int) -> None:  # noqa: B027 - most look at pictures only
        """Take the next stretch of mono sound, -1..1, at `rate` samples a second."""

    @abstractmethod
    def end(self) -> Fingerprint | None:
        """Finish the clip and return its fingerprint."""
