"""Reads the grids of two clips at the same places of the scene, when one picture is laid into the other.

Rule: the coarser grid gives the places. Its own cells are taken as they are, and the other grid is averaged over just
what each of them shows, so that both readings are the mean light of the same patch of the scene: a reading between
cells would blur the one and not the other, and a small picture in a corner lives on few cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from verify.descriptors.grid import CELLS, HEIGHT, WIDTH
from verify.matching.codes import Turn
from verify.matching.geometry import whole

Array = npt.NDArray[np.floating[Any]]
Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.intp]

FEWEST_CELLS = 12  # a smaller overlap shows too little to tell movement from chance
FINE = 4  # samples along a cell
INSET = 1.06  # area of a cell in cells of the other grid from which one picture is shown within the other
SEEN = 0.75  # share of a cell that must be seen in the other picture; all of it along the edge of an inset


@dataclass(frozen=True, slots=True)
class Lattice:
    """How to read both grids: `cells` (p,) of the coarser one, `weights` (p, CELLS) for the other; and the shares.

    `order` says which cell of the other each of them is, where it is just one.
    """

    cells: Ints
    weights: csr_array
    of_a: bool  # the cells are those of a
    share_a: float
    share_b: float
    order: Ints | None = None

    @property
    def every_cell_of_a(self) -> bool:
        """Whether the grid of a is read as it is."""
        return self.of_a and len(self.cells) == CELLS

    def read(self, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Return the readings (n, p) and (m, p) of the grids `a` (n, CELLS) and `b` (m, CELLS)."""
        return self.one(a, of_a=True), self.one(b, of_a=False)

    def one(self, grid: Floats, *, of_a: bool) -> Floats:
        """Return the readings (n, p) of the grid of one of the two clips."""
        if of_a == self.of_a:
            read: Floats = grid[:, self.cells]
        elif self.order is not None:
            read = grid.T[self.order].T  # in memory as a product with weights lies: sums are then those of one
        else:
            read = (self.weights @ grid.T).T
        return read


def _samples() -> Array:
    """Return the samples (3, CELLS * FINE * FINE) of all cells, cell after cell."""
    x = (np.arange(WIDTH * FINE) + 0.5) / (WIDTH * FINE)
    y = (np.arange(HEIGHT * FINE) + 0.5) / (HEIGHT * FINE)
    both = np.stack(np.broadcast_arrays(x[None, :], y[:, None])).reshape(2, HEIGHT, FINE, WIDTH, FINE)
    return np.concatenate([both.swapaxes(2, 3).reshape(2, -1), np.ones((1, CELLS * FINE * FINE))])


def _repeated() -> Floats:
    """Return what the k-th part of a whole comes to when it is added n times (k, n), in single precision."""
    shares = (1.0 / np.maximum(np.arange(FINE * FINE + 1), 1)).astype(np.float32)
    times = np.cumsum(np.repeat(shares[:, None], FINE * FINE, axis=1), axis=1, dtype=np.float32)
    return np.concatenate([np.zeros((len(shares), 1), np.float32), times], axis=1)


_SAMPLES = _samples()
_REPEATED = _repeated()


def lattice(matrix: Array) -> Lattice | None:
    """Return where to read the grids when `matrix` (3 x 3, affine, 0..1) lays picture a into picture b.

    Returns None when too little of either is shared.
    """
    grow = float(abs(np.linalg.det(matrix[:2, :2]))) if np.isfinite(matrix).all() else 0.0
    if not 1e-4 < grow < 1e4:
        return None
    of_a = grow >= 1.0
    x, y = ((matrix if of_a else np.linalg.inv(matrix))[:2] @ _SAMPLES).reshape(2, CELLS, FINE * FINE)
    inside = (x >= 0) & (x < 1) & (y >= 0) & (y < 1)
    count = np.count_nonzero(inside, axis=1)
    share = int(count.sum()) / inside.size
    other = min(1.0, share * max(grow, 1 / grow))
    kept = np.nonzero(count / FINE**2 >= (0.99 if max(grow, 1 / grow) > INSET else SEEN))[0]
    if len(kept) < FEWEST_CELLS:
        return None
    there = (y[kept] * HEIGHT).astype(np.int16) * np.int16(WIDTH) + (x[kept] * WIDTH).astype(np.int16)
    there[~inside[kept]] = CELLS  # behind all cells that there are
    weights = _averages(there, count[kept])
    # Where every sample of a cell lies in one cell of the other, nothing is averaged.
    order = weights.indices.astype(np.intp) if weights.nnz == len(kept) and (weights.data == 1).all() else None
    return Lattice(kept, weights, of_a, share if of_a else other, other if of_a else share, order)


def _averages(there: npt.NDArray[np.int16], count: Ints) -> csr_array:
    """Return the weights (p, CELLS) of the cells in which the samples `there` (p, n) lie; `count` (p,) are in one."""
    there.sort(axis=1)
    first = np.ones(there.shape, bool)
    np.not_equal(there[:, 1:], there[:, :-1], out=first[:, 1:])
    at = np.flatnonzero(first)
    cell, times = there.ravel()[at], np.diff(at, append=there.size)
    if (count < there.shape[1]).any():
        seen = cell < CELLS
        at, cell, times = at[seen], cell[seen], times[seen]
    row = at // there.shape[1]
    ends = np.cumsum(np.bincount(row, minlength=len(there)), dtype=np.int32)
    data = _REPEATED[count[row], times]
    return csr_array((data, cell.astype(np.int32), np.append(np.int32(0), ends)), shape=(len(there), CELLS))


@lru_cache(maxsize=8)
def over_all(turn: Turn) -> Lattice | None:
    """Return the lattice of `whole(turn)`: nearly every pair is laid so once."""
    return lattice(whole(turn))
