"""Times, spans and distances in plain words with their zones. Rule: what is not known about a time stays in the words.

Every sentence of a finding takes its numbers from here, so that one time is always told in one way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verify.records.cases import Case
from verify.records.claims import Place
from verify.records.matches import Appearance
from verify.records.times import Precision, TimeBounds
from verify.text import one_line

_FORMAT: dict[Precision, str] = {
    "millisecond": "%Y-%m-%d %H:%M:%S",
    "second": "%Y-%m-%d %H:%M:%S",
    "minute": "%Y-%m-%d %H:%M",
    "hour": "%Y-%m-%d %H:%M",
    "interval": "%Y-%m-%d %H:%M",
    "day": "%Y-%m-%d",
    "month": "%Y-%m",
    "year": "%Y",
}
_BRACKETED = re.compile(r" \(([^()]*)\)")
_POINT = re.compile(r"\((-?\d+\.\d+), (-?\d+\.\d+); ")  # as the gazetteer writes a place of the same name
_QUOTE_LENGTH = 120  # of foreign text inside a sentence; the whole text stands in the evidence


def place_zone(case: Case) -> str:
    """Return the IANA zone of the claimed place, or nothing where it is not known."""
    return case.claim.where.zone if case.claim and case.claim.where else ""


def place_zones(case: Case) -> tuple[str, ...]:
    """Return the IANA zones that the claimed place may have, the likeliest first."""
    where = case.claim.where if case.claim else None
    return (where.zone, *where.zones) if where and where.zone else ()


def tell_moment(at: datetime, zone: str = "", precision: Precision = "second") -> str:
    """Return an aware moment in UTC, and in `zone` beside it where that is a zone this computer knows."""
    form = _FORMAT[precision]
    told = f"{at.astimezone(UTC):{form}} UTC"
    local = _zone(zone)
    if local is None or "%H" not in form:
        return told
    there = at.astimezone(local)
    same_day = there.date() == at.astimezone(UTC).date()
    return f"{told} ({there:%H:%M}{'' if same_day else f' on {there:%Y-%m-%d}'} {zone})"


def tell(bounds: TimeBounds, zone: str = "") -> str:
    """Return the words for a time: `2022-04-01 09:29:07 UTC`, `between ... and ...`, `no later than ...`."""
    if bounds.zone == "unknown" and bounds.clock:
        if bounds.precision == "day":  # a day has no clock
            return f"{bounds.clock} (a day, zone not stated)"
        return f"{bounds.clock} on a clock whose zone is not stated"
    first, last = bounds.not_before, bounds.not_after
    if first is None and last is None:
        return "at a time nothing is known of"
    if first is None:
        return f"no later than {tell_moment(last, zone)}" if last else ""
    if last is None:
        return f"no earlier than {tell_moment(first, zone)}"
    return _tell_closed(first, last, bounds.precision, zone)


def tell_inside(bounds: TimeBounds, zone: str = "") -> str:
    """Return `tell` for a place between brackets, where it has none of its own: `09:29:07 UTC, 12:29 Europe/Moscow`."""
    return inside(tell(bounds, zone))


def inside(told: str) -> str:
    """Return words of this file for a place between brackets: their own brackets become commas."""
    return _BRACKETED.sub(r", \1", told)


def tell_when(bounds: TimeBounds, zone: str = "") -> str:
    """Return `tell` with the word that goes before it in a sentence: `at 09:29:07`, `on 2022-04-01`, `between ...`."""
    told = tell(bounds, zone)
    if not told[:1].isdigit():
        return told
    return f"on {told}" if ":" not in told else f"at {told}"


def _tell_closed(first: datetime, last: datetime, precision: Precision, zone: str) -> str:
    width = last - first
    if precision in {"millisecond", "second"} and width < timedelta(seconds=1):
        return tell_moment(first, zone)
    if precision == "minute" and width < timedelta(minutes=1):
        return tell_moment(first, zone, "minute")
    if precision == "day" and width < timedelta(days=1, hours=2):  # a day may be 25 hours long where clocks change
        for name in ("UTC", zone):
            begins = first.astimezone(_zone(name) or UTC)
            if (begins.hour, begins.minute) == (0, 0):
                return f"{begins:%Y-%m-%d} (the day in {name or 'UTC'})"
    whole_minutes = first.second == 0 and last.second in {0, 59}
    shown: Precision = "minute" if whole_minutes and precision not in {"second", "millisecond"} else "second"
    return _tell_between(first, last, shown, zone)


def _tell_between(first: datetime, last: datetime, shown: Precision, zone: str) -> str:
    """Return `between 2022-04-01 02:00 and 02:51 UTC (05:00 to 05:51 Europe/Moscow)` where both are of one day."""
    local = _zone(zone)
    here, there = first.astimezone(UTC), first.astimezone(local or UTC)
    one_day = here.date() == last.astimezone(UTC).date() and there.date() == last.astimezone(local or UTC).date()
    if not one_day:
        return f"between {tell_moment(first, zone, shown)} and {tell_moment(last, zone, shown)}"
    clock_form = _FORMAT[shown].removeprefix("%Y-%m-%d ")
    told = f"between {here:{_FORMAT[shown]}} and {last.astimezone(UTC):{clock_form}} UTC"
    if local is None:
        return told
    day = "" if here.date() == there.date() else f" on {there:%Y-%m-%d}"
    return f"{told} ({there:%H:%M} to {last.astimezone(local):%H:%M}{day} {zone})"


def tell_place(where: Place) -> str:
    """Return a claimed place: the name it was asked by and the one it was taken for, country, point and radius."""
    name = ", ".join(plain(part) for part in (where.name, where.country) if part)
    radius = tell_distance(where.radius) + (", assumed" if assumed_radius(where) else "")
    told = f"{name} ({where.latitude:.5f}, {where.longitude:.5f}, within {radius})"
    return f"{quote(where.asked)}, taken as {told}" if where.asked else told


def assumed_radius(where: Place) -> bool:
    """Return whether nobody gave the radius of a claimed place."""
    return "radius" in where.basis and "assumed" in where.basis


def of_the_same_name(where: Place, most: int = 3) -> str:
    """Return the other places that the name of a claimed one may mean, in a sentence; '' where there are none."""
    if not where.others:
        return ""
    listed_, left = where.others[:most], where.others[most:]
    more = " and others" if left else ""
    return f"Other places of that name were not tested: {'; '.join(plain(o, 100) for o in listed_)}{more}."


def point_of(other: str) -> tuple[float, float] | None:
    """Return (latitude, longitude) of a place of the same name, as `Place.others` words it; None where it has none."""
    found = _POINT.search(other)
    return (float(found[1]), float(found[2])) if found else None


def taken_zone(when: TimeBounds) -> str:
    """Return what was assumed of the zone of a claimed time, in brackets; '' where the zone was stated."""
    _, stated, rest = when.basis.partition("; no zone stated: taken as ")
    return f" (no zone was stated: taken as {inside(rest)})" if stated else ""


def unsure_zone(when: TimeBounds) -> str:
    """Return, as a sentence, that a claimed time was taken in several zones; '' where one was stated or is sure."""
    _, found, zones = when.basis.partition("; no zone stated: taken as the claimed place's own time (")
    zones, unsure, _ = zones.partition(": not sure which")
    if not (found and unsure):
        return ""
    return (
        f"The claimed time states no zone, and that of the claimed place is not sure ({zones}): the times in each are "
        "taken. Write the time with its offset, such as +03:00, to decide."
    )


def by_hand(known: Appearance) -> str:
    """Return that a person tied the file to its post, in brackets; '' where the post itself gave the file."""
    return " (file and post were tied by hand)" if known.by_hand else ""


def tell_span(span: timedelta) -> str:
    """Return a span of time in the two largest units that matter: `3 h 38 min`, `41 days`."""
    seconds = abs(span.total_seconds())
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    days = seconds / 86400
    return f"{days:.0f} days" if days < 730 else f"{days / 365.2425:.1f} years"


def tell_distance(metres: float) -> str:
    """Return a distance as a person would say it: metres below two kilometres, then kilometres."""
    if metres < 2000:
        return f"{metres:.0f} m"
    return f"{metres / 1000:.1f} km" if metres < 100_000 else f"{metres / 1000:.0f} km"


def gap(earlier: TimeBounds, later: TimeBounds) -> timedelta:
    """Return the least time between two bounds of which the first lies before the second, else zero."""
    if earlier.not_after is None or later.not_before is None or earlier.not_after >= later.not_before:
        return timedelta(0)
    return later.not_before - earlier.not_after


def quote(text: str, limit: int = _QUOTE_LENGTH) -> str:
    """Return foreign text in quotation marks, on one line, safe to show and cut at `limit`."""
    return f"“{one_line(text, limit)}”"


def plain(text: str, limit: int = _QUOTE_LENGTH) -> str:
    """Return foreign text as `quote` does, without the marks: for names."""
    return one_line(text, limit)


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 clip`, `2 clips`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seconds(start: float, end: float) -> str:
    """Return a stretch of a clip: `0:03.0 to 0:09.5`."""
    return f"{clock(start)} to {clock(end)}"


def clock(second: float) -> str:
    """Return a moment of a clip as minutes and seconds: `1:02.5`."""
    tenths = round(second * 10)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"


def listed(words: Sequence[str], most: int = 5) -> str:
    """Return `a, b and c`, the rest counted beyond `most`."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
