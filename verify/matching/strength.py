"""How sure a match is: a score, and how often unrelated footage of its kind reaches it. Rule: rates are measured.

The score is worth nothing by itself. `background.json` says how unrelated pairs of each kind of footage score; it is
made by tests/bench/background.py from pairs that share no footage, same-room takes included, each forced through the
whole comparison. A rate is the share of those pairs that reached the score, counting one more than were seen; above
the highest seen it is taken to fall off exponentially, at the slower of two slopes (the mean excess over the 90th and
over the 98th percentile, each at the upper end of what so few tell), and not faster than SEARCHED. How well the rates
hold on pairs that were not used is printed by the same program.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from importlib.resources import files
from typing import Any

from verify.matching.align import RESTING, STILL, Aligned
from verify.matching.geometry import Fit
from verify.records.matches import Strength

# The score from which a pair is a match. Of 32,400 unrelated pairs that searches named, the highest have 0.45 and 0.42;
# of two halves of one standing camera's clip 0.52 (tests/bench/takes.py); of a throw or walk that is done again up to
# 1.27, which verify/matching/standing.py refuses (docs/matching.md).
LOWEST = 0.6
BRIEF = 6.0  # seconds; at another speed than filmed, less than so many weigh less (docs/matching.md)
FAR = 0.3  # and speeds so far off weigh less: the highest unrelated one of all that were named was such
# Evidence below which a line at such speeds, or one without many places, weighs less. Of five pairs of moons that one
# channel made to shine and grow alike, four had 4.1 to 6.2 at half or twice the speed, and one 2.9 with seven places;
# of 1,135 true pairs found none falls below the bar by it.
FAR_CLEAR, FAINT = 9.0, 4.0
AT_REST = (
    0.7  # what two pictures that stand still add where they are finely alike: possible, never more (docs/matching.md)
)
# Grey levels a cell, at the liveliest, below which a clip does not move and what changes in it is the codec's own beat:
# two different cards (one frame and logo, other words) agreed in it as copies do. It reaches 0.15, and more where
# coding is poor (verify/matching/details.py); of 414 true pairs of hard edits that were found the quietest has 0.18.
UNMOVED, MOVED = 0.1, 0.2
DARK = 48.0  # mean grey level of a clip below which it counts as dark
PLAIN = 25  # places in a picture, of 72 at most; fewer, and there is little to hold on to
# A search chooses among many pairs, and many ways to lay each: of 306,465 unrelated pairs that were searched, not taken
# as they came, one reached 0.58 (docs/benchmarks.md; at most 4.7 of so many, 95 %). The tail is not taken to fall
# faster than from the highest of the background's lively pairs (0.21 of 3,966) to there. Films are finer since, and
# searched pairs come to 0.45 at most: what was seen before is kept as a bound.
SEARCHED = 0.13
MOVELESS = (
    "nothing moves in either: one picture shown as a video, with other words on it or not, or another take by one "
    "standing camera looks like this"
)
# Where little moves (grey levels a cell), and what agrees stands out so little beside other seconds, a score below SURE
# is possible, never more: all 19 wrong matches of 13,203 pairs of cards of two series are such, up to 1.65, and so are
# 25 of 500 copies found under drawn edits (docs/matching.md).
QUIET, FAINTLY, SURE = 8.0, 6.5, 2.0
SERIES = (
    "little moves, and other seconds of the clips agree nearly as well: two cards of one series, with words that "
    "differ, can look like this"
)
# What a rate is called. A thousand clips make half a million pairs: at 1e-7 one such case in twenty has a false alarm,
# at 1e-6 one in two.
CERTAIN, STRONG = 1e-7, 1e-6


def score(aligned: Aligned, fit: Fit | None) -> float:
    """Return how strongly two clips agree: movement first, held by the places that fit and the likeness."""
    weight = fit.weight if fit else 0.0
    length = aligned.end - aligned.start
    evidence = aligned.evidence or 9.0  # too short a pair to compare with other offsets
    rank = math.sqrt(max(0.0, aligned.rank) * max(0.0, evidence) / 3)
    few = 0.5 if fit is not None and fit.places < 6 else 1.0  # four places agree by chance in one pair of twenty
    if weight < 12:  # neither places nor a moment that stands out
        few *= min(1.0, evidence / FAINT)
    held = few * (0.4 + 0.6 * min(1.0, weight / 12)) * max(0.0, min(1.0, 0.2 + aligned.still))
    usual = 1.0 if abs(aligned.speed - 1) < 0.06 else 0.85 if aligned.speed > 0 else 0.7  # one of 24 ways is common
    if usual < 1:  # and a few seconds run along others at one speed or another sooner than many do
        usual *= 0.5 + 0.5 * min(1.0, length / BRIEF)
    if abs(abs(aligned.speed) - 1) >= FAR:
        usual *= 0.85 * min(1.0, evidence / FAR_CLEAR)
    # A chance agreement lasts a few seconds of two longer clips; a trimmed copy is shared from end to end.
    lasting = min(1.0, length / 3) * (0.4 + 0.6 * min(1.0, length / (0.6 * aligned.shorter)))
    total = max(0.0, aligned.movement) * rank * held * usual * lasting * _moving(aligned)
    if at_rest(aligned):  # one picture, finely alike: unrelated pairs at rest have one or the other, never both
        total += AT_REST * min(1.0, max(0.0, weight - 12) / 12) * max(0.0, min(1.0, (aligned.still - 0.88) / 0.08))
    return total


def _moving(aligned: Aligned) -> float:
    """Return how far the stiller clip moves at all, from 0 to 1: what does not move cannot move alike."""
    return min(1.0, max(0.0, min(aligned.lively_a, aligned.lively_b) - UNMOVED) / (MOVED - UNMOVED))


def at_rest(aligned: Aligned) -> bool:
    """Return whether both clips stand still all over, as a photograph or a painting made into a video does."""
    return max(aligned.lively_a, aligned.lively_b) < RESTING


def nothing_moves(aligned: Aligned) -> bool:
    """Return whether neither clip moves enough anywhere for movement to tell them apart."""
    return max(aligned.lively_a, aligned.lively_b) < STILL


def stands_out_little(aligned: Aligned) -> bool:
    """Return whether little moves in both clips, and other offsets and speeds agree nearly as well as the one found."""
    return 0 < aligned.evidence < FAINTLY and max(aligned.lively_a, aligned.lively_b) < QUIET


def kind_of(liveliness: float, brightness: float, places: float) -> str:
    """Return the kind of footage a pair counts as, each value being that of the poorer clip.

    `liveliness` is the change a cell at its liveliest, `brightness` the mean grey level, `places` the mean number of
    places in a picture.
    """
    if liveliness < STILL:
        return "still"
    if brightness < DARK:
        return "dark"
    return "plain" if places < PLAIN else "lively"


@lru_cache(maxsize=1)
def background() -> dict[str, dict[str, Any]]:
    """Return what was measured for each kind: pairs, how the tail falls off, and the highest scores."""
    found: dict[str, dict[str, Any]] = json.loads(files("verify.matching").joinpath("background.json").read_text())
    return found


def false_rate(reached: float, kind: str) -> tuple[float, str]:
    """Return (share of unrelated pairs of `kind` that score `reached` or higher, how that is known)."""
    table = background().get(kind) or background()["lively"]
    pairs, top = int(table["pairs"]), [float(s) for s in table["top"]]
    above = sum(s >= reached for s in top)
    basis = f"{above} of {pairs} unrelated pairs of {kind} footage scored as high"
    if above:
        return min(1.0, (above + 1) / pairs if above < len(top) else 1.0), basis
    highest = top[0] if top else 0.0
    rate = math.exp(-(reached - highest) / max(float(table["excess"]), SEARCHED)) / pairs
    return max(rate, 1e-9), basis + f", the highest {highest:.2f}; the rate is read off the tail of the others"


def judge(aligned: Aligned, fit: Fit | None, kind: str) -> Strength | None:
    """Return the strength of an alignment of footage of `kind` (see `kind_of`), or None when it is no match."""
    reached = score(aligned, fit)
    return rated(reached, aligned, kind) if reached >= LOWEST else None


def rated(reached: float, aligned: Aligned, kind: str, note: str = "") -> Strength:
    """Return the strength of a match whose score is `reached`, of footage of `kind`; `note` goes behind its basis."""
    rate, basis = false_rate(reached, kind)
    words = "practically certain" if rate <= CERTAIN else "strong" if rate <= STRONG else "possible"
    if nothing_moves(aligned):
        words = "possible"
        basis += f"; {MOVELESS}"
    elif reached < SURE and stands_out_little(aligned):
        words = "possible"
        basis += f"; {SERIES}"
    if note:
        basis += f"; {note}"
    return Strength(score=round(reached, 3), false_rate=rate, kind=kind, basis=basis, words=words)
