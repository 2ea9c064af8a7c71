"""Looks into the first sample of a track: encoder's settings, timecode, telemetry. Rule: the first one, bounded."""

from __future__ import annotations

import re

from verify.readers.collect import Collector
from verify.readers.isobmff import gpmf
from verify.readers.isobmff.walk import Box, Bytes, Tree

_HEAD = 96 * 1024  # bytes of the first sample that are searched; the settings stand before the first picture
# Text that the encoders leave in an SEI message (H.264/H.265 user_data_unregistered) or in MPEG-4 user data.
SETTINGS = re.compile(rb"(x26[45] (?:- core|\(build) ?\d+[\x20-\x7e]{0,1500})")
_LIBAVCODEC = re.compile(rb"\xb2(Lavc\d+\.\d+\.\d+|XviD\d+|DivX[\x20-\x7e]{1,20})")


def read(tree: Tree, data: Bytes, kinds: dict[int, str], out: Collector) -> None:
    """Read the first sample of every track that says something beside pictures and sound."""
    pictures = False
    for trak, box in tree.of("trak"):
        kind = kinds.get(trak, "")
        at, size = first_sample(trak, tree, data)
        if at is None:
            continue
        if kind == "vide" and not pictures:
            pictures = True
            settings(data.read(at, _HEAD), at, "first sample of " + box.path, out)
        elif _format(trak, tree, data) == b"tmcd":
            _timecode(trak, tree, data, at, out)
        elif _format(trak, tree, data) == b"gpmd":
            gpmf.tags(data.read(at, min(size or _HEAD, 1024 * 1024)), box.path + " first sample", at, out)
    if not pictures:
        for _, box in tree.of("mdat"):
            settings(data.payload(box, _HEAD), box.start, "start of " + box.path, out)
            return


def first_sample(trak: int, tree: Tree, data: Bytes) -> tuple[int | None, int | None]:
    """Return (offset, size) of a track's first sample from its chunk table, None where it has none."""
    table = inside(trak, tree, "stco", "co64")
    if table is None:
        return None, None
    raw = data.payload(table, 16)
    width = 8 if table.type == "co64" else 4
    if len(raw) < 8 + width or raw[4:8] == b"\0\0\0\0":
        return None, None
    sizes = inside(trak, tree, "stsz")
    size = None
    if sizes is not None:
        head = data.payload(sizes, 16)
        common = int.from_bytes(head[4:8], "big")
        size = common or (int.from_bytes(head[12:16], "big") if len(head) == 16 else None)
    offset = int.from_bytes(raw[8 : 8 + width], "big")
    return (offset, size) if 0 < offset < data.size else (None, None)


def inside(trak: int, tree: Tree, *kinds: str) -> Box | None:
    """Return the first box of these kinds in a track."""
    return next((box for index, box in tree.of(*kinds) if tree.ancestor(index, "trak") == trak), None)


def _format(trak: int, tree: Tree, data: Bytes) -> bytes:
    box = inside(trak, tree, "stsd")
    return data.payload(box, 16)[12:16] if box is not None else b""


def settings(raw: bytes, offset: int, place: str, out: Collector) -> None:
    """Find the text an encoder left in its first frame."""
    found = SETTINGS.search(raw)
    if found:
        text = found[1].split(b"\0", 1)[0].decode("ascii", errors="replace")
        out.add("encoder settings", text, place, offset + found.start(1), found[1][:64], "text in the first frame")
    user_data = _LIBAVCODEC.search(raw)
    if user_data:
        at = offset + user_data.start(1)
        out.add("encoder", user_data[1].decode("ascii"), place, at, user_data[1], "text in the first frame")


def _timecode(trak: int, tree: Tree, data: Bytes, at: int, out: Collector) -> None:
    """Decode the first timecode sample (QuickTime File Format, "Timecode Sample Description")."""
    box = inside(trak, tree, "stsd")
    raw = data.payload(box, 64) if box is not None else b""
    sample = data.read(at, 4)
    if len(raw) < 41 or len(sample) < 4:
        return
    flags = int.from_bytes(raw[28:32], "big")
    scale, length = int.from_bytes(raw[32:36], "big"), int.from_bytes(raw[36:40], "big")
    # Some cameras write 29 as the number of frames for 29.97: the rate itself is surer (measured on GoPro HERO5).
    per_second = round(scale / length) if scale and length else raw[40]
    number = int.from_bytes(sample, "big")
    if not 0 < per_second <= 1000:
        return
    drop = bool(flags & 1)
    text = timecode(number, per_second, drop)
    out.add("timecode", text, f"{tree.boxes[trak].path} first sample", at, sample, "drop frame" if drop else "")


def timecode(number: int, per_second: int, drop: bool) -> str:
    """Return a frame number as `hh:mm:ss:ff`; drop frame (SMPTE ST 12-1) skips 2 of 30 numbers in 9 of 10 minutes."""
    if drop and per_second in (30, 60):
        skipped = per_second // 15
        per_ten = 10 * 60 * per_second - 9 * skipped
        tens, rest = divmod(number, per_ten)
        first = 60 * per_second
        number += 9 * skipped * tens
        if rest >= first:
            number += skipped * (1 + (rest - first) // (60 * per_second - skipped))
    seconds, frames = divmod(number, per_second)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour % 24:02}:{minute:02}:{second:02}{';' if drop else ':'}{frames:02}"
