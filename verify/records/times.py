"""Times as bounds. Rule: only disjoint bounds may be put in order; a day is not a midnight; no zone is not UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Precision = Literal["millisecond", "second", "minute", "hour", "day", "month", "year", "interval"]
Zone = Literal["utc", "offset", "unknown"]

# The farthest a local clock can lie from UTC: UTC-12 (Baker Island) and UTC+14 (Line Islands), IANA tz database.
FARTHEST_WEST = timedelta(hours=12)
FARTHEST_EAST = timedelta(hours=14)

_STEP = {
    "millisecond": timedelta(milliseconds=1),
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeBounds:
    """When something was: not before, not after (aware UTC, either may be open), and how that is known.

    `precision` is what the source stated; `zone` is `utc`, `offset` (the source gave a zone, bounds are exact) or
    `unknown` (a clock without a zone: the bounds are widened to every zone on earth and `clock` keeps what it said).
    """

    not_before: datetime | None
    not_after: datetime | None
    precision: Precision
    zone: Zone
    basis: str
    clock: str | None = None

    def __post_init__(self) -> None:
        for end in (self.not_before, self.not_after):
            if end is not None and end.utcoffset() != timedelta(0):
                raise ValueError("bounds are aware datetimes in UTC")
        if self.not_before and self.not_after and self.not_before > self.not_after:
            raise ValueError(f"bounds are the wrong way round: {self.not_before} > {self.not_after}")

    def before(self, other: TimeBounds) -> bool:
        """Return True only if every moment of this lies before every moment of `other`."""
        return self.not_after is not None and other.not_before is not None and self.not_after < other.not_before

    def after(self, other: TimeBounds) -> bool:
        """Return True only if every moment of this lies after every moment of `other`."""
        return other.before(self)

    def overlaps(self, other: TimeBounds) -> bool:
        """Return True if the two cannot be put in order."""
        return not self.before(other) and not self.after(other)

    @property
    def width(self) -> timedelta | None:
        """How far apart the bounds lie, or None when one is open."""
        return self.not_after - self.not_before if self.not_before and self.not_after else None


def moment(at: datetime, basis: str, precision: Precision = "second") -> TimeBounds:
    """Return the bounds of an aware moment known to `precision` (`second`: that second, whole).

    Raises ValueError when `at` has no zone: use `clock_without_zone`.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs a zone")
    start = at.astimezone(UTC)
    step = _STEP.get(precision, timedelta(0))
    zone: Zone = "utc" if at.utcoffset() == timedelta(0) else "offset"
    end = start + step - timedelta(microseconds=1) if step else start
    return TimeBounds(not_before=start, not_after=end, precision=precision, zone=zone, basis=basis)


def clock_without_zone(at: datetime, basis: str, precision: Precision = "second") -> TimeBounds:
    """Return the bounds of a naive clock reading: every zone on earth is possible, and the reading is kept as text.

    Raises ValueError when `at` is aware.
    """
    if at.tzinfo is not None:
        raise ValueError("this clock has a zone: use `moment`")
    bare = at.replace(tzinfo=UTC)
    step = _STEP.get(precision, timedelta(0))
    return TimeBounds(
        not_before=bare - FARTHEST_EAST,
        not_after=bare + FARTHEST_WEST + step,
        precision=precision,
        zone="unknown",
        basis=basis,
        clock=at.isoformat(sep=" ", timespec="seconds"),
    )


def whole_day(day: date, basis: str, margin: timedelta = timedelta(0), zone: Zone = "utc") -> TimeBounds:
    """Return the bounds of a calendar day, widened by `margin` on both sides; with zone unknown, by every zone."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    west, east = (FARTHEST_WEST, FARTHEST_EAST) if zone == "unknown" else (timedelta(0), timedelta(0))
    return TimeBounds(
        not_before=start - margin - east,
        not_after=start + timedelta(days=1) - timedelta(microseconds=1) + margin + west,
        precision="day",
        zone=zone,
        basis=basis,
        clock=day.isoformat() if zone == "unknown" else None,
    )


def earliest_possible(bounds: list[TimeBounds]) -> datetime | None:
    """Return the latest `not_before` of bounds that speak of one event, or None when all are open."""
    starts = [b.not_before for b in bounds if b.not_before]
    return max(starts) if starts else None
