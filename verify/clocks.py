"""When a clock in a file meant: each field's reading as bounds, with the doubts it deserves. Rule: no zone is assumed.

A header's time is meant to be UTC and is believed only where something in the file bears it out; a bare clock takes the
zone that the satellites' time beside it gives, or none (facts: metadata.md 2.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from verify.records.media import Tag
from verify.records.times import TimeBounds, clock_without_zone, moment, whole_day

Kind = Literal["recording", "header", "satellites", "later"]

# Which fields speak of filming, which of the container, which of what came after; first stands what to believe first.
KINDS: dict[str, Kind] = {
    "recording time": "recording",
    "gps time": "satellites",
    "digitized time": "recording",
    "source time": "recording",
    "creation time": "header",
    "track creation time": "header",
    "modification time": "later",
    "track modification time": "later",
    "metadata time": "later",
    "processing date": "later",
    "credentials time": "later",
}
ORDER = {name: place for place, name in enumerate(KINDS)}
ISO = re.compile(
    r"^(?P<y>\d{4})(?:-(?P<mo>\d\d)(?:-(?P<d>\d\d)(?:T(?P<clock>\d\d:\d\d:\d\d)(?P<f>\.\d+)?(?P<z>Z|[+-]\d\d:\d\d)?)?)?)?$"
)
FIRST_FILES = 1990  # QuickTime is of 1991, EXIF of 1995: an earlier date is a clock that was never set
_LAST_32_BIT = datetime(2040, 2, 6, 6, 28, 15, tzinfo=UTC)  # 2^32 - 1 seconds after 1904
# Writers whose header times are UTC as the standard asks: phones' and platforms' own, measured on real files beside a
# second time in the same file (Apple: three; YouTube, X: servers).
_UTC_WRITERS = re.compile(
    r"^(Core Media (?:Video|Audio)|ISO Media file produced by Google|Twitter-vork)", re.IGNORECASE
)
# Android's MediaRecorder writes the seconds since 1970 as it ends the file (MPEG4Writer in its source). Beside a second
# time: a Pixel 8 (name in UTC, metadata.md 2.2; header 12 s after it) and a Samsung S7 (metadata-extractor issue 408:
# local 15:36 in the name, 19:36:49 in the header, filmed at UTC-4). Its handlers' names alone are inherited by copies.
_ANDROID_HANDLER = re.compile(r"^(?:Video|Sound)Handle$")
_ANDROID_KEY = "com.android."
# Cameras that are set by hand and write their own clock into the header: GoPro measured (HERO5), DJI as reported.
_OWN_CLOCK = re.compile(r"gopro|dji", re.IGNORECASE)
_HEADERS = re.compile(r"(?:mvhd|tkhd|mdhd)(?:\[\d+\])?$")
# Whole offsets of the world's zones from UTC (IANA tz database): half hours, and three at :45.
_ODD_OFFSETS = {timedelta(hours=5, minutes=45), timedelta(hours=8, minutes=45), timedelta(hours=12, minutes=45)}
# Words of the doubts below after which a time is shown and not believed.
BROKEN = ("never set", "overflow", "clock is wrong", "week rollover")
PROCESSED = "of the day on which the file says that a platform processed it"
# A maker chooses the year, so none is asked for: 1980 (Canon A550, 16 s past midnight), 2004 (Polaroid PDC 4055), 2008
# (Canon EOS XS), 2016 (SJCAM M20, SJ4000: 00:00:00 at each change of the battery), as their owners report
# (instructables.com, souleyes.com, tomshardware.com, softsolder.com 2018, bronze-parrot.com 2019). How long ago the
# camera may have been switched on is ours: a header can be of the end of a clip.
_SINCE_SWITCHED_ON = timedelta(minutes=15)
_GPS_ERA = timedelta(weeks=1024)  # IS-GPS-200: the week is sent as 10 bits
_FARTHEST = timedelta(hours=14, minutes=10)  # between a local clock and UTC, and two clocks of one event
_FIX_SLACK = timedelta(seconds=60)  # between a satellite time and the clock beside it


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What the other tags of the file say of its clock."""

    utc_writer: str
    own_clock: str
    exact: tuple[datetime, ...]  # recording times with a zone, and the satellites', in UTC
    satellites: tuple[datetime, ...]
    processed: frozenset[str]  # days (ISO) on which a platform says that it processed the file, and the days after
    clocks: tuple[datetime, ...]  # every other reading than the satellites', as it stands, without its zone

    @classmethod
    def of(cls, tags: Sequence[Tag]) -> Context:
        """Collect it from the tags of one file."""
        exact: list[datetime] = []
        satellites: list[datetime] = []
        for tag in tags:
            found = ISO.match(tag.value) if tag.name in ("recording time", "gps time") else None
            if found and found["z"]:
                with suppress(ValueError, OverflowError):  # a day that no calendar has, or the edge of the year 1
                    at = datetime.fromisoformat(tag.value).astimezone(UTC)
                    (satellites if tag.name == "gps time" else exact).append(at)
        writers = [t.value for t in tags if t.name == "handler" and _UTC_WRITERS.match(t.value)]
        if any(_ANDROID_KEY in t.place for t in tags):
            writers += [t.value for t in tags if t.name == "handler" and _ANDROID_HANDLER.match(t.value)]
        clocks = [
            t.value for t in tags if t.name in ("make", "model", "handler", "encoder") and _OWN_CLOCK.search(t.value)
        ]
        return cls(
            utc_writer=writers[0] if writers else "",
            own_clock=clocks[0] if clocks else "",
            exact=tuple(exact),
            satellites=tuple(satellites),
            processed=_days(t.value for t in tags if t.name == "processing date"),
            clocks=_readings(t.value for t in tags if KINDS.get(t.name) in ("recording", "header")),
        )


def _readings(values: Iterable[str]) -> tuple[datetime, ...]:
    """Return the clock readings among `values`, each once, without zones."""
    found: dict[datetime, None] = {}
    for value in values:
        with suppress(ValueError, OverflowError):
            if (read := ISO.match(value)) and read["clock"]:
                found[datetime.fromisoformat(value).replace(tzinfo=None)] = None
    return tuple(found)


def _days(values: Iterable[str]) -> frozenset[str]:
    """Return the days that `values` begin with and those after them: a service's day may end while it works."""
    days: set[str] = set()
    for value in values:
        with suppress(ValueError, OverflowError):
            day = date.fromisoformat(value[:10])
            days |= {day.isoformat(), (day + timedelta(days=1)).isoformat()}
    return frozenset(days)


def bounds(
    name: str, value: str, tags: Sequence[Tag], context: Context, known_by: datetime | None
) -> tuple[TimeBounds, tuple[str, ...]] | None:
    """Return (bounds, doubts) of what the field `name` says, or None where `value` is no time.

    `tags` are those that say so (their places tell headers from other fields), `context` what the rest of the file
    says of its clock, `known_by` when the file was certainly there already.
    """
    found = ISO.match(value)
    if not found:
        return None
    basis = f"{name} at {tags[0].place} ({', '.join(dict.fromkeys(t.reader for t in tags))})"
    doubts = list(dict.fromkeys(t.note for t in tags if "1970" in t.note or "no offset" in t.note))
    header = any(_HEADERS.search(t.place) for t in tags)
    try:
        read = _bounds(name, value, found, basis, context, doubts, header=header)
    except (ValueError, OverflowError):  # a day that no calendar has, or year 0
        return None
    if read is None:
        return None
    _doubt(read, known_by, doubts)
    if name == "gps time" and found["clock"]:
        doubts += _rolled_over(datetime.fromisoformat(value), context)
    elif found["clock"] and KINDS[name] != "later" and not context.utc_writer and not context.satellites:
        doubts += _factory_set(datetime.fromisoformat(value))
    return read, tuple(doubts)


def _bounds(
    name: str, value: str, found: re.Match[str], basis: str, context: Context, doubts: list[str], *, header: bool
) -> TimeBounds | None:
    if found["d"] is None:
        return _coarse(found, basis)
    if found["clock"] is None:
        return whole_day(datetime.fromisoformat(value).date(), basis, zone="unknown")
    at = datetime.fromisoformat(value)
    precision: Literal["millisecond", "second"] = "millisecond" if found["f"] else "second"
    if KINDS[name] == "header" or (name.endswith("modification time") and header):
        return _header(at, basis, context, doubts)
    if at.tzinfo is not None:
        return moment(at, basis, precision)
    offset = _offset(at, context)
    if offset is not None:
        basis += f"; offset {_signed(offset)} inferred from the satellites' time in the same file"
        doubts.append("the zone is inferred: the clock differs from the satellites' time by a whole zone")
        return moment((at - offset).replace(tzinfo=UTC), basis, precision)
    doubts.append("no zone is stated: the device's own clock")
    return clock_without_zone(at, basis, precision)


def _header(at: datetime, basis: str, context: Context, doubts: list[str]) -> TimeBounds:
    """Read a container's time: UTC by the standard, believed only where something in the file bears it out."""
    doubts.append("header of the container: end of recording, export or processing on many devices")
    if at.date().isoformat() in context.processed:
        doubts.append(PROCESSED)
    if at.tzinfo is None or context.own_clock:
        who = f" by {context.own_clock}" if context.own_clock else ""
        doubts.append(f"camera clock{who}: the zone is not known though the field is meant to be UTC")
        return clock_without_zone(at.replace(tzinfo=None), basis)
    near = [e for e in (*context.exact, *context.satellites) if abs(e - at) <= timedelta(hours=6)]
    if any(abs(e - at) <= timedelta(minutes=30) for e in near):
        return moment(at, f"{basis}; UTC, borne out by another time in the file")
    if context.utc_writer:
        return moment(at, f"{basis}; UTC, as {context.utc_writer!r} writes it")
    doubts.append("meant to be UTC, and many cameras write their local clock there: nothing in the file bears it out")
    return clock_without_zone(at.replace(tzinfo=None), basis)


def _coarse(found: re.Match[str], basis: str) -> TimeBounds | None:
    """Bounds of a year or a month, widened by every zone."""
    year, month = int(found["y"]), int(found["mo"] or 1)
    first = datetime(year, month, 1, tzinfo=UTC)
    last = first.replace(year=year + 1) if found["mo"] is None else (first + timedelta(days=32)).replace(day=1)
    return TimeBounds(
        not_before=first - timedelta(hours=14),
        not_after=last + timedelta(hours=12),
        precision="year" if found["mo"] is None else "month",
        zone="unknown",
        basis=basis,
        clock=found[0],
    )


def _offset(at: datetime, context: Context) -> timedelta | None:
    """Return the offset from UTC that a satellite time in the file gives the clock, if it is one that a zone has."""
    found = (zone_of(at.replace(tzinfo=UTC, microsecond=0) - fix) for fix in context.satellites)
    return next((offset for offset in found if offset is not None), None)


def zone_of(gap: timedelta, slack: timedelta = _FIX_SLACK) -> timedelta | None:
    """Return the offset from UTC, one that a zone of the world has, which `gap` is within `slack`; else None."""
    half_hours = round(gap / timedelta(minutes=30))
    for offset in (timedelta(minutes=30) * half_hours, *_ODD_OFFSETS):
        if abs(gap - offset) <= slack and timedelta(hours=-12) <= offset <= timedelta(hours=14):
            return offset
    return None


def _doubt(bounds: TimeBounds, known_by: datetime | None, doubts: list[str]) -> None:
    if bounds.not_after and bounds.not_after.year < FIRST_FILES:
        doubts.append(f"before {FIRST_FILES}, when no such file existed: a clock that was never set, or another epoch")
    if bounds.not_before and known_by and bounds.not_before > known_by:
        doubts.append("later than the moment at which the file was already here: the clock is wrong, or was changed")
    if bounds.not_before and abs(bounds.not_before - _LAST_32_BIT) < timedelta(days=1):
        doubts.append("the largest value of the 32-bit field: an overflow, not a date")


def _factory_set(at: datetime) -> list[str]:
    """Return the doubt that a clock reading deserves which stands where cameras' clocks begin when their cell is empty.

    Phones and servers are set by the network, and a receiver of satellites by them: those are not asked about.
    """
    readings = {at.replace(tzinfo=None)} | ({at.astimezone(UTC).replace(tzinfo=None)} if at.tzinfo else set())
    for read in readings:
        if timedelta(0) <= read - datetime(read.year, 1, 1) <= _SINCE_SWITCHED_ON:
            return ["1 January, minutes after midnight, where clocks of cameras begin: a clock that was never set"]
    return []


def _rolled_over(fix: datetime, context: Context) -> list[str]:
    """Return the doubt that satellites' time deserves which another clock puts a whole number of their eras later."""
    zoneless = fix.astimezone(UTC).replace(tzinfo=None) if fix.tzinfo else fix
    for eras in (1, 2):
        with suppress(OverflowError):
            if any(abs(clock - (zoneless + eras * _GPS_ERA)) <= _FARTHEST for clock in context.clocks):
                return [
                    f"GPS week rollover: another clock of the file is {eras * 1024} weeks later, and receivers that "
                    "count 10 bits of weeks fall back by that"
                ]
    return []


def _signed(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
