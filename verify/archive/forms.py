"""What a kind of fingerprint looks like, learned from two of ours. Rule: a stranger's that looks otherwise stays out.

Two fingerprints of the same descriptor show which sizes and parameters are fixed (they agree) and which vary. Nothing
here knows a descriptor by name, so that a new one is guarded as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verify.records.fingerprints import Fingerprint

_ANY = -1
_LONGEST = 32 * 1024 * 1024  # numbers in one row; the longest of ours has some five million
_LARGEST = 1e9  # of a parameter that varies: counts and ratios are far below


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """Of each array its kind of number and the shape of a row (-1: any); parameters by name (None: any above 0)."""

    arrays: Mapping[str, tuple[str, tuple[int, ...]]]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None  # None: any number of rows


def learn(a: Fingerprint, b: Fingerprint) -> Form:
    """Return the form of the descriptor that made both. Raises ValueError when they are of two descriptors."""
    if (a.name, a.version, set(a.arrays)) != (b.name, b.version, set(b.arrays)):
        raise ValueError("two fingerprints of different descriptors")
    arrays = {}
    for name, first in a.arrays.items():
        shapes = zip(first.shape[1:], b.arrays[name].shape[1:], strict=True)
        arrays[name] = (first.dtype.str, tuple(m if m == n else _ANY for m, n in shapes))
    parameters = {key: value if b.parameters.get(key) == value else None for key, value in a.parameters.items()}
    return Form(arrays=arrays, parameters=parameters, rows=len(a) if len(a) == len(b) == 1 else None)


def why_foreign(one: Fingerprint, form: Form) -> str:
    """Return why `one` cannot have been made by the descriptor of `form`, or '' when it can."""
    if set(form.arrays) != set(one.arrays) or form.rows not in (None, len(one)):
        return f"a fingerprint {one.name} has other arrays than ours"
    for name, array in one.arrays.items():
        kind, row = form.arrays[name]
        fits = len(row) == array.ndim - 1 and all(n in (m, _ANY) for m, n in zip(array.shape[1:], row, strict=True))
        if array.dtype.str != kind or not fits or math.prod(array.shape[1:]) > _LONGEST:
            return f"a fingerprint {one.name} has an array {name[:20]!r} of another shape than ours"
        if array.dtype.kind == "f" and not bool(np.isfinite(array).all()):
            return f"a fingerprint {one.name} holds what is no number"
    if set(one.parameters) != set(form.parameters) or not all(
        _may_be(one.parameters[key], value) for key, value in form.parameters.items()
    ):
        return f"a fingerprint {one.name} was made with other parameters than ours"
    return ""


def _may_be(given: Any, ours: Any) -> bool:  # noqa: ANN401 - any JSON value
    if ours is not None:
        return bool(given == ours)
    return isinstance(given, (int, float)) and not isinstance(given, bool) and 0 < given <= _LARGEST
