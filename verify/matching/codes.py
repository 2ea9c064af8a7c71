"""64-bit codes of looks: how they turn with the picture, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verify.descriptors.looks import waves

Codes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the eight ways to lay a picture on its side or its back: first transposed, then flipped."""

    transposed: bool
    flipped_x: bool
    flipped_y: bool

    @property
    def linear(self) -> npt.NDArray[np.float64]:
        """The 2 x 2 matrix on (x, y), y down."""
        swap = np.array([[0.0, 1.0], [1.0, 0.0]]) if self.transposed else np.eye(2)
        return np.asarray(np.diag([-1.0 if self.flipped_x else 1.0, -1.0 if self.flipped_y else 1.0]) @ swap)

    @property
    def mirrored(self) -> bool:
        """Whether the turn needs a mirror."""
        return bool(np.linalg.det(self.linear) < 0)


UPRIGHT = Turn(False, False, False)
MIRROR = Turn(False, True, False)
TURNS = (
    UPRIGHT,
    MIRROR,
    *(Turn(t, x, y) for t in (False, True) for x in (False, True) for y in (False, True) if t or y),
)

BLOCK = 4_000_000  # pairs whose hits are gathered together
TILE = 1 << 16  # pairs compared at once: what stays in a processor's cache is compared three times as fast
HITS = 400_000  # pairs given
MOST_PAIRS = 2_000_000_000  # compared: four seconds; two clips of an hour have as many, of three hours ten times that

_WAVES = waves()
_PLACE = {wave: i for i, wave in enumerate(_WAVES)}
_TRANSPOSE = np.array([_PLACE[(u, v)] for v, u in _WAVES])
_ODD_X = np.array([u % 2 for _, u in _WAVES], np.uint8)
_ODD_Y = np.array([v % 2 for v, _ in _WAVES], np.uint8)


def turned(codes: Codes, turn: Turn) -> Codes:
    """Return the codes (any shape) that the same places have in the picture turned by `turn`."""
    bits = np.unpackbits(np.ascontiguousarray(codes).view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    if turn.transposed:
        bits = bits[:, _TRANSPOSE]
    if turn.flipped_x:
        bits = bits ^ _ODD_X
    if turn.flipped_y:
        bits = bits ^ _ODD_Y
    return np.ascontiguousarray(np.packbits(bits, axis=1, bitorder="little")).view("<u8").reshape(codes.shape)


def near(left: Codes, right: Codes, most: int) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
    """Return the pairs (i, j) of `left` (n,) and `right` (m,) that differ in at most `most` bits, and in how many.

    Read in blocks: half an hour of pictures holds places enough for a table of gigabytes. Of more than
    HITS pairs (a view that stands for hours is like itself everywhere) evenly spread ones are given. Of more than
    MOST_PAIRS, evenly spread ones of `left` are asked for.
    """
    some = max(1, -(-len(left) * len(right) // MOST_PAIRS))
    left = left[::some]
    wide = max(1, len(right))
    step, every, count = max(1, BLOCK // wide), 1, 0
    found: list[tuple[Ints, npt.NDArray[np.uint8]]] = [(np.zeros(0, np.intp), np.zeros(0, np.uint8))]
    for start in range(0, len(left), step):
        at, bits = _hits(left[start : start + step], right, most)
        found.append((at[::every] + start * wide, bits[::every]))
        count += len(found[-1][0])
        if count > HITS:
            every *= 2
            at, bits = (np.concatenate(parts)[::2] for parts in zip(*found, strict=True))
            found, count = [(at, bits)], len(at)
    at, bits = (np.concatenate(parts) for parts in zip(*found, strict=True))
    i, j = np.divmod(at, wide)
    return i * some, j, bits


def _hits(left: Codes, right: Codes, most: int) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Return where in the table of `left` against `right`, read row by row, few bits differ, and how many."""
    step = max(1, TILE // max(1, len(right)))
    differing, gap = np.empty((step, len(right)), np.uint64), np.empty((step, len(right)), np.uint8)
    found: list[tuple[Ints, npt.NDArray[np.uint8]]] = [(np.zeros(0, np.intp), np.zeros(0, np.uint8))]
    for start in range(0, len(left), step):
        rows = min(step, len(left) - start)
        np.bitwise_xor(left[start : start + rows, None], right[None, :], out=differing[:rows])
        np.bitwise_count(differing[:rows], out=gap[:rows])
        at = np.flatnonzero(gap[:rows] <= most)
        found.append((at + start * len(right), gap.ravel()[at]))
    at, bits = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return at, bits
