"""From matches to recordings: which clips come from one act of filming. Rule: containment is directed.

A compilation of A and C holds both recordings and joins neither; what a person decided goes before what was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from verify.matching.describe import FULL
from verify.matching.turned import turned
from verify.records.cases import OtherClip
from verify.records.findings import Decision
from verify.records.matches import Appearance, Match, Recording

SEAM = 0.75  # seconds a cut may lie from where one held clip ends: segments are given to half a second
APART = 0.25  # share of the shorter of two spans that may overlap while they still count as one after the other
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Span:
    """Seconds of a clip that show another one, and how much of its picture they fill (0..1)."""

    other: str
    start: float
    end: float
    area: float


def group(
    clips: Sequence[OtherClip],
    matches: Iterable[Match],
    decisions: Iterable[Decision] = (),
    cuts: Mapping[str, Sequence[float]] | None = None,
) -> tuple[list[Recording], list[str]]:
    """Return the recordings that have more than one clip (or are held by a compilation), and the clips left alone.

    `cuts` gives the seconds at which a clip cuts, where they are known: a clip that shows two others one after the
    other without a cut between them is the longer copy of both, not a compilation of them.
    """
    known = {clip.sha256: clip for clip in clips}
    ruled_out, joined = _decided(decisions)
    pictures = [
        m
        for m in matches
        if m.kind == "same picture" and m.a in known and m.b in known and frozenset((m.a, m.b)) not in ruled_out
    ]
    holders = _compilations(pictures, cuts or {}) - {s for pair in joined for s in pair}
    sets = _Sets(known)
    for match in pictures:
        if match.a not in holders and match.b not in holders:
            sets.join(match.a, match.b)
    for pair in joined:
        if pair <= known.keys():
            sets.join(*pair)
    held = _held(pictures, holders, sets)
    found: list[Recording] = []
    alone: list[str] = []
    for members in sets.groups():
        inside = sorted(held[sets.root(members[0])])
        if members[0] in holders and len(members) == 1:
            if members[0] not in {s for m in pictures for s in (m.a, m.b)}:
                alone.append(members[0])
        elif len(members) == 1 and not inside:
            alone.append(members[0])
        else:
            found.append(_recording(members, inside, known, pictures, joined, decisions))
    found.sort(key=lambda r: (_when(r.earliest), r.members))
    return [_numbered(r, n) for n, r in enumerate(found, 1)], alone


# ---------------------------------------------------------------- who holds whom


def _decided(decisions: Iterable[Decision]) -> tuple[set[frozenset[str]], list[frozenset[str]]]:
    """Return the pairs that people ruled out, and those they joined."""
    out: set[frozenset[str]] = set()
    joined: list[frozenset[str]] = []
    for decision in decisions:
        pair = frozenset(decision.subject.split())
        if len(pair) != 2 or decision.undone:
            continue
        if decision.category == "not a match":
            out.add(pair)
        elif decision.category == "same recording":
            joined.append(pair)
    return out, [p for p in joined if p not in out]


def _spans(matches: Iterable[Match]) -> dict[str, list[_Span]]:
    """Return for each clip the spans in which it shows others."""
    found: dict[str, list[_Span]] = defaultdict(list)
    for match in matches:
        for one in (match, turned(match)):
            area = _area(one.geometry.outline_a)
            found[one.a] += [_Span(one.b, s.a_start, s.a_end, area) for s in one.segments]
    return found


def _compilations(matches: Sequence[Match], cuts: Mapping[str, Sequence[float]]) -> set[str]:
    """Return the clips that show two others which do not show each other: one after the other, or side by side."""
    pairs = {frozenset((m.a, m.b)) for m in matches}
    found: set[str] = set()
    for holder, spans in _spans(matches).items():
        for number, one in enumerate(spans):
            for other in spans[number + 1 :]:
                if one.other == other.other or frozenset((one.other, other.other)) in pairs:
                    continue
                if _parted(one, other, cuts.get(holder)):
                    found.add(holder)
    return found


def _parted(one: _Span, other: _Span, cuts: Sequence[float] | None) -> bool:
    """Return whether two spans of one clip show different recordings."""
    first, second = sorted((one, other), key=lambda s: s.start)
    overlap = min(first.end, second.end) - second.start
    shorter = min(first.end - first.start, second.end - second.start)
    if overlap > APART * max(shorter, 1e-6):
        # At the same time: side by side when both fill only a part of the picture; else the two are looks at the
        # same seconds that were not matched with each other directly.
        return first.area < 0.7 and second.area < 0.7
    if cuts is None:
        return True  # not known to go on without a cut: nothing is joined on a guess
    return any(first.end - SEAM <= cut <= second.start + SEAM for cut in cuts)


def _area(outline: Sequence[tuple[float, float]]) -> float:
    """Return the area of a polygon in 0..1 coordinates (shoelace formula); 1 where no outline is given."""
    if len(outline) < 3:
        return 1.0
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True))
    return abs(twice) / 2


def _held(matches: Iterable[Match], holders: set[str], sets: _Sets) -> dict[str, set[str]]:
    """Return for each set the compilations that hold a clip of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for match in matches:
        for holder, inside in ((match.a, match.b), (match.b, match.a)):
            if holder in holders and inside not in holders:
                found[sets.root(inside)].add(holder)
    return found


class _Sets:
    """Disjoint sets of clips, in the order the clips were given."""

    def __init__(self, names: Iterable[str]) -> None:
        self._parent = {name: name for name in names}

    def root(self, name: str) -> str:
        while self._parent[name] != name:
            self._parent[name] = self._parent[self._parent[name]]
            name = self._parent[name]
        return name

    def join(self, one: str, other: str) -> None:
        self._parent[self.root(other)] = self.root(one)

    def groups(self) -> list[list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._parent:
            found[self.root(name)].append(name)
        return list(found.values())


# ---------------------------------------------------------------- what is said of each


def _recording(
    members: list[str],
    containers: list[str],
    known: Mapping[str, OtherClip],
    matches: Sequence[Match],
    joined: Iterable[frozenset[str]],
    decisions: Iterable[Decision],
) -> Recording:
    seen = [a for s in (*members, *containers) for a in known[s].appearances]
    best, reason = _best([known[s] for s in members], matches)
    people = {d.by for d in decisions for pair in joined if frozenset(d.subject.split()) == pair <= set(members)}
    return Recording(
        id="",
        members=tuple(members),
        containers=tuple(containers),
        appearances=tuple(sorted(seen, key=_when)),
        earliest=_earliest(seen),
        best=best,
        best_reason=reason,
        decided_by=", ".join(sorted(people)),
        changes={s: _change(s, best, known, matches) for s in (*members, *containers) if s != best},
    )


def _numbered(recording: Recording, number: int) -> Recording:
    return replace(recording, id=f"R{number}")


def _earliest(seen: Iterable[Appearance]) -> Appearance | None:
    """Return the appearance that is older than every other dated one, or None when they cannot be put in order.

    One that is only known to be `not after` some moment stands behind any that was surely there before that moment.
    """
    dated = sorted((a for a in seen if _dated(a)), key=_when)
    if not dated:
        return None
    first = dated[0]
    for other in dated[1:]:
        if other.sha256 == first.sha256 or first.bounds is None or other.bounds is None:
            continue
        unordered = first.bounds.overlaps(other.bounds)
        if unordered and (other.bounds.not_before is not None or _when(other) == _when(first)):
            return None
    return first


def _dated(appearance: Appearance) -> bool:
    return appearance.bounds is not None and appearance.bounds.not_after is not None


def _when(appearance: Appearance | None) -> datetime:
    """Return the moment by which an appearance was there for sure: what orders them as far as they can be ordered."""
    bounds = appearance.bounds if appearance else None
    return (bounds.not_after if bounds else None) or _FAR


def _best(clips: Sequence[OtherClip], matches: Iterable[Match]) -> tuple[str, str]:
    """Return the copy to look at, and why: the longest, then the one with most pixels, then the least edited."""
    edits: dict[str, int] = defaultdict(int)
    covered: dict[str, list[float]] = defaultdict(list)
    for match in matches:
        for name, outline in ((match.a, match.geometry.outline_a), (match.b, match.geometry.outline_b)):
            edits[name] += len(match.geometry.words)
            covered[name].append(_area(outline))
    longest = max((c.duration or 0.0) for c in clips)
    near = [c for c in clips if (c.duration or 0.0) >= longest * 0.98 - 0.2]  # containers round durations
    shown = {c.sha256: _pixels(c) * _scene(covered[c.sha256]) for c in near}
    largest = max(shown.values())
    wide = [c for c in near if shown[c.sha256] >= largest]
    best = min(wide, key=lambda c: edits[c.sha256])
    reasons = []
    if len(near) < len(clips):
        reasons.append(f"longest ({longest:.1f} s)")
    if len(wide) < len(near) and best.width and best.height:
        reasons.append(f"largest picture ({best.width} x {best.height})")
    if len(wide) > 1 and min(edits[c.sha256] for c in wide) < max(edits[c.sha256] for c in wide):
        reasons.append("least edited")
    return best.sha256, ", ".join(reasons) or "no copy is longer or larger"


def _scene(covered: Sequence[float]) -> float:
    """Return how much of a picture is the recording, from the shares of it that its copies cover.

    One copy that covers half may be cropped; two or more that never cover the rest say that the rest is bars.
    """
    return max(covered) if len(covered) > 1 and max(covered) < FULL else 1.0


def _pixels(clip: OtherClip) -> int:
    return (clip.width or 0) * (clip.height or 0)


def _change(sha256: str, best: str, known: Mapping[str, OtherClip], matches: Iterable[Match]) -> str:
    """Return in words what a copy did to the picture and the time of the best one."""
    match = next((m for m in matches if {m.a, m.b} == {sha256, best}), None)
    if match is None:
        return "linked to it over another copy"
    if match.a != best:
        match = turned(match)
    words = list(match.geometry.words)
    segment = match.segments[0] if match.segments else None
    whole, own = known[best].duration, known[sha256].duration
    if segment and whole and segment.a_end - segment.a_start < whole - 1.0:
        words.append(f"seconds {segment.a_start:.1f} to {segment.a_end:.1f} of it")
    if segment and own and segment.b_end - segment.b_start < own - 1.0:
        words.append(
            f"its seconds {segment.b_start:.1f} to {segment.b_end:.1f} of {own:.1f}; the rest is other footage"
        )
    if segment and abs(segment.speed - 1) > 0.03:
        words.append(f"played at {segment.speed:.2f} times the speed")
    if segment and segment.reversed:
        words.append("played backwards")
    size, best_size = known[sha256], known[best]
    if size.width and best_size.width and _pixels(size) < 0.9 * _pixels(best_size):
        words.append(f"{size.width} x {size.height} pixels")
    return ", ".join(words) or "re-encoded"
