"""Finds in the bytes of a key picture what an encoder states of itself. Rule: bounded, and nothing is decoded.

H.264 (ITU-T H.264, 7.3.1) and HEVC (ITU-T H.265, 7.3.1) pictures are made of units, each behind a start code (as in
transport streams) or behind its length (as in MP4 and Matroska).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verify.readers.isobmff.samples import SETTINGS

_MOST_UNITS = 64  # of one picture that are looked at: parameters stand before the picture's own
HEAD = 8 * 1024  # bytes in which they stand; the settings of x264 are 700
_START = re.compile(rb"\x00\x00\x01")
_H264_PARAMETERS, _HEVC_PARAMETERS = 7, 33
_GOP = b"\x00\x00\x01\xb8"  # group of pictures header (ISO/IEC 13818-2, 6.2.2.6)


def settings(raw: bytes) -> str:
    """Return the text in which x264 or x265 state their settings, or nothing."""
    found = SETTINGS.search(raw[:HEAD])
    return found[1].split(b"\0", 1)[0].decode("ascii", errors="replace") if found else ""


def parameters(raw: bytes, codec: str) -> bytes:
    """Return the sequence parameter sets that stand before a picture of `codec` (`h264`, `hevc`), joined."""
    wanted = _H264_PARAMETERS if codec == "h264" else _HEVC_PARAMETERS
    return b"".join(u for u in _units(raw[:HEAD]) if u and _kind(u[0], codec) == wanted)


def _kind(first: int, codec: str) -> int:
    return first & 0x1F if codec == "h264" else first >> 1 & 0x3F


def _units(raw: bytes) -> Iterator[bytes]:
    if raw[:3] == b"\0\0\1" or raw[:4] == b"\0\0\0\1":
        starts = [m.end() for m in _START.finditer(raw)][:_MOST_UNITS]
        for start, end in zip(starts, [*starts[1:], len(raw) + 3], strict=True):
            yield raw[start : end - 3].rstrip(b"\0")
        return
    at = 0
    for _ in range(_MOST_UNITS):
        length = int.from_bytes(raw[at : at + 4], "big")
        if not 0 < length <= len(raw) - at - 4:  # the picture itself, cut at the head's end, or no lengths of 4 bytes
            return
        yield raw[at + 4 : at + 4 + length]
        at += 4 + length


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupTime:
    """The timecode of a group of pictures."""

    hours: int
    minutes: int
    whole: int  # seconds of the minute
    pictures: int
    drop: bool

    def __str__(self) -> str:
        return f"{self.hours:02}:{self.minutes:02}:{self.whole:02}{';' if self.drop else ':'}{self.pictures:02}"

    def seconds(self, rate: int) -> float:
        """Return it in seconds, at `rate` pictures a second."""
        return self.hours * 3600 + self.minutes * 60 + self.whole + self.pictures / rate


def group_timecode(raw: bytes) -> GroupTime | None:
    """Return the timecode of an MPEG-1 or -2 group header (ISO/IEC 13818-2, 6.3.8), None without one."""
    at = raw[:HEAD].find(_GOP)
    if at < 0 or len(raw) < at + 8:
        return None
    bits = int.from_bytes(raw[at + 4 : at + 8], "big") >> 7
    hours, minutes, whole = bits >> 19 & 0x1F, bits >> 13 & 0x3F, bits >> 6 & 0x3F
    if hours > 23 or minutes > 59 or whole > 59 or not bits >> 12 & 1:
        return None
    return GroupTime(hours=hours, minutes=minutes, whole=whole, pictures=bits & 0x3F, drop=bool(bits >> 24))
