"""How sure a match is, in words. Rule: what was counted is said as counted, what was read on from it as read on.

The engine states a rate for every match (verify/matching/strength.py). Above the highest score of some thousand
unrelated pairs it is read off the way in which their scores fall off: such a number is never shown smaller than
LEAST, for no background of this size can show it.
"""

from __future__ import annotations

import re

from verify.records.matches import Strength

# One in a million is what one unrelated pair of 306,465 that were searched leaves of the tail (docs/benchmarks.md).
LEAST = 1e-6
# The engine's grade for what no measured pair comes near: certain is what a person is who has compared the pictures.
_SHOWN = {"practically certain": "very strong"}
_BASIS = re.compile(
    r"^(?P<above>\d+) of (?P<pairs>\d+) unrelated pairs of (?P<kind>[\w -]+) footage scored as high"
    r"(?:, the highest (?P<highest>[\d.]+); the rate is read off the tail of the others)?(?P<rest>;.*)?$",
    re.DOTALL,
)


def grade(strength: Strength) -> str:
    """Return what the strength is called in a report: `very strong`, `strong`, `possible`; '' where it has no name."""
    return _SHOWN.get(strength.words, strength.words)


def chance(strength: Strength) -> str:
    """Return how often unrelated footage scores as high: what was counted, and apart from it what was read on."""
    rate = strength.false_rate
    if rate is None:
        return strength.basis or "how often unrelated footage scores this high was not measured"
    found = _BASIS.match(strength.basis)
    if found is None:
        kind = "" if strength.kind in {"", "any"} else f" ({strength.kind} footage)"
        told = "no unrelated pair" if rate <= 0 else f"{_one_in(rate)} unrelated pairs"
        return f"by the estimate stored with the match {told}{kind} scores this high{_in_brackets(strength.basis)}"
    above, pairs = int(found["above"]), int(found["pairs"])
    of = f"of {pairs:,} unrelated pairs of {found['kind']} footage that were measured"
    rest = found["rest"] or ""
    if above:
        return f"{above:,} {of} scored as high{rest}"
    highest = f", the highest {found['highest']}" if found["highest"] else ""
    read_on = f" (read on from how their scores fall off, not counted: {_one_in(rate)} would)" if highest else ""
    return f"none {of} scored as high{highest}{read_on}{rest}"


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _one_in(rate: float) -> str:
    if rate < LEAST * (1 - 1e-9):
        return f"fewer than 1 in {round(1 / LEAST):,}"
    one_in = 1 / rate * (1 + 1e-9)  # 1 / 1e-9 is 999999999.99…
    if one_in < 2:
        return "more than 1 in 2"
    step = 10 ** max(0, len(str(int(one_in))) - 2)
    return f"about 1 in {int(one_in // step * step):,}"


def told(strength: Strength) -> str:
    """Return grade, score and chance in one clause: `very strong (score 5.27): none of 3,966 unrelated pairs ...`."""
    return f"{grade(strength) or 'strength not rated'} (score {strength.score:.2f}): {chance(strength)}"
