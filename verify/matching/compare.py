"""Lays one clip into another, in picture and time, every way worth a try. Rule: the way along which they move alike.

A fit of places says where the pictures would lie; the films, read through it, say whether the clips *change* alike at
one offset and speed. Where no fit is sure, the whole pictures are tried over each other, and the one within the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.matching import hours, strength
from verify.matching.align import Aligned, align, measured
from verify.matching.clips import Clip
from verify.matching.codes import MIRROR, TURNS, UPRIGHT, Turn
from verify.matching.drift import moved, softened
from verify.matching.geometry import MANY_PLACES, Fit, fits, unit_matrix, whole
from verify.matching.lattice import Lattice, lattice, over_all
from verify.matching.lines import AS_FILMED, DECISIVE, NATURAL, WAYS, Side, Ways, side
from verify.matching.parts import guesses
from verify.matching.settle import settled, steadied
from verify.matching.strips import Strip
from verify.matching.windows import Span, guessed, hinted

Array = npt.NDArray[np.floating[Any]]

SOME_PLACES = 6
PLAINLY = 0.7  # correlation of movement that needs no better way to be looked for
UNSETTLED = 1.0  # rank below which no small step makes a match of it
NUDGED, MOVED = 0.04, 0.1  # shares of the smaller picture a sure fit, and any other, may be off
PLACED = 24.0  # weight of a fit that says as much as a rank of 1 does
LASTING = 480  # rows of a clip of which a side is kept until the next is searched: 4 MB
PLENTY = 1.25  # a score that needs no better way to be looked for: no unrelated pair has half of it
PROMISING = 0.3  # a score that a wider search about a way may raise to a match: it raised none that had less
FITTED = 2  # fits of MANY_PLACES that are tried at other moments
SURE_PLACES = 20  # a fit of so many places needs no guess beside it


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
        # Nothing but movement can say how a picture without places was turned.
        likely = TURNS if not len(a.spots) and not len(b.spots) else (UPRIGHT, MIRROR)
        ways = WAYS if guess else NATURAL
        tried += [_Try(whole(turn), turn, None, ways, over_all(turn)) for turn in likely if turn in turns]
        if guess:
            placed = guesses(a.mean, b.mean, a.aspect, b.aspect)
            tried += [_Try(matrix, UPRIGHT, None, NATURAL) for matrix in placed]
    best: Found | None = None
    for one in tried:
        found = _tested(one, a, b)
        if found is not None and (best is None or _worth(found) > _worth(best)):
            best = found
            if best.aligned.rank > DECISIVE and best.aligned.movement > PLAINLY:
                return best
    if best is not None and best.aligned.rank <= UNSETTLED and strength.at_rest(best.aligned):
        return _as_filmed(a, b, best)
    if best is not None and UNSETTLED < best.aligned.rank < DECISIVE:
        best = _settled(a, b, best)
    return _drifted(a, b, tried, best) if guess and _reached(best) < PLENTY else best


@dataclass(frozen=True, slots=True)
class _Try:
    """A way to lay a into b that is to be tested: 0..1 matrix, turn, the fit it comes from, and the ways in time."""

    matrix: Array
    turn: Turn
    fit: Fit | None
    ways: Ways = WAYS
    both: Lattice | None = None  # of the matrix, where it is known


def _tested(one: _Try, a: Clip, b: Clip) -> Found | None:
    """Return how the clips run along each other when laid so, or None when that shows nothing."""
    both = one.both or lattice(one.matrix)
    if both is None:
        return None
    spans = hinted(one.fit.times, len(a.grid), len(b.grid)) if one.fit is not None else guessed(a.size, b.size)
    if not spans:
        return None
    brief = both.every_cell_of_a and len(a.grid) <= LASTING
    sides = _as_it_is(a) if brief else _side(a, both, of_a=True), _side(b, both, of_a=False)
    long = isinstance(a.grid, Strip) or isinstance(b.grid, Strip)
    aligned = align(*sides, spans, one.ways, hours.measured if long else measured)
    if aligned is None:
        return None
    return Found(one.matrix, one.turn, one.fit, aligned, both.share_a, both.share_b, sides, tuple(spans))


@lru_cache(maxsize=1)
def _as_it_is(clip: Clip) -> Side:
    """Return the side of a clip that is read cell by cell: the searched one is laid over all others so.

    In memory it lies as a reading of some cells would, so that sums are the same to the last bit.
    """
    return side(np.asfortranarray(clip.grid), np.asfortranarray(clip.change))


def _side(clip: Clip, both: Lattice, *, of_a: bool) -> Side:
    """Return what alignment needs of one of the two clips."""
    grid, change, read = clip.grid, clip.change, partial(both.one, of_a=of_a)
    if isinstance(grid, Strip) and isinstance(change, Strip):
        return hours.long_side(grid.through(read, len(both.cells)), change.through(read, len(both.cells)))
    return side(read(np.asarray(grid)), read(np.asarray(change)))


def _drifted(a: Clip, b: Clip, tried: list[_Try], best: Found | None) -> Found | None:
    """Return the best way found, or a better one near it for clips whose camera moved between the pictures fitted."""
    if best is not None and best.aligned.rank > UNSETTLED and _reached(best) >= PROMISING:
        matrix = steadied(best.matrix, a.change, b.change, best.aligned, softened)
        best = _better(best, _tested(_Try(matrix, best.turn, best.fit), a, b))
    fitted = [one for one in tried if one.fit is not None and one.fit.places >= MANY_PLACES]
    for one in fitted[:FITTED]:
        spans = hinted(one.fit.times, len(a.grid), len(b.grid)) if one.fit is not None else []
        there = moved(one.matrix, a, b, spans)
        if there is not None and _reached(best) < PLENTY:
            best = _better(best, _tested(_Try(there, one.turn, one.fit), a, b))
    return best


def _better(found: Found | None, other: Found | None) -> Found | None:
    return other if _reached(other) > _reached(found) else found


def _reached(found: Found | None) -> float:
    return strength.score(found.aligned, found.fit) if found is not None else 0.0


def _worth(found: Found) -> float:
    """Return what one way to lay the clips is preferred to another by: movement, and places where nothing moves."""
    if found.fit is None or not strength.at_rest(found.aligned):
        return found.aligned.rank
    return found.aligned.rank + min(1.0, found.fit.weight / PLACED) * max(0.0, found.aligned.still)


def _as_filmed(a: Clip, b: Clip, found: Found) -> Found:
    """Return `found` at the usual speed: pictures that stand still have none that could be told."""
    if found.aligned.speed == 1:
        return found
    return _tested(_Try(found.matrix, found.turn, found.fit, AS_FILMED), a, b) or found


def _settled(a: Clip, b: Clip, found: Found) -> Found:
    """Return `found` with its geometry moved to where changes agree most, when that is better."""
    sure = found.fit is not None and found.fit.places >= SURE_PLACES
    matrix = settled(found.matrix, a.change, b.change, found.aligned, NUDGED if sure else MOVED)
    if matrix is found.matrix:
        return found
    better = _tested(_Try(matrix, found.turn, found.fit), a, b)
    return better if better is not None and better.aligned.rank > found.aligned.rank else found
