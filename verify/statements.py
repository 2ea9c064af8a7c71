"""What a file's tags say of when, where and with what it was made. Rule: pure functions of records; doubts stay.

Readers say what stands in the bytes. Here it is read with the traps of each field in mind (facts: metadata.md 2.1):
a header's time may be the end, the export or a camera's local clock, 0 means unset, a clock without a zone stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from verify import clocks, coordinates
from verify.clocks import FIRST_FILES, ISO, KINDS, ORDER, Context, Kind
from verify.records.media import Tag
from verify.records.times import TimeBounds
from verify.tagnames import NOT_SET

_DRIFT = timedelta(minutes=5)  # of a camera's clock that somebody set by hand, when only its date is asked about
_DAY = timedelta(days=1)
_OF_CAMERA = {"recording time", "gps time"}
_LONGEST = 86_400.0  # seconds: a longer clip is a broken count of frames, or no one recording
_SAME_PLACE = 25.0  # metres: ISO 6709 with four decimals rounds by 11


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedTime:
    """One time that a file states: its bounds, the tags that say so, what kind of field it is, and what to doubt."""

    name: str
    kind: Kind
    bounds: TimeBounds
    tags: tuple[Tag, ...]
    doubts: tuple[str, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether the clock was never set, ran over or runs ahead: such a time is shown, and not believed."""
        return any(sign in doubt for doubt in self.doubts for sign in clocks.BROKEN)

    @property
    def of_camera(self) -> bool:
        """Whether cameras write this field as they record; headers and digitized times are written by editors too."""
        return self.name in _OF_CAMERA

    def ran(self, length: float | None) -> TimeBounds:
        """Return when a clip of `length` seconds ran by this time; an unknown or impossible length adds nothing.

        A camera's field dates the beginning (measured: iPhones). A header dates the beginning or the end (measured: an
        iPhone's and a GoPro's lie after the end), so the clip may have run on either side of it.
        """
        return ran(self.bounds, length, both=not self.of_camera)


def ran(bounds: TimeBounds, length: float | None, *, both: bool = False) -> TimeBounds:
    """Return `bounds` of a beginning, or of a beginning or end (`both`), widened by a clip's `length` in seconds."""
    if not length or not 0 < length <= _LONGEST:
        return bounds
    span, first, last = timedelta(seconds=length), bounds.not_before, bounds.not_after
    try:
        return replace(
            bounds, not_before=first - span if first and both else first, not_after=last + span if last else None
        )
    except OverflowError:  # at the edge of the calendar
        return bounds


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
    context = Context.of(tags)
    found = [t for name, value, group in _grouped(tags) if (t := _stated(name, value, group, context, known_by))]
    return tuple(sorted(found, key=lambda t: (ORDER[t.name], t.bounds.zone == "unknown")))


def _grouped(tags: Sequence[Tag]) -> list[tuple[str, str, list[Tag]]]:
    """Return (name, value, tags) with one entry a clock reading.

    A reader that drops the zone or the fraction of a second says the same as one that keeps it, unless two keep
    different ones.
    """
    clocks: dict[tuple[str, str], dict[str, list[Tag]]] = {}
    for tag in tags:
        if tag.name in KINDS and tag.value != NOT_SET:
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
    found = ISO.match(value)
    return (found["z"] or "") if found else ""


def recording_times(tags: Sequence[Tag], known_by: datetime | None = None) -> tuple[StatedTime, ...]:
    """Return the times that speak of when the recording was made, the best first: no modification or processing."""
    return tuple(t for t in times(tags, known_by) if t.kind != "later")


def conflicts(stated: Iterable[StatedTime], within: timedelta = timedelta(minutes=10)) -> tuple[str, ...]:
    """Return sentences on recording times of one file that exclude each other by more than `within`, each once.

    One clock reading with two zones is no contradiction: programs write a zone that they do not know. A time that
    repeats another one (digitized as recorded) is not told again.
    """
    sentences: list[str] = []
    fields = [t for t in stated if t.kind != "later" and t.bounds.not_after and t.bounds.not_after.year >= FIRST_FILES]
    named: set[tuple[str, ...]] = set()
    for a, b in combinations(fields, 2):
        values = tuple(sorted((a.tags[0].value[:19], b.tags[0].value[:19])))
        first, second = (a, b) if a.bounds.before(b.bounds) else (b, a)
        if named & {(a.name, b.name), values} or values[0] == values[1] or not first.bounds.before(second.bounds):
            continue
        gap = (second.bounds.not_before or datetime.max) - (first.bounds.not_after or datetime.max)
        if gap > within:
            named |= {(a.name, b.name), values}
            sentences.append(
                f"The {a.name} ({a.tags[0].value}, {a.tags[0].place}) and the {b.name} ({b.tags[0].value}, "
                f"{b.tags[0].place}) cannot both be right for one recording: at least {_words(gap)} lie between "
                f"them. {_why(a, b)}"
            )
    return tuple(sentences)


def _why(a: StatedTime, b: StatedTime) -> str:
    """Return what may be behind two times of one file that exclude each other."""
    own, fix = (a, b) if b.kind == "satellites" else (b, a)
    if any("week rollover" in doubt for doubt in fix.doubts):
        return "They lie 1024 weeks apart: as of a receiver whose count of weeks ran over (GPS week rollover)."
    if a.broken or b.broken:
        return "One is of a clock that was never set, or ran over."
    if fix.kind == "satellites" and own.kind == "recording" and fix.bounds.not_before and own.bounds.not_before:
        clock = datetime.fromisoformat(own.bounds.clock) if own.bounds.clock else own.bounds.not_before
        apart = clock.replace(tzinfo=None) - fix.bounds.not_before.replace(tzinfo=None)
        if own.bounds.zone != "unknown" and clocks.zone_of(apart, _DRIFT) is not None:
            return "They lie a whole zone apart: as of a program that wrote a zone which it did not know."
        if any(clocks.zone_of(apart + day, _DRIFT) is not None for day in (_DAY, -_DAY)):
            return "The hour fits some zone: as of a camera whose date was set a whole day wrong."
    return "A clock was set wrong, or the two date different acts."


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
    # FFmpeg can keep the brand of the file it copied as a tag, which readers of tags then give as this file's brand.
    inside = {t.value.strip('" ') for t in tags if t.name == "former brand"}
    for name in _COMPARED:
        by_reader: dict[str, list[str]] = {}
        for tag in tags:
            if name == "major brand" and tag.value.strip('" ') in inside:
                continue
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


def _stated(name: str, value: str, tags: list[Tag], context: Context, known_by: datetime | None) -> StatedTime | None:
    read = clocks.bounds(name, value, tags, context, known_by)
    if read is None:
        return None
    return StatedTime(name=name, kind=KINDS[name], bounds=read[0], tags=tuple(tags), doubts=read[1])


def _words(gap: timedelta) -> str:
    if gap >= timedelta(days=2):
        return f"{gap.days} days"
    return f"{gap.total_seconds() / 3600:.1f} hours" if gap >= timedelta(hours=2) else f"{gap.seconds // 60} minutes"
