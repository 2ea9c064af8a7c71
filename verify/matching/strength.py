"""How sure a match is: a score, and how often unrelated footage of its kind reaches it."""

from __future__ import annotations

from verify.matching.align import Aligned
from verify.matching.geometry import Fit
from verify.records.matches import Strength

LOWEST = 1.0


def judge(aligned: Aligned, fit: Fit | None) -> Strength | None:
    """Return the strength of an alignment, or None when it is no match."""
    agreement = max(0.0, aligned.movement) * aligned.rank
    places = min(1.0, fit.weight / 20.0) if fit else 0.0
    score = agreement * (0.6 + 0.4 * places) * max(0.0, aligned.still)
    if score < LOWEST:
        return None
    return Strength(
        score=round(float(score), 3), false_rate=None, kind="any", words="possible" if score < 1.5 else "strong"
    )
