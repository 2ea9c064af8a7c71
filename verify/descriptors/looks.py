"""The 64-bit code of how a patch looks: the sign of 64 low cosine waves over it.

Rule: brightness, contrast, blur and heavy compression leave a code mostly as it is, and a mirrored or turned patch has
the same one but for known bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]

PATCH = 16  # samples along a patch


def waves() -> list[tuple[int, int]]:
    """Return the 64 (row, column) frequencies of a code, in the order of its bits; the set is its own transpose."""
    chosen = [(v, u) for total in range(1, 10) for v in range(total + 1) for u in [total - v]]
    return chosen + [(v, 10 - v) for v in range(11) if v != 5]


_WAVES = waves()
_ROWS = np.array([v for v, _ in _WAVES])
_COLUMNS = np.array([u for _, u in _WAVES])
_WAY: Any = ["einsum_path", (0, 1), (0, 1)]  # the cheapest order of products for any count of patches
_BASIS = np.cos(np.pi * (np.arange(PATCH)[None] + 0.5) * np.arange(11)[:, None] / PATCH).astype(np.float32)


def codes(patches: Floats) -> npt.NDArray[np.uint64]:
    """Return the codes (n,) of `patches` (n, PATCH, PATCH)."""
    centred = patches - patches.mean(axis=(1, 2), keepdims=True)
    wave = np.einsum("vy,nyx,ux->nvu", _BASIS, centred, _BASIS, optimize=_WAY)[:, _ROWS, _COLUMNS]
    return np.ascontiguousarray(np.packbits(wave > 0, axis=1, bitorder="little")).view("<u8").ravel()
