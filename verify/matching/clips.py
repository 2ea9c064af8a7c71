"""What matching knows of one clip, read from its fingerprints. Rule: what cannot be read is no clip, not an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import HEIGHT, WIDTH, Grid, kept
from verify.descriptors.moments import Moments
from verify.descriptors.patches import Patches
from verify.matching import strength
from verify.matching.geometry import Spots, spots
from verify.matching.middles import quantile
from verify.matching.strips import Rows, Strip, film, stretches
from verify.records.fingerprints import Fingerprint

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """What matching knows of a clip: places, moments, the film (pictures and changes, (rows, cells)), the shape.

    The film of a long clip is read in stretches. `size` is how much changes in each row (grey levels a cell), `mean`
    the mean picture (HEIGHT, WIDTH). A clip is only the same as itself.
    """

    sha256: str
    spots: Spots
    moments: npt.NDArray[np.uint64]
    grid: Rows
    change: Rows
    nbytes: int  # of memory, near enough: the film is nearly all of it
    size: Floats
    mean: Floats
    aspect: float
    liveliness: float
    brightness: float

    @property
    def places(self) -> float:
        """Mean number of places in a picture."""
        return len(self.spots) / max(1, len(self.spots.times))


def clip_of(sha256: str, prints: dict[str, Fingerprint]) -> Clip | None:
    """Return the clip of `prints`, or None when it has no grid (nothing was decoded)."""
    grid = prints.get(Grid.name)
    if grid is None:
        return None
    try:
        shown = kept(grid)
    except ValueError:  # of an older version, or damaged on its way from somebody else: there is nothing to compare
        return None
    aspect = float(grid.parameters.get("aspect", 1.0))
    places = spots(prints.get(Patches.name), aspect)
    pictures, change = film(shown)
    parts = stretches(len(shown))
    means = [pictures[rows].mean(axis=0) for rows in parts]
    lengths = [rows.stop - rows.start for rows in parts]
    mean = means[0] if len(means) == 1 else np.average(means, axis=0, weights=lengths)
    size = np.concatenate([np.sqrt(np.mean(change[rows] * change[rows], axis=1)) for rows in parts])
    happened = prints.get(Moments.name)
    moments = happened.arrays["codes"].astype(np.uint64) if happened is not None else np.zeros(0, np.uint64)
    return Clip(
        sha256=sha256,
        spots=places,
        moments=moments,
        grid=pictures,
        change=change,
        nbytes=40 * len(places) + (shown.nbytes if isinstance(change, Strip) else 2 * change.nbytes),
        size=size,
        mean=mean.reshape(HEIGHT, WIDTH),
        aspect=aspect,
        liveliness=float(quantile(size, 0.9)),
        brightness=float(mean.mean()),
    )


def kind(a: Clip, b: Clip) -> str:
    """Return the kind of footage a pair of clips counts as."""
    return strength.kind_of(min(a.liveliness, b.liveliness), min(a.brightness, b.brightness), min(a.places, b.places))
