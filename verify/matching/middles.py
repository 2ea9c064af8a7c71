"""Medians and quantiles of few numbers. Rule: to the last bit what numpy gives, without what it does around them.

A comparison asks for some twenty of them, and what numpy does before and after finding one takes ten times as long.
The numbers are finite.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


def median(values: Floats) -> np.floating[Any]:
    """Return the median of `values` (n,), n > 0."""
    half = len(values) // 2
    if len(values) % 2:
        odd: np.floating[Any] = np.partition(values, half)[half]
        return odd
    low, high = np.partition(values, (half - 1, half))[half - 1 : half + 1]
    between: np.floating[Any] = (low + high) / 2
    return between


def quantile(values: Floats, share: float) -> np.floating[Any]:
    """Return the number below which `share` of `values` (n,), n > 0, lie; in between, along a straight line."""
    at = (len(values) - 1) * share
    below = int(at)
    above = min(below + 1, len(values) - 1)
    parted = np.partition(values, (below, above))
    low, high, over = parted[below], parted[above], at - below
    found: np.floating[Any] = low + (high - low) * over if over < 0.5 else high - (high - low) * (1 - over)
    return found
