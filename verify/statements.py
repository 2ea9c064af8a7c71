"""What a file's tags say of when, where and with what it was made. Rule: pure functions of records; doubts stay.

Readers say what stands in the bytes. Here it is read with the traps of each field in mind (facts: metadata.md 2.1):
a header's time may be the end, the export or a camera's local clock, 0 means unset, a clock without a zone stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from verify import coordinates
from verify.records.media import Tag
from verify.records.times import TimeBounds, clock_without_zone, moment, whole_day
from verify.tagnames import NOT_SET

Kind = Literal["recording", "header", "satellites", "later"]

# Which fields speak of filming, which of the container, which of what came after; first stands what to believe first.
_KINDS: dict[str, Kind] = {
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
_ORDER = {name: place for place, name in enumerate(_KINDS)}
_ISO = re.compile(
    r"^(?P<y>\d{4})(?:-(?P<mo>\d\d)(?:-(?P<d>\d\d)(?:T(?P<clock>\d\d:\d\d:\d\d)(?P<f>\.\d+)?(?P<z>Z|[+-]\d\d:\d\d)?)?)?)?$"
)
_FIRST_FILES = 1990  # QuickTime is of 1991, EXIF of 1995: an earlier date is a clock that was never set
_LAST_32_BIT = datetime(2040, 2, 6, 6, 28, 15, tzinfo=UTC)  # 2^32 - 1 seconds after 1904
# Writers whose header times are UTC as the standard asks: phones' and platforms' own, measured on real files beside a
# second time in the same file (Apple: three; YouTube, X: servers).
_UTC_WRITERS = re.compile(
    r"^(Core Media (?:Video|Audio)|ISO Media file produced by Google|Twitter-vork)", re.IGNORECASE
)
# Cameras that are set by hand and write their own clock into the header: GoPro measured (HERO5), others as reported.
_OWN_CLOCK = re.compile(r"gopro|dji|insta360|sjcam|yi technology|drift", re.IGNORECASE)
# Whole offsets of the world's zones from UTC (IANA tz database): half hours, and three at :45.
_HEADERS = re.compile(r"(?:mvhd|tkhd|mdhd)(?:\[\d+\])?$")
_ODD_OFFSETS = {timedelta(hours=5, minutes=45), timedelta(hours=8, minutes=45), timedelta(hours=12, minutes=45)}
_FIX_SLACK = timedelta(seconds=60)  # between a satellite time and the clock beside it
_SAME_PLACE = 25.0  # metres: ISO 6709 with four decimals rounds by 11


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedTime:
    """One time that a file states: its bounds, the tags that say so, what kind of field it is, and what to doubt."""

    name: str
    kind: Kind
    bounds: TimeBounds
    tags: tuple[Tag, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedPlace:
    """One position that a file states, and the tags that say so."""

    latitude: float
    longitude: float
    tags: tuple[Tag, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedDevice:
    """What a file says it was made with; the parts it does not name are empty."""

    make: str
    model: str
    software: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """Two readers that give one field different values. `values` has each value with the readers that gave it."""

    name: str
    values: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def sentence(self) -> str:
        """The disagreement in one sentence."""
        said = "; ".join(f"{value!r} ({', '.join(readers)})" for value, readers in self.values)
        return f"Readers disagree on the {self.name}: {said}."


def times(tags: Sequence[Tag], known_by: datetime | None = None) -> tuple[StatedTime, ...]:
    """Return every time that the tags state, those to believe first in front; unset and unreadable ones are left out.

    Equal statements of several readers are one. `known_by` is when the file was certainly there already (aware, UTC):
    a time after it is doubted.
    """
    context = _Context.of(tags)
    found = [t for name, value, group in _grouped(tags) if (t := _stated(name, value, group, context, known_by))]
    return tuple(sorted(found, key=lambda t: (_ORDER[t.name], t.bounds.zone == "unknown")))


def _grouped(tags: Sequence[Tag]) -> list[tuple[str, str, list[Tag]]]:
    """Return (name, value, tags) with one entry a clock reading.

    A reader that drops the zone or the fraction of a second says the same as one that keeps it, unless two keep
    different ones.
    """
    clocks: dict[tuple[str, str], dict[str, list[Tag]]] = {}
    for tag in tags:
        if tag.name in _KINDS and tag.value != NOT_SET:
            clocks.setdefault((tag.name, tag.value[:19]), {}).setdefault(tag.value, []).append(tag)
    found: list[tuple[str, str, list[Tag]]] = []
    for (name, _), variants in clocks.items():
        zones = {z for z in (_zone_of(v) for v in variants) if z}
        if len(zones) > 1:
            found += [(name, value, group) for value, group in variants.items()]
            continue
        fullest = max(variants, key=lambda v: (bool(_zone_of(v)), len(v)))
        found.append((name, fullest, [t for v in (fullest, *variants) for t in variants[v]]))
    return [(name, value, list(dict.fromkeys(group))) for name, value, group in found]


def _zone_of(value: str) -> str:
    found = _ISO.match(value)
    return (found["z"] or "") if found else ""


def recording_times(tags: Sequence[Tag], known_by: datetime | None = None) -> tuple[StatedTime, ...]:
    """Return the times that speak of when the recording was made, the best first: no modification or processing."""
    return tuple(t for t in times(tags, known_by) if t.kind != "later")


def conflicts(stated: Iterable[StatedTime], within: timedelta = timedelta(minutes=10)) -> tuple[str, ...]:
    """Return sentences on recording times of one file that exclude each other by more than `within`."""
    sentences: list[str] = []
    fields = [t for t in stated if t.kind != "later" and t.bounds.not_after and t.bounds.not_after.year >= _FIRST_FILES]
    named: set[tuple[str, str]] = set()
    for at, a in enumerate(fields):
        for b in fields[at + 1 :]:
            if (a.name, b.name) in named:
                continue
            first, second = (a, b) if a.bounds.before(b.bounds) else (b, a)
            if not first.bounds.before(second.bounds):
                continue
            gap = (second.bounds.not_before or datetime.max) - (first.bounds.not_after or datetime.max)
            if gap > within:
                named.add((a.name, b.name))
                sentences.append(
                    f"The {a.name} ({a.tags[0].value}, {a.tags[0].place}) and the {b.name} ({b.tags[0].value}, "
                    f"{b.tags[0].place}) cannot both be of one recording: at least {_words(gap)} lie between them."
                )
    return tuple(sentences)


def positions(tags: Sequence[Tag]) -> tuple[StatedPlace, ...]:
    """Return the positions that the tags state; those within 25 m of each other are one, 0, 0 is none."""
    found: list[tuple[tuple[float, float], list[Tag]]] = []
    for tag in tags:
        point = coordinates.pair(tag.value) if tag.name == "gps" and tag.value != NOT_SET else None
        if point is None or coordinates.unset(*point):
            continue
        for known, group in found:
            if coordinates.distance(known, point) <= _SAME_PLACE:
                group.append(tag)
                break
        else:
            found.append((point, [tag]))
    return tuple(StatedPlace(latitude=p[0], longitude=p[1], tags=tuple(group)) for p, group in found)


def devices(tags: Sequence[Tag]) -> tuple[StatedDevice, ...]:
    """Return what each reader's tags say the file was made with; equal statements are one."""
    by_block: dict[tuple[str, str], list[Tag]] = {}
    for tag in tags:
        if tag.name in ("make", "model", "software", "system version"):
            by_block.setdefault((tag.reader, tag.place.rpartition("/")[0]), []).append(tag)
    merged: dict[tuple[str, str, str], list[Tag]] = {}
    for group in by_block.values():
        parts = {name: next((t.value for t in group if t.name == name), "") for name in ("make", "model", "software")}
        if not any(parts.values()):
            continue
        merged.setdefault((parts["make"], parts["model"], parts["software"]), []).extend(group)
    return tuple(
        StatedDevice(make=make, model=model, software=software, tags=tuple(group))
        for (make, model, software), group in merged.items()
    )


# Not the duration: movie header, longest stream and shown part are different things, and differ without anyone's fault.
_COMPARED = ("make", "model", "gps", "recording time", "creation time", "rotation", "timecode", "major brand")


def disagreements(tags: Sequence[Tag]) -> tuple[Disagreement, ...]:
    """Return the fields on which two readers have no value in common; a field that one does not know is no case."""
    found: list[Disagreement] = []
    for name in _COMPARED:
        by_reader: dict[str, list[str]] = {}
        for tag in tags:
            if tag.name == name and tag.value != NOT_SET:
                by_reader.setdefault(tag.reader, []).append(tag.value)
        readers = sorted(by_reader)
        apart = any(
            not any(_same(name, x, y) for x in by_reader[a] for y in by_reader[b])
            for at, a in enumerate(readers)
            for b in readers[at + 1 :]
        )
        if apart:
            values: dict[str, list[str]] = {}
            for reader in readers:
                for value in dict.fromkeys(by_reader[reader]):
                    values.setdefault(value, []).append(reader)
            found.append(Disagreement(name=name, values=tuple((v, tuple(r)) for v, r in values.items())))
    return tuple(found)


def _same(name: str, a: str, b: str) -> bool:
    if name == "gps":
        p, q = coordinates.pair(a), coordinates.pair(b)
        return bool(p and q and coordinates.distance(p, q) <= _SAME_PLACE)
    if name.endswith("time"):
        return a[: min(len(a), len(b), 19)] == b[: min(len(a), len(b), 19)]
    return re.sub(r"\s+", " ", a).strip().lower() == re.sub(r"\s+", " ", b).strip().lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Context:
    """What the other tags of the file say of its clock."""

    utc_writer: str
    own_clock: str
    exact: tuple[datetime, ...]  # recording times with a zone, and the satellites', in UTC
    satellites: tuple[datetime, ...]

    @classmethod
    def of(cls, tags: Sequence[Tag]) -> _Context:
        """Collect it from the tags of one file."""
        exact: list[datetime] = []
        satellites: list[datetime] = []
        for tag in tags:
            found = _ISO.match(tag.value) if tag.name in ("recording time", "gps time") else None
            if found and found["z"]:
                with suppress(ValueError, OverflowError):  # a day that no calendar has, or the edge of the year 1
                    at = datetime.fromisoformat(tag.value).astimezone(UTC)
                    (satellites if tag.name == "gps time" else exact).append(at)
        writers = [t.value for t in tags if t.name == "handler" and _UTC_WRITERS.match(t.value)]
        clocks = [
            t.value for t in tags if t.name in ("make", "model", "handler", "encoder") and _OWN_CLOCK.search(t.value)
        ]
        return cls(
            utc_writer=writers[0] if writers else "",
            own_clock=clocks[0] if clocks else "",
            exact=tuple(exact),
            satellites=tuple(satellites),
        )


def _stated(name: str, value: str, tags: list[Tag], context: _Context, known_by: datetime | None) -> StatedTime | None:
    found = _ISO.match(value)
    if not found:
        return None
    basis = f"{name} at {tags[0].place} ({', '.join(dict.fromkeys(t.reader for t in tags))})"
    doubts = list(dict.fromkeys(t.note for t in tags if "1970" in t.note or "no offset" in t.note))
    try:
        header = any(_HEADERS.search(t.place) for t in tags)
        bounds = _bounds(name, value, found, basis, context, doubts, header=header)
    except (ValueError, OverflowError):  # a day that no calendar has, or year 0
        return None
    if bounds is None:
        return None
    _doubt(bounds, known_by, doubts)
    return StatedTime(name=name, kind=_KINDS[name], bounds=bounds, tags=tuple(tags), doubts=tuple(doubts))


def _bounds(
    name: str, value: str, found: re.Match[str], basis: str, context: _Context, doubts: list[str], *, header: bool
) -> TimeBounds | None:
    if found["d"] is None:
        return _coarse(found, basis)
    if found["clock"] is None:
        return whole_day(datetime.fromisoformat(value).date(), basis, zone="unknown")
    at = datetime.fromisoformat(value)
    precision: Literal["millisecond", "second"] = "millisecond" if found["f"] else "second"
    if _KINDS[name] == "header" or (name.endswith("modification time") and header):
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


def _header(at: datetime, basis: str, context: _Context, doubts: list[str]) -> TimeBounds:
    """Read a container's time: UTC by the standard, believed only where something in the file bears it out."""
    doubts.append("header of the container: end of recording, export or processing on many devices")
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


def _offset(at: datetime, context: _Context) -> timedelta | None:
    """Return the offset from UTC that a satellite time in the file gives the clock, if it is one that a zone has."""
    for fix in context.satellites:
        gap = at.replace(tzinfo=UTC, microsecond=0) - fix
        half_hours = round(gap / timedelta(minutes=30))
        near = [timedelta(minutes=30) * half_hours, *_ODD_OFFSETS]
        for offset in near:
            if abs(gap - offset) <= _FIX_SLACK and timedelta(hours=-12) <= offset <= timedelta(hours=14):
                return offset
    return None


def _doubt(bounds: TimeBounds, known_by: datetime | None, doubts: list[str]) -> None:
    if bounds.not_after and bounds.not_after.year < _FIRST_FILES:
        doubts.append(f"before {_FIRST_FILES}, when no such file existed: a clock that was never set, or another epoch")
    if bounds.not_before and known_by and bounds.not_before > known_by:
        doubts.append("later than the moment at which the file was already here: the clock is wrong, or was changed")
    if bounds.not_before and abs(bounds.not_before - _LAST_32_BIT) < timedelta(days=1):
        doubts.append("the largest value of the 32-bit field: an overflow, not a date")


def _signed(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _words(gap: timedelta) -> str:
    if gap >= timedelta(days=2):
        return f"{gap.days} days"
    return f"{gap.total_seconds() / 3600:.1f} hours" if gap >= timedelta(hours=2) else f"{gap.seconds // 60} minutes"
