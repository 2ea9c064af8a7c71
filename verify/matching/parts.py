"""Where a part of one plain picture may lie in the other, when too few places fit. Rule: a guess; movement tests it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import HEIGHT, WIDTH

Array = npt.NDArray[np.floating[Any]]

LARGER = 3  # the mean grids are blown up so much before one is moved over the other
# Heights of the part, as shares of the whole: of crops and halves, and of insets. Small parts look alike sooner, so
# that those of one group do not stand in the way of the other's.
ZOOMS = ((0.9, 0.8, 0.7, 0.6, 0.5, 0.42), (0.36, 0.3, 0.25))
LEAST = 0.6  # correlation of the mean pictures below which a place is no guess


def guesses(a: Array, b: Array, aspect_a: float, aspect_b: float) -> list[Array]:
    """Return up to four 0..1 matrices that lay mean picture a into b: a within b, or b within a, all upright."""
    found = []
    for zooms in ZOOMS:
        inside_b = _placed(a, b, aspect_a / aspect_b, zooms)
        if inside_b is not None:
            found.append(inside_b)
        inside_a = _placed(b, a, aspect_b / aspect_a, zooms)
        if inside_a is not None:
            found.append((inside_a[0], np.asarray(np.linalg.inv(inside_a[1]))))
    return [matrix for _, matrix in sorted(found, key=lambda f: -f[0])]


def _placed(part: Array, whole: Array, shape: float, zooms: tuple[float, ...]) -> tuple[float, Array] | None:
    """Return (correlation, matrix from part to whole) of the best place; `shape` is the aspect of part over whole."""
    size = (WIDTH * LARGER, HEIGHT * LARGER)
    large = cv2.resize(whole.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    best: tuple[float, Array] | None = None
    for zoom in zooms:
        wide, high = round(size[0] * zoom * shape), round(size[1] * zoom)
        if wide > size[0] or min(wide, high) < 2 * LARGER:
            continue
        small = cv2.resize(part.astype(np.float32), (wide, high), interpolation=cv2.INTER_AREA)
        fit = cv2.matchTemplate(large, small, cv2.TM_CCOEFF_NORMED)
        _, reached, _, (x, y) = cv2.minMaxLoc(fit)
        if reached > LEAST and (best is None or reached > best[0]):
            matrix = np.array([[wide / size[0], 0, x / size[0]], [0, high / size[1], y / size[1]], [0, 0, 1.0]])
            best = (float(reached), matrix)
    return best
