"""Whether the other copies of two clips show what a link says they share. Rule: three clips know more than two.

If A is a copy of B, what A shares with C, B shares too. A weak link that most copies do not bear out is set aside, and
said to be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from verify.matching.turned import turned
from verify.records.matches import Match, Segment
from verify.stories.stretches import alike, box, overlap

STRONG = 2.0  # strength at which two clips are copies of each other: what one shows, the other is expected to show
WEAK = 2.0  # below it a link has to be borne out by the other copies, where there are any
HALF = 0.5  # share of the other copies that must show it too; of their seconds; of the part of the picture
COVERED = 0.8  # share of the seconds that a copy must have to be asked
OWN = 0.6  # share of a copy that must be the clip it is a copy of: montages are not asked


def set_aside(matches: Iterable[Match], lengths: Mapping[str, float]) -> list[tuple[Match, str]]:
    """Return the links that are not borne out, with how many of how many copies do; `lengths` are seconds."""
    given = list(matches)
    known = _by_pair(given)
    found = []
    for match in given:
        if match.strength.score >= WEAK:
            continue
        asked, shown = _asked(match, known, lengths)
        if asked >= 2 and shown < HALF * asked:
            found.append((match, f"{shown} of {asked} copies of the two that would have to show the same do so"))
    return found


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
            longer = sum(s.b_end - s.b_start for s in tie.segments) < OWN * lengths.get(copy, 0.0)
            if where is None or longer or alike(box(tie.geometry.outline_a), box(one.geometry.outline_a)) < HALF:
                continue
            asked += 1
            other = known[copy].get(one.b)
            shown += other is not None and any(
                overlap((s.a_start, s.a_end), where) >= HALF * (where[1] - where[0])
                and overlap((s.b_start, s.b_end), (part.b_start, part.b_end)) >= HALF * (part.b_end - part.b_start)
                for s in other.segments
            )
    return asked, shown


def _through(tie: Match, part: Segment) -> tuple[float, float] | None:
    """Return the seconds of `tie.b` that show seconds `part.a_start..a_end` of `tie.a`; None where it has not all."""
    for s in tie.segments:
        shared = overlap((s.a_start, s.a_end), (part.a_start, part.a_end))
        if shared < COVERED * (part.a_end - part.a_start) or s.a_end <= s.a_start:
            continue
        pace = (s.b_end - s.b_start) / (s.a_end - s.a_start)
        ends = [
            s.b_end - (t - s.a_start) * pace if s.reversed else s.b_start + (t - s.a_start) * pace
            for t in (part.a_start, part.a_end)
        ]
        return min(ends), max(ends)
    return None
