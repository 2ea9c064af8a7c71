"""Films of hours, read in stretches: a long clip is never in memory as numbers. Rule: what is read is not kept.

A `Strip` stands where an array of rows would: it has a length and a shape, and gives the rows asked for. Whatever
goes through all its rows asks for some at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import CELLS, Kept, pictures

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.intp]

LONG = 2400  # rows, 10 min: a longer film is read in stretches of so many


@dataclass(frozen=True, slots=True)
class Strip:
    """Rows (shape[0], shape[1]) that `read` gives from one row to another."""

    shape: tuple[int, int]
    read: Callable[[int, int], Floats]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, wanted: slice | Ints) -> Floats:
        """Return the rows from one to another, or those of the numbers `wanted` (in any order)."""
        if isinstance(wanted, slice):
            start, end, step = wanted.indices(len(self))
            if step != 1:
                raise ValueError("a strip is read row after row")
            return self.read(start, max(start, end))
        found = np.empty((len(wanted), self.shape[1]), np.float32)
        block = wanted // LONG
        for number in np.unique(block):
            mine = block == number
            first = int(number) * LONG
            found[mine] = self.read(first, min(first + LONG, len(self)))[wanted[mine] - first]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Floats:  # noqa: ANN401 - as numpy asks it
        """Return all rows: for strips known to be short."""
        return self.read(0, len(self))

    def through(self, change: Callable[[Floats], Floats], columns: int) -> Strip:
        """Return the strip of what `change` makes of the rows, each for itself."""
        return Strip((self.shape[0], columns), lambda start, end: change(self.read(start, end)))


Rows = Floats | Strip


def stretches(count: int) -> list[slice]:
    """Return slices of at most LONG that cover `count` rows one after the other."""
    return [slice(at, min(at + LONG, count)) for at in range(0, count, LONG)]


def film(kept: Kept) -> tuple[Rows, Rows]:
    """Return the pictures and the changes of a film: all of them, or, of a long one, strips."""
    if len(kept) <= LONG:
        change = kept.change(0, len(kept))
        return pictures(kept.stills, change, kept.light), change
    shape = (len(kept), CELLS)
    return Strip(shape, kept.pictures), Strip(shape, kept.change)
