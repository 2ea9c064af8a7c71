"""What matching knows of one clip, read from its fingerprints. Rule: what cannot be read is no clip, not an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import HEIGHT, WIDTH, Grid, read
from verify.descriptors.moments import Moments
from verify.descriptors.patches import Patches
from verify.matching import strength
from verify.matching.geometry import Spots, spots
from verify.matching.lines import liveliest
from verify.records.fingerprints import Fingerprint

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Clip:
    """What matching knows of a clip: places, moments, the film (pictures and changes, (rows, cells)), the shape.

    `size` is how much changes in each row (grey levels a cell), `mean` the mean picture (HEIGHT, WIDTH).
    """

    sha256: str
    spots: Spots
    moments: npt.NDArray[np.uint64]
    grid: Floats
    change: Floats
    size: Floats
    mean: Floats
    aspect: float
    liveliness: float
    brightness: float

    @property
    def places(self) -> float:
        """Mean number of places in a picture."""
        return len(self.spots) / max(1, len(self.spots.times))

    @property
    def nbytes(self) -> int:
        """Memory of its arrays, near enough: the film is nearly all of it."""
        return self.grid.nbytes + self.change.nbytes + 40 * len(self.spots)


def clip_of(sha256: str, prints: dict[str, Fingerprint]) -> Clip | None:
    """Return the clip of `prints`, or None when it has no grid (nothing was decoded)."""
    grid = prints.get(Grid.name)
    if grid is None:
        return None
    try:
        pictures, change = read(grid)
    except ValueError:  # of an older version, or damaged on its way from somebody else: there is nothing to compare
        return None
    aspect = float(grid.parameters.get("aspect", 1.0))
    places = spots(prints.get(Patches.name), aspect)
    size = np.sqrt(np.mean(change * change, axis=1))
    mean = pictures.mean(axis=0).reshape(HEIGHT, WIDTH)
    happened = prints.get(Moments.name)
    moments = happened.arrays["codes"].astype(np.uint64) if happened is not None else np.zeros(0, np.uint64)
    return Clip(sha256, places, moments, pictures, change, size, mean, aspect, liveliest(change), float(mean.mean()))


def kind(a: Clip, b: Clip) -> str:
    """Return the kind of footage a pair of clips counts as."""
    return strength.kind_of(min(a.liveliness, b.liveliness), min(a.brightness, b.brightness), min(a.places, b.places))
