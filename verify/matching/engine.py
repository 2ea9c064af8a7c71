"""Finds what shares footage with a clip: candidates by looks, then geometry, then movement. Rule: movement decides.

The order of work for one search: the index names clips that hold similar places (in any turn); a fit of the places
says where one picture would lie in the other; the films, read through that fit, say whether the two *change*
alike at one offset and speed, and over which seconds. Only then is there a match, with a strength.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import HEIGHT, STEP, WIDTH, Grid, read
from verify.descriptors.moments import Moments
from verify.descriptors.patches import Patches
from verify.matching import describe, strength
from verify.matching.align import Aligned, align
from verify.matching.base import Shelf
from verify.matching.codes import MIRROR, TURNS, UPRIGHT, Turn
from verify.matching.geometry import Fit, Spots, fits, spots, unit_matrix, whole
from verify.matching.index import Index, Plain
from verify.matching.lattice import lattice
from verify.matching.likeness import Likeness
from verify.matching.lines import DECISIVE, NATURAL, WAYS, Side, Ways, liveliest, side
from verify.matching.parts import guesses
from verify.matching.pieces import pieces
from verify.matching.settle import settled
from verify.matching.windows import Span, guessed, hinted
from verify.records.fingerprints import Fingerprint
from verify.records.matches import Match

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[np.floating[Any]]

CANDIDATES = 120  # (clip, turn) pairs looked at; the weakest of them are left after the fit
PLAIN_CANDIDATES = 16  # clips with few places to be found by, looked at for the look of the whole
MOMENTARY = 24  # (clip, turn) pairs that moments name
LEARNED = 24  # clips that a learned model names, where one is asked for
GUESSED = 60  # of the clips named first, tried without a fit too
MANY = 2000  # more candidates than CANDIDATES are looked at, up to this, while each has so many
MANY_VOTES = 12.0  # votes: a clip of which there are hundreds of copies
SOME_PLACES = 6
PLAINLY = 0.7  # correlation of movement that needs no better way to be looked for
UNSETTLED = 1.0  # rank below which no small step makes a match of it
NUDGED, MOVED = 0.04, 0.1  # shares of the smaller picture a sure fit, and any other, may be off
SURE_PLACES = 20  # a fit of so many places needs no guess beside it


@dataclass(frozen=True, slots=True)
class Clip:
    """What matching knows of a clip: places, moments, the film (pictures and changes, (rows, cells)), the shape.

    `size` is how much changes in each row (grey levels a cell), `mean` the mean picture (HEIGHT, WIDTH).
    """

    sha256: str
    spots: Spots
    moments: npt.NDArray[np.uint64]
    grid: Floats
    change: Floats
    size: Floats
    mean: Floats
    aspect: float
    liveliness: float
    brightness: float

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
    sides: tuple[Side, Side]  # what both grids read under the matrix
    spans: tuple[Span, ...]  # the rows that were looked at


def clip_of(sha256: str, prints: dict[str, Fingerprint]) -> Clip | None:
    """Return the clip of `prints`, or None when it has no grid (nothing was decoded)."""
    grid = prints.get(Grid.name)
    if grid is None:
        return None
    try:
        pictures, change = read(grid)
    except ValueError:  # of an older version, or damaged on its way from somebody else: there is nothing to compare
        return None
    aspect = float(grid.parameters.get("aspect", 1.0))
    places = spots(prints.get(Patches.name), aspect)
    size = np.sqrt(np.mean(change * change, axis=1))
    mean = pictures.mean(axis=0).reshape(HEIGHT, WIDTH)
    happened = prints.get(Moments.name)
    moments = happened.arrays["codes"].astype(np.uint64) if happened is not None else np.zeros(0, np.uint64)
    return Clip(sha256, places, moments, pictures, change, size, mean, aspect, liveliest(change), float(mean.mean()))


def kind(a: Clip, b: Clip) -> str:
    """Return the kind of footage a pair of clips counts as."""
    return strength.kind_of(min(a.liveliness, b.liveliness), min(a.brightness, b.brightness), min(a.places, b.places))


def compare(a: Clip, b: Clip, turns: tuple[Turn, ...] = TURNS, guess: bool = True) -> Found | None:
    """Return the best way to lay `a` into `b` in picture and time, or None when there is none to be tried.

    Without `guess` only good fits are tried, and the whole pictures over each other, about as fast as they were
    filmed: for clips that the index named among the last.
    """
    tried = [
        _Try(unit_matrix(fit.matrix, a.aspect, b.aspect), fit.turn, fit)
        for fit in fits(a.spots, b.spots, turns)
        if guess or fit.places >= SOME_PLACES
    ]
    if not any(one.fit is not None and one.fit.places >= SURE_PLACES for one in tried):
        tried += [
            _Try(whole(turn), turn, None, WAYS if guess else NATURAL) for turn in (UPRIGHT, MIRROR) if turn in turns
        ]
        if guess:
            placed = guesses(a.mean, b.mean, a.aspect, b.aspect)
            tried += [_Try(matrix, UPRIGHT, None, NATURAL) for matrix in placed]
    best: Found | None = None
    for one in tried:
        found = _tested(one, a, b)
        if found is not None and (best is None or found.aligned.rank > best.aligned.rank):
            best = found
            if best.aligned.rank > DECISIVE and best.aligned.movement > PLAINLY:
                return best
    return _settled(a, b, best) if best is not None and UNSETTLED < best.aligned.rank < DECISIVE else best


@dataclass(frozen=True, slots=True)
class _Try:
    """A way to lay a into b that is to be tested: 0..1 matrix, turn, the fit it comes from, and the ways in time."""

    matrix: Array
    turn: Turn
    fit: Fit | None
    ways: Ways = WAYS


def _tested(one: _Try, a: Clip, b: Clip) -> Found | None:
    """Return how the clips run along each other when laid so, or None when that shows nothing."""
    both = lattice(one.matrix)
    if both is None:
        return None
    spans = hinted(one.fit.times, len(a.grid), len(b.grid)) if one.fit is not None else guessed(a.size, b.size)
    if not spans:
        return None
    (rows_a, rows_b), (change_a, change_b) = both.read(a.grid, b.grid), both.read(a.change, b.change)
    sides = side(rows_a, change_a), side(rows_b, change_b)
    aligned = align(*sides, spans, one.ways)
    if aligned is None:
        return None
    return Found(one.matrix, one.turn, one.fit, aligned, both.share_a, both.share_b, sides, tuple(spans))


def _settled(a: Clip, b: Clip, found: Found) -> Found:
    """Return `found` with its geometry moved to where changes agree most, when that is better."""
    sure = found.fit is not None and found.fit.places >= SURE_PLACES
    matrix = settled(found.matrix, a.change, b.change, found.aligned, NUDGED if sure else MOVED)
    if matrix is found.matrix:
        return found
    better = _tested(_Try(matrix, found.turn, found.fit), a, b)
    return better if better is not None and better.aligned.rank > found.aligned.rank else found


class Engine:
    """Searches a library. Keeps its index in step with the library; `index_folder` is where large ones are kept.

    `learned` is the name of the vectors of a learned model, which then names candidates too; '' for none.
    """

    def __init__(self, shelf: Shelf, index_folder: Path | None = None, learned: str = "") -> None:
        self._shelf = shelf
        self._index = Index(index_folder)
        self._moments = Index(index_folder, "moments")
        self._seen = 0  # generation whose clips and removals are known
        self._names: dict[int, str] = {}
        self._plain = Plain()
        self._likeness = Likeness(learned)
        self._nearest = MOMENTARY + GUESSED + PLAIN_CANDIDATES + (LEARNED if learned else 0)
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
        for index in (self._index, self._moments):
            if index.generation > now:  # made from another library, or from one that was put back
                index.drop()
        rows = self._shelf.rows(Patches.name, Patches.version, self._index.generation)
        self._index.add(now, ((number, spots(prints, 1.0).looks) for number, prints in rows))
        rows = self._shelf.rows(Moments.name, Moments.version, self._moments.generation)
        self._moments.add(now, ((number, prints.arrays["codes"].astype(np.uint64)) for number, prints in rows))
        for number, prints in self._shelf.rows(Patches.name, Patches.version, self._seen):
            if prints.arrays["count"].mean() < strength.PLAIN:
                self._plain.add(number, prints.arrays["whole"])
        self._likeness.refresh(self._shelf, self._seen)
        self._seen = now

    def search(self, sha256: str, among: Iterable[str] | None = None, without: Collection[str] = ()) -> list[Match]:
        """Return the matches of a clip of the library with all others, or with those in `among`; strongest first.

        Those in `without` are left out. Raises KeyError for a clip the library does not have.
        """
        self.refresh()
        mine = self._clip(sha256)
        if mine is None:
            return []
        wanted = {other: TURNS for other in among if other != sha256} if among is not None else self._named(mine)
        near = set(wanted) if among is not None else set(list(wanted)[: self._nearest])
        matches = []
        for other, turns in wanted.items():
            if other in without:
                continue
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
        for codes in (mine.moments, ~mine.moments):  # as it happened, and backwards
            for number, turn, _ in self._moments.candidates(codes, TURNS, MOMENTARY, self._names):
                other = self._names[number]
                wanted[other] = tuple(dict.fromkeys((*wanted.get(other, ()), turn)))
        for number in self._plain.nearest(mine.spots.whole, PLAIN_CANDIDATES, self._names):
            other = self._names[number]
            wanted[other] = tuple(dict.fromkeys((*wanted.get(other, ()), UPRIGHT, MIRROR)))
        for number in self._likeness.nearest(self._shelf, mine.sha256, LEARNED, self._names):
            wanted[self._names[number]] = TURNS
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
            made = clip_of(sha256, self._shelf.fingerprints(sha256, (Grid.name, Patches.name, Moments.name)))
            if made is None:
                return None
            if len(self._clips) > 2000:
                self._clips.pop(next(iter(self._clips)))
            self._clips[sha256] = made
        return self._clips[sha256]

    def _match(self, a: Clip, b: Clip, found: Found) -> Match | None:
        of_kind = kind(a, b)
        judged = strength.judge(found.aligned, found.fit, of_kind)
        if judged is None:
            return None
        shared = pieces(
            *found.sides,
            found.aligned,
            found.spans,
            lambda one: strength.judge(one, found.fit, of_kind) is not None,
        )
        return Match(
            a=a.sha256,
            b=b.sha256,
            kind="same picture",
            segments=describe.segments(shared, len(a.grid) * STEP),
            geometry=describe.geometry(found.matrix, a.aspect, b.aspect),
            strength=judged,
            frames=describe.frames(shared, len(a.grid) * STEP),
            descriptors=(f"{Patches.name}/{Patches.version}", f"{Grid.name}/{Grid.version}"),
        )
