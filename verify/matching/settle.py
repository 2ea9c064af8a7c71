"""Moves a way to lay one picture into the other about, a little, until both change alike most. Rule: only a little.

A fit of few places, or of the mean pictures, may be off by a cell. What changes where tells better, once it is known
which second is which. The steps are small beside what a wrong fit would need, so that nothing is found that was not
there before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.matching.align import Aligned, agreement, along
from verify.matching.lattice import Lattice, lattice
from verify.matching.lines import levelled
from verify.matching.strips import LONG, Rows

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

ROUNDS = (0.04, 0.02)  # shares of the smaller picture by which it is moved, or made larger or smaller
BETTER = 1.01  # a step is taken only for so much: chance moves the agreement as well
# Where the camera moved between the pictures that were fitted: further steps, and turns as well (in radians).
FIRST, THEN = (0.08, 0.04), (0.04, 0.02)
FURTHEST = 0.2
ENOUGH = 24  # moments, evenly spread

Soften = Callable[[Floats, Lattice], Floats]


def settled(matrix: Array, change_a: Rows, change_b: Rows, aligned: Aligned, reach: float) -> Array:
    """Return `matrix` (3 x 3, 0..1, a into b) moved so that the changes (n, CELLS) and (m, CELLS) agree best.

    `reach` is how far in all, as a share of the smaller picture.
    """
    a, b = _together(change_a, change_b, aligned, LONG)
    return _climbed(matrix, lambda tried: _agreed(tried, a, b), ROUNDS, reach, _STRAIGHT)


def steadied(matrix: Array, change_a: Rows, change_b: Rows, aligned: Aligned, soften: Soften) -> Array:
    """Return `matrix` moved and turned as `settled`, but further: first where softened changes agree, then all."""
    a, b = _together(change_a, change_b, aligned, ENOUGH)
    near = _climbed(matrix, lambda tried: _agreed(tried, a, b, soften), FIRST, FURTHEST, _ANY)
    return _climbed(near, lambda tried: _agreed(tried, a, b), THEN, FURTHEST / 2, _ANY)


def _together(change_a: Rows, change_b: Rows, aligned: Aligned, most: int) -> tuple[Floats, Floats]:
    """Return the changes of a and of b side by side, at most `most` evenly spread moments."""
    at_a, at_b = along(aligned, len(change_a), len(change_b))
    some = slice(None, None, -(-len(at_b) // most) or 1)
    return change_a[at_a[some]], np.sign(aligned.speed) * change_b[at_b[some]]


def _climbed(
    matrix: Array, agreed: Callable[[Array], float], rounds: Sequence[float], reach: float, directions: Sequence[Array]
) -> Array:
    """Return `matrix` moved, step by step, for as long as that makes `agreed` of it larger."""
    best, most = np.zeros(4), agreed(matrix)
    for step in rounds:
        moved = True
        while moved:
            moved = False
            for direction in directions:
                tried = best + step * direction
                reached = agreed(_applied(matrix, tried)) if np.abs(tried).max() <= reach else -1.0
                if reached - most > (BETTER - 1) * abs(most):  # for less than nothing as well, or it never ends
                    best, most, moved = tried, reached, True
    return _applied(matrix, best) if best.any() else matrix


def _agreed(matrix: Array, a: Floats, b: Floats, soften: Soften | None = None) -> float:
    both = lattice(matrix)
    if both is None:
        return -1.0
    read_a, read_b = both.read(a, b)
    if soften is not None:
        read_a, read_b = soften(read_a, both), soften(read_b, both)
    level_a = levelled(read_a - read_a.mean(axis=1, keepdims=True))
    level_b = levelled(read_b - read_b.mean(axis=1, keepdims=True))
    return agreement(level_a, level_b)[0]


_ANY = [sign * way for way in np.eye(4) for sign in (1.0, -1.0)]
_STRAIGHT = _ANY[:6]


def _applied(matrix: Array, change: Array) -> Array:
    """Return `matrix` with the smaller picture moved (right, down), made larger and turned about its middle."""
    right, down, larger, turn = change
    lengthwise, crosswise = (1 + larger) * np.cos(turn), (1 + larger) * np.sin(turn)
    nudge = np.array(
        [
            [lengthwise, -crosswise, 0.5 * (1 - lengthwise + crosswise) + right],
            [crosswise, lengthwise, 0.5 * (1 - crosswise - lengthwise) + down],
            [0, 0, 1.0],
        ]
    )
    if abs(np.linalg.det(matrix[:2, :2])) >= 1:  # b is the smaller one: move it within a
        return np.asarray(nudge @ matrix)
    return np.asarray(matrix @ nudge)
