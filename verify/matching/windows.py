"""Which stretches of two clips to lay along each other, when they are too long to compare every moment of both.

Rule: short clips are compared whole. In long ones, places that agree say when; without them a few lively stretches of
the shorter clip are tried, and very long clips then not at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import STEP

Floats = npt.NDArray[np.floating[Any]]
Span = tuple[int, int, int, int]  # rows of a from, to; rows of b from, to

WHOLE = 120  # rows, 30 s: clips up to this long are compared whole
AROUND = 48  # rows, 12 s: looked at before and after a moment in which places agree
MOST = 4  # stretches tried
STRETCH = 80  # rows, 20 s
LONGEST = 2400  # rows, 10 min: a longer clip is not searched without places that say when


def hinted(times: Floats, rows_a: int, rows_b: int) -> list[Span]:
    """Return the stretches of a and b around the moments `times` (k, 2; seconds) at which places agree."""
    if max(rows_a, rows_b) <= WHOLE:
        return [(0, rows_a, 0, rows_b)]
    at = np.floor(times / STEP).astype(int)
    cells, votes = np.unique(at // AROUND, axis=0, return_counts=True)
    spans: list[Span] = []
    for cell in cells[np.argsort(-votes, kind="stable")]:
        (a, b) = np.median(at[(at // AROUND == cell).all(axis=1)], axis=0).astype(int)
        if not any(one[0] <= a - AROUND // 2 < one[1] and one[2] <= b - AROUND // 2 < one[3] for one in spans):
            spans.append((max(0, a - AROUND), min(rows_a, a + AROUND), max(0, b - AROUND), min(rows_b, b + AROUND)))
        if len(spans) == MOST:
            break
    return spans


def guessed(size_a: Floats, size_b: Floats) -> list[Span]:
    """Return stretches to try without a hint, from how much changes in each row of a (n,) and of b (m,)."""
    rows_a, rows_b = len(size_a), len(size_b)
    if max(rows_a, rows_b) <= WHOLE:
        return [(0, rows_a, 0, rows_b)]
    if max(rows_a, rows_b) > LONGEST:
        return []
    shorter = size_a if rows_a <= rows_b else size_b
    starts = list(range(0, max(1, len(shorter) - STRETCH // 2), STRETCH))
    starts.sort(key=lambda at: -float(shorter[at : at + STRETCH].sum()))
    ends = [(at, min(len(shorter), at + STRETCH)) for at in starts[:MOST]]
    if rows_a <= rows_b:
        return [(start, end, 0, rows_b) for start, end in ends]
    return [(0, rows_a, start, end) for start, end in ends]
