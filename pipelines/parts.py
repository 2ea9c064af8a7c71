"""Which matches of a case are no more than a part that clips were given. Rule: what a person joined stays joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.session import Session
from verify.matching.partings import only_a_part, parted_by_three
from verify.records.matches import Match


def told_apart(session: Session, matches: Sequence[Match]) -> list[Match]:
    """Return the matches, those of pictures that are no more than a part cut into both as kind `shared part`.

    Cuts are known of clips that were examined here; of many matches at once, fades can be known as well.
    """
    library = session.case.library
    joined = {frozenset(d.subject.split()) for d in library.decisions().values() if d.category == "same recording"}
    clips = {s: library.clip(s) for m in matches if m.kind == "same picture" for s in (m.a, m.b)}
    lengths = {s: clip.duration or 0.0 for s, clip in clips.items() if clip}
    cuts, left = cuts_of(session, clips), parted_by_three(matches)
    known = {s: [*cuts.get(s, ()), *left.get(s, ())] for s in clips if s in cuts or s in left}
    return [
        replace(m, kind="shared part")
        if m.kind == "same picture" and frozenset((m.a, m.b)) not in joined and only_a_part(m, lengths, known)
        else m
        for m in matches
    ]


def told_apart_by_others(session: Session, matches: Sequence[Match]) -> list[Match]:
    """Return the matches of one clip as `told_apart` does, with what the clips it matches are known to share."""
    library = session.case.library
    others = {m.b for m in matches if m.kind == "same picture" and m.partings}
    among = [m for s in sorted(others) for m in library.matches(s, session.tools.search) if {m.a, m.b} <= others]
    return told_apart(session, [*matches, *dict.fromkeys(among)])[: len(matches)] if among else list(matches)


def cuts_of(session: Session, clips: Iterable[str]) -> dict[str, list[float]]:
    """Return the seconds at which each clip cuts, for those that were examined here."""
    found: dict[str, list[float]] = {}
    for sha256 in clips:
        seen = session.case.examination(sha256)
        if seen:
            found[sha256] = [shot.start for shot in seen.examination.shots[1:]]
    return found
