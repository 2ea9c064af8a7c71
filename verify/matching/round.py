"""In which order named clips are looked at, and when to stop. Rule: it asks for each pair, and never compares itself.

So that a round can be made ahead, by another process, and then be made again from what was found there: whoever
compares, the matches are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from verify.matching.codes import TURNS, Turn
from verify.records.matches import Match

# Compared in a row for nothing. In the order of places and moments together 42 of 3,641 matches (1.2 %) stand behind so
# many unrelated clips; 48 stood behind 62 (fifty, and twelve that moments named) when places alone made it.
PATIENCE = 40
LINKED = 16  # clips that match a match and were not named themselves

Look = Callable[[str, str, tuple[Turn, ...], bool], Match | None]  # a, b, turns, whether to look closely
Links = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Named:
    """Clips worth a comparison, best first, with the turns to try.

    The `nearest` are looked at closely, and the first `sure` of them all, whatever comes of it.
    """

    turns: Mapping[str, tuple[Turn, ...]]
    nearest: int
    sure: int = 0


def matches_of(
    sha256: str, named: Named, look: Look, without: Collection[str] = (), links: Links | None = None
) -> list[Match]:
    """Return the matches of a clip with those that are `named` for it; strongest first.

    Those in `without` are left out. `links` gives the clips that are known to match one: what matches a match is
    looked at as well, however little it looks like the clip itself.
    """
    wanted = {other: turns for other, turns in named.turns.items() if other not in without}
    sure = len([other for other in list(named.turns)[: named.sure] if other in wanted])
    matches, seen = _looked(sha256, wanted, named.nearest, look, sure)
    if links is not None:
        seen |= {sha256, *without}
        alike = dict.fromkeys([*(m.b for m in matches), *links(sha256)])  # also those whose own search found this one
        behind = Counter(other for one in alike for other in links(one) if other not in seen)
        linked = dict.fromkeys((other for other, _ in behind.most_common(LINKED)), TURNS)
        more, _ = _looked(sha256, linked, LINKED, look, LINKED)
        matches += more
    return sorted(matches, key=lambda m: -m.strength.score)


def _looked(
    sha256: str, wanted: Mapping[str, tuple[Turn, ...]], nearest: int, look: Look, sure: int
) -> tuple[list[Match], set[str]]:
    """Return the matches among `wanted`, and what was looked at: after the sure, until PATIENCE were nothing."""
    matches: list[Match] = []
    seen: set[str] = set()
    nothing = 0
    for place, (other, turns) in enumerate(wanted.items()):
        if nothing >= PATIENCE:
            break
        seen.add(other)
        match = look(sha256, other, turns, place < nearest)
        if match is not None:
            matches.append(match)
        nothing = nothing + 1 if match is None and place >= sure else 0
    return matches, seen
