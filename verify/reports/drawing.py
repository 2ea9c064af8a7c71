"""Small drawings as inline SVG. Rule: each has a text beside it that says the same, and none uses colour alone.

Widths are percentages, so that text keeps its size on a phone; where only lines are drawn the picture is stretched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from verify.records.matches import Appearance, Segment
from verify.records.media import Curve
from verify.records.times import TimeBounds

_STEPS = (
    (timedelta(minutes=10), "%H:%M"),
    (timedelta(minutes=30), "%H:%M"),
    (timedelta(hours=1), "%H:%M"),
    (timedelta(hours=3), "%d %b %H:%M"),
    (timedelta(hours=6), "%d %b %H:%M"),
    (timedelta(hours=12), "%d %b %H:%M"),
    (timedelta(days=1), "%d %b"),
    (timedelta(days=2), "%d %b"),
    (timedelta(days=7), "%d %b %Y"),
    (timedelta(days=30), "%d %b %Y"),
    (timedelta(days=91), "%d %b %Y"),
    (timedelta(days=365), "%Y"),
    (timedelta(days=730), "%Y"),
    (timedelta(days=1826), "%Y"),
    (timedelta(days=3652), "%Y"),
)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# dBFS: -60 is the noise floor of a phone's microphone path; below it a curve shows hiss.
QUIET_TO_LOUD = (-60.0, 0.0)
MOST_POINTS = 600  # more than a curve on a page has pixels


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """A stretch of time drawn from left to right."""

    start: datetime
    end: datetime

    def at(self, when: datetime) -> float:
        """Return where `when` lies, in percent of the width, held inside 0..100."""
        whole = (self.end - self.start) / timedelta(microseconds=1)
        part = (when - self.start) / timedelta(microseconds=1)
        return min(100.0, max(0.0, 100.0 * part / whole)) if whole else 50.0

    def ticks(self, most: int = 5) -> list[tuple[float, str]]:
        """Return at most about `most` round moments with their words."""
        whole = self.end - self.start
        step, form = next(((s, f) for s, f in _STEPS if whole / s <= most), (whole / most, "%Y"))
        first = _EPOCH + (((self.start - _EPOCH) // step) + 1) * step
        found: list[tuple[float, str]] = []
        while first < self.end:
            # The first tick names day and year in full; those after it only what differs.
            full = "%d %b %Y %H:%M" if "%H" in form else "%d %b %Y" if "%d" in form else form
            found.append((self.at(first), first.strftime(form if found else full)))
            first += step
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One stretch on an axis, in percent. An end that is open, or beyond the axis, is drawn as an arrow.

    `sure` is False where the source gave a clock without a zone.
    """

    left: float
    right: float
    open_left: bool
    open_right: bool
    sure: bool

    @property
    def width(self) -> float:
        """How wide it is drawn: at least a hair that can be seen."""
        return max(0.6, self.right - self.left)


def axis(known: Sequence[TimeBounds]) -> Axis | None:
    """Return an axis on which all of `known` fit with some room at both ends, or None when nothing is dated."""
    ends = [end for b in known for end in (b.not_before, b.not_after) if end]
    if not ends:
        return None
    start, end = min(ends), max(ends)
    room = max((end - start) * 0.08, timedelta(minutes=20))
    try:
        return Axis(start=start - room, end=end + room)
    except OverflowError:  # a date at the end of the calendar, as broken files state them
        return Axis(start=start, end=end)


def bar(on: Axis, known: TimeBounds) -> Bar | None:
    """Return where `known` lies on the axis, or None when both ends are open."""
    start, end = known.not_before, known.not_after
    if start is None and end is None:
        return None
    return Bar(
        left=on.at(start) if start else 0.0,
        right=on.at(end) if end else 100.0,
        open_left=start is None or start < on.start,
        open_right=end is None or end > on.end,
        sure=known.zone != "unknown",
    )


def close_up(claimed: TimeBounds | None, known: Sequence[Appearance]) -> Axis | None:
    """Return an axis around the claimed time where the whole timeline is too coarse to show it, else None.

    Two days to each side: what is decided in most cases is what came just before and just after.
    """
    whole = axis([*(a.bounds for a in known if a.bounds), *([claimed] if claimed else [])])
    if not claimed or not claimed.not_before or not claimed.not_after or whole is None:
        return None
    near = Axis(start=claimed.not_before - timedelta(days=2), end=claimed.not_after + timedelta(days=2))
    coarse = (whole.end - whole.start) > 4 * (near.end - near.start)
    return near if coarse and any(a.bounds and ends_on(near, a.bounds) for a in known) else None


def ends_on(near: Axis, known: TimeBounds) -> bool:
    """Return whether `known` begins or ends within the axis: what only passes through tells nothing there."""
    return any(end is not None and near.start <= end <= near.end for end in (known.not_before, known.not_after))


def curve_points(curve: Curve, low: float, high: float) -> str:
    """Return a curve as SVG points in a box 1000 wide and 100 high, thinned to its loudest points per column."""
    values = curve.values
    if not values or high <= low:
        return ""
    bucket = max(1, -(-len(values) // MOST_POINTS))
    tops = [max(values[i : i + bucket]) for i in range(0, len(values), bucket)]
    across = 1000 / max(1, len(tops) - 1)
    return " ".join(
        f"{i * across:.1f},{100 - 100 * (min(high, max(low, v)) - low) / (high - low):.1f}" for i, v in enumerate(tops)
    )


def corners(outline: Sequence[tuple[float, float]]) -> str:
    """Return an outline (0..1) as SVG points in a box of 1000 by 1000."""
    return " ".join(f"{1000 * min(1.0, max(0.0, x)):.0f},{1000 * min(1.0, max(0.0, y)):.0f}" for x, y in outline)


def link_shape(part: Segment, a_whole: float, b_whole: float) -> Markup:
    """Return the four-sided shape that ties a stretch of the upper bar to one of the lower (box 1000 by 100)."""
    a, b = max(a_whole, 0.001), max(b_whole, 0.001)
    left, right = 1000 * part.a_start / a, 1000 * part.a_end / a
    low_left, low_right = 1000 * part.b_start / b, 1000 * part.b_end / b
    if part.reversed:
        low_left, low_right = low_right, low_left
    return Markup(f"{left:.1f},22 {right:.1f},22 {low_right:.1f},78 {low_left:.1f},78")  # noqa: S704 - numbers only
