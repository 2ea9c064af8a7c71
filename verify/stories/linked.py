"""Who was matched with whom, and which clips are montages by it. Rule: the surest is told first, the rest without it.

A copy is shown by montages in many ways, and a montage by copies: what looks like two recordings in one clip may be two
montages that show different parts of it. So clips are judged again whenever one of those they are judged by is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

from verify.stories.stretches import Stretch

Linked = Mapping[str, frozenset[str]]  # which clips were matched with which, whatever came of it
Left = dict[str, set[str]]  # the same without the montages told so far
Names = tuple[str, str]  # two clips, in order
Held = Mapping[Names, str]  # clips without a match that another clip shows, and what shows that they are two


def linked_clips(pairs: Iterable[frozenset[str]]) -> Linked:
    """Return for each clip those it was matched with."""
    found: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        for name in pair:
            found[name] |= pair - {name}
    return {name: frozenset(others) for name, others in found.items()}


def unlinked(stretches: Iterable[Stretch], linked: Linked) -> Iterable[tuple[Stretch, Stretch]]:
    """Yield the pairs of stretches, by their start, of different clips that were not matched with each other."""
    known = sorted((s for s in stretches if s.other in linked), key=lambda s: s.start)
    for one, other in combinations(known, 2):
        if one.other != other.other and other.other not in linked[one.other]:
            yield one, other


def named(one: Stretch, other: Stretch) -> Names:
    """Return the two clips of a pair of stretches."""
    return (min(one.other, other.other), max(one.other, other.other))


def counted(held: Held, left: Left) -> int:
    """Return how many of the pairs are left."""
    return sum(one in left and other in left for one, other in held)


def in_turn(held: Mapping[str, Held], left: Left, count: Callable[[Held, Left], int] = counted) -> list[str]:
    """Return the montages, the surest first, and take them out of `left`; `count` says how many pairs speak for one."""
    asks: dict[str, set[str]] = defaultdict(set)  # clip -> the clips that are judged by it
    for name, pairs in held.items():
        for names in pairs:
            asks[names[0]].add(name)
            asks[names[1]].add(name)
    sure = {name: many for name in held if name in left and (many := count(held[name], left))}
    found = []
    while sure:
        surest = max(sure, key=lambda name: sure[name])
        found.append(surest)
        again = {n for clip in (*left[surest], surest) for n in asks[clip]} | {surest}
        for other in left.pop(surest):
            left[other].discard(surest)
        for name in again:
            sure.pop(name, None)
            many = count(held[name], left) if name in left else 0
            if many:
                sure[name] = many
    return found
