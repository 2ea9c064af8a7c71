"""Reads Matroska and WebM: date, programs, title, tags, rotation, attachments. Rule: bounded, clusters are skipped.

Elements and their numbers: RFC 9559 (Matroska) and RFC 8794 (EBML). Frames are never touched.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from verify.coordinates import iso6709, unset, written
from verify.readers import chains
from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector, clean, decoded, iso
from verify.readers.isobmff.walk import Bytes
from verify.readers.opening import reading
from verify.readers.times import spelled
from verify.tagnames import NOT_SET

_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)  # DateUTC counts nanoseconds from here (RFC 9559, 5.1.2.11)
_MAX_ELEMENTS = 20_000
_MAX_DEPTH = 12
_MAX_VALUE = 64 * 1024
_UNKNOWN = -1
_MASTERS = {
    0x1A45DFA3: "EBML", 0x18538067: "Segment", 0x1549A966: "Info", 0x1654AE6B: "Tracks", 0xAE: "TrackEntry",
    0xE0: "Video", 0x7670: "Projection", 0x1254C367: "Tags", 0x7373: "Tag", 0x67C8: "SimpleTag", 0x63C0: "Targets",
    0x1941A469: "Attachments", 0x61A7: "AttachedFile", 0x114D9B74: "SeekHead", 0x4DBB: "Seek",
}  # fmt: skip
_LEAVES = {
    0x4282: "DocType", 0x4461: "DateUTC", 0x4D80: "MuxingApp", 0x5741: "WritingApp", 0x7BA9: "Title",
    0x4489: "Duration", 0x2AD7B1: "TimestampScale", 0x86: "CodecID", 0x536E: "Name", 0x22B59C: "Language",
    0x45A3: "TagName", 0x4487: "TagString", 0x466E: "FileName", 0x7675: "ProjectionPoseRoll", 0x53AB: "SeekID",
    0x53AC: "SeekPosition", 0xB0: "PixelWidth", 0xBA: "PixelHeight", 0x83: "TrackType",
}  # fmt: skip
_CLUSTER = 0x1F43B675
# Names of tags: the Matroska tag registry, and what FFmpeg and phones write under other formats' names.
_NAMES = {
    "ENCODER": "encoder",
    "ENCODED_BY": "encoder",
    "DATE_RECORDED": "recording time",
    "DATE_DIGITIZED": "digitized time",
    "DATE_ENCODED": "creation time",
    "DATE_TAGGED": "metadata time",
    "DATE": "recording time",
    "CREATION_TIME": "creation time",
    "RECORDING_LOCATION": "gps",
    "LOCATION": "gps",
    "COM.APPLE.QUICKTIME.LOCATION.ISO6709": "gps",
    "COM.APPLE.QUICKTIME.CREATIONDATE": "recording time",
    "COM.APPLE.QUICKTIME.MAKE": "make",
    "COM.APPLE.QUICKTIME.MODEL": "model",
    "COM.APPLE.QUICKTIME.SOFTWARE": "software",
    "COM.ANDROID.VERSION": "system version",
    "MAKE": "make",
    "MODEL": "model",
    "HANDLER_NAME": "handler",
    "TIMECODE": "timecode",
    "TITLE": "title",
    "ARTIST": "author",
    "AUTHOR": "author",
    "DIRECTOR": "author",
    "COMMENT": "comment",
    "DESCRIPTION": "description",
    "SYNOPSIS": "description",
    "COPYRIGHT": "copyright",
    "KEYWORDS": "keywords",
    "MAJOR_BRAND": "former brand",
    "LENS_MODEL": "lens",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One element: its path by name, where its payload starts, and how long it is."""

    name: str
    path: str
    start: int
    length: int


class Matroska(Reader):
    """Reads Matroska and WebM files element by element."""

    name: ClassVar[str] = "matroska"
    of_copies: ClassVar[bool] = True

    def handles(self, container: str) -> bool:
        """Return whether `container` is Matroska or WebM."""
        return container in {"mkv", "webm"}

    def read(self, path: Path, container: str) -> Reading:
        """Return the tags of header, tracks and tag lists; `extra` has the top-level elements and the fingerprint."""
        out = Collector(self.name)
        return reading(path, out, lambda data: _read(data, out))


def _read(data: Bytes, out: Collector) -> dict[str, Any]:
    order: list[str] = []
    form: list[str] = []
    scale = 1_000_000
    tag = ""
    for element in elements(data, out):
        if element.path.count("/") == 1:
            order.append(element.name)
        _form(element, data, form)
        if element.name in _MASTERS.values():
            continue
        raw = data.read(element.start, min(element.length, _MAX_VALUE))
        if element.name == "TimestampScale":
            scale = int.from_bytes(raw[:8], "big") or scale
        elif element.name == "TagName":
            tag = clean(decoded(raw)).upper()
        elif element.name == "TagString":
            _tag(tag, raw, element, out)
        else:
            _leaf(element, raw, scale, out)
    programs = sorted({f"encoder={tag.value}" for tag in out.tags if tag.name == "encoder"})
    fingerprint = chains.tell([*form, *programs], "EBML", 0, out) if form else ""
    return {"top": order[:40], "fingerprint": fingerprint, "shape": " ".join([*form, *programs])[:4000]}


def _form(element: Element, data: Bytes, form: list[str]) -> None:
    """Add to the form what the writer chose: the order of elements, not the lists of tags, names and lengths."""
    if element.path.startswith(("Segment/Tags/", "Segment/Attachments", "Segment/SeekHead/")):
        return
    if element.name in {"Title", "Name", "Language", "DateUTC", "PixelWidth", "PixelHeight", "ProjectionPoseRoll"}:
        return
    if element.name in {"DocType", "CodecID", "TimestampScale"}:
        value = data.read(element.start, min(element.length, 64)).hex()
        form.append(f"{element.path}={value}")
    else:
        form.append(element.path)


def _leaf(element: Element, raw: bytes, scale: int, out: Collector) -> None:
    texts = {
        "DocType": "major brand",
        "MuxingApp": "encoder",
        "WritingApp": "encoder",
        "Title": "title",
        "CodecID": "codec",
        "Name": "track name",
        "Language": "language",
        "FileName": "attachment",
    }
    where = (element.path, element.start, raw)
    if element.name in texts:
        value = clean(decoded(raw))
        if element.name != "Language" or value != "und":
            out.add(texts[element.name], value, *where, note=element.name)
    elif element.name == "DateUTC" and len(raw) == 8:
        _date(int.from_bytes(raw, "big", signed=True), where, out)
    elif element.name == "Duration" and len(raw) in (4, 8):
        seconds = struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0] * scale / 1e9
        if 0 < seconds < 1e8:
            out.add("duration", f"{seconds:.3f}", *where)
    elif element.name == "ProjectionPoseRoll" and len(raw) in (4, 8):
        roll = struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0]
        if -180 <= roll <= 180:  # counter-clockwise by RFC 9559, 5.1.4.1.28.46
            out.add("rotation", f"{round(-roll) % 360}", *where, note="roll of the projection")


def _date(nanoseconds: int, where: tuple[str, int, bytes], out: Collector) -> None:
    try:
        at = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        out.problem(f"{where[0]} holds {nanoseconds} ns, which is no date")
        return
    if nanoseconds == 0:
        out.add("creation time", NOT_SET, *where, note="the field is 0, which means unset")
        return
    out.add("creation time", iso(at.replace(microsecond=at.microsecond // 1000 * 1000)), *where)


def _tag(tag: str, raw: bytes, element: Element, out: Collector) -> None:
    text = clean(decoded(raw))
    name = _NAMES.get(tag)
    where = (f"{element.path.rsplit('/', 1)[0]}/{tag}", element.start, raw)
    if name is None or not text:
        return
    if name == "gps":
        position = iso6709(text)
        if position is None:
            out.add("text", text, *where, note="not a position in ISO 6709 form")
        else:
            latitude, longitude, _ = position
            value = NOT_SET if unset(latitude, longitude) else written(latitude, longitude)
            out.add("gps", value, *where, note=text)
    elif name.endswith("time"):
        value, doubt = spelled(text)
        out.add(name, value or text, *where, note=doubt)
    else:
        out.add(name, text, *where, note=tag)


def elements(data: Bytes, out: Collector) -> Iterator[Element]:
    """Yield the known elements of a file in order; clusters are stepped over, unknown sizes end the walk.

    Where the walk ends at a cluster of unknown size (a recording that was never finished), the places that the
    SeekHead names are visited after it, so that tags behind the clusters are read as well.
    """
    seen: set[int] = set()
    later: list[int] = []
    yield from _run(data, [(0, data.size, "")], seen, later, out)
    for at in later[:50]:
        if at not in seen and 0 < at < data.size:
            yield from _run(data, [(at, data.size, "Segment/")], seen, [], out, single=True)


def _run(
    data: Bytes,
    stack: list[tuple[int, int, str]],
    seen: set[int],
    later: list[int],
    out: Collector,
    *,
    single: bool = False,
) -> Iterator[Element]:
    base = 0
    seek = 0
    while stack:
        at, end, path = stack.pop()
        if len(seen) > _MAX_ELEMENTS:
            out.problem(f"more than {_MAX_ELEMENTS} elements: the rest was not walked")
            return
        head = _head(data, at)
        if at >= end or head is None or at in seen:
            continue
        number, start, length = head
        seen.add(at)
        unknown = length == _UNKNOWN
        stop = end if unknown else min(start + length, end)
        if not unknown and start + length > end and number in _MASTERS and not path:
            out.problem(f"the file ends {start + length - end} bytes before its {_MASTERS[number]} does")
        name = _MASTERS.get(number) or _LEAVES.get(number, "")
        if not (single and path == "Segment/") and not (unknown and number == _CLUSTER) and stop < end:
            stack.append((stop, end, path))
        if name == "Segment":
            base = start
        if not name:
            continue
        yield Element(name=name, path=path + name, start=start, length=stop - start)
        if name == "SeekPosition":
            seek = int.from_bytes(data.read(start, min(8, stop - start)), "big")
            later.append(base + seek)
        if number in _MASTERS and path.count("/") < _MAX_DEPTH and stop > start:
            stack.append((start, stop, path + name + "/"))


def _head(data: Bytes, at: int) -> tuple[int, int, int] | None:
    """Return (number, payload start, payload length or _UNKNOWN) of the element at `at`, or None."""
    raw = data.read(at, 12)
    if not raw:
        return None
    width = 9 - raw[0].bit_length() if raw[0] else 9
    if width > 4 or len(raw) <= width:
        return None
    number = int.from_bytes(raw[:width], "big")
    first = raw[width]
    size_width = 9 - first.bit_length() if first else 9
    if size_width > 8 or len(raw) < width + size_width:
        return None
    value = int.from_bytes(raw[width : width + size_width], "big") & ((1 << (7 * size_width)) - 1)
    if value == (1 << (7 * size_width)) - 1:
        value = _UNKNOWN
    return number, at + width + size_width, value
