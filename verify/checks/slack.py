"""How far from the claimed time still says nothing. Rule: a claimed minute is a person's, and is usually rounded."""

from __future__ import annotations

from datetime import timedelta

from verify.checks import wording
from verify.records.times import TimeBounds

# Ours, and that of verify/statements.py for two clocks of one event: people claim round minutes, and clocks of phones,
# cameras and platforms are minutes apart. Recycled footage is hours or years off, so nothing is lost by it.
SLACK = timedelta(minutes=10)


def well_before(first: TimeBounds, second: TimeBounds) -> bool:
    """Return whether every moment of `first` lies more than SLACK before every moment of `second`."""
    return first.before(second) and wording.gap(first, second) > SLACK


def tell_near(dated: TimeBounds, when: TimeBounds) -> str:
    """Return how little a date lies outside the claimed time, and why nothing follows: a clause to end a sentence."""
    side, least = ("before", wording.gap(dated, when)) if dated.before(when) else ("after", wording.gap(when, dated))
    return (
        f"{wording.tell_span(least)} {side} the claimed time: within minutes of it, and a claimed minute is usually "
        "rounded, so nothing follows"
    )
