"""Fingerprints: rows of numbers that stand for moments of a clip. The one record file that knows numpy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True, eq=False)
class Fingerprint:
    """What one descriptor says of one file.

    `name`, `version` and `parameters` say how it was made; two fingerprints may only be compared when name and
    version agree. `arrays` are named numpy arrays whose first axis is the row; `times` are the rows' seconds.
    """

    name: str
    version: int
    times: npt.NDArray[np.float32]
    arrays: dict[str, npt.NDArray[Any]]
    parameters: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times)

    @property
    def nbytes(self) -> int:
        """Bytes it takes in memory."""
        return self.times.nbytes + sum(a.nbytes for a in self.arrays.values())
