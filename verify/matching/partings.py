"""Where two clips leave what they share, and whether they go on alike. Rule: only what both still show is compared.

Copies of one recording go on alike where both go on: a trim ends one of them, other footage cut to it is in one of
them. Clips that were only given the same intro, ident or shot go on, both, with something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from verify.descriptors.grid import STEP
from verify.matching.align import Aligned, likeness
from verify.matching.lattice import FEWEST_CELLS
from verify.matching.lines import Side
from verify.matching.strips import Rows
from verify.records.matches import Match, Parting

FADE = 1.25  # seconds between where two others leave a clip that fades
LOOKED = 3.0  # seconds looked at behind an edge
NEAREST = 0.5  # seconds left out beside it: a row of the film spans as much
GOES_ON = 1.0  # seconds that a clip has left there to be said to go on
SEAM = 0.75  # seconds a cut may lie from an edge: stretches are known to half a second
UNLIKE = 0.8  # correlation of pictures; measured in tests/bench/shared_parts.py
SEEN = 4.0  # grey levels by which a picture varies to be told from another: nothing parts two that went dark
BARS = 2.0  # grey levels by which a point varies over a clip, at most, to count as part of a bar
AROUND = 60.0  # seconds to either side from which it is taken what is usual in a clip
LAG = 2  # rows between the pictures compared for a jump
FEWEST_ROWS = 10
# A jump: at most so alike, seldom exceeded in the clip, and so many times farther apart than pictures usually are. Of
# the 35 cuts and fades of five draws 22 are told (shots alone: 16), of 403 moments without one 6.
BROKEN, SELDOM, FARTHER = 0.85, 0.05, 2.5
MOST = 0.5  # share of a clip; who shows most of another shows it, with something cut to it
# Who cuts every second cuts near any edge. The chance that all edges of a clip, two or more, lie beside cuts anyway: in
# excerpts of edited clips that were taken for parts up to 0.59, in compilations of two or three shots up to 0.2.
CHANCE = 0.3


def partings(a: Side, b: Side, shared: Sequence[Aligned]) -> tuple[Parting, ...]:
    """Return each edge of the stretches `shared` beyond which both clips go on, and how alike they are there."""
    found = []
    for one in shared:
        for edge, way in ((one.start, -1), (one.end, 1)):
            at_b = edge + way * np.arange(NEAREST, LOOKED, STEP)
            at_a = one.offset + one.speed * at_b
            inside = _within(at_a, len(a.rows)) & _within(at_b, len(b.rows))
            inside &= ~_taken(at_b, shared)
            if inside.sum() * STEP < GOES_ON - NEAREST:
                continue
            rows_a, rows_b = ((at[inside] / STEP).astype(int) for at in (at_a, at_b))
            lit = _without_bars(_around(a.rows, float(at_a[0]))[0], _around(b.rows, float(at_b[0]))[0])
            here, there = a.rows[rows_a][:, lit], b.rows[rows_b][:, lit]
            seen = np.minimum(here.std(axis=1), there.std(axis=1)) >= SEEN
            alike = float(np.median(likeness(here[seen], there[seen]))) if seen.any() else 1.0
            found.append(Parting(a_time=round(float(one.offset + one.speed * edge), 2), b_time=round(float(edge), 2),
                                 alike=round(alike, 3)))  # fmt: skip
    return tuple(found)


def jumps(side: Side, edges: Iterable[float]) -> tuple[float, ...]:
    """Return those of `edges` (seconds of a clip) at which its picture becomes another, as nearly nowhere else in it.

    Asked of a moment that is known, less has to stand out than for a cut that is looked for.
    """
    found = []
    for edge in sorted(set(edges)):
        rows, first = _around(side.rows, edge)
        if len(rows) < FEWEST_ROWS:
            continue
        rows = rows[:, _without_bars(rows, rows)]
        alike = likeness(rows[:-LAG], rows[LAG:])
        times = (first + np.arange(len(alike)) + LAG / 2 + 0.5) * STEP
        here, elsewhere = alike[np.abs(times - edge) <= NEAREST], alike[np.abs(times - edge) > GOES_ON]
        if not len(here) or len(elsewhere) < FEWEST_ROWS - LAG:
            continue
        least = float(here.min())
        usual = 1.0 - float(np.quantile(elsewhere, 0.1))
        if least <= BROKEN and (elsewhere < least).mean() <= SELDOM and 1.0 - least >= FARTHER * max(usual, 1e-3):
            found.append(round(float(edge), 2))
    return tuple(found)


def _without_bars(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return which points to compare: without bars and frames, which any two clips may have alike."""
    lit: np.ndarray = (a.std(axis=0) > BARS) | (b.std(axis=0) > BARS)
    return lit if lit.sum() >= FEWEST_CELLS else np.ones(len(lit), bool)


def _around(rows: Rows, second: float) -> tuple[np.ndarray, int]:
    """Return the rows up to AROUND seconds before and after a second of a clip, and the number of the first."""
    first = max(0, int((second - AROUND) / STEP))
    return np.asarray(rows[first : max(0, int((second + AROUND) / STEP))]), first


def _within(at: np.ndarray, rows: int) -> np.ndarray:
    inside: np.ndarray = (at >= 0) & (at < rows * STEP)
    return inside


def _taken(at_b: np.ndarray, shared: Iterable[Aligned]) -> np.ndarray:
    """Return which seconds of b lie in another of the stretches."""
    taken = np.zeros(len(at_b), bool)
    for one in shared:
        taken |= (at_b > one.start) & (at_b < one.end)
    return taken


def parted_by_three(matches: Iterable[Match]) -> dict[str, list[float]]:
    """Return the seconds of clips at which three go three ways after (or before) the same part: no cut need be seen.

    Fades and wipes are no cuts. But where a clip leaves a part at the very moment at which two others leave it, and
    none goes on like another, the part was put in front of what follows in two of them at least.
    """
    leaves: dict[tuple[str, str], list[Parting]] = {}
    for match in matches:
        apart = [p for p in match.partings if p.alike < UNLIKE] if match.kind != "same soundtrack" else []
        if apart:
            leaves[match.a, match.b] = apart
            leaves[match.b, match.a] = [replace(p, a_time=p.b_time, b_time=p.a_time) for p in apart]
    others: dict[str, set[str]] = defaultdict(set)
    for one, other in leaves:
        others[one].add(other)
    found: dict[str, list[float]] = defaultdict(list)
    for (one, other), apart in leaves.items():
        thirds = sorted(others[one] & others[other])
        for p in apart:
            if any(_same_edge(p, leaves[one, third], leaves[other, third]) for third in thirds):
                found[one].append(p.a_time)
    return dict(found)


def _same_edge(edge: Parting, of_one: Iterable[Parting], of_other: Iterable[Parting]) -> bool:
    """Return whether a third clip leaves both clips of `edge` at that edge, and at one second of its own."""
    mine = [p.b_time for p in of_one if abs(p.a_time - edge.a_time) <= FADE]
    theirs = [p.b_time for p in of_other if abs(p.a_time - edge.b_time) <= FADE]
    return any(abs(m - t) <= FADE for m in mine for t in theirs)


def only_a_part(match: Match, lengths: Mapping[str, float], cuts: Mapping[str, Sequence[float]]) -> bool:
    """Return whether two clips share no more than a part that was cut into both: neither is then a copy of the other.

    Each goes on somewhere and cuts wherever it does, and not by the way because it cuts all the time; where both go on
    they differ; and neither consists mostly of the part. `lengths` are the seconds of the clips, `cuts` the seconds at
    which they cut, as far as known beside jumps.
    """
    edges = _edges(match, lengths)
    if edges is None:
        return False
    known = ((*cuts.get(match.a, ()), *match.jumps_a), (*cuts.get(match.b, ()), *match.jumps_b))
    if not all(any(abs(t - cut) <= SEAM for cut in at) for mine, at in zip(edges, known, strict=True) for t in mine):
        return False
    sides = zip(edges, known, (match.a, match.b), strict=True)
    return all(len(mine) < 2 or _beside(at, lengths[clip]) ** len(mine) <= CHANCE for mine, at, clip in sides)


def _beside(cuts: Iterable[float], length: float) -> float:
    """Return which share of a clip lies beside a cut of it."""
    covered, reached = 0.0, 0.0
    for cut in sorted(cuts):
        end = min(length, cut + SEAM)
        covered += max(0.0, end - max(reached, cut - SEAM))
        reached = max(reached, end)
    return covered / length


def known_part(match: Match, lengths: Mapping[str, float], parts: Mapping[str, Sequence[tuple[float, float]]]) -> bool:
    """Return whether two clips share just a part that one of them is known to have been given, `parts` (seconds)."""
    if _edges(match, lengths) is None or len(match.segments) != 1:
        return False
    (s,) = match.segments
    return any(
        abs(start - first) <= SEAM and abs(end - last) <= SEAM
        for clip, start, end in ((match.a, s.a_start, s.a_end), (match.b, s.b_start, s.b_end))
        for first, last in parts.get(clip, ())
    )


def _edges(match: Match, lengths: Mapping[str, float]) -> tuple[list[float], list[float]] | None:
    """Return the seconds of a and of b at which each goes on outside what they share.

    None where that cannot be a part: one does not go on, or shows little else, or they go on alike.
    """
    if any(p.alike >= UNLIKE for p in match.partings):
        return None
    found = []
    for clip, spans in (
        (match.a, [(s.a_start, s.a_end) for s in match.segments]),
        (match.b, [(s.b_start, s.b_end) for s in match.segments]),
    ):
        length = lengths.get(clip, 0.0)
        edges = [t for span in spans for t in span if GOES_ON <= t <= length - GOES_ON]
        if not edges or sum(end - start for start, end in spans) > MOST * length:
            return None
        found.append(edges)
    return found[0], found[1]
