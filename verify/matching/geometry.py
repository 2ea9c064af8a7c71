"""Where one picture lies in the other: votes of places that look alike, then a fit. Rule: no fit on one frame's luck.

Coordinates here are in picture heights (x runs 0..aspect, y 0..1), so that a turn is a turn; `unit_matrix` takes a
fit to the 0..1 coordinates of records and grids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.patches import SCALE_STEP
from verify.matching.codes import Turn, near, turned
from verify.matching.middles import median
from verify.records.fingerprints import Fingerprint

Array = npt.NDArray[np.floating[Any]]

NEAR = 14  # bits of 64; of unrelated places 1 in 3000 come this near (tests/bench/README.md)
SCALE_BIN = 0.6  # octaves
SHIFT_BIN = 0.25  # picture heights of b
# With these, 4,084 unrelated pairs laid over each other score no higher than without (0.25; docs/matching.md).
MANY_PLACES = 12  # from which a fit may stretch: two more numbers have to be told from them
MORE_PLACES = 1.3  # times as many places must agree with it
MOST_STRETCH = 1.5  # of one side against the other: 16:9 squeezed to 4:3 is 1.33
FEWEST = 4  # places that must agree before a fit is tried


@dataclass(frozen=True, slots=True)
class Spots:
    """All places of one clip, flat: position in picture heights, log2 of scale, code, and the picture they are in."""

    xy: Array
    scale: Array
    codes: npt.NDArray[np.uint64]
    whole: npt.NDArray[np.uint64]
    picture: npt.NDArray[np.intp]
    times: npt.NDArray[np.float32]
    aspect: float

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def looks(self) -> npt.NDArray[np.uint64]:
        """Every code the clip is found by: of its places and of its whole pictures."""
        return np.concatenate([self.codes, self.whole])


def spots(prints: Fingerprint | None, aspect: float) -> Spots:
    """Return the places of a `patches` fingerprint (none for None)."""
    if prints is None:
        none = np.zeros(0)
        return Spots(
            np.zeros((0, 2)),
            none,
            np.zeros(0, np.uint64),
            np.zeros(0, np.uint64),
            np.zeros(0, np.intp),
            np.zeros(0, np.float32),
            aspect,
        )
    count = prints.arrays["count"].astype(int)
    kept = np.arange(prints.arrays["codes"].shape[1])[None, :] < count[:, None]
    x = prints.arrays["x"][kept] / 255.0 * aspect
    y = prints.arrays["y"][kept] / 255.0
    return Spots(
        np.stack([x, y], axis=1),
        prints.arrays["scale"][kept] / SCALE_STEP,
        prints.arrays["codes"][kept],
        np.unique(prints.arrays["whole"]),
        np.nonzero(kept)[0],
        prints.times,
        aspect,
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """A way to lay a into b: `matrix` on heights, the turn it came from, and how many places and pictures agree.

    `times` are the seconds (k, 2) of the pictures of a and of b in which the agreeing places lie.
    """

    matrix: Array  # 3 x 3
    turn: Turn
    places: int
    pictures: int
    weight: float
    times: Array


def fits(a: Spots, b: Spots, turns: tuple[Turn, ...], most: int = 3) -> list[Fit]:
    """Return up to `most` ways to lay a into b, the one with the most agreeing places first."""
    found: list[Fit] = []
    if not len(a) or not len(b):
        return found
    for turn in turns:
        i, j, gap = near(turned(a.codes, turn), b.codes, NEAR)
        if len(i) >= FEWEST:
            found.extend(_voted(a, b, turn, i, j, gap))
    found.sort(key=lambda f: -f.weight)
    return found[:most]


def _voted(
    a: Spots, b: Spots, turn: Turn, i: npt.NDArray[np.intp], j: npt.NDArray[np.intp], gap: npt.NDArray[np.uint8]
) -> list[Fit]:
    linear = turn.linear
    grow = b.scale[j] - a.scale[i]
    shift = b.xy[j] - (2.0**grow)[:, None] * (a.xy[i] @ linear.T)
    found: list[Fit] = []
    taken = np.zeros(len(i), bool)
    for _ in range(3):
        members = _fullest(grow, shift, i, j, ~taken)
        if members is None:
            break
        taken[members] = True
        fit = _fitted(a, b, turn, i[members], j[members], gap[members])
        if fit is not None:
            found.append(fit)
    return found


def _fullest(
    grow: Array, shift: Array, i: npt.NDArray[np.intp], j: npt.NDArray[np.intp], free: npt.NDArray[np.bool_]
) -> npt.NDArray[np.intp] | None:
    """Return the hits around the fullest bin of (scale, shift), each place counted once; None when it is too empty."""
    best: tuple[int, npt.NDArray[np.intp]] | None = None
    most = int(i.max()) + 1
    use = np.nonzero(free)[0]
    if len(use) < FEWEST:
        return None
    for half in (0.0, 0.5):
        s = np.floor(grow[use] / SCALE_BIN + half).astype(np.int64)
        step = SHIFT_BIN * np.maximum(1.0, 2.0 ** (s * SCALE_BIN))
        x = np.floor(shift[use, 0] / step + half).astype(np.int64)
        y = np.floor(shift[use, 1] / step + half).astype(np.int64)
        key = (s * 4096 + x) * 4096 + y
        # A place that looks like many (grass, a grille) votes once in a bin.
        names, counts = _voters(key * most + i[use], most)
        top = int(np.argmax(counts))
        if counts[top] >= FEWEST and (best is None or counts[top] > best[0]):
            inside = use[key == names[top]]
            best = (int(counts[top]), inside)
    if best is None:
        return None
    centre_s, centre = float(median(grow[best[1]])), np.array([median(way) for way in shift[best[1]].T])
    close = (np.abs(grow - centre_s) < SCALE_BIN) & (
        np.abs(shift - centre) < 1.5 * SHIFT_BIN * max(1.0, 2.0**centre_s)
    ).all(axis=1)
    return np.nonzero(close & free)[0]


def _voters(votes: npt.NDArray[np.int64], most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp]]:
    """Return the bins of `votes` (bin * most + voter) in order, and how many voters each has, each counted once."""
    votes = np.sort(votes)
    bins = votes[np.concatenate([[True], votes[1:] != votes[:-1]])] // most
    first = np.flatnonzero(np.concatenate([[True], bins[1:] != bins[:-1]]))
    return bins[first], np.diff(np.append(first, len(bins)))


def _fitted(
    a: Spots, b: Spots, turn: Turn, i: npt.NDArray[np.intp], j: npt.NDArray[np.intp], gap: npt.NDArray[np.uint8]
) -> Fit | None:
    if len(i) < FEWEST:
        return None
    src, dst = a.xy[i], b.xy[j]
    cv2.setRNGSeed(7)  # the same clips give the same answer
    # OpenCV's partial fit knows no mirror: turn first, then fit.
    turned_src = src @ turn.linear.T
    reach = 0.03 * max(1.0, float(2.0 ** median(b.scale[j] - a.scale[i])))
    matrix, inliers = cv2.estimateAffinePartial2D(
        turned_src.astype(np.float64),
        dst.astype(np.float64),
        method=cv2.RANSAC,
        ransacReprojThreshold=reach,
        maxIters=500,
        confidence=0.99,
    )
    if matrix is None or not np.isfinite(matrix).all():
        return None
    good = inliers.ravel().astype(bool)
    matrix, good = _stretched(turned_src, dst, np.asarray(matrix), good, reach)
    i, j, gap = i[good], j[good], gap[good]
    places = int(min(np.count_nonzero(np.bincount(i)), np.count_nonzero(np.bincount(j))))
    around = np.round(src[good] / 0.03)
    spot = len({*(around[:, 0] * 65536 + around[:, 1]).tolist()})  # one place seen in every frame is one place
    if places < FEWEST or spot < 3:
        return None
    _, counts = np.unique(a.picture[i] * 100000 + b.picture[j], return_counts=True)
    full = np.vstack([matrix, [0, 0, 1]]) @ _square(turn.linear)
    weight = float(spot * (1.0 - np.mean(gap) / 32.0) + 0.1 * places)
    times = np.stack([a.times[a.picture[i]], b.times[b.picture[j]]], axis=1)
    return Fit(full, turn, places, int((counts >= 3).sum()), weight, times)


def _stretched(
    src: Array, dst: Array, matrix: Array, good: npt.NDArray[np.bool_], reach: float
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return a fit that may also stretch or slant a little, where many more places agree with it; else what was given.

    Pictures are squeezed from 16:9 to 4:3, or lose their pixel shape; a screen is filmed from aside.
    """
    if len(src) < MANY_PLACES:
        return matrix, good
    free, inliers = cv2.estimateAffine2D(
        src.astype(np.float64),
        dst.astype(np.float64),
        method=cv2.RANSAC,
        ransacReprojThreshold=reach,
        maxIters=500,
        confidence=0.99,
    )
    if free is None or not np.isfinite(free).all():
        return matrix, good
    agree = inliers.ravel().astype(bool)
    large, small = np.linalg.svd(free[:, :2], compute_uv=False)
    more = agree.sum() >= max(MANY_PLACES, MORE_PLACES * good.sum())
    return (np.asarray(free), agree) if more and large <= MOST_STRETCH * small else (matrix, good)


def _square(linear: Array) -> Array:
    full = np.eye(3)
    full[:2, :2] = linear
    return full


def unit_matrix(matrix: Array, aspect_a: float, aspect_b: float) -> Array:
    """Return a fit on heights as a matrix on 0..1 coordinates of both pictures."""
    return np.diag([1 / aspect_b, 1.0, 1.0]) @ matrix @ np.diag([aspect_a, 1.0, 1.0])


def whole(turn: Turn) -> Array:
    """Return the 0..1 matrix that lays all of a over all of b, turned."""
    linear = turn.linear
    full = np.eye(3)
    full[:2, :2] = linear
    corners = np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]], float)
    full[:2, 2] = -np.minimum((full @ corners)[:2].min(axis=1), 0)
    return full
