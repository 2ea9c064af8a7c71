"""Aligns two clips by the flashes they show. Rule: light needs no time, but a few flashes fit many places by chance.

How likely the best fit is by chance is computed from the number of flashes, the overlap and the resolution; at an
eighth of a second two or three flashes are not enough by themselves, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, factorial

from verify.records.stories import Alignment

TOLERANCE = (
    0.19  # seconds: flashes are known to 0.125 s (verify/measures/flash.py), two of them to about 1.5 times that
)
MOST_CHANCE = 0.01
_MOST = 50  # flashes looked at in each clip


def align(
    a: Sequence[float], b: Sequence[float], a_seconds: float, b_seconds: float, a_name: str, b_name: str
) -> Alignment:
    """Return how b lies against a from the seconds of their flashes and the clips' lengths, or why not."""
    found = Alignment(a=a_name, b=b_name, way="flash")
    first, second = sorted(a)[:_MOST], sorted(b)[:_MOST]
    if not first or not second:
        return replace(found, declined="one of the clips shows no flash")
    fits = [(_fit(first, second, x - y), x - y) for x in first for y in second]
    best = max(count for count, _ in fits)
    offset = _centred(first, second, next(o for count, o in fits if count == best))
    rivals = [o for count, o in fits if count == best and abs(o - offset) > 2 * TOLERANCE]
    overlap = max(0.0, min(a_seconds, b_seconds + offset) - max(0.0, offset))
    chance = _chance(first, second, best, overlap)
    if best < 2 or rivals or chance > MOST_CHANCE:
        words = f"{best} of {len(first)} and {len(second)} flashes fit at one offset, which chance does too often"
        return replace(found, overlap=round(overlap, 2), declined=words)
    return replace(
        found,
        offset=round(offset, 3),
        error=round(TOLERANCE / best**0.5, 3),
        confidence=round(1 - chance, 4),
        overlap=round(overlap, 2),
        basis=f"flashes: {best} of {len(first)} and {len(second)} at one offset; by chance in {chance:.1e} of pairs",
    )


def supports(found: Alignment, a: Sequence[float], b: Sequence[float]) -> int:
    """Return how many flashes of b fall on flashes of a at the offset of `found`: a second look at a sound's answer.

    Only where sound travel is corrected (or the cameras stand together) must they fall together.
    """
    return 0 if found.declined else _fit(sorted(a), sorted(b), found.offset)


def _pairs(a: Sequence[float], b: Sequence[float], offset: float) -> list[float]:
    """Return the differences of the flashes that fall together at `offset`, each used once."""
    left = list(a)
    gaps = []
    for one in b:
        near = min(left, key=lambda x: abs(x - one - offset), default=None)
        if near is not None and abs(near - one - offset) <= TOLERANCE:
            left.remove(near)
            gaps.append(near - one)
    return gaps


def _fit(a: Sequence[float], b: Sequence[float], offset: float) -> int:
    return len(_pairs(a, b, offset))


def _centred(a: Sequence[float], b: Sequence[float], offset: float) -> float:
    gaps = _pairs(a, b, offset)
    return sum(gaps) / len(gaps)


def _chance(a: Sequence[float], b: Sequence[float], count: int, overlap: float) -> float:
    """Return the expected number of offsets at which unrelated flashes fit this well: Poisson, all candidates tried."""
    if overlap <= 2 * TOLERANCE:
        return 1.0
    mean = (len(a) - 1) * (len(b) - 1) * 2 * TOLERANCE / overlap
    below = sum(mean**n * exp(-mean) / factorial(n) for n in range(count - 1))
    return min(1.0, len(a) * len(b) / count * max(0.0, 1 - below))  # one fit of `count` shows up as `count` candidates
