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
# Coefficients are rounded to this step, towards zero up to two thirds of it. Measured on 50 real clips
# (docs/matching.md): 10 gives 1.06 MB an hour at an error of about 3 grey levels.
QUANTUM = 10.0
_TOWARDS_ZERO = 0.33
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0, "lp": 0, "pb": 0}]
_MOST = 6 * 3600 * 4  # pictures; the longest clip that settings let through by default


def _zigzag() -> npt.NDArray[np.intp]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.argsort((columns / WIDTH + rows / HEIGHT).ravel(), kind="stable")


_ORDER = _zigzag()


def pack(pictures: npt.NDArray[np.float32]) -> bytes:
    """Return `pictures` (n, HEIGHT, WIDTH; luma 0..255) coded; `unpack` gives them back within a few grey levels."""
    seen = np.zeros((HEIGHT, WIDTH), np.float32)
    levels = np.empty((len(pictures), HEIGHT * WIDTH), np.int16)
    for i, picture in enumerate(pictures):
        wave = cv2.dct(picture.astype(np.float32) - seen) / QUANTUM
        level = np.trunc(wave + _TOWARDS_ZERO * np.sign(wave))
        levels[i] = level.ravel()[_ORDER]
        seen += cv2.idct(level * np.float32(QUANTUM))
    # Low and high bytes apart: the high ones are nearly all alike and cost next to nothing.
    split = levels.view(np.uint8).reshape(-1, 2)
    return lzma.compress(split.T.tobytes(), format=lzma.FORMAT_RAW, filters=_FILTERS)


def unpack(packed: bytes, count: int) -> npt.NDArray[np.float32]:
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
    waves[:, _ORDER] = levels * np.float32(QUANTUM)
    # The transform is linear: the sum of all differences so far is the wave of the picture itself.
    waves = np.cumsum(waves, axis=0)
    return np.stack([cv2.idct(wave.reshape(HEIGHT, WIDTH)) for wave in waves]) if count else waves.reshape(0, 18, 24)


class Grid(Descriptor):
    """Collects the tiny pictures of a clip into a packed luma grid.

    The fingerprint has one row: `packed` (1, bytes) and `count` (1,), the pictures in it; `times` holds the first.
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
        packed = np.frombuffer(pack(pictures), np.uint8)
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.zeros(1, np.float32),
            arrays={"packed": packed.reshape(1, -1), "count": np.array([len(pictures)], np.int32)},
            parameters={"width": WIDTH, "height": HEIGHT, "step": STEP, "quantum": QUANTUM, "aspect": self._aspect},
        )
