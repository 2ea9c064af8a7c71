"""Reads GoPro's telemetry (GPMF): model and the first position and satellite time. Rule: bounded, first payload only.

Form: key (4), type (1), size of one value (1), repeat (2), values, padded to 4 bytes; type 0 nests. As GoPro's public
description of GPMF has it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from verify.coordinates import unset, valid, written
from verify.readers.collect import Collector, decoded
from verify.tagnames import NOT_SET

_MAX_ITEMS = 5000
_MAX_DEPTH = 8
_NUMBERS = {"b": "b", "B": "B", "s": "h", "S": "H", "l": "i", "L": "I", "f": "f", "d": "d", "j": "q", "J": "Q"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One value: its key, type, size of one element, raw bytes and offset in the payload."""

    key: str
    type: str
    size: int
    raw: bytes
    at: int

    def numbers(self) -> list[float]:
        """Return the values as numbers, or nothing for another type."""
        code = _NUMBERS.get(self.type)
        if code is None:
            return []
        step = struct.calcsize(code)
        count = min(len(self.raw) // step, 1000)
        return [float(v) for v in struct.unpack_from(f">{count}{code}", self.raw)]


def items(raw: bytes) -> Iterator[Item]:
    """Yield the values of a GPMF payload in order, nested ones included."""
    ends = [len(raw)]
    at = 0
    for _ in range(_MAX_ITEMS):
        while ends and at + 8 > ends[-1]:
            at = max(at, ends.pop()) if len(ends) > 1 else len(raw)
            if at >= len(raw):
                return
        key, kind, size, repeat = struct.unpack_from(">4sBBH", raw, at)
        length = size * repeat
        body = at + 8
        if kind == 0 and key != b"\0\0\0\0" and len(ends) < _MAX_DEPTH:
            yield Item(key=key.decode("latin-1"), type="", size=size, raw=b"", at=at)
            ends.append(min(ends[-1], body + length))
            at = body
            continue
        if body + length > ends[-1]:
            return
        if kind:
            yield Item(key=key.decode("latin-1"), type=chr(kind), size=size, raw=raw[body : body + length], at=at)
        at = body + (length + 3) // 4 * 4


def tags(raw: bytes, place: str, offset: int, out: Collector) -> None:
    """Read model, firmware, first position (GPS5 or GPS9) and satellite time (GPSU) of one payload."""
    scale: list[float] = []
    fix = 3
    seen: set[str] = set()
    for item in items(raw):
        where = (f"{place}/{item.key}", offset + item.at)
        if item.key == "SCAL":
            scale = item.numbers()
        elif item.key == "GPSF":
            fix = int(item.numbers()[0]) if item.numbers() else 0
        elif item.key in seen:
            continue
        elif item.key in ("MINF", "DVNM"):
            seen.add(item.key)
            text = decoded(item.raw)
            named = item.key == "MINF" or "hero" in text.lower() or "gopro" in text.lower()
            out.add("model" if named else "device name", text, *where, item.raw, f"GoPro telemetry {item.key}")
        elif item.key == "FMWR":
            out.add("firmware", decoded(item.raw), *where, item.raw, "GoPro telemetry")
        elif item.key == "CASN":
            out.add("serial number", decoded(item.raw), *where, item.raw, "GoPro telemetry")
        elif item.key == "GPSU":
            seen.add(item.key)
            out.add("gps time", _satellite_time(decoded(item.raw)), *where, item.raw, "GoPro telemetry, UTC")
        elif item.key in ("GPS5", "GPS9"):
            seen.add(item.key)
            _position(item, scale, fix, where, out)


def _satellite_time(text: str) -> str:
    """Return `yymmddhhmmss.sss` as ISO 8601, or nothing."""
    if len(text) < 12 or not text[:12].isdigit():
        return ""
    year, month, day, hour, minute, second = (text[i : i + 2] for i in range(0, 12, 2))
    return f"20{year}-{month}-{day}T{hour}:{minute}:{second}Z"


def _position(item: Item, scale: list[float], fix: int, where: tuple[str, int], out: Collector) -> None:
    """Keep the first position; without a fix (GPSF 0) the numbers are leftovers and are called not set."""
    if item.key == "GPS9":
        if len(item.raw) < 12:
            return
        values = [float(v) for v in struct.unpack_from(">iii", item.raw)]
    else:
        values = item.numbers()[:3]
    if len(values) < 3 or len(scale) < 3 or 0 in scale[:3]:
        return
    latitude, longitude, altitude = (v / s for v, s in zip(values, scale, strict=False))
    raw = item.raw[:20]
    if fix == 0 or not valid(latitude, longitude) or unset(latitude, longitude):
        out.add("gps", NOT_SET, *where, raw, "GoPro telemetry without a satellite fix at its beginning")
        return
    out.add("gps", written(latitude, longitude), *where, raw, "GoPro telemetry, first position")
    out.add("gps altitude", f"{altitude:.1f}", *where, raw, "GoPro telemetry")
