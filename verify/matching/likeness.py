"""Which clips does a learned model find alike? Rule: it names candidates for the engine; a likeness is never a match.

A flat list of 8-bit vectors, all read for each search: where a model is asked for, exactness is worth more than time,
and the list is derived, kept in memory and made anew from the library by each run.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from verify.descriptors.learned.vectors import VERSION
from verify.matching.base import Shelf

ROWS = 64  # of the searched clip, spread evenly over it
BLOCK = 16384  # rows read at once: 32 MB as floats, of 512 numbers

Vectors = npt.NDArray[np.int8]


class Likeness:
    """The vectors called `name` of all clips of a library; with an empty name there are none, and nothing is named."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._fresh: list[tuple[int, Vectors]] = []
        self._vectors: Vectors = np.zeros((0, 0), np.int8)
        self._clip: npt.NDArray[np.int64] = np.zeros(0, np.int64)

    def refresh(self, shelf: Shelf, since: int) -> None:
        """Take in what the library gained after generation `since`."""
        if self._name:
            rows = shelf.rows(self._name, VERSION, since)
            self._fresh += [(number, prints.arrays["vectors"]) for number, prints in rows]

    def nearest(self, shelf: Shelf, sha256: str, most: int, live: Mapping[int, str]) -> list[int]:
        """Return up to `most` live clips that have a picture most like one of the clip's, the likest first."""
        if not self._name:
            return []
        own = shelf.fingerprints(sha256, (self._name,)).get(self._name)
        self._settle()
        if own is None or not len(self._clip) or own.arrays["vectors"].shape[1] != self._vectors.shape[1]:
            return []
        asked = own.arrays["vectors"]
        asked = _unit(asked[np.unique(np.linspace(0, len(asked) - 1, ROWS).round().astype(int))])
        best = np.concatenate(
            [
                (_unit(self._vectors[at : at + BLOCK]) @ asked.T).max(axis=1)
                for at in range(0, len(self._vectors), BLOCK)
            ]
        )
        found: dict[int, None] = {}
        for row in np.argsort(-best, kind="stable").tolist():
            number = int(self._clip[row])
            if number in live and live[number] != sha256:
                found[number] = None
                if len(found) >= most:
                    break
        return list(found)

    def _settle(self) -> None:
        """Put what was taken in since the last search into one array; vectors of another length are left out."""
        if not self._fresh:
            return
        numbers = self._vectors.shape[1] or self._fresh[0][1].shape[1]
        kept = [(n, v) for n, v in self._fresh if v.ndim == 2 and v.shape[1] == numbers]
        self._fresh = []
        self._vectors = np.concatenate([self._vectors.reshape(-1, numbers), *(v for _, v in kept)])
        self._clip = np.concatenate([self._clip, *(np.full(len(v), n, np.int64) for n, v in kept)])


def _unit(vectors: Vectors) -> npt.NDArray[np.float32]:
    plain = vectors.astype(np.float32)
    plain /= np.maximum(np.linalg.norm(plain, axis=1, keepdims=True), 1.0)
    return plain
