"""64-bit codes of looks: how they turn with the picture, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verify.descriptors.patches import waves

Codes = npt.NDArray[np.uint64]


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


def distances(left: Codes, right: Codes) -> npt.NDArray[np.uint8]:
    """Return the bits in which each of `left` (n,) differs from each of `right` (m,), as (n, m)."""
    return np.asarray(np.bitwise_count(left[:, None] ^ right[None, :]))
