"""Places in the picture that can be found again: blobs at their own scale, each with a 64-bit code of its look.

Rule: a code turns with the picture by arithmetic alone (`turned` in verify/matching/codes.py), so mirrored and
rotated copies are asked for and never stored. A code is the sign of 64 low cosine waves over the patch, which
brightness, contrast, blur and heavy compression leave mostly as they are. Places are maxima of the difference of
Gaussians over position and scale (Lowe 2004, section 3), strongest first, spread over the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray
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
PATCH = 16  # samples along a patch
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


def waves() -> list[tuple[int, int]]:
    """Return the 64 (row, column) frequencies of a code, in the order of its bits; the set is its own transpose."""
    chosen = [(v, u) for total in range(1, 10) for v in range(total + 1) for u in [total - v]]
    return chosen + [(v, 10 - v) for v in range(11) if v != 5]


_WAVES = waves()
_ROWS = np.array([v for v, _ in _WAVES])
_COLUMNS = np.array([u for _, u in _WAVES])
_BASIS = np.cos(np.pi * (np.arange(PATCH)[None] + 0.5) * np.arange(11)[:, None] / PATCH).astype(np.float32)


def codes(patches: Floats) -> npt.NDArray[np.uint64]:
    """Return the codes (n,) of `patches` (n, PATCH, PATCH)."""
    centred = patches - patches.mean(axis=(1, 2), keepdims=True)
    wave = np.einsum("vy,nyx,ux->nvu", _BASIS, centred, _BASIS, optimize=_way(len(patches)))[:, _ROWS, _COLUMNS]
    return np.ascontiguousarray(np.packbits(wave > 0, axis=1, bitorder="little")).view("<u8").ravel()


@lru_cache(maxsize=256)
def _way(count: int) -> Any:  # noqa: ANN401 - a list that numpy understands
    """Return the order of products that is cheapest for `count` patches; finding it costs more than the products."""
    patches = np.broadcast_to(np.float32(0), (count, PATCH, PATCH))
    return np.einsum_path("vy,nyx,ux->nvu", _BASIS, patches, _BASIS, optimize="greedy")[0]


def find(gray: Gray, most: int = PLACES) -> Places:
    """Return up to `most` places of `gray` (height, width), strongest first."""
    height, width = gray.shape
    shrink = min(1.0, LINES / min(height, width))
    if shrink < 1.0:
        gray = np.asarray(cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = gray.shape
    base: Floats = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), np.sqrt(SIGMA**2 - 0.25))
    rows: list[Floats] = []
    sources: list[_Source] = []
    zoom = 1.0
    while min(base.shape) >= 24:
        levels = [base]
        for i in range(1, 5):
            step = SIGMA * np.sqrt(2.0) ** (i - 1)  # the blur that takes scale i-1 to scale i
            levels.append(cv2.GaussianBlur(levels[-1], (0, 0), step))
        blobs = _blobs(levels)
        for layer in (1, 2):
            here = blobs[blobs[:, 2] == layer]
            if len(here):
                sigma = (SIGMA * np.sqrt(2.0) ** (layer + here[:, 4])).astype(np.float32)
                sources.append(_Source(levels[layer], here[:, 0], here[:, 1], sigma))
                scale = sigma * zoom / height
                x = (here[:, 0] + 0.5) * zoom / width
                y = (here[:, 1] + 0.5) * zoom / height
                rows.append(np.stack([x, y, scale, here[:, 3]], axis=1).astype(np.float32))
        base = levels[2][::2, ::2]
        zoom *= 2.0
    if not rows:
        none = np.zeros(0, np.float32)
        return Places(none, none, none, none, np.zeros(0, np.uint64))
    table = np.concatenate(rows)
    kept = _spread(table, most)
    table = table[kept]
    return Places(table[:, 0], table[:, 1], table[:, 2], table[:, 3], codes(_looks(sources, kept)))


@dataclass(frozen=True, slots=True)
class _Source:
    """The picture that some places were found in, and where: x, y and sigma in its pixels."""

    level: Floats
    x: Floats
    y: Floats
    sigma: Floats


def _looks(sources: list[_Source], kept: npt.NDArray[np.intp]) -> Floats:
    """Return the patches (n, PATCH, PATCH) of the places `kept`, numbered through all sources; others are not cut."""
    looks = np.empty((len(kept), PATCH, PATCH), np.float32)
    first = 0
    for source in sources:
        wanted = np.flatnonzero((kept >= first) & (kept < first + len(source.x)))
        if len(wanted):
            at = kept[wanted] - first
            looks[wanted] = _cut(source.level, source.x[at], source.y[at], source.sigma[at])
        first += len(source.x)
    return looks


_SQUARE = np.ones((3, 3), np.uint8)
_ABOVE = np.nextafter(np.float32(FAINTEST), np.float32(np.inf))  # the least value that is more than FAINTEST


def _extremes(steps: list[Floats]) -> list[tuple[Any, Any]]:
    """Return (y, x) of the extremes of the two inner ones of the four `steps`, row by row."""
    highest, lowest = cv2.max(steps[1], steps[2]), cv2.min(steps[1], steps[2])
    found = []
    for layer, outer in ((1, steps[0]), (2, steps[3])):
        top, bottom = cv2.dilate(cv2.max(highest, outer), _SQUARE), cv2.erode(cv2.min(lowest, outer), _SQUARE)
        # At least as much as all around and more than FAINTEST is at least as much as the larger of the two.
        np.maximum(top, _ABOVE, out=top)
        np.minimum(bottom, -_ABOVE, out=bottom)
        mask = cv2.compare(steps[layer], top, cv2.CMP_GE)
        cv2.bitwise_or(mask, cv2.compare(steps[layer], bottom, cv2.CMP_LE), dst=mask)
        points = cv2.findNonZero(np.ascontiguousarray(mask[4:-4, 4:-4]))
        at = np.zeros((0, 2), np.intp) if points is None else points.reshape(-1, 2).astype(np.intp) + 4
        found.append((at[:, 1], at[:, 0]))
    return found


def _blobs(levels: list[Floats]) -> Floats:
    """Return the extremes of the differences of the five `levels` as rows of x, y, layer, strength, layers to add."""
    steps: list[Floats] = [cv2.subtract(after, before) for before, after in pairwise(levels)]
    found = []
    for layer, (y, x) in enumerate(_extremes(steps), 1):
        if not len(y):
            continue
        # Curvatures at the point; the offset of the extreme between pixels.
        wide = steps[layer].shape[1]
        here, at = steps[layer].ravel(), y * wide + x
        c, left, right = here[at], here[at - 1], here[at + 1]
        up, down = here[at - wide], here[at + wide]
        dxx, dyy = left + right - 2 * c, up + down - 2 * c
        dxy = (here[at + wide + 1] - here[at + wide - 1] - here[at - wide + 1] + here[at - wide - 1]) / 4
        spread, area = dxx + dyy, dxx * dyy - dxy * dxy
        round_enough = (area > 0) & (spread * spread * EDGE < (EDGE + 1) ** 2 * area)
        dx = np.clip(-(right - left) / 2 / np.where(dxx == 0, 1, dxx), -0.5, 0.5)
        dy = np.clip(-(down - up) / 2 / np.where(dyy == 0, 1, dyy), -0.5, 0.5)
        finer, coarser = steps[layer - 1].ravel()[at], steps[layer + 1].ravel()[at]
        bend = finer + coarser - 2 * c
        ds = np.clip(-(coarser - finer) / 2 / np.where(bend == 0, 1, bend), -0.5, 0.5)
        row = np.stack([x + dx, y + dy, np.full(len(x), layer), np.abs(c), ds], axis=1)
        found.append(row[round_enough])
    return np.concatenate(found).astype(np.float32) if found else np.zeros((0, 5), np.float32)


def _cut(level: Floats, x: Floats, y: Floats, sigma: Floats) -> Floats:
    """Return the patches (n, PATCH, PATCH) of `level` around the points."""
    at = ((np.arange(PATCH) + 0.5) / PATCH * 2 - 1).astype(np.float32) * (REACH * sigma)[:, None]
    columns = np.broadcast_to((x[:, None] + at)[:, None, :], (len(x), PATCH, PATCH)).reshape(-1, PATCH)
    lines = np.broadcast_to((y[:, None] + at)[:, :, None], (len(y), PATCH, PATCH)).reshape(-1, PATCH)
    out = np.empty((len(columns), PATCH), np.float32)
    for start in range(0, len(columns), 32000):  # remap takes at most 32767 lines
        part = slice(start, start + 32000)
        out[part] = cv2.remap(
            level,
            np.ascontiguousarray(columns[part], np.float32),
            np.ascontiguousarray(lines[part], np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
    return out.reshape(-1, PATCH, PATCH)


def _spread(table: Floats, most: int) -> npt.NDArray[np.intp]:
    """Return which rows to keep: the strongest, but no more than a share of them in one sixteenth of the picture."""
    order = np.argsort(-table[:, 3], kind="stable")
    cell = np.minimum((table[:, 0] * 4).astype(int), 3) + 4 * np.minimum((table[:, 1] * 4).astype(int), 3)
    rank = np.empty(len(table), int)
    for c in range(16):
        mine = order[cell[order] == c]
        rank[mine] = np.arange(len(mine))
    full = rank >= max(1, most // 8)
    return np.concatenate([order[~full[order]], order[full[order]]])[:most]


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
    rows, columns = _varied(gray, 1), _varied(gray, 0)
    inner = gray
    if len(rows) and len(columns) and rows[-1] - rows[0] >= 2 * PATCH and columns[-1] - columns[0] >= 2 * PATCH:
        inner = gray[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = inner.shape
    parts = [gray]
    for left, top, right, bottom in WINDOWS:
        parts.append(inner[int(top * height) : int(bottom * height), int(left * width) : int(right * width)])
    small = [cv2.resize(part, (PATCH, PATCH), interpolation=cv2.INTER_AREA) for part in parts]
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

    The fingerprint has a row a picture: `codes` (n, PLACES) uint64, `x` and `y` (n, PLACES) uint8 (0..255 over
    the picture), `scale` (n, PLACES) uint8 (SCALE_STEP an octave above a thousandth of the height), `count` (n,),
    and `whole` (n, 7): codes of the whole picture and of WINDOWS of it.
    """

    name = "patches"
    version = 1

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._rows: list[tuple[float, Places, npt.NDArray[np.uint64]]] = []
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
        if not frame.informative:
            return
        if self._best is None or change < self._best[0]:
            self._best = (change, frame.time, frame.gray.copy())

    def _flush(self) -> None:
        if self._best is not None:
            time, places = self._best[1], find(self._best[2])
            if not self._rows or time - self._rows[-1][0] > AGAIN or not _same_view(self._rows[-1][1], places):
                self._rows.append((time, places, whole(self._best[2])))
        self._best = None

    def end(self) -> Fingerprint | None:
        """Return the places, or None for a clip without an informative frame."""
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
