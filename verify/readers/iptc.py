"""Reads IPTC-IIM in JPEG: dates, author, place in words, and what platforms leave there. Rule: bounded, texts only.

Forms: Photoshop's image resources (`8BIM`, resource 0x0404) and IPTC-NAA IIM 4.2, record 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from verify.readers.collect import Collector, clean, decoded
from verify.readers.times import spelled

HEADER = b"Photoshop 3.0\0"
_IPTC_RESOURCE = 0x0404
_MAX_RESOURCES = 500
_MAX_SETS = 500
_TEXTS = {
    5: "title",
    25: "keywords",
    40: "instructions",
    65: "creator tool",
    80: "author",
    90: "place name",
    92: "place name",
    95: "place name",
    101: "place name",
    105: "title",
    110: "author",
    115: "text",
    116: "copyright",
    120: "description",
}
_TIMES = {55: (60, "recording time"), 62: (63, "digitized time")}  # date, its time of day


def tags(raw: bytes, place: str, offset: int, out: Collector) -> None:
    """Read the resources of one APP13 segment; `offset` is where `raw` lies in the file."""
    for at, body in _resources(raw):
        sets: dict[int, tuple[int, bytes]] = {}
        for dataset, start, value in _datasets(body):
            where = f"{place} 2:{dataset:03}"
            if dataset in _TEXTS:
                out.add(_TEXTS[dataset], decoded(value), where, offset + at + start, value, "IPTC")
            sets.setdefault(dataset, (offset + at + start, value))
        _times(sets, place, out)


def _times(sets: dict[int, tuple[int, bytes]], place: str, out: Collector) -> None:
    for dataset, (clock, name) in _TIMES.items():
        if dataset not in sets:
            continue
        at, day = sets[dataset]
        text = clean(decoded(day))
        time = clean(decoded(sets[clock][1])) if clock in sets else ""
        if len(time) >= 6 and time[:6].isdigit():
            value, doubt = spelled(f"{text}T{time[:6]}{time[6:]}")
        else:
            value, doubt = spelled(text)
        out.add(name, value, f"{place} 2:{dataset:03}", at, day, "; ".join(p for p in ("IPTC", doubt) if p))


def _resources(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, bytes) of the IPTC resources among Photoshop's."""
    at = len(HEADER) if raw.startswith(HEADER) else 0
    for _ in range(_MAX_RESOURCES):
        if raw[at : at + 4] != b"8BIM" or at + 12 > len(raw):
            return
        number = int.from_bytes(raw[at + 4 : at + 6], "big")
        name = raw[at + 6] + 1
        start = at + 6 + name + (name & 1)
        length = int.from_bytes(raw[start : start + 4], "big")
        body = raw[start + 4 : start + 4 + length]
        if number == _IPTC_RESOURCE:
            yield start + 4, body
        at = start + 4 + length + (length & 1)


def _datasets(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (number, offset, value) of the datasets of record 2."""
    at = 0
    for _ in range(_MAX_SETS):
        if at + 5 > len(body) or body[at] != 0x1C:
            return
        record, number = body[at + 1], body[at + 2]
        length = int.from_bytes(body[at + 3 : at + 5], "big")
        if length & 0x8000:
            return  # an extended length, which only picture data need
        if record == 2:
            yield number, at + 5, body[at + 5 : at + 5 + length]
        at += 5 + length
