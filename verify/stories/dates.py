"""Dates in words, as quoted posts carry them. Rule: a day is a day; what is not understood stays text.

The zone of such a date is that of whoever rendered the page, which nobody states: the bounds take every zone.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from verify.records.times import TimeBounds, clock_without_zone, whole_day

_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "short": "jan feb mar apr may jun jul aug sep oct nov dec",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
}
_NUMBER = {name: number for names in _MONTHS.values() for number, name in enumerate(names.split(), 1)}
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_DAYS = (
    r"(?P<name>[^\W\d_]{3,12})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:de\s+)?(?P<name>[^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(?P<year>\d{4})",
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]",
)
_PATTERNS = tuple(re.compile(day) for day in _DAYS)
_TIME = re.compile(_CLOCK)
MAX_TEXT = 120  # characters looked at: a date line is short


def in_words(text: str, basis: str) -> tuple[TimeBounds | None, str]:
    """Return the bounds of the first date in `text` and the words it was read from; (None, "") where there is none."""
    text = text[:MAX_TEXT]
    hits = [hit for pattern in _PATTERNS if (hit := pattern.search(text)) and _day(hit) is not None]
    if not hits:
        return None, ""
    hit = min(hits, key=lambda h: h.start())
    day = _day(hit)
    clock = _TIME.search(text[: hit.start()] + " " * (hit.end() - hit.start()) + text[hit.end() :])
    at = _with_clock(day, clock) if day and clock else None
    if at is not None and clock is not None:
        words = text[min(hit.start(), clock.start()) : max(hit.end(), clock.end())]
        return clock_without_zone(at, basis, "minute"), words
    return (whole_day(day, basis, zone="unknown") if day else None), hit[0]


def _day(hit: re.Match[str]) -> date | None:
    given = hit.groupdict()
    month = int(given["month"]) if given.get("month") else _NUMBER.get((given.get("name") or "").lower(), 0)
    try:
        return date(int(given["year"]), month, int(given["day"])) if 1970 <= int(given["year"]) <= 2100 else None
    except ValueError:
        return None


def _with_clock(day: date, clock: re.Match[str]) -> datetime | None:
    hour, half = int(clock["hour"]), (clock["half"] or "").lower().replace(".", "")
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return datetime(day.year, day.month, day.day, hour, int(clock["minute"]))
    except ValueError:
        return None
