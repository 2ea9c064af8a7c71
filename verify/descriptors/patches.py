"""Places in the picture that can be found again: blobs at their own scale, each with a 64-bit code of its look.

Rule: a code turns with the picture by arithmetic alone (`turned` in verify/matching/codes.py), so mirrored and
rotated copies are asked for and never stored (verify/descriptors/looks.py). Places are maxima of the difference of
Gaussians over position and scale (Lowe 2004, section 3), strongest first, spread over the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray
from verify.descriptors.looks import PATCH, codes
from verify.records.fingerprints import Fingerprint

Floats = npt.NDArray[Any]  # OpenCV's stubs promise no more

PLACES = 72  # kept in a picture
EVERY = 2.0  # seconds: of the sampled frames in each such span, the stillest is taken
# A picture that shows the last kept one again is left out, for so long; a fixed camera is told by its grid, and
# keeping its background once is what holds an hour to about 1 MB.
REPEATED = 0.5  # share of places that are where they were
AGAIN = 8.0  # seconds
LINES = 300  # short side the places are looked for at
SIGMA = 1.6  # of the finest scale, pixels (Lowe 2004)
REACH = 6.0  # half a patch, in sigmas
FAINTEST = 1.2  # grey levels of difference below which a blob is compression noise
EDGE = 12.0  # ratio of curvatures above which a blob is an edge (Lowe 2004 uses 10)
SCALE_STEP = 16.0  # stored scales an octave
PLAIN = 4.0  # grey levels a line of a border may vary by, after lossy coding


@dataclass(frozen=True, slots=True)
class Places:
    """Blobs of one picture: x, y (0..1), sigma (share of the picture's height), strength and code."""

    x: Floats
    y: Floats
    sigma: Floats
    strength: Floats
    codes: npt.NDArray[np.uint64]


def find(gray: Gray, most: int = PLACES) -> Places:
    """Return up to `most` places of `gray` (height, width), strongest first."""
    height, width = gray.shape
    shrink = min(1.0, LINES / min(height, width))
    if shrink < 1.0:
        gray = np.asarray(cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = gray.shape
    base: Floats = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), np.sqrt(SIGMA**2 - 0.25))
    pictures: list[Floats] = []  # those that places are found in: two an octave
    around = [np.zeros((len(_AROUND), 0), np.float32)]
    points = [np.zeros((4, 0), np.intp)]
    while min(base.shape) >= 24:
        levels = [base]
        for i in range(1, 5):
            step = SIGMA * np.sqrt(2.0) ** (i - 1)  # the blur that takes scale i-1 to scale i
            levels.append(cv2.GaussianBlur(levels[-1], (0, 0), step))
        values, at = _extremes(levels)
        around.append(values)
        points.append(np.vstack([at, np.full((1, at.shape[1]), len(pictures))]))
        pictures += levels[1:3]
        base = levels[2][::2, ::2]
    x, y, sigma, strength, source = _blobs(np.concatenate(around, axis=1), np.concatenate(points, axis=1))
    if not len(x):
        none = np.zeros(0, np.float32)
        return Places(none, none, none, none, np.zeros(0, np.uint64))
    zoom = np.exp2(source // 2).astype(np.float32)
    rows = [(x + 0.5) * zoom / width, (y + 0.5) * zoom / height, sigma * zoom / height, strength]
    table = np.stack(rows, axis=1)
    kept = _spread(table, most)
    table = table[kept]
    looks = _looks(pictures, source[kept], x[kept], y[kept], sigma[kept])
    return Places(table[:, 0], table[:, 1], table[:, 2], table[:, 3], codes(looks))


_SQUARE = np.ones((3, 3), np.uint8)
_ABOVE = np.nextafter(np.float32(FAINTEST), np.float32(np.inf))  # the least value that is more than FAINTEST
# Where the values around a point lie, as steps of layer, line and column: itself, its neighbours, the two scales.
_BESIDE = ((0, -1), (0, 1), (-1, 0), (1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
_AROUND = ((0, 0, 0), *((0, line, column) for line, column in _BESIDE), (-1, 0, 0), (1, 0, 0))


def _extremes(levels: list[Floats]) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return what is found in the differences of the five `levels`, in each of the two inner ones row by row.

    The values around each extreme (_AROUND, n), and its x, y and layer less one (3, n).
    """
    high, wide = levels[0].shape
    steps = np.empty((4, high, wide), np.float32)
    for number, (before, after) in enumerate(pairwise(levels)):
        cv2.subtract(after, before, dst=steps[number])
    # At least as much as all around and more than FAINTEST is at least as much as the larger of the two.
    highest, lowest = cv2.max(steps[1], steps[2]), cv2.min(steps[1], steps[2])
    np.maximum(highest, _ABOVE, out=highest)
    np.minimum(lowest, -_ABOVE, out=lowest)
    found = []
    for layer, outer in ((1, steps[0]), (2, steps[3])):
        mask = cv2.compare(steps[layer], cv2.dilate(cv2.max(highest, outer), _SQUARE), cv2.CMP_GE)
        faint = cv2.compare(steps[layer], cv2.erode(cv2.min(lowest, outer), _SQUARE), cv2.CMP_LE)
        cv2.bitwise_or(mask, faint, dst=mask)
        at = cv2.findNonZero(np.ascontiguousarray(mask[4:-4, 4:-4]))
        at = np.zeros((0, 2), np.intp) if at is None else at.reshape(-1, 2).astype(np.intp) + 4
        found.append(np.vstack([at.T, np.full((1, len(at)), layer - 1)]))
    points = np.concatenate(found, axis=1)
    places = ((points[2] + 1) * high + points[1]) * wide + points[0]
    offsets = np.array([(layer * high + line) * wide + column for layer, line, column in _AROUND])
    return steps.ravel().take(places + offsets[:, None]), points


def _blobs(around: Floats, points: npt.NDArray[np.intp]) -> tuple[Any, Any, Any, Any, Any]:
    """Return x, y, sigma (pixels of their picture), strength and picture of the extremes that are blobs, no edges.

    `points` holds x, y, layer less one, and the number of the first picture of the octave; `around` is as of
    `_extremes`.
    """
    c, left, right, up, down, after_down, before_down, after_up, before_up, finer, coarser = around  # as _AROUND
    x, y, layer, first = points
    # Curvatures at the point; the offset of the extreme between pixels.
    dxx, dyy = left + right - 2 * c, up + down - 2 * c
    dxy = (after_down - before_down - after_up + before_up) / 4
    spread, area = dxx + dyy, dxx * dyy - dxy * dxy
    round_enough = (area > 0) & (spread * spread * EDGE < (EDGE + 1) ** 2 * area)
    dx = np.clip(-(right - left) / 2 / np.where(dxx == 0, 1, dxx), -0.5, 0.5)
    dy = np.clip(-(down - up) / 2 / np.where(dyy == 0, 1, dyy), -0.5, 0.5)
    bend = finer + coarser - 2 * c
    ds = np.clip(-(coarser - finer) / 2 / np.where(bend == 0, 1, bend), -0.5, 0.5)
    layers_up = ((layer + 1).astype(np.float32) + ds)[round_enough]
    return (
        (x + dx)[round_enough].astype(np.float32),
        (y + dy)[round_enough].astype(np.float32),
        (SIGMA * np.sqrt(2.0) ** layers_up).astype(np.float32),
        np.abs(c)[round_enough],
        (first + layer)[round_enough],
    )


def _looks(pictures: list[Floats], source: npt.NDArray[np.intp], x: Floats, y: Floats, sigma: Floats) -> Floats:
    """Return the patches (n, PATCH, PATCH) around the points, each cut from the one of `pictures` it was found in."""
    at = ((np.arange(PATCH) + 0.5) / PATCH * 2 - 1).astype(np.float32) * (REACH * sigma)[:, None]
    order = np.argsort(source, kind="stable")  # of one picture one after the other: remap takes one picture
    columns = np.repeat((x[:, None] + at)[order], PATCH, axis=0)
    lines = np.repeat((y[:, None] + at)[order].reshape(-1, 1), PATCH, axis=1)
    cut = np.empty((len(source) * PATCH, PATCH), np.float32)
    first = 0
    for picture, count in zip(pictures, np.bincount(source, minlength=len(pictures)) * PATCH, strict=True):
        for start in range(first, first + count, 32000):  # remap takes at most 32767 lines
            part = slice(start, min(start + 32000, first + count))
            cv2.remap(
                picture, columns[part], lines[part], cv2.INTER_LINEAR, dst=cut[part], borderMode=cv2.BORDER_REFLECT_101
            )
        first += count
    looks = np.empty((len(source), PATCH, PATCH), np.float32)
    looks[order] = cut.reshape(-1, PATCH, PATCH)
    return looks


def _spread(table: Floats, most: int) -> npt.NDArray[np.intp]:
    """Return which rows to keep: the strongest, but no more than a share of them in one sixteenth of the picture."""
    order = np.argsort(-table[:, 3], kind="stable")
    cell = np.minimum((table[:, 0] * 4).astype(int), 3) + 4 * np.minimum((table[:, 1] * 4).astype(int), 3)
    count = np.bincount(cell, minlength=16)
    rank = np.empty(len(table), np.intp)  # of each in `order` among those of its sixteenth
    rank[np.argsort(cell[order], kind="stable")] = np.arange(len(table)) - np.repeat(np.cumsum(count) - count, count)
    full = rank >= max(1, most // 8)
    return np.concatenate([order[~full], order[full]])[:most]


# Parts of a picture that are coded whole: left, top, right, bottom as shares of it without its plain borders.
WINDOWS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 1.0, 0.6),
    (0.0, 0.4, 1.0, 1.0),
    (0.0, 0.0, 0.6, 1.0),
    (0.4, 0.0, 1.0, 1.0),
    (0.2, 0.2, 0.8, 0.8),
)


def whole(gray: Gray) -> npt.NDArray[np.uint64]:
    """Return the codes (1 + WINDOWS,) of the whole picture and of parts of it, for pictures with few places."""
    inner = gray
    if not (_varied(gray[[0, -1]], 1).size == _varied(gray[:, [0, -1]], 0).size == 2):  # otherwise no border is plain
        rows, columns = _varied(gray, 1), _varied(gray, 0)
        if len(rows) and len(columns) and rows[-1] - rows[0] >= 2 * PATCH and columns[-1] - columns[0] >= 2 * PATCH:
            inner = gray[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = inner.shape
    parts = [inner[int(t * height) : int(b * height), int(left * width) : int(r * width)] for left, t, r, b in WINDOWS]
    small = [cv2.resize(part, (PATCH, PATCH), interpolation=cv2.INTER_AREA) for part in parts]
    uncut = inner.shape == gray.shape  # then the first of WINDOWS, which is all of it, is the whole picture
    small.insert(0, small[0] if uncut else cv2.resize(gray, (PATCH, PATCH), interpolation=cv2.INTER_AREA))
    return codes(np.stack(small).astype(np.float32))


def _varied(gray: Gray, axis: int) -> npt.NDArray[np.intp]:
    """Return which lines of `gray` vary by more than PLAIN along `axis`, counted in whole numbers."""
    count = gray.shape[axis]
    total = cv2.reduce(gray, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel().astype(np.int64)
    squares = cv2.reduce(gray, axis, cv2.REDUCE_SUM2, dtype=cv2.CV_32S).ravel().astype(np.int64)
    return np.flatnonzero(squares * count - total * total > int(PLAIN * PLAIN) * count * count)


def _same_view(before: Places, now: Places) -> bool:
    """Return whether most places of `before` are still where they were."""
    if not len(before.x) or not len(now.x):
        return False
    near = np.abs(before.x[:, None] - now.x) + np.abs(before.y[:, None] - now.y) < 0.02
    alike = np.bitwise_count(before.codes[:, None] ^ now.codes) <= 12
    return bool((near & alike).any(axis=1).mean() > REPEATED)


class Patches(Descriptor):
    """Keeps the places of a few still moments of a clip.

    Frames that are not informative count only where no other is: a moon in a black sky has places, a black frame none.

    The fingerprint has a row a picture: `codes` (n, PLACES) uint64, `x` and `y` (n, PLACES) uint8 (0..255 over
    the picture), `scale` (n, PLACES) uint8 (SCALE_STEP an octave above a thousandth of the height), `count` (n,),
    and `whole` (n, 7): codes of the whole picture and of WINDOWS of it.
    """

    name = "patches"
    version = 1

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._rows: list[tuple[float, Places, npt.NDArray[np.uint64]]] = []
        self._shown = False  # whether there was an informative frame
        self._aspect = 1.0
        self._best: tuple[float, float, Gray] | None = None  # change, time, picture
        self._previous: Gray | None = None
        self._span = 0

    def add(self, frame: Frame) -> None:
        """Take the frame if it is the stillest so far of its span."""
        height, width = frame.gray.shape
        self._aspect = width / height
        small: Gray = np.asarray(cv2.resize(frame.gray, (32, 24), interpolation=cv2.INTER_AREA), np.uint8)
        change = 0.0 if self._previous is None else float(cv2.norm(small, self._previous, cv2.NORM_L1)) / small.size
        self._previous = small
        span = int(frame.time / EVERY + 1e-6)
        if span != self._span:
            self._flush()
            self._span = span
        if frame.informative and not self._shown:
            self._shown, self._rows, self._best = True, [], None
        if self._shown and not frame.informative:
            return
        if self._best is None or change < self._best[0]:
            self._best = (change, frame.time, frame.gray.copy())

    def _flush(self) -> None:
        if self._best is not None:
            time, places = self._best[1], find(self._best[2])
            if not self._shown and not len(places.x):
                pass  # black, or one colour
            elif not self._rows or time - self._rows[-1][0] > AGAIN or not _same_view(self._rows[-1][1], places):
                self._rows.append((time, places, whole(self._best[2])))
        self._best = None

    def end(self) -> Fingerprint | None:
        """Return the places, or None for a clip without any."""
        self._flush()
        rows = self._rows
        if not rows:
            return None
        shape = (len(rows), PLACES)
        kept: dict[str, npt.NDArray[Any]] = {
            "codes": np.zeros(shape, np.uint64),
            "x": np.zeros(shape, np.uint8),
            "y": np.zeros(shape, np.uint8),
        }
        scale = np.zeros(shape, np.uint8)
        for i, (_, p, _) in enumerate(rows):
            n = len(p.x)
            kept["codes"][i, :n] = p.codes
            kept["x"][i, :n] = np.clip(p.x * 255 + 0.5, 0, 255)
            kept["y"][i, :n] = np.clip(p.y * 255 + 0.5, 0, 255)
            scale[i, :n] = np.clip(np.log2(p.sigma * 1000) * SCALE_STEP + 0.5, 0, 255)
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.array([time for time, _, _ in rows], np.float32),
            arrays={
                **kept,
                "scale": scale,
                "count": np.array([len(p.x) for _, p, _ in rows], np.uint8),
                "whole": np.stack([w for _, _, w in rows]),
            },
            parameters={"aspect": round(self._aspect, 4), "places": PLACES, "lines": LINES, "patch": PATCH},
        )
