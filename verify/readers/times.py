"""Turns the many ways in which files write a date into ISO 8601. Rule: a zone is kept or absent, never assumed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from verify.readers.collect import iso
from verify.tagnames import NOT_SET

_NUMERIC = re.compile(
    r"""^\s*(?P<y>\d{4})[:\-/.]\s?(?P<mo>\d{1,2})[:\-/.]\s?(?P<d>\d{1,2})/?
    (?:[ T]+(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?P<f>[.,]\d+)?)?\s?(?P<half>[AP]M)?)?
    \s*(?P<z>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?\s*(?:DST)?\s*$""",
    re.VERBOSE,
)
_COMPACT = re.compile(
    r"^\s*(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})(?:T(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})(?P<f>\.\d+)?)?"
    r"(?P<z>Z|[+-]\d{2}:?\d{2})?\s*$"
)
_YEAR = re.compile(r"^\s*(?P<y>\d{4})\s*$")
# `Mon Mar 10 15:04:43 2003` (C's asctime; AVI IDIT), also with a comma or the year before the clock.
_ASCTIME = re.compile(
    r"^\s*(?:[A-Za-z]{3},?\s+)?(?P<mo>[A-Za-z]{3})\s+(?P<d>\d{1,2})\s+"
    r"(?P<h>\d{1,2}):(?P<mi>\d{2}):(?P<s>\d{2})\s+(?P<y>\d{4})\s*$"
)
_MONTHS = {
    name: at // 3 + 1 for at, name in ((i, "janfebmaraprmayjunjulaugsepoctnovdec"[i : i + 3]) for i in range(0, 36, 3))
}
_BLANK = re.compile(r"^[\s0:\-/.TZ+]*$")  # `0000:00:00 00:00:00`, `    :  :  `


def spelled(text: str) -> tuple[str, str]:
    """Return (ISO 8601 value, note) of a date as files write it; value is empty where it is none.

    `2019:07:24 11:25:40` -> `2019-07-24T11:25:40`; a date alone stays a date, a year a year; zeros are `not set`.
    """
    text = text.strip("\0 ")
    if text and _BLANK.match(text):
        return NOT_SET, f"the field holds {text!r}"
    found = _NUMERIC.match(text) or _COMPACT.match(text) or _ASCTIME.match(text)
    if found:
        return _assembled(found.groupdict())
    year = _YEAR.match(text)
    return (year["y"], "only a year") if year else ("", "")


def _assembled(part: dict[str, str | None]) -> tuple[str, str]:
    month = str(part["mo"])
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
    try:
        day = date(int(part["y"] or 0), number, int(part["d"] or 0))
    except ValueError:
        return "", "not a day of the calendar"
    if part.get("h") is None:
        return day.isoformat(), "only a day"
    seconds = min(int(part.get("s") or 0), 59)  # a leap second is told as :60
    fraction = int(((part.get("f") or ".0")[1:] + "000000")[:6])
    try:
        at = datetime(day.year, day.month, day.day, _hour(part), int(part["mi"] or 0), seconds, fraction)
        zone = _zone(part.get("z"))
        at = at.replace(tzinfo=zone) if zone else at
    except ValueError:
        return "", "not a time of day"
    return iso(at), ""


def _hour(part: dict[str, str | None]) -> int:
    """Return the hour of a 24-hour clock; old Casio cameras write `1:42PM`."""
    hour, half = int(part["h"] or 0), part.get("half")
    return hour % 12 + (12 if half == "PM" else 0) if half and hour <= 12 else hour


def _zone(text: str | None) -> timezone | None:
    """Return the zone of `Z` or `+03:00`. Raises ValueError for an offset that no zone has (more than 14 h)."""
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > timedelta(hours=14):
        raise ValueError("no such zone")
    return timezone(-offset if text[0] == "-" else offset)
