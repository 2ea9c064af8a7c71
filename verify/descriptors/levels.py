"""How much each cell of a film changes, in few levels, packed. Rule: every part is measured by its own liveliness.

A step is as large as what usually changes there and then: the change of the whole picture at that moment, times the
share that this part of the picture has in it over two seconds. So a still room beside a running crowd, or a small
picture in a corner of a lively one, is kept as well as if it stood alone; in steps of the whole it was lost
(docs/matching.md).
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.film import CELLS, HEIGHT, WIDTH

Floats = npt.NDArray[np.floating[Any]]
Levels = npt.NDArray[np.int8]

# A change is kept as -2..2 steps, the first from SOME steps on. A step is UNIT times what changes there and then, and
# at least UNIT * QUIET grey levels. All were chosen by how many true pairs are found at one size in bytes, the bar
# being where the highest of unrelated pairs stands (docs/matching.md).
UNIT = 1.7
SOME = 0.6
MOST = 2
QUIET = 0.2  # grey levels
EVEN = 0.7  # how far a part's step follows its share: 0 would be one step for all, 1 the same levels everywhere
BLOCK = 4  # cells, the side of a part
SPAN = 8  # rows over which a part has one share
_ACROSS, _DOWN = WIDTH // BLOCK, HEIGHT // BLOCK
PARTS = _ACROSS * _DOWN
_LEAST = 0.03  # grey levels: a part that changes less is taken to change so much
_SHARE_STEPS, _LOWEST, _HIGHEST = 2, -10, 6  # steps an octave, and the bounds of a share in them
_SIZE_UNIT, _SIZE_STEPS = 0.05, 16.0  # smallest mean change that is told from none, and steps an octave above it
_BASE = 2 * MOST + 1
_TOGETHER = 3  # levels in a byte
_PLACES = np.array([_BASE**i for i in range(_TOGETHER)], np.uint8)
_IN_A_BYTE = (np.arange(256)[:, None] // _PLACES % _BASE - MOST).astype(np.int8)
# Literals depend on nothing before them, and short matches are enough: what is left of noise has no more order.
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 0, "lp": 0, "pb": 0, "depth": 4, "dict_size": 1 << 18}]


def logged(levels: Floats) -> npt.NDArray[np.uint8]:
    """Return grey levels on a scale of 16 steps an octave: `unlogged` gives them back to within 3 %."""
    steps = np.log2(np.maximum(levels, _SIZE_UNIT) / _SIZE_UNIT) * _SIZE_STEPS
    return np.asarray(np.clip(np.round(steps), 0, 255), np.uint8)


def unlogged(coded: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the grey levels that `logged` wrote down."""
    levels: npt.NDArray[np.float32] = (_SIZE_UNIT * 2.0 ** (coded.astype(np.float32) / _SIZE_STEPS)).astype(np.float32)
    return levels


@dataclass(frozen=True, slots=True)
class Steps:
    """What a step of change means: by the `size` (n,) of each row, and the `shares` (spans, PARTS) of its parts."""

    size: npt.NDArray[np.uint8]
    shares: Levels

    @property
    def nbytes(self) -> int:
        """Memory of its arrays."""
        return self.size.nbytes + self.shares.nbytes

    def of(self, start: int, end: int) -> npt.NDArray[np.float32]:
        """Return the grey levels a step (end - start, CELLS) of some rows."""
        first = start // SPAN
        share = 2.0 ** (self.shares[first : -(-end // SPAN)].astype(np.float32) * (EVEN / _SHARE_STEPS))
        share /= np.sqrt(np.mean(share * share, axis=1, keepdims=True))
        parts = np.repeat(share, SPAN, axis=0)[start - first * SPAN : end - first * SPAN]
        parts = np.maximum(parts * unlogged(self.size[start:end])[:, None], QUIET) * UNIT
        cells = parts.reshape(-1, _DOWN, 1, _ACROSS, 1)
        every = np.broadcast_to(cells, (len(parts), _DOWN, BLOCK, _ACROSS, BLOCK))
        return np.ascontiguousarray(every, np.float32).reshape(-1, CELLS)


def measured(change: Floats) -> tuple[Levels, Steps]:
    """Return `change` (n, CELLS; grey levels) in steps, and the steps; all but the end of a film in whole spans."""
    steps = Steps(logged(np.sqrt(np.mean(change * change, axis=1))), _shares(change))
    level = change / steps.of(0, len(change))
    return np.clip(np.trunc(level + (1 - SOME) * np.sign(level)), -MOST, MOST).astype(np.int8), steps


def _shares(change: Floats) -> Levels:
    """Return how much each part changes in each span beside the whole (spans, PARTS), in steps of half an octave."""
    padded = np.pad(change, ((0, -len(change) % SPAN), (0, 0)))
    power = (padded * padded).reshape(-1, SPAN, _DOWN, BLOCK, _ACROSS, BLOCK).mean(axis=(1, 3, 5))
    part = np.sqrt(power).reshape(-1, PARTS)
    whole = np.sqrt(power.mean(axis=(1, 2)))[:, None]
    steps = np.log2(np.maximum(part, _LEAST) / np.maximum(whole, _LEAST)) * _SHARE_STEPS
    shares: Levels = np.clip(np.round(steps), _LOWEST, _HIGHEST).astype(np.int8)
    return shares


class Packer:
    """Packs levels (n, CELLS), or shares (n, PARTS), given in stretches."""

    def __init__(self) -> None:
        self._packer = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=_FILTERS)
        self._packed = bytearray()

    def add(self, level: Levels) -> None:
        """Add levels, from -2 to 2: three of them fill a byte."""
        together = (level + MOST).astype(np.uint8).reshape(-1, _TOGETHER) @ _PLACES
        self._packed += self._packer.compress(together.tobytes())

    def add_numbers(self, numbers: Levels) -> None:
        """Add small numbers, a byte each."""
        self._packed += self._packer.compress(numbers.tobytes())

    def end(self) -> npt.NDArray[np.uint8]:
        """Return the bytes (n,)."""
        self._packed += self._packer.flush()
        return np.frombuffer(bytes(self._packed), np.uint8)


def unpacked(packed: bytes, rows: int) -> Levels:
    """Return the levels (rows, CELLS) that were packed. Raises ValueError when they do not fit."""
    together = np.frombuffer(_unzipped(packed, rows * CELLS // _TOGETHER), np.uint8)
    return np.take(_IN_A_BYTE, together, axis=0).reshape(-1, CELLS)


def unpacked_shares(packed: bytes, rows: int) -> Levels:
    """Return the shares (spans, PARTS) of a film of `rows` that were packed. Raises ValueError when they do not fit."""
    raw = _unzipped(packed, -(-rows // SPAN) * PARTS)
    return np.clip(np.frombuffer(raw, np.int8), _LOWEST, _HIGHEST).reshape(-1, PARTS)


def zipped(raw: bytes) -> bytes:
    """Return bytes packed as levels are."""
    return lzma.compress(raw, lzma.FORMAT_RAW, filters=_FILTERS)


def unzipped(packed: bytes, most: int) -> bytes:
    """Return the bytes that were packed: never more than one above `most`. Raises ValueError for what is damaged."""
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS).decompress(packed, max_length=most + 1)
    except (lzma.LZMAError, EOFError) as error:
        raise ValueError(f"a grid is damaged: {error}") from error


def _unzipped(packed: bytes, size: int) -> bytes:
    raw = unzipped(packed, size)
    if len(raw) != size:
        raise ValueError(f"a grid holds {len(raw)} bytes, not {size}")
    return raw
