"""Reads what AVCHD camcorders put beside each picture: date with zone, maker, model, position. Rule: first packet only.

The message (`MDPM` in an H.264 user_data_unregistered SEI) holds entries of one tag byte and four data bytes, digits
in BCD. Layout from public descriptions of AVCHD (ExifTool's H264.pm), checked on a Sony ILCE-7M3 and a Canon sample.
"""

from __future__ import annotations

from typing import Any

import av.error

from verify.coordinates import unset, valid, written
from verify.readers.collect import Collector

_MARK = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
_MAKERS = {0x0103: "Panasonic", 0x0108: "Sony", 0x1011: "Canon", 0x1104: "JVC"}
_PACKETS = 8  # packets looked at: the message stands with the first picture


def read(opened: Any, out: Collector) -> None:  # noqa: ANN401 - PyAV types its containers loosely
    """Look for the message in the first packets of an H.264 stream in an MPEG transport stream."""
    if "mpegts" not in opened.format.name or not opened.streams.video:
        return
    stream = opened.streams.video[0]
    if stream.codec_context is None or stream.codec_context.name != "h264":
        return
    try:
        for number, packet in enumerate(opened.demux(stream)):
            raw = bytes(packet) if packet.size else b""
            at = raw.find(_MARK)
            if at >= 0:
                message(_unescaped(raw[at + len(_MARK) : at + 4096]), f"stream {stream.index} first picture", out)
                return
            if number >= _PACKETS:
                return
    except av.error.FFmpegError as error:
        out.problem(f"the first packets cannot be read: {error.strerror}")


def _unescaped(raw: bytes) -> bytes:
    """Undo H.264's emulation prevention: 00 00 03 stands for 00 00."""
    return raw.replace(b"\0\0\3", b"\0\0")


def message(raw: bytes, place: str, out: Collector) -> None:
    """Read the entries of one MDPM message."""
    if not raw:
        return
    entries: dict[int, bytes] = {}
    for i in range(min(raw[0], 255)):
        piece = raw[1 + 5 * i : 6 + 5 * i]
        if len(piece) < 5:
            break
        entries.setdefault(piece[0], piece[1:])
    _date(entries, place, out)
    maker = entries.get(0xE0)
    if maker:
        code = int.from_bytes(maker[:2], "big")
        out.add("make", _MAKERS.get(code, f"maker number {code:#06x}"), f"{place}/MDPM e0", raw=maker)
    model = b"".join(entries.get(tag, b"") for tag in (0xE4, 0xE5, 0xE6)).split(b"\0")[0]
    if model and all(0x20 <= c < 0x7F for c in model):
        out.add("model", model.decode("ascii"), f"{place}/MDPM e4", raw=model)
    _position(entries, place, out)


def _digits(byte: int) -> int:
    """Return the number of a BCD byte, or -1."""
    high, low = byte >> 4, byte & 15
    return high * 10 + low if high < 10 and low < 10 else -1


def _date(entries: dict[int, bytes], place: str, out: Collector) -> None:
    """Read 18: zone, century, year, month; 19: day and clock. Zone: bit 6 summer time, 5 west, 4..1 hours, 0 half."""
    first, second = entries.get(0x18), entries.get(0x19)
    if not first or not second:
        return
    numbers = [_digits(b) for b in (*first[1:], *second)]
    if min(numbers) < 0:
        return
    century, year, month, day, hour, minute, sec = numbers
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and sec < 60):
        return
    text = f"{century:02}{year:02}-{month:02}-{day:02}T{hour:02}:{minute:02}:{sec:02}"
    zone = first[0]
    note = "summer time is set" if zone & 0x40 else ""
    if not zone & 0x80:
        hours, half = (zone >> 1) & 15, 30 if zone & 1 else 0
        text += f"{'-' if zone & 0x20 else '+'}{hours:02}:{half:02}"
    out.add("recording time", text, f"{place}/MDPM 18", raw=first + second, note=note)


def _position(entries: dict[int, bytes], place: str, out: Collector) -> None:
    """Read b1..b8: N or S, three rationals of latitude, E or W, three rationals of longitude (as EXIF has them)."""

    def degrees(reference: int, first: int) -> float | None:
        mark = entries.get(reference, b"")[:1]
        parts = [entries.get(tag, b"") for tag in range(first, first + 3)]
        if not mark or any(len(p) < 4 for p in parts):
            return None
        values = [int.from_bytes(p[:2], "big") / (int.from_bytes(p[2:4], "big") or 1) for p in parts]
        total = values[0] + values[1] / 60 + values[2] / 3600
        return -total if mark in b"SW" else total

    latitude, longitude = degrees(0xB1, 0xB2), degrees(0xB5, 0xB6)
    if latitude is None or longitude is None or not valid(latitude, longitude) or unset(latitude, longitude):
        return
    out.add("gps", written(latitude, longitude), f"{place}/MDPM b1")
