"""Which clips show several recordings, and which links the other copies do not bear out. Rule: no two cameras merged.

Matching compares two clips at a time. Three clips know more: if A is a copy of B, what A shares with C, B shares too;
and a clip that shows both of two clips which do not show each other is either longer than both, or put together from
them. What tells those apart is said with each montage found. Thresholds are measured with tests/bench/stories.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from verify.matching.turned import turned
from verify.records.matches import Match, Segment

STRONG = 2.0  # strength at which two clips are copies of each other: what one shows, the other is expected to show
WEAK = 2.0  # below it a link has to be borne out by the other copies, where there are any
HALF = 0.5  # share of the other copies that must show it too
COVERED = 0.8  # share of the seconds that a copy must have to be asked
MANY = 3  # times as many clips on the two sides as there are between them: then those between are montages
APART = 0.25  # share of the shorter of two stretches that may overlap while they still follow each other
SEAM = 0.75  # seconds a cut may lie from where a stretch ends: stretches are known to half a second
MOSTLY = 0.6  # share of a stretch that lies on its side of a seam
GOES_ON = 3.0  # seconds that a clip still has where another leaves it
JUMP = 1.5  # times the rest of the clip that the whole picture changes at a seam
STILL = 0.3  # grey levels of change below which a picture stands: coding noise

Rows = npt.NDArray[np.floating]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Seconds `start..end` of a clip in which it shows seconds `from_..to` of `other`, and in which part of it."""

    other: str
    start: float
    end: float
    from_: float
    to: float
    score: float
    box: tuple[float, float, float, float]  # left, top, right, bottom of the clip's picture, 0..1


@dataclass(kw_only=True)
class Sorted:
    """Matches that count for recordings, those set aside with the reason, and montages with what gives them away."""

    kept: list[Match] = field(default_factory=list)
    aside: list[tuple[Match, str]] = field(default_factory=list)
    montages: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of the clips beside their matches: lengths, cuts (seconds), and how the whole picture changes.

    `changes` has for each clip a series of change over two steps (`change`), `step` seconds apart.
    """

    lengths: Mapping[str, float]
    cuts: Mapping[str, Sequence[float]]
    changes: Mapping[str, Rows]
    step: float


def change(pictures: Rows) -> Rows:
    """Return how much the whole picture changes over two steps: the median cell of each difference, grey levels.

    Who moves in front of a standing camera changes few cells; another take of the same room changes most of them.
    """
    if len(pictures) < 3:
        return np.zeros(0)
    return np.asarray(np.median(np.abs(pictures[2:] - pictures[:-2]), axis=1))


def sort_out(matches: Iterable[Match], facts: Facts, joined: Iterable[frozenset[str]] = ()) -> Sorted:
    """Return the matches of one picture sorted; `joined` are the pairs that a person called one recording."""
    pictures = [m for m in matches if m.kind == "same picture"]
    people = list(joined)
    told = Sorted()
    known = _by_pair(pictures)
    for match in pictures:
        asked, shown = _asked(match, known, facts.lengths)
        if match.strength.score < WEAK and asked >= 2 and shown < HALF * asked and {match.a, match.b} not in people:
            words = f"{shown} of {asked} copies of the two that would have to show the same do so"
            told.aside.append((match, words))
        else:
            told.kept.append(match)
    by_people = {s for pair in people for s in pair}
    stretches = {name: s for name, s in _stretches(told.kept).items() if name not in by_people}
    linked = _Linked.of([*(frozenset((m.a, m.b)) for m in pictures), *people])
    for name, inside in stretches.items():
        why = _put_behind(name, inside, linked, facts)
        if why:
            told.montages[name] = why
    # A copy is shown by montages in many ways, so those are known before a clip is judged by what shows it at once.
    plain = linked.without(told.montages)
    for name, inside in stretches.items():
        if name in plain.of_clip:
            why = _put_beside(name, inside, plain)
            if why:
                told.montages[name] = why
    return told


# ---------------------------------------------------------------- do the other copies bear a link out?


def _by_pair(matches: Iterable[Match]) -> dict[str, dict[str, Match]]:
    """Return the matches by their two clips, each way round: `found[a][b].a == a`."""
    found: dict[str, dict[str, Match]] = defaultdict(dict)
    for match in matches:
        for one in (match, turned(match)):
            found[one.a][one.b] = one
    return found


def _asked(match: Match, known: Mapping[str, Mapping[str, Match]], lengths: Mapping[str, float]) -> tuple[int, int]:
    """Return how many copies of the two clips would have to show what `match` says is shared, and how many do.

    Longer clips that hold a copy are not asked: of what two montages share, matching tells one part. Nor are those
    that are copies of another part of the picture: who shows what lies behind an inset need not show the inset.
    """
    asked = shown = 0
    for one in (match, turned(match)):
        for copy, tie in known[one.a].items():
            if copy == one.b or tie.strength.score < STRONG or not one.segments:
                continue
            part = one.segments[0]
            where = _through(tie, part)
            longer = sum(s.b_end - s.b_start for s in tie.segments) < MOSTLY * lengths.get(copy, 0.0)
            if where is None or longer or _inside(_box(tie.geometry.outline_a), _box(one.geometry.outline_a)) < HALF:
                continue
            asked += 1
            other = known[copy].get(one.b)
            shown += other is not None and any(
                _overlap((s.a_start, s.a_end), where) >= HALF * (where[1] - where[0])
                and _overlap((s.b_start, s.b_end), (part.b_start, part.b_end)) >= HALF * (part.b_end - part.b_start)
                for s in other.segments
            )
    return asked, shown


def _through(tie: Match, part: Segment) -> tuple[float, float] | None:
    """Return the seconds of `tie.b` that show seconds `part.a_start..a_end` of `tie.a`; None where it has not all."""
    for s in tie.segments:
        shared = _overlap((s.a_start, s.a_end), (part.a_start, part.a_end))
        if shared < COVERED * (part.a_end - part.a_start) or s.a_end <= s.a_start:
            continue
        pace = (s.b_end - s.b_start) / (s.a_end - s.a_start)
        ends = [
            s.b_end - (t - s.a_start) * pace if s.reversed else s.b_start + (t - s.a_start) * pace
            for t in (part.a_start, part.a_end)
        ]
        return min(ends), max(ends)
    return None


# ---------------------------------------------------------------- is a clip put together?


def _stretches(matches: Iterable[Match]) -> dict[str, list[Stretch]]:
    found: dict[str, list[Stretch]] = defaultdict(list)
    for match in matches:
        for one in (match, turned(match)):
            box = _box(one.geometry.outline_a)
            found[one.a] += [
                Stretch(other=one.b, start=s.a_start, end=s.a_end, from_=s.b_start, to=s.b_end,
                        score=one.strength.score, box=box)
                for s in one.segments
            ]  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Linked:
    """Which clips were matched with which, whatever came of it."""

    of_clip: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, pairs: Iterable[frozenset[str]]) -> _Linked:
        found: dict[str, set[str]] = defaultdict(set)
        for pair in pairs:
            for name in pair:
                found[name] |= pair - {name}
        return cls({name: frozenset(others) for name, others in found.items()})

    def without(self, names: Iterable[str]) -> _Linked:
        """Return the same without some clips."""
        out = frozenset(names)
        return _Linked({name: others - out for name, others in self.of_clip.items() if name not in out})

    def unlinked(self, stretches: Iterable[Stretch]) -> Iterable[tuple[Stretch, Stretch]]:
        """Yield the pairs of stretches, by their start, of different clips that were not matched with each other."""
        known = sorted((s for s in stretches if s.other in self.of_clip), key=lambda s: s.start)
        for one, other in combinations(known, 2):
            if one.other != other.other and other.other not in self.of_clip[one.other]:
                yield one, other


def _put_beside(name: str, stretches: Sequence[Stretch], linked: _Linked) -> str:
    """Return what shows that a clip holds two at the same moments, or nothing.

    Clips that are copies of one recording may miss each other too, but then most other copies lie between the two; of
    a montage few do, beside the copies on either side.
    """
    for one, other in linked.unlinked(stretches):
        shorter = min(one.end - one.start, other.end - other.start)
        if _overlap((one.start, one.end), (other.start, other.end)) <= APART * max(shorter, 1e-6):
            continue
        here, there = linked.of_clip[one.other], linked.of_clip[other.other]
        between, sides = here & there, (here ^ there) | {one.other, other.other}
        strong = min(one.score, other.score) >= STRONG and len(between) <= len(sides)
        if between == {name} or strong or MANY * len(between) <= len(sides):
            apart = _inside(one.box, other.box) <= HALF
            words = "in different parts of the picture" if apart else "at the same moments"
            return f"it shows two recordings {words}, and those do not show each other"
    return ""


def _put_behind(name: str, stretches: Sequence[Stretch], linked: _Linked, facts: Facts) -> str:
    """Return what shows that two recordings follow each other in a clip, or nothing."""
    return next((why for pair in linked.unlinked(stretches) if (why := _after(name, *pair, stretches, facts))), "")


def _after(name: str, one: Stretch, other: Stretch, stretches: Sequence[Stretch], facts: Facts) -> str:
    """Return what shows that one clip was put behind another."""
    early, late = min(one.end, other.start) - SEAM, max(one.end, other.start) + SEAM
    if not any(_parted(one, other, at) for at in (early, late, (early + late) / 2)):
        return ""
    for at in facts.cuts.get(name, ()):
        if early <= at <= late and _parted(one, other, at):
            return f"it shows two recordings, one after the other, and cuts at {at:.1f} s between them"
    jump = _jump(name, early, late, stretches, facts)
    if jump is not None and _parted(one, other, jump):
        return f"it shows two recordings, one after the other, and its whole picture jumps at {jump:.1f} s between them"
    return _left(one, other, facts)


def _parted(one: Stretch, other: Stretch, at: float) -> bool:
    """Return whether `one` lies mostly before `at`, and `other` mostly behind it."""
    before = _overlap((one.start, one.end), (0.0, at)) / max(one.end - one.start, 1e-6)
    behind = _overlap((other.start, other.end), (at, float("inf"))) / max(other.end - other.start, 1e-6)
    return min(before, behind) >= MOSTLY


def _jump(name: str, early: float, late: float, stretches: Sequence[Stretch], facts: Facts) -> float | None:
    """Return the second between `early` and `late` at which the whole picture jumps as nowhere else in the clip."""
    series = facts.changes.get(name, np.zeros(0))
    at = (np.arange(len(series)) + 1.0) * facts.step  # of the middle of each difference
    inside = (at >= early) & (at <= late)
    ends = np.array([t for s in stretches for t in (s.start, s.end)])
    elsewhere = (np.abs(at[:, None] - ends[None]) > SEAM).all(axis=1) & ~inside
    if not inside.any() or elsewhere.sum() < 4:
        return None
    most = int(np.argmax(np.where(inside, series, -1.0)))
    return float(at[most]) if series[most] > JUMP * max(STILL, float(series[elsewhere].max())) else None


def _left(one: Stretch, other: Stretch, facts: Facts) -> str:
    """Return that a clip goes on where the montage leaves it for another one; the two would have to show each other."""
    if abs(other.start - one.end) > 2 * SEAM:
        return ""
    rest = facts.lengths.get(one.other, 0.0) - max(one.from_, one.to)
    before = min(other.from_, other.to)
    if max(rest, before) < GOES_ON:
        return ""
    return "it shows two recordings, one after the other, and leaves one of them before that ends"


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _inside(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the shared area of two boxes as a share of the area of both."""
    shared = _overlap((one[0], one[2]), (other[0], other[2])) * _overlap((one[1], one[3]), (other[1], other[3]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / max(sum(areas) - shared, 1e-6)


def _box(outline: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    if len(outline) < 3:
        return 0.0, 0.0, 1.0, 1.0
    x, y = [p[0] for p in outline], [p[1] for p in outline]
    return max(0.0, min(x)), max(0.0, min(y)), min(1.0, max(x)), min(1.0, max(y))
