"""How light moves over the picture: a small luma grid four times a second, packed to about 1 MB an hour.

Rule: the grid keeps the whole picture, bars and captions included, so that any geometry can be laid over it later.
The grid is coded as video codecs do: what the previous picture (as decoded) does not say, through a cosine
transform, rounded to steps of QUANTUM. Matching reads it back with `unpack` to see whether two clips *move* alike.
"""

from __future__ import annotations

import lzma

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray
from verify.records.fingerprints import Fingerprint

WIDTH, HEIGHT = 24, 18  # cells
STEP = 0.25  # seconds a picture; each is the mean of what was shown in that time, so phase hardly matters
# Coefficients are rounded to one of these steps, towards zero up to two thirds of it: the finest that keeps a clip
# within BUDGET. A still clip costs little, so what little moves in it is kept finely; measured in docs/matching.md.
QUANTA = (2.0, 3.5, 6.0, 10.0, 14.0, 20.0)
BUDGET = 290  # bytes a second, 1.04 MB an hour
_TOWARDS_ZERO = 0.33
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0, "lp": 0, "pb": 0}]
_MOST = 6 * 3600 * 4  # pictures; the longest clip that settings let through by default


def _zigzag() -> npt.NDArray[np.intp]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.argsort((columns / WIDTH + rows / HEIGHT).ravel(), kind="stable")


_ORDER = _zigzag()


def pack(pictures: npt.NDArray[np.float32], quantum: float) -> bytes:
    """Return `pictures` (n, HEIGHT, WIDTH; luma 0..255) coded; `unpack` gives them back within about `quantum` / 3."""
    seen = np.zeros((HEIGHT, WIDTH), np.float32)
    levels = np.empty((len(pictures), HEIGHT * WIDTH), np.int16)
    for i, picture in enumerate(pictures):
        wave = cv2.dct(picture.astype(np.float32) - seen) / quantum
        level = np.trunc(wave + _TOWARDS_ZERO * np.sign(wave))
        levels[i] = level.ravel()[_ORDER]
        seen += cv2.idct(level * np.float32(quantum))
    # Low and high bytes apart: the high ones are nearly all alike and cost next to nothing.
    split = levels.view(np.uint8).reshape(-1, 2)
    return lzma.compress(split.T.tobytes(), format=lzma.FORMAT_RAW, filters=_FILTERS)


def unpack(packed: bytes, count: int, quantum: float) -> npt.NDArray[np.float32]:
    """Return the `count` pictures (count, HEIGHT, WIDTH) that `pack` coded. Raises ValueError when they do not fit."""
    if not 0 <= count <= _MOST:
        raise ValueError(f"{count} pictures in a grid")
    size = count * HEIGHT * WIDTH
    reader = lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=_FILTERS)
    raw = reader.decompress(packed, max_length=2 * size + 1)
    if len(raw) != 2 * size:
        raise ValueError(f"a grid of {count} pictures holds {len(raw)} bytes, not {2 * size}")
    split = np.frombuffer(raw, np.uint8).reshape(2, size).T
    levels = np.ascontiguousarray(split).view("<i2").reshape(count, HEIGHT * WIDTH)
    waves = np.zeros((count, HEIGHT * WIDTH), np.float32)
    waves[:, _ORDER] = levels * np.float32(quantum)
    # The transform is linear: the sum of all differences so far is the wave of the picture itself.
    waves = np.cumsum(waves, axis=0)
    return (
        np.stack([cv2.idct(wave.reshape(HEIGHT, WIDTH)) for wave in waves])
        if count
        else waves.reshape(0, HEIGHT, WIDTH)
    )


def _within_budget(pictures: npt.NDArray[np.float32]) -> tuple[float, bytes]:
    """Return the finest quantum whose code of `pictures` stays within BUDGET, and that code."""
    allowed = BUDGET * len(pictures) * STEP
    at = 3
    packed = pack(pictures, QUANTA[at])
    if len(packed) > allowed:
        while len(packed) > allowed and at + 1 < len(QUANTA):
            at += 1
            packed = pack(pictures, QUANTA[at])
        return QUANTA[at], packed
    while at > 0:
        finer = pack(pictures, QUANTA[at - 1])
        if len(finer) > allowed:
            break
        at, packed = at - 1, finer
    return QUANTA[at], packed


def read(prints: Fingerprint) -> npt.NDArray[np.float32]:
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
        self._sums: list[npt.NDArray[np.float32]] = []
        self._counts: list[int] = []
        self._aspect = clip.width / clip.height if clip.width > 0 and clip.height > 0 else 1.0

    def add(self, frame: Frame) -> None:
        """Sampled frames are not needed but for the shape of the picture."""
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
