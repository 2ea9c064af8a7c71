"""From matches to a story's recordings, montages apart. Rule: a montage holds recordings, it is a copy of none.

`verify.matching.recordings.copies` puts copies together; what is a montage, and which links do not count, is known here
from all the clips at once (`montages.sort_out`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from verify.matching.recordings import changes, copies, decided, earliest, sure_by
from verify.records.cases import OtherClip
from verify.records.findings import Decision
from verify.records.matches import Match, Recording
from verify.stories.montages import Facts, Sorted, sort_out


def recordings(
    clips: Sequence[OtherClip], matches: Iterable[Match], decisions: Iterable[Decision], facts: Facts
) -> tuple[list[Recording], Sorted]:
    """Return every recording that the clips show, numbered, also those of one clip; and how matches were sorted."""
    decisions = list(decisions)
    ruled_out, joined = decided(decisions)
    sorted_ = sort_out((m for m in matches if frozenset((m.a, m.b)) not in ruled_out), facts, joined)
    known = {clip.sha256: clip for clip in clips}
    while True:
        single = [clip for clip in clips if clip.sha256 not in sorted_.montages]
        found = copies(single, sorted_.kept, decisions, facts.cuts)
        held = _held(sorted_, {s: number for number, one in enumerate(found) for s in one.members})
        holds = {name: [number for number, names in held.items() if name in names] for name in sorted_.montages}
        one_only = [name for name, numbers in holds.items() if len(numbers) == 1]
        if not one_only:
            break
        for name in one_only:  # what it shows is one recording after all, by the way of other copies
            del sorted_.montages[name]
    found = [_with_holders(one, sorted(held[number]), known, sorted_.kept) for number, one in enumerate(found)]
    found.sort(key=lambda one: (len(one.members) + len(one.containers) == 1, sure_by(one.earliest), one.members))
    return [replace(one, id=f"R{number}") for number, one in enumerate(found, 1)], sorted_


def _held(sorted_: Sorted, where: dict[str, int]) -> dict[int, set[str]]:
    """Return for each recording, by its place in the list, the montages that hold a clip of it."""
    found: dict[int, set[str]] = defaultdict(set)
    for match in sorted_.kept:
        for holder, inside in ((match.a, match.b), (match.b, match.a)):
            if holder in sorted_.montages and inside in where:
                found[where[inside]].add(holder)
    return found


def _with_holders(
    one: Recording, holders: list[str], known: dict[str, OtherClip], matches: Sequence[Match]
) -> Recording:
    """Return a recording with its montages: where one of them was published, the recording was there already."""
    if not holders:
        return one
    seen = one.appearances + tuple(a for h in holders for a in known[h].appearances)
    told = one.changes | changes(holders, one.best, known, matches)
    return replace(one, containers=tuple(holders), changes=told, earliest=earliest(seen),
                   appearances=tuple(sorted(seen, key=sure_by)))  # fmt: skip
