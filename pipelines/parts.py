"""Which matches of a case are no more than a part that clips were given. Rule: what a person joined stays joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.session import Session
from verify.matching.partings import known_part, only_a_part, parted_by_three
from verify.records.matches import Match

_KINDS = ("same picture", "shared part", "same soundtrack")


def told_apart(session: Session, matches: Sequence[Match]) -> list[Match]:
    """Return the matches, those that are no more than a part given to both as kind `shared part`.

    That is a part cut into both, or a part of the picture beside which each shows something of its own. Cuts are known
    of clips that were examined here; of many matches at once, fades can be known as well.
    """
    library = session.case.library
    joined = {frozenset(d.subject.split()) for d in library.decisions().values() if d.category == "same recording"}
    clips = {s: library.clip(s) for m in matches if m.kind == "same picture" for s in (m.a, m.b)}
    lengths = {s: clip.duration or 0.0 for s, clip in clips.items() if clip}
    cuts, left = cuts_of(session, clips), parted_by_three(matches)
    known = {s: [*cuts.get(s, ()), *left.get(s, ())] for s in clips if s in cuts or s in left}
    unjoined = [m.kind == "same picture" and frozenset((m.a, m.b)) not in joined for m in matches]
    beside = {n for n, m in enumerate(matches) if unjoined[n] and m.apart}
    open_ = [free and n not in beside for n, free in enumerate(unjoined)]
    told = {n for n, m in enumerate(matches) if open_[n] and only_a_part(m, lengths, known)}
    while True:  # what is a part of one clip is a part of all that share just that with it
        parts: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for match, s in ((matches[n], s) for n in sorted(told) for s in matches[n].segments):
            parts[match.a].append((s.a_start, s.a_end))
            parts[match.b].append((s.b_start, s.b_end))
        more = {n for n, m in enumerate(matches) if open_[n] and n not in told and known_part(m, lengths, parts)}
        if not more:
            cut = {n: replace(matches[n], kind="shared part") for n in told}
            cut |= {n: _of_picture(matches[n]) for n in beside}
            return [cut.get(n, m) for n, m in enumerate(matches)]
        told |= more


def _of_picture(match: Match) -> Match:
    """Return a match as a part of the picture that two clips share, beside which each shows something of its own."""
    words = (f"beside other footage in each: {round(match.apart * 100)} % of the picture", *match.geometry.words)
    return replace(match, kind="shared part", geometry=replace(match.geometry, words=words))


def told_apart_by_others(session: Session, matches: Sequence[Match]) -> list[Match]:
    """Return the matches of one clip as `told_apart` does, with what the clips it matches are known to share."""
    library = session.case.library
    others = {m.b for m in matches if m.kind == "same picture" and m.partings}
    among = [m for s in sorted(others) for m in library.matches(s, session.tools.search) if {m.a, m.b} <= others]
    found = told_apart(session, [*matches, *dict.fromkeys(among)])[: len(matches)]
    return sorted(found, key=lambda m: _KINDS.index(m.kind))


def cuts_of(session: Session, clips: Iterable[str]) -> dict[str, list[float]]:
    """Return the seconds at which each clip cuts, for those that were examined here."""
    found: dict[str, list[float]] = {}
    for sha256 in clips:
        seen = session.case.examination(sha256)
        if seen:
            found[sha256] = [shot.start for shot in seen.examination.shots[1:]]
    return found
