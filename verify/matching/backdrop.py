"""Do two clips that move alike also show one picture? Rule: what moves alike over two pictures is drawn over both.

A watermark that wanders, a bouncing logo, a burned-in animation move alike in every clip they are laid over, and more
than the footage behind them. What gives them away is what they move over: in copies the pictures are alike as well, in
the large and in detail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.matching.align import Aligned, along, unhidden
from verify.matching.clips import Clip
from verify.matching.drift import softened
from verify.matching.lattice import lattice

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

# How alike pictures, their detail and their changes are together, three correlations. Of 1,135 true pairs of thirteen
# hard edits three have less and the next 1.41; of 15 pairs of clips that share a wandering mark none has more than 1.27
# (docs/matching.md).
ONE_PICTURE = 1.35
PLAIN = 2.0  # grey levels of detail, as much as a sky has; a hundredth of those pairs has less than 3.5
PLAINLY = 0.7  # correlation of movement; of clips that share a mark at most 0.57
MOMENTS = 64  # that are looked at, evenly spread


def one_picture(matrix: Array, aligned: Aligned, a: Clip, b: Clip) -> bool:
    """Return whether the clips show one picture where `matrix` (3 x 3, 0..1) lays a into b along `aligned`.

    What lasts in a picture is its median over the shared time: what wanders is not in it. A plain one, a sky, has
    nothing that could differ from a caption over the same sky.
    """
    both = lattice(matrix)
    at_a, at_b = along(aligned, len(a.grid), len(b.grid))
    if both is None or not len(at_b):
        return True
    some = slice(None, None, -(-len(at_b) // MOMENTS))
    shown_a, shown_b = both.read(a.grid[at_a[some]], b.grid[at_b[some]])
    seen = unhidden(shown_a, shown_b)
    lasting = np.median(np.stack([shown_a, shown_b]), axis=1)[:, seen]
    fine = lasting - softened(lasting, replace(both, cells=both.cells[seen]))
    fine -= fine.mean(axis=1, keepdims=True)
    sizes = np.sqrt(np.mean(fine * fine, axis=1))
    if sizes.max() < PLAIN or (sizes.min() < PLAIN and aligned.movement > PLAINLY):
        return True
    detail = float(np.mean(fine[0] * fine[1]) / max(float(sizes.prod()), 1e-6))
    return aligned.still + aligned.movement + detail >= ONE_PICTURE
