"""From matches to recordings: which clips come from one act of filming. Rule: what a person decided goes first.

Only copies are put together here. What holds several recordings is told apart before (`verify.stories.holding`), so
that a compilation is never handed in; a recording of one clip is a recording.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from verify.matching.describe import FULL
from verify.matching.turned import turned
from verify.records.cases import OtherClip
from verify.records.findings import Decision
from verify.records.matches import Appearance, Match, Recording

_FAR = datetime.max.replace(tzinfo=UTC)
ALONE = "the only copy known"
_SHOWN = 0.5  # share of what lies between two cuts that must be in another copy to be the recording
ABOUT = 0.69  # of the most pixels: a copy a fifth wider may be enlarged to another format's width
_NAMED = 4  # stretches named of one copy


def copies(
    clips: Sequence[OtherClip],
    matches: Iterable[Match],
    decisions: Iterable[Decision] = (),
    cuts: Mapping[str, Sequence[float]] | None = None,
) -> list[Recording]:
    """Return one recording for each set of clips that matches of the picture, or people, tie together; no numbers yet.

    `cuts` gives the seconds at which a clip cuts, as far as known: what a clip shows behind a cut, and no copy shows,
    does not make it the longest copy. Of copies that are alike in everything the one given first is called the best.
    """
    known = {clip.sha256: clip for clip in clips}
    ruled_out, joined = decided(decisions)
    pictures = [
        m
        for m in matches
        if m.kind == "same picture" and m.a in known and m.b in known and frozenset((m.a, m.b)) not in ruled_out
    ]
    sets = _Sets(known)
    for match in pictures:
        sets.join(match.a, match.b)
    people: dict[frozenset[str], str] = {}
    for pair, by in joined.items():
        if pair <= known.keys():
            sets.join(*pair)
            people[pair] = by
    inside: dict[str, list[Match]] = defaultdict(list)
    for match in pictures:
        inside[sets.root(match.a)].append(match)
    return [_recording(m, known, inside[sets.root(m[0])], people, cuts or {}) for m in sets.groups()]


def decided(decisions: Iterable[Decision]) -> tuple[set[frozenset[str]], dict[frozenset[str], str]]:
    """Return the pairs of clips that people ruled out, and those they called one recording, with who did."""
    out: set[frozenset[str]] = set()
    joined: dict[frozenset[str], str] = {}
    for decision in decisions:
        pair = frozenset(decision.subject.split())
        if len(pair) != 2 or decision.undone:
            continue
        if decision.category == "not a match":
            out.add(pair)
        elif decision.category == "same recording":
            joined[pair] = decision.by
    return out, {pair: by for pair, by in joined.items() if pair not in out}


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
    members: Sequence[str],
    known: Mapping[str, OtherClip],
    matches: Sequence[Match],
    joined: Mapping[frozenset[str], str],
    cuts: Mapping[str, Sequence[float]],
) -> Recording:
    """Return what is said of one set of copies; `matches` are those between them."""
    seen = [a for s in members for a in known[s].appearances]
    lengths = {s: _length(known[s], matches, cuts.get(s, ())) for s in members}
    best, reason = _best([known[s] for s in members], matches, lengths) if matches else (members[0], ALONE)
    people = {by for pair, by in joined.items() if pair <= set(members)}
    return Recording(
        id="",
        members=tuple(members),
        appearances=tuple(sorted(seen, key=sure_by)),
        earliest=earliest(seen),
        best=best,
        best_reason=reason,
        decided_by=", ".join(sorted(people)),
        changes=changes((s for s in members if s != best), best, known, matches),
    )


def earliest(seen: Iterable[Appearance]) -> Appearance | None:
    """Return the appearance that is older than every other dated one, or None when they cannot be put in order.

    One that is only known to be `not after` some moment stands behind any that was surely there before that moment.
    """
    dated = sorted((a for a in seen if _dated(a)), key=sure_by)
    if not dated:
        return None
    first = dated[0]
    for other in dated[1:]:
        if other.sha256 == first.sha256 or first.bounds is None or other.bounds is None:
            continue
        unordered = first.bounds.overlaps(other.bounds)
        if unordered and (other.bounds.not_before is not None or sure_by(other) == sure_by(first)):
            return None
    return first


def _dated(appearance: Appearance) -> bool:
    return appearance.bounds is not None and appearance.bounds.not_after is not None


def sure_by(appearance: Appearance | None) -> datetime:
    """Return the moment by which an appearance was there for sure: what orders them as far as they can be ordered."""
    bounds = appearance.bounds if appearance else None
    return (bounds.not_after if bounds else None) or _FAR


def _length(clip: OtherClip, matches: Iterable[Match], cuts: Sequence[float]) -> float:
    """Return how many seconds of a recording a clip has: all it has, less replays and what is cut to it.

    Cut to it is what lies between cuts and is in no copy. Where it never cuts, what it has more than the copies is
    taken to be more of the recording.
    """
    mine = [m if m.a == clip.sha256 else turned(m) for m in matches if clip.sha256 in (m.a, m.b)]
    whole = (clip.duration or 0.0) - max((_replayed(m) for m in mine), default=0.0)
    spans = [(s.a_start, s.a_end) for m in mine for s in m.segments]
    parts = list(pairwise([0.0, *sorted(cuts), clip.duration or 0.0]))
    if len(parts) < 2 or not spans:
        return whole
    return whole - sum(end - start for start, end in parts if _covered(start, end, spans) < _SHOWN * (end - start))


def _replayed(match: Match) -> float:
    """Return how many seconds of a show what earlier seconds of it show, as far as b has them."""
    total, seen = 0.0, list[tuple[float, float]]()
    for s in sorted(match.segments, key=lambda s: s.a_start):
        again = _covered(s.b_start, s.b_end, seen) / max(s.b_end - s.b_start, 1e-6)
        total += again * (s.a_end - s.a_start)
        seen.append((s.b_start, s.b_end))
    return total


def _covered(start: float, end: float, spans: Iterable[tuple[float, float]]) -> float:
    """Return how many of the seconds `start..end` lie in one of the spans at least."""
    total, at = 0.0, start
    for first, last in sorted(spans):
        total += max(0.0, min(last, end) - max(first, at))
        at = max(at, min(last, end))
    return total


def _best(clips: Sequence[OtherClip], matches: Iterable[Match], lengths: Mapping[str, float]) -> tuple[str, str]:
    """Return the copy to look at, and why: the longest, then those with most pixels, then the least edited."""
    edits: dict[str, int] = defaultdict(int)
    covered: dict[str, list[float]] = defaultdict(list)
    for match in matches:
        for name, outline in ((match.a, match.geometry.outline_a), (match.b, match.geometry.outline_b)):
            edits[name] += len(match.geometry.words)
            covered[name].append(_area(outline))
    longest = max(lengths.values())
    near = [c for c in clips if lengths[c.sha256] >= longest * 0.98 - 0.2]  # containers round durations
    scene = {c.sha256: _scene(covered[c.sha256]) for c in near}
    shown = {c.sha256: _pixels(c) * scene[c.sha256] for c in near}
    largest = max(shown.values())
    wide = [c for c in near if shown[c.sha256] >= ABOUT * largest]
    cut_to = {c.sha256: (c.duration or 0.0) > lengths[c.sha256] for c in wide}  # bars, and other footage, are edits
    best = min(wide, key=lambda c: (cut_to[c.sha256], scene[c.sha256] < FULL, edits[c.sha256]))
    reasons = []
    if len(near) < len(clips):
        reasons.append(f"longest ({lengths[best.sha256]:.1f} s)")
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


def changes(
    names: Iterable[str], best: str, known: Mapping[str, OtherClip], matches: Iterable[Match]
) -> dict[str, str]:
    """Return for each clip that shows `best` in words what it did to the picture and the time of it."""
    to_best = {m.b if m.a == best else m.a: m for m in matches if best in (m.a, m.b)}
    return {s: _change(s, best, known, to_best.get(s)) for s in names}


def _change(sha256: str, best: str, known: Mapping[str, OtherClip], match: Match | None) -> str:
    if match is None:
        return "linked to it over another copy"
    if match.a != best:
        match = turned(match)
    words = list(match.geometry.words)
    segment = match.segments[0] if match.segments else None
    whole, own = known[best].duration, known[sha256].duration
    theirs = sorted((s.a_start, s.a_end) for s in match.segments)
    mine = sorted((s.b_start, s.b_end) for s in match.segments)
    if segment and whole and _covered(0.0, whole, theirs) < whole - 1.0:
        words.append(f"{_seconds(theirs)} of it")
    if segment and own and _covered(0.0, own, mine) < own - 1.0:
        words.append(f"its {_seconds(mine)} of {own:.1f}; the rest is other footage")
    if segment and abs(segment.speed - 1) > 0.03:
        words.append(f"played at {segment.speed:.2f} times the speed")
    if segment and segment.reversed:
        words.append("played backwards")
    size, best_size = known[sha256], known[best]
    if size.width and best_size.width and _pixels(size) < 0.9 * _pixels(best_size):
        words.append(f"{size.width} x {size.height} pixels")
    return ", ".join(words) or "encoded otherwise"


def _seconds(spans: Sequence[tuple[float, float]]) -> str:
    told = [f"{start:.1f} to {end:.1f}" for start, end in spans[:_NAMED]]
    more = f" and {len(spans) - _NAMED} more" if len(spans) > _NAMED else ""
    return f"seconds {', '.join(told)}{more}"


def _area(outline: Sequence[tuple[float, float]]) -> float:
    """Return the area of a polygon in 0..1 coordinates (shoelace formula); 1 where no outline is given."""
    if len(outline) < 3:
        return 1.0
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True))
    return abs(twice) / 2
