"""Finds what shares footage with a clip: candidates by looks, then geometry, then movement. Rule: movement decides.

The order of work for one search: the index names clips that hold similar places (in any turn); a fit of the places
says where one picture would lie in the other; the luma grids, read through that fit, say whether the two *change*
alike at one offset and speed, and over which seconds. Only then is there a match, with a strength.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import HEIGHT, STEP, WIDTH, Grid, read
from verify.descriptors.patches import Patches
from verify.matching import describe, strength
from verify.matching.align import DECISIVE, Aligned, align, changes, lattice, liveliest
from verify.matching.base import Shelf
from verify.matching.codes import MIRROR, TURNS, UPRIGHT, Turn
from verify.matching.geometry import Fit, Spots, fits, spots, unit_matrix, whole
from verify.matching.index import Index, Plain
from verify.matching.parts import guesses
from verify.records.fingerprints import Fingerprint
from verify.records.matches import Match

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

CANDIDATES = 80  # (clip, turn) pairs looked at; the weakest of them are left after the fit
PLAIN_CANDIDATES = 16  # clips with few places to be found by, looked at for the look of the whole
GUESSED = 24  # of the clips named first, tried without a fit too
MANY = 2000  # more candidates than CANDIDATES are looked at, up to this, while each has so many
MANY_VOTES = 12.0  # votes: a clip of which there are hundreds of copies
SOME_PLACES = 6
PLAINLY = 0.7  # correlation of movement that needs no better way to be looked for
SURE_PLACES = 20  # a fit of so many places needs no guess beside it


@dataclass(frozen=True, slots=True)
class Clip:
    """What matching knows of a clip: its places, its grid (rows, cells) and the shape of its picture."""

    sha256: str
    spots: Spots
    grid: Floats
    aspect: float
    liveliness: float
    brightness: float

    @property
    def mean(self) -> Floats:
        """The mean picture, (HEIGHT, WIDTH)."""
        return np.asarray(self.grid.mean(axis=0).reshape(HEIGHT, WIDTH))

    @property
    def places(self) -> float:
        """Mean number of places in a picture."""
        return len(self.spots) / max(1, len(self.spots.times))


@dataclass(frozen=True, slots=True)
class Found:
    """The best way found to lay clip a into clip b."""

    matrix: Array  # 0..1 coordinates
    turn: Turn
    fit: Fit | None
    aligned: Aligned
    share_a: float
    share_b: float


def clip_of(sha256: str, prints: dict[str, Fingerprint]) -> Clip | None:
    """Return the clip of `prints`, or None when it has no grid (nothing was decoded)."""
    grid = prints.get(Grid.name)
    if grid is None or grid.version != Grid.version:
        return None
    aspect = float(grid.parameters.get("aspect", 1.0))
    pictures = read(grid).reshape(-1, WIDTH * HEIGHT)
    places = spots(prints.get(Patches.name), aspect)
    return Clip(sha256, places, pictures, aspect, liveliest(changes(pictures)), float(pictures.mean()))


def kind(a: Clip, b: Clip) -> str:
    """Return the kind of footage a pair of clips counts as."""
    return strength.kind_of(min(a.liveliness, b.liveliness), min(a.brightness, b.brightness), min(a.places, b.places))


def compare(a: Clip, b: Clip, turns: tuple[Turn, ...] = TURNS, guess: bool = True) -> Found | None:
    """Return the best way to lay `a` into `b` in picture and time, or None when there is none to be tried.

    Without `guess` only a fit of SOME_PLACES or more is tried: for clips that the index named among the last.
    """
    tried: list[tuple[Array, Turn, Fit | None]] = [
        (unit_matrix(fit.matrix, a.aspect, b.aspect), fit.turn, fit)
        for fit in fits(a.spots, b.spots, turns)
        if guess or fit.places >= SOME_PLACES
    ]
    if guess and not any(fit is not None and fit.places >= SURE_PLACES for _, _, fit in tried):
        tried += [(whole(turn), turn, None) for turn in (UPRIGHT, MIRROR) if turn in turns]
        tried += [(matrix, UPRIGHT, None) for matrix in guesses(a.mean, b.mean, a.aspect, b.aspect)]
    best: Found | None = None
    for matrix, turn, fit in tried:
        both = lattice(matrix)
        if both is None:
            continue
        ways = align(a.grid @ both.a, b.grid @ both.b)
        if ways and (best is None or ways[0].rank > best.aligned.rank):
            best = Found(matrix, turn, fit, ways[0], both.share_a, both.share_b)
            if ways[0].rank > DECISIVE and ways[0].movement > PLAINLY:
                break
    return best


class Engine:
    """Searches a library. Keeps its index in step with the library; `index_folder` is where large ones are kept."""

    def __init__(self, shelf: Shelf, index_folder: Path | None = None) -> None:
        self._shelf = shelf
        self._index = Index(index_folder)
        self._seen = 0  # generation whose clips and removals are known
        self._names: dict[int, str] = {}
        self._plain = Plain()
        self._clips: dict[str, Clip] = {}

    def refresh(self) -> None:
        """Take in what the library gained or lost since the last search."""
        now = self._shelf.generation()
        if now == self._seen:
            return
        for number in self._shelf.removed(self._seen):
            self._clips.pop(self._names.pop(number, ""), None)
        for number, _, sha256 in self._shelf.clips(self._seen):
            self._names[number] = sha256
        if self._index.generation > now:  # made from another library, or from one that was put back
            self._index.drop()
        rows = self._shelf.rows(Patches.name, Patches.version, self._index.generation)
        self._index.add(now, ((number, spots(prints, 1.0).looks) for number, prints in rows))
        for number, prints in self._shelf.rows(Patches.name, Patches.version, self._seen):
            if prints.arrays["count"].mean() < strength.PLAIN:
                self._plain.add(number, prints.arrays["whole"])
        self._seen = now

    def search(self, sha256: str, among: Iterable[str] | None = None) -> list[Match]:
        """Return the matches of a clip of the library with all others, or with those in `among`; strongest first.

        Raises KeyError for a clip the library does not have.
        """
        self.refresh()
        mine = self._clip(sha256)
        if mine is None:
            return []
        wanted = {other: TURNS for other in among if other != sha256} if among is not None else self._named(mine)
        near = set(wanted) if among is not None else set(list(wanted)[: GUESSED + PLAIN_CANDIDATES])
        matches = []
        for other, turns in wanted.items():
            theirs = self._clip(other)
            found = compare(mine, theirs, turns, other in near) if theirs is not None else None
            if found is None or theirs is None:
                continue
            match = self._match(mine, theirs, found)
            if match is not None:
                matches.append(match)
        return sorted(matches, key=lambda m: -m.strength.score)

    def _named(self, mine: Clip) -> dict[str, tuple[Turn, ...]]:
        """Return the clips worth a comparison, plain ones first, then by votes, with the turns to try."""
        wanted: dict[str, tuple[Turn, ...]] = {}
        for number in self._plain.nearest(mine.spots.whole, PLAIN_CANDIDATES, self._names):
            wanted[self._names[number]] = (UPRIGHT, MIRROR)
        named = self._index.candidates(mine.spots.looks, TURNS, MANY, self._names)
        for place, (number, turn, votes) in enumerate(named):
            if place >= CANDIDATES and votes < MANY_VOTES:
                break
            other = self._names[number]
            wanted[other] = tuple(dict.fromkeys((*wanted.get(other, ()), turn)))
        wanted.pop(mine.sha256, None)
        return wanted

    def _clip(self, sha256: str) -> Clip | None:
        if sha256 not in self._clips:
            made = clip_of(sha256, self._shelf.fingerprints(sha256, (Grid.name, Patches.name)))
            if made is None:
                return None
            if len(self._clips) > 2000:
                self._clips.pop(next(iter(self._clips)))
            self._clips[sha256] = made
        return self._clips[sha256]

    def _match(self, a: Clip, b: Clip, found: Found) -> Match | None:
        judged = strength.judge(found.aligned, found.fit, kind(a, b))
        if judged is None:
            return None
        return Match(
            a=a.sha256,
            b=b.sha256,
            kind="same picture",
            segments=describe.segments(found.aligned, len(a.grid) * STEP),
            geometry=describe.geometry(found.matrix, a.aspect, b.aspect),
            strength=judged,
            frames=describe.frames(found.aligned, len(a.grid) * STEP),
            descriptors=(f"{Patches.name}/{Patches.version}", f"{Grid.name}/{Grid.version}"),
        )
