"""Which clips show several recordings. Rule: no two cameras merged.

Matching compares two clips at a time. A clip that shows both of two clips which do not show each other is either longer
than both, or put together from them. What tells those apart is said with each montage found. Thresholds are measured
with tests/bench/stories.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from verify.records.matches import Match
from verify.stories.borne_out import STRONG, set_aside
from verify.stories.stretches import Stretch, alike, overlap, stretches_of

HALF = 0.5  # share of their boxes that two parts of a picture may have in common and still lie apart
MANY = 3  # times as many clips on the two sides as there are between them: then those between are montages
APART = 0.25  # share of the shorter of two stretches that may overlap while they still follow each other
SEAM = 0.75  # seconds a cut may lie from where a stretch ends: stretches are known to half a second
MOSTLY = 0.6  # share of a stretch that lies on its side of a seam
GOES_ON = 3.0  # seconds that a clip still has where another leaves it
JUMP = 1.5  # times the rest of the clip that the whole picture changes at a seam
STILL = 0.3  # grey levels of change below which a picture stands: coding noise

Rows = npt.NDArray[np.floating]


@dataclass(kw_only=True)
class Sorted:
    """Matches that count for recordings, those set aside with the reason, and montages with what gives them away."""

    kept: list[Match] = field(default_factory=list)
    aside: list[tuple[Match, str]] = field(default_factory=list)
    montages: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of the clips beside their matches: lengths, cuts (seconds), and how the whole picture changes.

    `changes` has for each clip how much its median cell changes over two steps, `step` seconds apart.
    """

    lengths: Mapping[str, float]
    cuts: Mapping[str, Sequence[float]]
    changes: Mapping[str, Rows]
    step: float


def sort_out(matches: Iterable[Match], facts: Facts, joined: Iterable[frozenset[str]] = ()) -> Sorted:
    """Return the matches of one picture sorted; `joined` are the pairs that a person called one recording."""
    pictures = [m for m in matches if m.kind == "same picture"]
    people = list(joined)
    told = Sorted()
    told.aside = [(m, why) for m, why in set_aside(pictures, facts.lengths) if frozenset((m.a, m.b)) not in people]
    doubtful = [match for match, _ in told.aside]
    told.kept = [match for match in pictures if match not in doubtful]
    by_people = {s for pair in people for s in pair}
    stretches = {name: s for name, s in stretches_of(told.kept).items() if name not in by_people}
    linked = _Linked.of([*(frozenset((m.a, m.b)) for m in pictures), *people])
    for name, inside in stretches.items():
        why = _put_behind(name, inside, linked, facts)
        if why:
            told.montages[name] = why
    # A copy is shown by montages in many ways: the surest montage is known first, and clips are judged without it.
    while True:
        plain = linked.without(told.montages)
        found = {
            n: beside for n, s in stretches.items() if n in plain.of_clip and (beside := _beside(s, plain, stretches))
        }
        if not found:
            return told
        surest = max(found, key=lambda name: (found[name].apart, found[name].pairs))
        told.montages[surest] = found[surest].words


# ---------------------------------------------------------------- is a clip put together?


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


@dataclass(frozen=True, slots=True)
class _Beside:
    """That a clip holds recordings at the same moments: in parts of it that lie apart, and by how many pairs."""

    apart: bool
    pairs: int

    @property
    def words(self) -> str:
        """What shows it."""
        where = "in different parts of the picture" if self.apart else "at the same moments"
        return f"it shows two recordings {where}, and those do not show each other"


def _beside(inside: Sequence[Stretch], linked: _Linked, everywhere: Mapping[str, Sequence[Stretch]]) -> _Beside | None:
    """Return what shows that a clip holds two at the same moments, or None.

    Clips that are copies of one recording may miss each other too, but then most other copies, and other montages of
    it, show both at the same moments; of a montage few do, beside the copies on either side.
    """
    apart, pairs = False, 0
    for one, other in linked.unlinked(inside):
        if not _together(one, other):
            continue
        here, there = linked.of_clip[one.other], linked.of_clip[other.other]
        sides = (here ^ there) | {one.other, other.other}
        between = sum(_shows_together(s, one.other, other.other) for s in everywhere.values())
        elsewhere = alike(one.box, other.box) <= HALF
        strong = elsewhere and min(one.score, other.score) >= STRONG and between <= len(sides)
        if between == 1 or strong or MANY * between <= len(sides):
            apart = apart or elsewhere
            pairs += 1
    return _Beside(apart, pairs) if pairs else None


def _together(one: Stretch, other: Stretch) -> bool:
    """Return whether two stretches of a clip are its same moments, not one behind the other."""
    shorter = min(one.end - one.start, other.end - other.start)
    return overlap((one.start, one.end), (other.start, other.end)) > APART * max(shorter, 1e-6)


def _shows_together(stretches: Iterable[Stretch], one: str, other: str) -> bool:
    """Return whether a clip shows two others at the same moments."""
    found: dict[str, list[Stretch]] = {one: [], other: []}
    for stretch in stretches:
        if stretch.other in found:
            found[stretch.other].append(stretch)
    return any(_together(s, t) for s in found[one] for t in found[other])


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
    before = overlap((one.start, one.end), (0.0, at)) / max(one.end - one.start, 1e-6)
    behind = overlap((other.start, other.end), (at, float("inf"))) / max(other.end - other.start, 1e-6)
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
