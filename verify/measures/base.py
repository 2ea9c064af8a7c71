"""What a measure is: fed from the same decode as the descriptors, it ends in curves and plain values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Frame, Gray
from verify.media.frames import Picture
from verify.records.media import Curve, Sound


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a measure found: curves over time, plain JSON values under the measure's name, and (one measure) Sound."""

    curves: tuple[Curve, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    sound: Sound | None = None


class Measure(ABC):
    """One measure. A concrete class a module; an instance serves one clip at a time."""

    name: ClassVar[str]

    @abstractmethod
    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""

    def add(self, frame: Frame) -> None:  # noqa: B027 - some measures hear only
        """Take the next sampled frame."""

    def add_each(self, picture: Picture) -> None:  # noqa: B027
        """Take every decoded picture, before any is chosen; its planes are the decoder's memory until the next one."""

    def add_tiny(self, time: float, tiny: Gray) -> None:  # noqa: B027
        """Take the next tiny luma picture."""

    def start_sound(self, time: float) -> None:  # noqa: B027
        """Take the second at which the sound begins, counted from the first frame shown: once, before the sound."""

    def add_sound(self, samples: npt.NDArray[np.float32], rate: int) -> None:  # noqa: B027
        """Take the next stretch of mono sound, -1..1, at `rate` samples a second."""

    @abstractmethod
    def end(self) -> Measured:
        """Finish the clip. `values` goes to `Examination.extra[name]`."""
