"""How light moves over the picture: a small luma grid four times a second, packed to about 1 MB an hour.

Rule: the grid keeps the whole picture, bars and captions included, so that any geometry can be laid over it later.
The grid is coded as video codecs do: what the previous picture (as decoded) does not say, through a cosine
transform, rounded to steps of QUANTUM. Matching reads it back with `unpack` to see whether two clips *move* alike.
"""

from __future__ import annotations

import lzma
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray
from verify.records.fingerprints import Fingerprint

WIDTH, HEIGHT = 24, 18  # cells
STEP = 0.25  # seconds a picture; each is the mean of what was shown in that time, so phase hardly matters
# How finely waves are kept: the lowest to a step of one of QUANTA, the finest that keeps a clip within BUDGET, higher
# ones more coarsely, the highest not at all. Movement that survives re-encoding is in the low waves; at one size in
# bytes this correlates .80 instead of .56 with a trimmed copy where little moves (docs/matching.md).
QUANTA = (0.5, 1.0, 1.5, 2.0, 3.0, 4.5, 6.5, 9.0, 13.0, 18.0, 26.0)
BUDGET = 300  # bytes a second, 1.08 MB an hour, not counting the first picture
_COARSER = 0.2  # share of the highest frequency at which the step has doubled
_HIGHEST = 0.6  # share of the highest frequency above which nothing is kept
_TOWARDS_ZERO = 0.4
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 20, "lc": 0, "lp": 0, "pb": 0}]
_MOST = 6 * 3600 * 4  # pictures; the longest clip that settings let through by default


_ROWS, _COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
_FREQUENCY = np.hypot(_COLUMNS / WIDTH, _ROWS / HEIGHT)
_COARSENESS = (1 + (_FREQUENCY / _COARSER) ** 2).astype(np.float32)
_TAPER = np.exp(-((_FREQUENCY / 0.5) ** 2)).astype(np.float32)
_KEPT = np.argsort(_FREQUENCY.ravel(), kind="stable")[: int((_FREQUENCY <= _HIGHEST).sum())]
WAVES = len(_KEPT)


def pack(pictures: npt.NDArray[np.floating[Any]], quantum: float) -> bytes:
    """Return `pictures` (n, HEIGHT, WIDTH; luma 0..255) coded; `unpack` gives them back within about `quantum` / 3."""
    levels = np.empty((len(pictures), WAVES), np.int16)
    step = (_COARSENESS * quantum).ravel()[_KEPT]
    seen = np.zeros(WAVES, np.float32)
    for i, picture in enumerate(pictures):
        wave = (cv2.dct(picture.astype(np.float32)).ravel()[_KEPT] - seen) / step
        level = np.clip(np.trunc(wave + _TOWARDS_ZERO * np.sign(wave)), -32767, 32767)
        levels[i] = level
        seen += level * step
    # Low and high bytes apart: the high ones are nearly all alike and cost next to nothing.
    split = levels.view(np.uint8).reshape(-1, 2)
    return lzma.compress(split.T.tobytes(), format=lzma.FORMAT_RAW, filters=_FILTERS)


def unpack(packed: bytes, count: int, quantum: float) -> npt.NDArray[np.floating[Any]]:
    """Return the `count` pictures (count, HEIGHT, WIDTH) that `pack` coded. Raises ValueError when they do not fit."""
    if not 0 <= count <= _MOST:
        raise ValueError(f"{count} pictures in a grid")
    size = count * WAVES
    reader = lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=_FILTERS)
    raw = reader.decompress(packed, max_length=2 * size + 1)
    if len(raw) != 2 * size:
        raise ValueError(f"a grid of {count} pictures holds {len(raw)} bytes, not {2 * size}")
    split = np.frombuffer(raw, np.uint8).reshape(2, size).T
    levels = np.ascontiguousarray(split).view("<i2").reshape(count, WAVES)
    waves = np.zeros((count, HEIGHT * WIDTH), np.float32)
    # Tapered, so that what moves beside a small picture does not ring through it.
    waves[:, _KEPT] = levels * (_COARSENESS * _TAPER * quantum).ravel()[_KEPT]
    # The transform is linear: the sum of all differences so far is the wave of the picture itself.
    waves = np.cumsum(waves, axis=0)
    return (
        np.stack([cv2.idct(wave.reshape(HEIGHT, WIDTH)) for wave in waves])
        if count
        else waves.reshape(0, HEIGHT, WIDTH)
    )


def _within_budget(pictures: npt.NDArray[np.floating[Any]]) -> tuple[float, bytes]:
    """Return the finest quantum whose code of `pictures` stays within BUDGET, and that code."""
    allowed = BUDGET * len(pictures) * STEP
    low, high = 0, len(QUANTA) - 1
    best: tuple[float, bytes] | None = None
    while low <= high:  # finer is never shorter
        at = (low + high) // 2
        packed = pack(pictures, QUANTA[at])
        if len(packed) - len(pack(pictures[:1], QUANTA[at])) <= allowed:
            best, high = (QUANTA[at], packed), at - 1
        else:
            low = at + 1
    return best or (QUANTA[-1], pack(pictures, QUANTA[-1]))


def read(prints: Fingerprint) -> npt.NDArray[np.floating[Any]]:
    """Return the pictures (n, HEIGHT, WIDTH) of a `grid` fingerprint. Raises ValueError when it is damaged."""
    arrays = prints.arrays
    return unpack(arrays["packed"].tobytes(), int(arrays["count"][0]), float(arrays["quantum"][0]))


class Grid(Descriptor):
    """Collects the tiny pictures of a clip into a packed luma grid.

    The fingerprint has one row: `packed` (1, bytes), `count` (1,), the pictures in it, and `quantum` (1,), how finely
    they are kept; `times` holds the first. `read` gives the pictures back.
    """

    name = "grid"
    version = 1

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._sums: list[npt.NDArray[np.floating[Any]]] = []
        self._counts: list[int] = []
        self._aspect = clip.width / clip.height if clip.width > 0 and clip.height > 0 else 1.0

    def add(self, frame: Frame) -> None:
        """Take no more of a sampled frame than the shape of the picture."""
        height, width = frame.gray.shape
        self._aspect = width / height

    def add_tiny(self, time: float, tiny: Gray) -> None:
        """Add a tiny picture to the mean of its quarter second."""
        slot = int(time / STEP + 1e-3)
        if slot >= _MOST:
            return
        small = cv2.resize(tiny, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)
        while len(self._sums) <= slot:  # a still stretch of a slow clip: the last picture is what was shown
            self._sums.append(self._sums[-1] / max(self._counts[-1], 1) if self._sums else small * 0)
            self._counts.append(0)
        if self._counts[slot] == 0:
            self._sums[slot] = small
        else:
            self._sums[slot] = self._sums[slot] + small
        self._counts[slot] += 1

    def end(self) -> Fingerprint | None:
        """Return the packed grid, or None for a clip without pictures."""
        if not self._sums:
            return None
        pictures = np.stack([s / max(n, 1) for s, n in zip(self._sums, self._counts, strict=True)])
        quantum, packed = _within_budget(pictures)
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.zeros(1, np.float32),
            arrays={
                "packed": np.frombuffer(packed, np.uint8).reshape(1, -1),
                "count": np.array([len(pictures)], np.int32),
                "quantum": np.array([quantum], np.float32),
            },
            parameters={"width": WIDTH, "height": HEIGHT, "step": STEP, "aspect": self._aspect},
        )
