"""Reads what the boxes of a movie's frame say: brands, times, handlers, codecs, rotation, edits. Layouts: 14496-12."""

from __future__ import annotations

import math
import re
import struct

from verify.readers.collect import Collector, decoded, since_1904
from verify.readers.isobmff.walk import Box, Bytes, Tree, printable

_SAMPLE_ENTRY_VISUAL = 78  # bytes of a VisualSampleEntry before its own boxes
_FOURTH = {0: "0", 90: "90", 180: "180", 270: "270"}
_CREATED_ON = re.compile(r"Created on: (\d\d)/(\d\d)/(\d{4})")  # YouTube's handler names end so


def brands(tree: Tree, data: Bytes, out: Collector) -> None:
    """Read `ftyp`/`styp`: major brand, minor version, compatible brands."""
    for _, box in tree.of("ftyp"):
        raw = data.payload(box, 512)
        if len(raw) < 4:
            continue
        out.add("major brand", brand(raw[:4]), box.path, box.start, raw[:4])
        if len(raw) >= 8:
            out.add("minor version", str(int.from_bytes(raw[4:8], "big")), box.path, box.start + 4, raw[4:8])
        names = [brand(raw[i : i + 4]) for i in range(8, len(raw) - 3, 4) if raw[i : i + 4] != b"\0\0\0\0"]
        out.add("compatible brands", ",".join(names), box.path, box.start + 8, raw[8:])


def brand(raw: bytes) -> str:
    """Return a brand with its blanks shown as they stand, inside quotation marks only where a blank would be lost."""
    text = printable(raw)
    return f'"{text}"' if text != text.strip() else text


def times(tree: Tree, data: Bytes, out: Collector) -> None:
    """Read the creation and modification times of movie, tracks and media; each is said to be UTC by the standard."""
    names = {
        "mvhd": ("creation time", "modification time"),
        "tkhd": ("track creation time", "track modification time"),
        "mdhd": ("track creation time", "track modification time"),
    }
    of_movie: dict[str, bytes] = {}
    for _, box in tree.of(*names):
        raw = data.payload(box, 32)
        wide = raw[:1] == b"\x01"
        if len(raw) < (20 if wide else 12):
            out.problem(f"{box.path} is too short for its times")
            continue
        length = 8 if wide else 4
        for name, at in zip(names[box.type], (4, 4 + length), strict=True):
            field = raw[at : at + length]
            kind = names[box.type].index(name)
            if box.type == "mvhd":
                of_movie.setdefault(f"{kind}", field)
            elif of_movie.get(f"{kind}") == field:
                continue  # tracks that agree with the movie say nothing new
            elif not any(field):
                continue  # nor does one that is unset
            value, note = since_1904(int.from_bytes(field, "big"))
            out.add(name, value, box.path, box.start + at, field, note)


def movie(tree: Tree, data: Bytes, kinds: dict[int, str], out: Collector) -> dict[int, int]:
    """Read the movie's duration and each track's turn and size. Return the time scale of each `trak` by its index."""
    scales: dict[int, int] = {}
    for _, box in tree.of("mvhd"):
        raw = data.payload(box, 36)
        scale, length = _scale_and_length(raw)
        if scale and length not in (None, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF):
            out.add("duration", f"{(length or 0) / scale:.3f}", box.path, box.start, raw[12:20])
    for index, box in tree.of("mdhd"):
        raw = data.payload(box, 40)
        scale, _ = _scale_and_length(raw)
        trak = tree.ancestor(index, "trak")
        if scale and trak >= 0:
            scales[trak] = scale
        _language(raw, box, out)
    for index, box in tree.of("tkhd"):
        if kinds.get(tree.ancestor(index, "trak"), "vide") != "vide":
            continue
        _turn(box, data.payload(box, 104), out)
    return scales


def _scale_and_length(raw: bytes) -> tuple[int, int | None]:
    form, at = (">IQ", 20) if raw[:1] == b"\x01" else (">II", 12)
    if len(raw) < at + struct.calcsize(form):
        return 0, None
    scale, length = struct.unpack_from(form, raw, at)
    return scale, length


def _language(raw: bytes, box: Box, out: Collector) -> None:
    at = 32 if raw[:1] == b"\x01" else 20
    code = int.from_bytes(raw[at : at + 2], "big")
    letters = "".join(chr(((code >> shift) & 31) + 0x60) for shift in (10, 5, 0))
    if code >= 0x400 and letters.isalpha() and letters != "und":  # below: QuickTime's own numbers
        out.add("language", letters, box.path, box.start + at, raw[at : at + 2])


def _turn(box: Box, raw: bytes, out: Collector) -> None:
    """Read the matrix of a track: rotation and mirroring (14496-12, 6.2.2), and its size."""
    at = 52 if raw[:1] == b"\x01" else 40
    if len(raw) < at + 44:
        return
    a, b, _, c, d, *_ = struct.unpack_from(">9i", raw, at)
    width, height = struct.unpack_from(">II", raw, at + 36)
    if not width or not height:
        return  # a track without a picture
    matrix = raw[at : at + 36]
    out.add("size", f"{width / 65536:g}x{height / 65536:g}", box.path, box.start + at + 36, raw[at + 36 : at + 44])
    if (a, b, c, d) == (0, 0, 0, 0):
        return
    if a * d - b * c < 0:
        note = "matrix of the track; mirrored first, then turned"
        out.add("mirrored", "across the horizontal axis", box.path, box.start + at, matrix, note)
    degrees = round(math.degrees(math.atan2(b, a))) % 360
    exact = _FOURTH.get(degrees, str(degrees))
    out.add("rotation", exact, box.path, box.start + at, matrix, "matrix of the track")


def handlers(tree: Tree, data: Bytes, out: Collector) -> dict[int, str]:
    """Read the handler names. Return each track's handler type (`vide`, `soun`, `tmcd`...) by the index of its trak."""
    kinds: dict[int, str] = {}
    for index, box in tree.of("hdlr"):
        raw = data.payload(box, 600)
        if len(raw) < 12:
            continue
        kind = printable(raw[8:12])
        parent = tree.boxes[box.parent].type if box.parent >= 0 else ""
        trak = tree.ancestor(index, "trak")
        if parent == "mdia" and trak >= 0:
            kinds[trak] = kind
        name = handler_name(raw)
        if parent == "meta":
            continue  # `mdir`, `mdta`: names of how tags are kept, not of a program
        out.add("handler", name, box.path, box.start + 24, raw[24:], f"handler of type {kind}")
        created = _CREATED_ON.search(name)
        if created:
            month, day, year = created.groups()
            out.add("processing date", f"{year}-{month}-{day}", box.path, box.start + 24, raw[24:])
    return kinds


def handler_name(raw: bytes) -> str:
    """Return a handler's name: a C string in ISO files, a string with its length before it in QuickTime."""
    text = raw[24:]
    count = text[0] if text else 0
    # From 0x20 on the first byte may as well be a letter: then the text must end where it says.
    fits = 0 < count < len(text) and b"\0" not in text[1 : 1 + count]
    if fits and (count < 0x20 or not text[1 + count :].strip(b"\0")):
        text = text[1 : 1 + count]
    return decoded(text.split(b"\0", 1)[0])


def codecs(tree: Tree, data: Bytes, kinds: dict[int, str], out: Collector) -> None:
    """Read the sample entries: codec and, for pictures, the name of the compressor."""
    for index, box in tree.of("stsd"):
        raw = data.payload(box, 4096)
        if len(raw) < 16:
            continue
        kind = kinds.get(tree.ancestor(index, "trak"), "")
        entry = raw[8:]
        out.add("codec", printable(entry[4:8]), box.path, box.start + 12, entry[4:8], f"track of type {kind}")
        if kind == "vide" and len(entry) >= 8 + _SAMPLE_ENTRY_VISUAL:
            name = entry[50:82]  # a Pascal string in 32 bytes
            length = name[0] if 0 < name[0] < 32 else 31
            out.add("compressor", decoded(name[1 : 1 + length].split(b"\0", 1)[0]), box.path, box.start + 58, name)


def edits(tree: Tree, data: Bytes, scales: dict[int, int], out: Collector) -> None:
    """Read the edit lists: which part of each track is shown (14496-12, 8.6.6)."""
    movie_scale = 0
    for _, box in tree.of("mvhd"):
        movie_scale = movie_scale or _scale_and_length(data.payload(box, 36))[0]
    for index, box in tree.of("elst"):
        raw = data.payload(box, 4096)
        wide = raw[:1] == b"\x01"
        form = ">Qqhh" if wide else ">Iihh"
        step = struct.calcsize(form)
        count = min(int.from_bytes(raw[4:8], "big"), max(0, len(raw) - 8) // step, 50)
        scale = scales.get(tree.ancestor(index, "trak"), 0)
        parts = [_edit(struct.unpack_from(form, raw, 8 + i * step), movie_scale, scale) for i in range(count)]
        out.add("edit list", "; ".join(parts), box.path, box.start, raw[8 : 8 + count * step])


def _edit(entry: tuple[int, int, int, int], movie_scale: int, scale: int) -> str:
    length, start, whole, part = entry
    seconds = f"{length / movie_scale:.3f} s" if movie_scale else f"{length} units"
    if start == -1:
        return f"nothing for {seconds}"
    begin = f"{start / scale:.3f} s" if scale else f"{start} units"
    speed = "" if (whole, part) == (1, 0) else f" at speed {whole + part / 65536:g}"
    return f"from {begin} for {seconds}{speed}"
