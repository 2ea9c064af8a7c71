"""Which clips show several recordings. Rule: no two cameras merged.

Matching compares two clips at a time. A clip that shows both of two clips which do not show each other is either longer
than both, or put together from them. What tells those apart is said with each montage found. Thresholds are measured
with tests/bench/stories.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from verify.records.matches import Match
from verify.stories.at_once import beside
from verify.stories.borne_out import set_aside
from verify.stories.linked import Held, Left, Linked, Names, in_turn, linked_clips, named, unlinked
from verify.stories.stretches import Stretch, alike, overlap, stretches_of

SEAM = 0.75  # seconds a cut may lie from where a stretch ends: stretches are known to half a second
COMMON = 1.25  # seconds: more than two stretches that follow each other overlap by error
ONE_PART = 0.5  # of the area of both: what two stretches fill is one part of the picture
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
    matches = list(matches)
    pictures = [m for m in matches if m.kind == "same picture"]
    shown = [m for m in matches if m.kind != "same soundtrack"]
    people = list(joined)
    told = Sorted()
    told.aside = [(m, why) for m, why in set_aside(pictures, facts.lengths) if frozenset((m.a, m.b)) not in people]
    doubtful = [match for match, _ in told.aside]
    told.kept = [match for match in pictures if match not in doubtful]
    by_people = {s for pair in people for s in pair}
    stretches = {name: s for name, s in stretches_of(told.kept).items() if name not in by_people}
    linked = linked_clips([*(frozenset((m.a, m.b)) for m in shown), *people])
    left = {name: set(others) for name, others in linked.items()}
    seams = {name: _seams(name, inside, linked, facts) for name, inside in stretches.items()}
    for way in ("cut", "jump"):
        told.montages |= _behind(way, seams, left)
    told.montages |= beside(stretches, linked, left)
    told.montages |= _behind("left", seams, left)
    return told


# ---------------------------------------------------------------- is a clip put together?


def _behind(way: str, seams: Mapping[str, Mapping[str, Held]], left: Left) -> dict[str, str]:
    """Return the clips in which two recordings follow each other, as one way of knowing shows, with what shows it."""
    held = {name: ways.get(way, {}) for name, ways in seams.items()}
    return {
        name: f"it shows two recordings, one after the other, and {next(iter(held[name].values()))}"
        for name in in_turn(held, left)
    }


def _seams(name: str, stretches: Sequence[Stretch], linked: Linked, facts: Facts) -> dict[str, dict[Names, str]]:
    """Return for each way of knowing the pairs of clips that were put behind each other, with what shows it."""
    found: dict[str, dict[Names, str]] = {}
    pairs = list(unlinked(stretches, linked))
    same = {named(one, other) for one, other in pairs if _same_seconds(one, other)}
    for one, other in pairs:
        if named(one, other) in same:
            continue
        way, words = _after(name, one, other, stretches, facts)
        if way:
            found.setdefault(way, {}).setdefault(named(one, other), words)
    return found


def _same_seconds(one: Stretch, other: Stretch) -> bool:
    """Return whether one part of the picture shows both in the same seconds: excerpts too unlike to be matched."""
    shared_time = overlap((one.start, one.end), (other.start, other.end))
    return shared_time >= COMMON and alike(one.box, other.box) >= ONE_PART


def _after(name: str, one: Stretch, other: Stretch, stretches: Sequence[Stretch], facts: Facts) -> tuple[str, str]:
    """Return what shows that one clip was put behind another: a cut, a jump, or that one of them is left."""
    early, late = min(one.end, other.start) - SEAM, max(one.end, other.start) + SEAM
    if not any(_parted(one, other, at) for at in (early, late, (early + late) / 2)):
        return "", ""
    for at in facts.cuts.get(name, ()):
        if early <= at <= late and _parted(one, other, at):
            return "cut", f"cuts at {at:.1f} s between them"
    jump = _jump(name, early, late, stretches, facts)
    if jump is not None and _parted(one, other, jump):
        return "jump", f"its whole picture jumps at {jump:.1f} s between them"
    if name not in facts.cuts and name not in facts.changes:
        return "left", "whether it cuts between them is not known"
    return ("left", "leaves one of them before that ends") if _left(one, other, facts) else ("", "")


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


def _left(one: Stretch, other: Stretch, facts: Facts) -> bool:
    """Return whether a clip goes on where the montage leaves it for another; the two would have to show each other."""
    if abs(other.start - one.end) > 2 * SEAM:
        return False
    rest = facts.lengths.get(one.other, 0.0) - max(one.from_, one.to)
    return max(rest, min(other.from_, other.to)) >= GOES_ON
