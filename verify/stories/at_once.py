"""Which clips show two recordings at the same moments. Rule: two that show each other are one, and a miss is not proof.

A clip between two that were not matched with each other holds both, or those two are copies that missed each other.
Where in the picture each lies tells the two apart, and how many stand on either side and how many between. Measured
with tests/bench/stories.py and on the 855 copies of tests/bench/copies.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from verify.stories.borne_out import STRONG
from verify.stories.linked import Held, Left, Linked, Names, in_turn, named, unlinked
from verify.stories.stretches import Stretch, alike, area, middle, overlap, shared

ASIDE = 0.2  # share of the picture's width or height by which the middles of two that stand beside each other differ
WITHIN = 0.8  # share of the smaller that must lie in the larger to be a part of it
INSET = 0.25  # of the larger one's area: what fills more of it is cut out of its middle, not laid over it
SURE = 1.0  # strength from which a copy is not missed and a look-alike not met: two in one place are two takes of it
LONG = 3.0  # seconds that two copies have to share not to be missed (verify/matching/strength.py counts up to that)
MANY = 3  # times as many clips on the two sides as there are between them: then those between are montages
APART = 0.25  # share of the shorter of two stretches that may overlap while they still follow each other

_WORDS = "it shows two recordings {} at the same moments, and those do not show each other"
_PARTS = "in different parts of the picture"


def beside(stretches: Mapping[str, Sequence[Stretch]], linked: Linked, left: Left) -> dict[str, str]:
    """Return the clips that hold two recordings at once, with what shows it, and take them out of `left`."""
    held = {name: _pairs(inside, linked) for name, inside in stretches.items()}
    between = Counter(names for pairs in held.values() for names in pairs)
    found = in_turn(held, left, lambda pairs, now: _told(pairs, between, now))
    return {name: _WORDS.format("in one place" if set(held[name].values()) == {"over"} else _PARTS) for name in found}


def _pairs(inside: Sequence[Stretch], linked: Linked) -> dict[Names, str]:
    """Return the clips that were not matched with each other and that these stretches show at once, and how they lie.

    `apart` in the picture, `surely apart`, or in one place (`over` each other) where both are surely seen.
    """
    found: dict[Names, str] = {}
    for one, other in unlinked(inside, linked):
        if not together(one, other):
            continue
        names = named(one, other)
        score = min(one.score, other.score)
        long = overlap((one.start, one.end), (other.start, other.end)) >= LONG
        over = long and score >= SURE and alike(one.box, other.box) >= WITHIN
        way = "apart" if apart(one, other) else "over" if over else ""
        if way == "apart" and score >= STRONG:
            way = "surely apart"
        found[names] = max(found.get(names, ""), way)
    return {names: way for names, way in found.items() if way}


def apart(one: Stretch, other: Stretch) -> bool:
    """Return whether a clip shows two pictures beside each other, or a small one over a large one.

    Of two that were cropped to stand side by side, each would reach into the other's half: so it is asked where the
    whole of each would lie. What is cut out of the middle of another lies within it, and is not small.
    """
    small, large = sorted((one, other), key=lambda s: area(s.reach))
    if shared(one.reach, other.reach) >= WITHIN * area(small.reach):
        return area(small.box) <= INSET * area(large.box)
    return max(abs(a - b) for a, b in zip(middle(one.reach), middle(other.reach), strict=True)) >= ASIDE


def _told(held: Held, between: Mapping[Names, int], left: Left) -> int:
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
