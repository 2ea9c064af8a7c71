"""Whether two recordings may show the same place. Rule: many places that fit over all of the picture, never a caption.

Local features (`patches`) are laid over each other by one geometry (`verify.matching.geometry.fits`). That works from
about the same viewpoint: another side of a street is not known again. What stands still in both is not what moves, so
this says nothing of the moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verify.descriptors.patches import Patches
from verify.matching.codes import MIRROR, UPRIGHT, near, turned
from verify.matching.geometry import NEAR, Fit, Spots, fits, spots
from verify.records.fingerprints import Fingerprint

# Measured with `tests/bench/stories.py places ../shared/videos`: of 4,618 pairs that show no footage in common, the ten
# pairs of takes of one room by a camera that stood where it was reach 29 to 50 places in 9 or 10 parts; every other
# pair, four cameras of one operator with its logo and caption bar included, at most 10 places and 5 parts.
LEAST_PLACES = 18
LEAST_PARTS = 7
# Captions, logos and clocks stand at the top and below: only what lies between counts (shares of the height).
TOP, BOTTOM = 0.15, 0.7
PARTS = 4  # rows and columns the picture is divided into
_APART = 0.03  # picture heights: two places nearer than this are one; also how far a fitted place may lie off
_OCTAVES = 0.6
_SHOWN = 24  # places marked for a person

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SamePlace:
    """Two pictures, at `a_time` and `b_time` seconds, and the points of each (0..1) that are the same place.

    `places` and `parts` count over all pictures of both clips: different places, and parts of the picture they lie in.
    """

    places: int
    parts: int
    a_time: float
    b_time: float
    a_points: Points
    b_points: Points
    mirrored: bool


def same_place(a: Fingerprint | None, b: Fingerprint | None) -> SamePlace | None:
    """Return what two clips have in common that stands still, from their `patches`; None where it is not enough."""
    if a is None or b is None or {a.version, b.version} != {Patches.version}:
        return None
    first, second = (spots(p, float(p.parameters.get("aspect", 1.0))) for p in (a, b))
    found = [one for fit in fits(first, second, (UPRIGHT, MIRROR)) if (one := _told(first, second, fit)) is not None]
    best = max(found, key=lambda one: one.places, default=None)
    return best if best and best.places >= LEAST_PLACES and best.parts >= LEAST_PARTS else None


def _told(a: Spots, b: Spots, fit: Fit) -> SamePlace | None:
    i, j = _fitting(a, b, fit)
    at = a.xy[i] / [a.aspect, 1.0]
    middle = (at[:, 1] > TOP) & (at[:, 1] < BOTTOM)
    i, j, at = i[middle], j[middle], at[middle]
    if not len(i):
        return None
    pairs, counts = np.unique(np.stack([a.picture[i], b.picture[j]], axis=1), axis=0, return_counts=True)
    one, other = pairs[int(np.argmax(counts))]
    here = np.nonzero((a.picture[i] == one) & (b.picture[j] == other))[0]
    _, first = np.unique(np.round(a.xy[i[here]] / _APART), axis=0, return_index=True)
    shown = here[np.sort(first)][:_SHOWN]
    return SamePlace(
        places=len(np.unique(np.round(a.xy[i] / _APART), axis=0)),
        parts=len(np.unique((at * PARTS).astype(int), axis=0)),
        a_time=float(a.times[one]),
        b_time=float(b.times[other]),
        a_points=_points(a.xy[i[shown]], a.aspect),
        b_points=_points(b.xy[j[shown]], b.aspect),
        mirrored=fit.turn == MIRROR,
    )


def _fitting(a: Spots, b: Spots, fit: Fit) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return which places of a (i) are which of b (j): alike, and laid onto each other by the fit, in size as well."""
    grow = float(np.sqrt(abs(np.linalg.det(fit.matrix[:2, :2]))))
    if not grow > 1e-3:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    i, j, _ = near(turned(a.codes, fit.turn), b.codes, NEAR)
    laid = np.concatenate([a.xy[i], np.ones((len(i), 1))], axis=1) @ fit.matrix.T
    close = np.abs(laid[:, :2] - b.xy[j]).max(axis=1, initial=0.0) < _APART * max(1.0, grow)
    size = np.abs(b.scale[j] - a.scale[i] - np.log2(grow)) < _OCTAVES
    return i[close & size], j[close & size]


def _points(xy: npt.NDArray[np.floating], aspect: float) -> Points:
    return tuple((round(float(x) / aspect, 4), round(float(y), 4)) for x, y in xy)
