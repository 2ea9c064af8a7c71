"""From matches to a story's recordings, montages apart. Rule: a montage holds recordings, it is a copy of none.

`verify.matching.recordings.group` puts copies together; what is a montage, and which links do not count, is known here
from all the clips at once (`montages.sort_out`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from verify.matching.recordings import group
from verify.records.cases import OtherClip
from verify.records.findings import Decision
from verify.records.matches import Appearance, Match, Recording
from verify.stories.montages import Facts, Sorted, sort_out

_FAR = datetime.max.replace(tzinfo=UTC)


def recordings(
    clips: Sequence[OtherClip], matches: Iterable[Match], decisions: Iterable[Decision], facts: Facts
) -> tuple[list[Recording], Sorted]:
    """Return every recording that the clips show, numbered, also those of one clip; and how matches were sorted."""
    matches, decisions = list(matches), list(decisions)
    sorted_ = sort_out(matches, facts, _joined(decisions))
    known = {clip.sha256: clip for clip in clips}
    while True:
        found = _grouped(clips, sorted_, decisions)
        held = _held(sorted_, {s: number for number, one in enumerate(found) for s in one.members})
        holds = {name: [number for number, names in held.items() if name in names] for name in sorted_.montages}
        one_only = [name for name, numbers in holds.items() if len(numbers) == 1]
        if not one_only:
            break
        for name in one_only:  # what it shows is one recording after all, by the way of other copies
            del sorted_.montages[name]
    found = [_with_holders(one, sorted(held[number]), known) for number, one in enumerate(found)]
    found.sort(key=lambda one: (len(one.members) + len(one.containers) == 1, _when(one.earliest), one.members))
    return [replace(one, id=f"R{number}") for number, one in enumerate(found, 1)], sorted_


def _grouped(clips: Sequence[OtherClip], sorted_: Sorted, decisions: list[Decision]) -> list[Recording]:
    """Return the recordings of all clips that are no montages, not numbered yet."""
    single = [clip for clip in clips if clip.sha256 not in sorted_.montages]
    whole: dict[str, Sequence[float]] = {clip.sha256: () for clip in single}  # what is cut together is apart already
    found, alone = group(single, sorted_.kept, decisions, whole)
    seen = {clip.sha256: clip.appearances for clip in single}
    return found + [
        Recording(id="", members=(s,), appearances=seen[s], best=s, best_reason="the only copy known",
                  earliest=first(seen[s]))
        for s in alone
    ]  # fmt: skip


def _joined(decisions: Iterable[Decision]) -> list[frozenset[str]]:
    """Return the pairs of clips that people called one recording."""
    pairs = [frozenset(d.subject.split()) for d in decisions if d.category == "same recording" and not d.undone]
    return [pair for pair in pairs if len(pair) == 2]


def _held(sorted_: Sorted, where: dict[str, int]) -> dict[int, set[str]]:
    """Return for each recording, by its place in the list, the montages that hold a clip of it."""
    found: dict[int, set[str]] = defaultdict(set)
    for match in sorted_.kept:
        for holder, inside in ((match.a, match.b), (match.b, match.a)):
            if holder in sorted_.montages and inside in where:
                found[where[inside]].add(holder)
    return found


def _with_holders(one: Recording, holders: list[str], known: dict[str, OtherClip]) -> Recording:
    """Return a recording with its montages: where one of them was published, the recording was there already."""
    if not holders:
        return one
    seen = one.appearances + tuple(a for h in holders for a in known[h].appearances)
    return replace(one, containers=tuple(holders), appearances=seen, earliest=first(seen))


def first(seen: Iterable[Appearance]) -> Appearance | None:
    """Return the appearance that is older than every other dated one, or None when they cannot be put in order.

    One that is only known to be `not after` some moment stands behind any that was surely there before that moment.
    """
    dated = sorted((a for a in seen if _when(a) != _FAR), key=_when)
    for other in dated[1:]:
        oldest, bounds = dated[0].bounds, other.bounds
        if other.sha256 == dated[0].sha256 or oldest is None or bounds is None:
            continue
        if oldest.overlaps(bounds) and (bounds.not_before is not None or _when(other) == _when(dated[0])):
            return None
    return dated[0] if dated else None


def _when(appearance: Appearance | None) -> datetime:
    """Return the moment by which an appearance was there for sure."""
    bounds = appearance.bounds if appearance else None
    return (bounds.not_after if bounds else None) or _FAR
