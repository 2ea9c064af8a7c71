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

# Compared in a row for nothing: PATIENCE, MORE for each match found, at most MOST_PATIENCE. A clip with many copies has
# some that are hardly named; with one or two, none of 516 under 33 hard edits stood behind ten unrelated clips of
# 10,140. Of 21,451 matches in libraries of 1 to 32 copies a clip seven are lost beside forty always (docs/matching.md).
PATIENCE, MORE, MOST_PATIENCE = 15, 3, 40
LINKED = 16  # clips that match a match and were not named themselves

Look = Callable[[str, str, tuple[Turn, ...], bool], Match | None]  # a, b, turns, whether to look closely
Links = Callable[[str], Iterable[str]]
Known = Callable[[Collection[str]], Collection[str]]  # of clips, those that need no comparison any more


@dataclass(frozen=True, slots=True)
class Named:
    """Clips worth a comparison, best first, with the turns to try.

    The `nearest` are looked at closely, and the first `sure` of them all, whatever comes of it.
    """

    turns: Mapping[str, tuple[Turn, ...]]
    nearest: int
    sure: int = 0


def matches_of(
    sha256: str, named: Named, look: Look, known: Known | None = None, links: Links | None = None
) -> list[Match]:
    """Return the matches of a clip with those that are `named` for it; strongest first.

    Those that are `known` are left out; it is asked of the clips in question only. `links` gives the clips that are
    known to match one: what matches a match is looked at as well, however little it looks like the clip itself.
    """
    without = known(list(named.turns)) if known is not None else ()
    wanted = {other: turns for other, turns in named.turns.items() if other not in without}
    sure = len([other for other in list(named.turns)[: named.sure] if other in wanted])
    mine = list(links(sha256)) if links is not None else []  # also those whose own search found this one
    matches, seen = _looked(sha256, wanted, named.nearest, look, sure, len(mine))
    if links is not None:
        seen |= {sha256, *without}
        alike = dict.fromkeys([*(m.b for m in matches), *mine])
        behind = Counter(other for one in alike for other in links(one) if other not in seen)
        for other in known(list(behind)) if known is not None else ():
            del behind[other]
        linked = dict.fromkeys((other for other, _ in behind.most_common(LINKED)), TURNS)
        more, _ = _looked(sha256, linked, LINKED, look, LINKED, len(alike))
        matches += more
    return sorted(matches, key=lambda m: -m.strength.score)


def _looked(
    sha256: str, wanted: Mapping[str, tuple[Turn, ...]], nearest: int, look: Look, sure: int, known: int
) -> tuple[list[Match], set[str]]:
    """Return the matches among `wanted`, and what was looked at: the sure, then until many in a row were nothing.

    `known` matches there are already.
    """
    matches: list[Match] = []
    seen: set[str] = set()
    nothing = 0
    for place, (other, turns) in enumerate(wanted.items()):
        if nothing >= min(MOST_PATIENCE, PATIENCE + MORE * (known + len(matches))):
            break
        seen.add(other)
        match = look(sha256, other, turns, place < nearest)
        if match is not None:
            matches.append(match)
        nothing = nothing + 1 if match is None and place >= sure else 0
    return matches, seen
