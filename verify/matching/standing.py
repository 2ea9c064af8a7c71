"""Are two clips of one view one recording, or two takes of it? Rule: a standing camera makes all but movement alike.

The next pitch before the same camera, the next person who walks across the same field, a street an hour later: the
pictures are as alike as those of good copies, places fit, and one man throws or walks much as the other does. In
copies whose pictures are that alike whatever moves is as alike; in another take the thrower's arm is, for a while, and
the rest is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter

from verify.matching.align import Aligned, along, changes_along, unhidden
from verify.matching.apart import spread
from verify.matching.clips import Clip
from verify.matching.lattice import lattice

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

# Correlation of the pictures from which they are as alike as those of a good copy, or nearly so.
FINELY, NEARLY = 0.97, 0.955
MOVES = 2.0  # grey levels a cell, at its liveliest in the stiller clip, from which movement stands above all noise
NEAR = 3  # cells to a side over which changes are averaged: a copy may lie half a cell off
MOST_CHANGES = 480  # moments looked at, evenly spread
# What `answered` and the movement come to together in copies of one view whose score is below PLAIN: where the pictures
# are finely alike, and nearly so. Up to a score of PLAINLY it is only AT_LEAST. Measured in docs/matching.md.
ANSWERED, NEARLY_ANSWERED, PLAIN = 1.5, 1.3, 1.4
AT_LEAST, PLAINLY = 1.2, 2.5


def answered(matrix: Array, aligned: Aligned, a: Clip, b: Clip) -> float:
    """Return how alike what moves is in the middle one of the shared moments: a correlation over the picture.

    What is laid over, a caption or a logo, is left out. `matrix` (3 x 3, 0..1) lays a into b along `aligned`. Moments
    count by how much moves in them.
    """
    both = lattice(matrix)
    at_a, at_b = along(aligned, len(a.grid), len(b.grid))
    if both is None or not len(at_b):
        return 1.0
    some = slice(None, None, -(-len(at_b) // MOST_CHANGES))
    bare = unhidden(*both.read(a.grid[at_a[some]], b.grid[at_b[some]]))
    changes = both.read(*changes_along(aligned, a.change, b.change, some))
    near = [uniform_filter(spread(both, c * bare), size=(1, NEAR, NEAR), mode="constant") for c in changes]
    one, other = (changed * spread(both, bare[None].astype(float)) for changed in near)
    powers = np.stack([np.square(c).sum(axis=(1, 2)) for c in (one, other)])
    alike = (one * other).sum(axis=(1, 2)) / np.maximum(np.sqrt(powers.prod(axis=0)), 1e-9)
    order = np.argsort(alike)
    reached = np.cumsum(np.sqrt(powers.min(axis=0))[order])  # what only one of them shows, a cut, weighs little
    return float(alike[order][np.searchsorted(reached, reached[-1] / 2)])


def another_take(matrix: Array, aligned: Aligned, score: float, a: Clip, b: Clip) -> bool:
    """Return whether two clips of one view that reach `score` are two takes of it.

    `matrix` (3 x 3, 0..1) lays a into b along `aligned`.
    """
    if aligned.still < NEARLY or min(aligned.lively_a, aligned.lively_b) < MOVES or score >= PLAINLY:
        return False
    if score >= PLAIN:
        return aligned.still >= FINELY and answered(matrix, aligned, a, b) + aligned.movement < AT_LEAST
    needed = ANSWERED if aligned.still >= FINELY else NEARLY_ANSWERED
    return answered(matrix, aligned, a, b) + aligned.movement < needed
