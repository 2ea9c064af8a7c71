"""How sure a match is: a score, and how often unrelated footage of its kind reaches it."""

from __future__ import annotations

from verify.matching.align import Aligned
from verify.matching.geometry import Fit
from verify.records.matches import Strength

LOWEST = 0.5
STILL = 0.9  # grey levels; less change a cell than this at its liveliest, and movement cannot tell


def score(aligned: Aligned, fit: Fit | None) -> float:
    """Return how strongly two clips agree: movement first, held by the places that fit and the likeness."""
    weight = fit.weight if fit else 0.0
    length = aligned.end - aligned.start
    agreement = max(0.0, aligned.movement) * min(
        max(0.0, aligned.rank), aligned.evidence / 3 if aligned.evidence else 9.0
    )
    few = 0.5 if fit is not None and fit.places < 6 else 1.0  # four places agree by chance in one pair of twenty
    held = few * (0.4 + 0.6 * min(1.0, weight / 12)) * max(0.0, min(1.0, 0.2 + aligned.still))
    total = agreement * min(1.0, length / 3) * held
    if max(aligned.lively_a, aligned.lively_b) < STILL:
        total += 0.6 * min(1.0, weight / 20) * max(0.0, (aligned.still - 0.7) / 0.3)
    return total


def judge(aligned: Aligned, fit: Fit | None) -> Strength | None:
    """Return the strength of an alignment, or None when it is no match."""
    reached = score(aligned, fit)
    if reached < LOWEST:
        return None
    return Strength(
        score=round(reached, 3), false_rate=None, kind="any", words="possible" if reached < 0.8 else "strong"
    )
