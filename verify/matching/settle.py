"""Moves a way to lay one picture into the other about, a little, until both change alike most. Rule: only a little.

A fit of few places, or of the mean pictures, may be off by a cell. What changes where tells better, once it is known
which second is which. The steps are small beside what a wrong fit would need, so that nothing is found that was not
there before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from verify.matching.align import Aligned, agreement, along
from verify.matching.lattice import lattice
from verify.matching.lines import levelled
from verify.matching.strips import LONG, Rows

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

ROUNDS = (0.04, 0.02)  # shares of the smaller picture by which it is moved, or made larger or smaller
BETTER = 1.01  # a step is taken only for so much: chance moves the agreement as well


def settled(matrix: Array, change_a: Rows, change_b: Rows, aligned: Aligned, reach: float) -> Array:
    """Return `matrix` (3 x 3, 0..1, a into b) moved so that the changes (n, CELLS) and (m, CELLS) agree best.

    `reach` is how far in all, as a share of the smaller picture.
    """
    at_a, at_b = along(aligned, len(change_a), len(change_b))
    some = slice(None, None, -(-len(at_b) // LONG) or 1)  # of hours that are shared, evenly spread moments tell it
    at_a, at_b = at_a[some], at_b[some]
    a, b = change_a[at_a], np.sign(aligned.speed) * change_b[at_b]
    best, most = np.zeros(3), _agreed(matrix, a, b)
    for step in ROUNDS:
        moved = True
        while moved:
            moved = False
            for direction in _DIRECTIONS:
                tried = best + step * direction
                reached = _agreed(_applied(matrix, tried), a, b) if np.abs(tried).max() <= reach else -1.0
                if reached > most * BETTER:
                    best, most, moved = tried, reached, True
    return _applied(matrix, best) if best.any() else matrix


def _agreed(matrix: Array, a: Floats, b: Floats) -> float:
    both = lattice(matrix)
    if both is None:
        return -1.0
    read_a, read_b = both.read(a, b)
    level_a = levelled(read_a - read_a.mean(axis=1, keepdims=True))
    level_b = levelled(read_b - read_b.mean(axis=1, keepdims=True))
    return agreement(level_a, level_b)[0]


_DIRECTIONS = [sign * way for way in np.eye(3) for sign in (1.0, -1.0)]


def _applied(matrix: Array, change: Array) -> Array:
    """Return `matrix` with the smaller of both pictures moved (right, down) and made larger about its middle."""
    right, down, larger = change
    zoom = 1 + larger
    nudge = np.array([[zoom, 0, 0.5 * (1 - zoom) + right], [0, zoom, 0.5 * (1 - zoom) + down], [0, 0, 1.0]])
    if abs(np.linalg.det(matrix[:2, :2])) >= 1:  # b is the smaller one: move it within a
        return np.asarray(nudge @ matrix)
    return np.asarray(matrix @ nudge)
