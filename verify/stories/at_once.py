"""Which clips show two recordings at the same moments. Rule: two that show each other are one, and a miss is not proof.

A clip between two that were not matched with each other holds both, or those two are copies that missed each other.
Where in the picture each lies tells the two apart, and how many stand on either side and how many between. Measured
with tests/bench/stories.py and on the 855 copies of tests/bench/copies.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from verify.stories.borne_out import STRONG
from verify.stories.stretches import Box, Stretch, alike, area, middle, overlap, shared

ASIDE = 0.2  # share of the picture's width or height by which the middles of two that stand beside each other differ
WITHIN = 0.8  # share of the smaller that must lie in the larger to be a part of it
INSET = 0.25  # of the larger one's area: what fills more of it is cut out of its middle, not laid over it
SURE = 1.0  # strength from which a copy is not missed and a look-alike not met: two in one place are two takes of it
MANY = 3  # times as many clips on the two sides as there are between them: then those between are montages
APART = 0.25  # share of the shorter of two stretches that may overlap while they still follow each other

Linked = Mapping[str, frozenset[str]]  # which clips were matched with which, whatever came of it
Names = tuple[str, str]


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


def beside(stretches: Mapping[str, Sequence[Stretch]], linked: Linked, known: Iterable[str]) -> dict[str, str]:
    """Return the clips that hold two recordings at once, with what shows it; `known` are montages found before.

    A copy is shown by montages in many ways: the surest montage is told first, and clips are judged without it.
    """
    held = {name: _pairs(inside, linked) for name, inside in stretches.items()}
    between = Counter(names for pairs in held.values() for names in pairs)
    asks: dict[str, set[str]] = defaultdict(set)  # clip -> the clips that are judged by it
    for name, pairs in held.items():
        for names in pairs:
            asks[names[0]].add(name)
            asks[names[1]].add(name)
    left = {name: set(others) for name, others in linked.items()}
    for name in known:
        _taken_out(name, left)
    told = {name: one for name in held if (one := _told(held[name], between, left)) and name in left}
    found: dict[str, str] = {}
    while told:
        surest = max(told, key=lambda name: told[name])
        del told[surest]
        where = "in one place" if set(held[surest].values()) == {"over"} else "in different parts of the picture"
        found[surest] = f"it shows two recordings {where} at the same moments, and those do not show each other"
        again = {n for clip in (*left[surest], surest) for n in asks[clip]}
        _taken_out(surest, left)
        for name in again & left.keys():
            told.pop(name, None)
            one = _told(held[name], between, left)
            if one:
                told[name] = one
    return found


def _taken_out(name: str, left: dict[str, set[str]]) -> None:
    for other in left.pop(name, ()):
        left[other].discard(name)


def _pairs(inside: Sequence[Stretch], linked: Linked) -> dict[Names, str]:
    """Return the clips that were not matched with each other and that these stretches show at once, and how they lie.

    `apart` in the picture, `surely apart`, or in one place (`over` each other) where both are surely seen.
    """
    found: dict[Names, str] = {}
    for one, other in unlinked(inside, linked):
        if not together(one, other):
            continue
        names = (min(one.other, other.other), max(one.other, other.other))
        score = min(one.score, other.score)
        over = score >= SURE and alike(one.box, other.box) >= WITHIN
        way = "apart" if apart(one.box, other.box) else "over" if over else ""
        if way == "apart" and score >= STRONG:
            way = "surely apart"
        found[names] = max(found.get(names, ""), way)
    return {names: way for names, way in found.items() if way}


def apart(one: Box, other: Box) -> bool:
    """Return whether two parts of a picture hold two pictures: beside each other, or a small one over a large one.

    A part is where the whole of the other picture would lie: of two that were cropped to stand side by side, each
    reaches into the other's half. What is cut out of the middle of another lies within it, and is not small.
    """
    small, large = sorted((area(one), area(other)))
    if shared(one, other) >= WITHIN * small:
        return small <= INSET * large
    return max(abs(a - b) for a, b in zip(middle(one), middle(other), strict=True)) >= ASIDE


def _told(held: Mapping[Names, str], between: Mapping[Names, int], left: Mapping[str, set[str]]) -> int:
    """Return how many pairs of clips show that what holds them is put together."""
    pairs = 0
    for (one, other), way in held.items():
        if one not in left or other not in left:
            continue
        sides = len((left[one] ^ left[other]) | {one, other})
        many = between[one, other]
        pairs += many == 1 or (way == "surely apart" and many <= sides) or MANY * many <= sides
    return pairs


def together(one: Stretch, other: Stretch) -> bool:
    """Return whether two stretches of a clip are its same moments, not one behind the other."""
    shorter = min(one.end - one.start, other.end - other.start)
    return overlap((one.start, one.end), (other.start, other.end)) > APART * max(shorter, 1e-6)
