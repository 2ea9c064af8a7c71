"""Turns what a person claims into records: when, where, a claim file. Rule: nothing is invented; a guess is refused.

A time without a zone takes the zone of the claimed place, and the record says so; where that place may lie in one of
several zones, its bounds hold all of them; without a place they are widened to every zone on earth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verify.errors import UsageError
from verify.records.times import FARTHEST_EAST, FARTHEST_WEST, Precision, TimeBounds

_FORM = (
    "Write it as 2022-04-01, 2022-04-01T05:00+03:00, 2022-04-01T05:00/05:51, or with a zone's name: "
    "2022-04-01 05:00 Europe/Moscow."
)
_MOMENT = re.compile(
    r"""^(?P<date>\d{4}(?:-\d{2}(?:-\d{2})?)?)?
    (?:(?:[T ]|^)(?P<clock>\d{1,2}(?::\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?)?))?
    \s*(?P<zone>Z|UTC|GMT|[+\-−]\d{2}(?::?\d{2})?|\[?[A-Za-z]+(?:/[A-Za-z0-9_+\-]+){1,2}\]?)?$""",
    re.VERBOSE,
)
_SHORT_ZONE = re.compile(r"\d\s*(?P<name>[A-Za-z]{2,5}(?:[+\-]\d+)?)$")  # MSK, CEST, EET, GMT+3
_STEPS: dict[Precision, timedelta] = {
    "millisecond": timedelta(milliseconds=1),
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Moment:
    """One end of a stated time, still without bounds: first and last naive moment it can mean, and its zone."""

    first: datetime
    last: datetime
    precision: Precision
    zone: tzinfo | None
    zone_name: str


def when(text: str, *zones: str) -> TimeBounds:
    """Return the bounds of a claimed time: `A` or `A/B`.

    `A` and `B` are ISO 8601: a year, month, day, or a day with hour, minute, second or fractions, then `Z`, an offset
    such as +03:00, or the name of an IANA zone. `B` may leave out the day (`05:00/05:51`) and the zone, which it then
    takes from `A`, and the other way round. An end without a zone takes `zones` (IANA names that the claimed place may
    have, the likeliest first): the bounds hold the time in each, and `basis` says so. `05:00` means the whole minute;
    a day the whole day.

    Raises UsageError for any other text, for a day or zone that does not exist, for an hour that the clocks left out,
    and for an end before its start.
    """
    shown = text.strip()
    parts = [p.strip() for p in _split(shown)]
    if not shown or len(parts) > 2 or not all(parts):
        raise UsageError(f"{text!r} is not a time.", _FORM)
    start = _moment(parts[0], None, text)
    end = _moment(parts[1], start, text) if len(parts) == 2 else start
    single = len(parts) == 1
    stated = start.zone or end.zone
    if stated is not None:
        how = f"zone as stated ({start.zone_name or end.zone_name})"
        return _within(start, end, stated, shown, how, single=single)
    if not zones:
        return _anywhere(start, end, shown, single=single)
    return _of_place(start, end, zones, shown, single=single)


def _split(text: str) -> list[str]:
    """Cut at the `/` between two times, never at the one in a zone's name, which stands between letters."""
    return re.split(r"(?<![A-Za-z_])/|/(?=\d)|\s+(?:to|until|—|–)\s+", text)


def _moment(text: str, before: _Moment | None, whole: str) -> _Moment:
    found = _MOMENT.match(text)
    short = None if found else _SHORT_ZONE.search(text)
    if short:
        raise UsageError(
            f"{whole!r} is not a time: {short['name']!r} is not taken for a zone. Such short names mean several "
            "zones, or other hours in other years.",
            "Write the offset from UTC, such as +03:00, or the name of a zone: Europe/Moscow.",
        )
    if not found or not (found["date"] or (before is not None and found["clock"])):
        raise UsageError(f"{whole!r} is not a time: {'it' if text == whole else repr(text)} is not understood.", _FORM)
    try:
        day_text = found["date"] or (before.first.date().isoformat() if before else "")
        first, precision = _naive(day_text, found["clock"] or "")
        zone, name = _named_zone(found["zone"] or "")
    except ValueError as error:
        raise UsageError(f"{whole!r} is not a time: {error}.", _FORM) from error
    return _Moment(first=first, last=_last(first, precision), precision=precision, zone=zone, zone_name=name)


def _naive(day: str, clock: str) -> tuple[datetime, Precision]:
    numbers = [int(p) for p in day.split("-")]
    if len(numbers) < 3:
        if clock:
            raise ValueError("a time of day needs a whole date")
        first = datetime(numbers[0], numbers[1] if len(numbers) == 2 else 1, 1)
        return first, "month" if len(numbers) == 2 else "year"
    at = date(*numbers)
    if not clock:
        return datetime(at.year, at.month, at.day), "day"
    pieces = clock.replace(",", ".").split(":")
    seconds, _, fraction = (pieces[2] if len(pieces) > 2 else "0").partition(".")
    precision: Precision = "hour" if len(pieces) == 1 else "minute" if len(pieces) == 2 else "second"
    if fraction:
        precision = "millisecond"
    micro = int((fraction + "000000")[:6])
    minute = int(pieces[1]) if len(pieces) > 1 else 0
    return datetime(at.year, at.month, at.day, int(pieces[0]), minute, int(seconds), micro), precision


def _last(first: datetime, precision: Precision) -> datetime:
    try:
        if precision == "year":
            return first.replace(year=first.year + 1) - _TICK
        if precision == "month":
            return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1) - _TICK
        return first + _STEPS[precision] - _TICK
    except (ValueError, OverflowError) as error:
        raise UsageError("The year 9999 is the last that can be claimed.", _FORM) from error


def _named_zone(text: str) -> tuple[tzinfo | None, str]:
    text = text.strip("[]").replace("−", "-")
    if not text:
        return None, ""
    if text in ("Z", "UTC", "GMT"):
        return UTC, "UTC"
    if text[0] in "+-":
        hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        if minutes > 59 or offset > (FARTHEST_EAST if text[0] == "+" else FARTHEST_WEST):
            raise ValueError(f"no zone is at {text}")
        return timezone(-offset if text[0] == "-" else offset), text
    return iana(text), text


def iana(name: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises ValueError for a name that the zone database does not have."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder of the database
        raise ValueError(f"there is no time zone named {name!r}") from error


def _of_place(start: _Moment, end: _Moment, names: tuple[str, ...], text: str, *, single: bool) -> TimeBounds:
    """Return the bounds in the zones that a place may have: those of any of them in which such a time was."""
    found: dict[tuple[datetime, datetime], TimeBounds] = {}
    told: list[str] = []
    refused: list[UsageError] = []
    for name in names:
        try:
            bounds = _within(start, end, _iana_of_place(name, text), text, "", single=single)
        except UsageError as error:
            refused.append(error)
            continue
        if bounds.not_before and bounds.not_after and (bounds.not_before, bounds.not_after) not in found:
            found[bounds.not_before, bounds.not_after] = bounds
            told.append(name)
    if not found:
        raise refused[0]
    unsure = ": not sure which, so the times in each are taken" if len(told) > 1 else ""
    how = f"no zone stated: taken as the claimed place's own time ({' or '.join(told)}{unsure})"
    likeliest = next(iter(found.values()))
    return replace(
        likeliest,
        not_before=min(first for first, _ in found),
        not_after=max(last for _, last in found),
        precision=likeliest.precision if len(told) == 1 else "interval",
        basis=f"claimed as {text!r}; {how}",
    )


def _iana_of_place(name: str, text: str) -> ZoneInfo:
    try:
        return iana(name)
    except ValueError as error:
        raise UsageError(
            f"The zone of {text!r} cannot be found: {error}.", "State an offset such as +03:00."
        ) from error


def _anywhere(start: _Moment, end: _Moment, text: str, *, single: bool) -> TimeBounds:
    """Return the bounds of a time without a zone: every zone on earth is possible, and the clock is kept as text."""
    if start.first > end.last:  # in one zone, whichever it is: the widened bounds would hide it
        raise _backwards(text)
    return TimeBounds(
        not_before=_shift(start.first.replace(tzinfo=UTC), -FARTHEST_EAST),
        not_after=_shift(end.last.replace(tzinfo=UTC), FARTHEST_WEST),
        precision=start.precision if single else "interval",
        zone="unknown",
        basis=f"claimed as {text!r}; no zone stated: every zone on earth is possible",
        clock=_reading(start) if single else f"{_reading(start)} to {_reading(end)}",
    )


def _within(start: _Moment, end: _Moment, zone: tzinfo, text: str, how: str, *, single: bool) -> TimeBounds:
    """Return the bounds of a time of which an end without a zone of its own is in `zone`."""
    start_zone, end_zone = start.zone or zone, end.zone or zone
    for stated, its_zone in ((start, start_zone), (end, end_zone)):
        _refuse_left_out(stated, its_zone, text)
    # A clock reading that a zone shows twice (autumn) keeps both meanings: first the earlier, last the later.
    not_before = _utc(start.first.replace(tzinfo=start_zone, fold=0))
    not_after = _utc(end.last.replace(tzinfo=end_zone, fold=1))
    if not_before > not_after:
        raise _backwards(text)
    return TimeBounds(
        not_before=not_before,
        not_after=not_after,
        precision=start.precision if single else "interval",
        zone="utc" if start_zone is UTC and end_zone is UTC else "offset",
        basis=f"claimed as {text!r}; {how}",
    )


def _backwards(text: str) -> UsageError:
    return UsageError(f"{text!r} ends before it begins.", "Write the earlier time first; give B its own date.")


def _refuse_left_out(stated: _Moment, zone: tzinfo, text: str) -> None:
    """Raise UsageError where the clocks of `zone` were put forward over the whole of a stated time (spring)."""
    if not (_left_out(stated.first, zone) and _left_out(stated.last, zone)):
        return
    before, after = (stated.first.replace(tzinfo=zone, fold=fold).strftime("%z") for fold in (0, 1))
    shown = _reading(stated)
    written = [f"{shown.replace(' ', 'T')}{offset[:3]}:{offset[3:5]}" for offset in (before, after)]
    raise UsageError(
        f"{text!r}: there was no {shown} in {zone}; the clocks were put forward over it.",
        f"Write the hour that was, or what was meant with its offset: {written[0]} (before the change) or "
        f"{written[1]} (after it).",
    )


def _left_out(at: datetime, zone: tzinfo) -> bool:
    """Return whether the clocks of `zone` never showed `at`: it does not come back from UTC."""
    return _utc(at.replace(tzinfo=zone)).astimezone(zone).replace(tzinfo=None) != at


def _reading(end: _Moment) -> str:
    """Return what the claim's clock said, no finer than it was said."""
    lengths = {"year": 4, "month": 7, "day": 10, "hour": 13, "minute": 16, "second": 19}
    return end.first.isoformat(sep=" ")[: lengths.get(end.precision, 23)]


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise UsageError("That time lies outside the calendar.", _FORM) from error


def _shift(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError as error:
        raise UsageError("That time lies outside the calendar.", _FORM) from error
