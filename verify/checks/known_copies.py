"""Where else this footage is known from. Rule: a copy shares the picture, and no person has ruled it out.

What shares only a part or only the sound is no copy; it is told apart from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from verify.records.cases import Case
from verify.records.matches import Appearance, Match, MatchKind
from verify.records.times import TimeBounds

_RECEIVED = "received by firstseen"  # in the basis of a date that is only ours (pipelines/steps.py)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """One dated appearance of this footage, with the match that ties it to the clip (None: the same bytes)."""

    appearance: Appearance
    match: Match | None


def known_copies(case: Case) -> list[Known]:
    """Return every known appearance of this footage but the clip's own, in the order of the case."""
    own = {case.item.media.sha256, *(f.sha256 for f in case.item.files)}
    found = [
        Known(appearance=a, match=None)
        for a in _appearances(case, "", own)
        if a.item != case.item.id and not _is_own_post(case, a)
    ]
    for match in case.matches:
        other = _other(case, match)
        if match.kind != "same picture" or _ruled_out(case, match) or other in own:
            continue
        dated = _appearances(case, other)
        if not dated and other in case.others:
            label = case.others[other].label
            dated = [Appearance(sha256=other, label=label, bounds=None, item=case.others[other].item)]
        found += [Known(appearance=a, match=match) for a in dated]
    return found


def known_before(case: Case, kind: MatchKind, when: TimeBounds | None) -> list[Known]:
    """Return the appearances before `when` of the clips that share so much with this one, the oldest first."""
    if when is None:
        return []
    shared = [m for m in case.matches if m.kind == kind and not _ruled_out(case, m)]
    found = [
        Known(appearance=a, match=m)
        for m in shared
        for a in _appearances(case, _other(case, m))
        if a.bounds and a.bounds.before(when)
    ]
    return sorted(found, key=last_date)


def posted(known: Known) -> bool:
    """Return whether an appearance has a date of its own, not only that of its arrival here."""
    return known.appearance.bounds is not None and not only_received(known.appearance)


def only_received(known: Appearance) -> bool:
    """Return whether the one date of an appearance is that of its arrival here: it orders no copies."""
    return known.bounds is not None and _RECEIVED in known.bounds.basis


def _appearances(case: Case, sha256: str, among: set[str] | None = None) -> list[Appearance]:
    wanted = among if among is not None else {sha256}
    listed = [*case.appearances, *(a for s in sorted(wanted) if s in case.others for a in case.others[s].appearances)]
    return list(dict.fromkeys(a for a in listed if a.sha256 in wanted))


def _is_own_post(case: Case, appearance: Appearance) -> bool:
    return not appearance.item and bool(case.item.post) and appearance.url == (case.item.post and case.item.post.url)


def _other(case: Case, match: Match) -> str:
    return match.a if match.b == case.item.media.sha256 else match.b


def decided(case: Case, match: Match) -> str:
    """Return what a person decided last of the two clips of `match`; '' where nobody did."""
    pair = {match.a, match.b}
    said = [d.category for d in case.decisions if set(d.subject.split()) == pair and not d.undone]
    return said[-1] if said else ""


def _ruled_out(case: Case, match: Match) -> bool:
    return decided(case, match) == "not a match"


def only_possible(case: Case, known: Known) -> bool:
    """Return whether what ties a copy to the clip is no more than possible, and no person said that it is one."""
    match = known.match
    return match is not None and match.strength.words == "possible" and decided(case, match) != "same recording"


def last_date(known: Known) -> str:
    """Return what puts appearances in order: the last moment at which each can have been, open ends last."""
    bounds = known.appearance.bounds
    return bounds.not_after.isoformat() if bounds and bounds.not_after else "9999"
