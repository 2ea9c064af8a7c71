"""Finds where a still keeps its EXIF and XMP: JPEG segments, PNG and WebP chunks, HEIF items. Rule: places, no meaning.

So that every reader of EXIF is given the bare TIFF with its true offset, and never searches a file by itself.
"""

from __future__ import annotations

import binascii
import zlib
from dataclasses import dataclass

from verify.readers import iptc
from verify.readers.chunks import chunks
from verify.readers.collect import Collector
from verify.readers.isobmff import extensions
from verify.readers.isobmff.walk import Bytes, walk

_MAX_SEGMENTS = 2000
_MAX_BLOCK = 8 * 1024 * 1024
_MAX_UNPACKED = 8 * 1024 * 1024  # bytes of all packed texts of a PNG: of 2,000 in a row each could hold that much
_MAX_TEXT = 8192  # bytes of one free text
_XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_LONG = b"http://ns.adobe.com/xmp/extension/\0"


@dataclass(slots=True)
class _Room:
    """Bytes that the packed texts of a file may still take."""

    left: int = _MAX_UNPACKED


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block of metadata: `kind` is `exif` (a bare TIFF), `xmp`, `iptc` or `text`; packed ones have no `offset`."""

    kind: str
    place: str
    offset: int | None
    raw: bytes
    key: str = ""  # the keyword of a PNG text


def blocks(data: Bytes, container: str, out: Collector) -> list[Block]:
    """Return the metadata blocks of a still, in the order in which they lie."""
    if container == "jpeg":
        return _jpeg(data)
    if container == "png":
        return _png(data, out)
    if container == "webp":
        return _webp(data, out)
    if container in ("heic", "avif"):
        return _heif(data)
    return []


def _jpeg(data: Bytes) -> list[Block]:
    """Step through the segments up to the picture (ISO/IEC 10918-1, B.1.1.3)."""
    found: list[Block] = []
    at = 2
    for _ in range(_MAX_SEGMENTS):
        head = data.read(at, 4)
        if len(head) < 4 or head[0] != 0xFF:
            break
        marker, length = head[1], int.from_bytes(head[2:4], "big")
        if marker == 0xFF:  # fill bytes
            at += 1
            continue
        if marker in (0xDA, 0xD9) or length < 2:
            break
        if marker in (0x01, *range(0xD0, 0xD9)):
            at += 2
            continue
        found += _segment(marker, data.read(at + 4, length - 2), at + 4)
        at += 2 + length
    return found


def _segment(marker: int, raw: bytes, at: int) -> list[Block]:
    if marker == 0xE1 and raw[:4] == b"Exif":
        skip = 6
        return [Block(kind="exif", place="APP1 Exif", offset=at + skip, raw=raw[skip:])]
    if marker == 0xE1 and raw.startswith(_XMP_HEADER):
        return [Block(kind="xmp", place="APP1 XMP", offset=at + len(_XMP_HEADER), raw=raw[len(_XMP_HEADER) :])]
    if marker == 0xED and raw.startswith(iptc.HEADER):
        return [Block(kind="iptc", place="APP13 IPTC", offset=at, raw=raw)]
    if marker == 0xFE:
        return [Block(kind="text", place="COM", offset=at, raw=raw[:_MAX_TEXT], key="comment")]
    return []


def _png(data: Bytes, out: Collector) -> list[Block]:
    """Step through the chunks (PNG specification, 11): eXIf, iTXt, tEXt, zTXt; packed texts are unpacked, bounded."""
    found: list[Block] = []
    room = _Room()
    at = 8
    for _ in range(_MAX_SEGMENTS):
        head = data.read(at, 8)
        if len(head) < 8:
            break
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if kind == b"IEND":
            break
        if kind in (b"eXIf", b"iTXt", b"tEXt", b"zTXt"):
            raw = data.read(at + 8, min(length, _MAX_BLOCK))
            block = _png_block(kind, raw, at + 8, out, room)
            found += [block] if block else []
        elif kind == b"caBX":
            out.add("credentials box", "C2PA", "caBX", at)
        at += 12 + length
    return found


def _png_block(kind: bytes, raw: bytes, at: int, out: Collector, room: _Room) -> Block | None:
    if kind == b"eXIf":
        skip = 6 if raw[:4] == b"Exif" else 0
        return Block(kind="exif", place="eXIf", offset=at + skip, raw=raw[skip:])
    key, _, rest = raw.partition(b"\0")
    name = key.decode("latin-1")[:79]
    place = f"{kind.decode('ascii')} {name}"
    whole = name == "XML:com.adobe.xmp" or name.lower().startswith("raw profile type")
    offset: int | None = at + len(key) + 1
    if kind == b"iTXt":
        packed, parts = rest[:1] == b"\1", rest[2:].split(b"\0", 2)
        text = parts[2] if len(parts) == 3 else b""
        offset = at + len(raw) - len(text)
        if packed:
            text, offset = _unpacked(text, whole, place, out, room), None
    elif kind == b"zTXt":
        text, offset = _unpacked(rest[1:], whole, place, out, room), None
    else:
        text = rest
    if name == "XML:com.adobe.xmp":
        return Block(kind="xmp", place=place, offset=offset, raw=text)
    if name.lower().startswith("raw profile type"):
        return _raw_profile(text, place)
    return Block(kind="text", place=place, offset=offset, raw=text[:_MAX_TEXT], key=name)


def _unpacked(raw: bytes, whole: bool, place: str, out: Collector, room: _Room) -> bytes:
    """Return what a packed text holds: all of it where it is a block of metadata, else as much as is shown."""
    most = room.left if whole else min(room.left, _MAX_TEXT)
    if not most:
        out.problem(f"{place} was not unpacked: the packed texts before it hold {_MAX_UNPACKED} bytes")
        return b""
    try:
        engine = zlib.decompressobj()
        text = engine.decompress(raw, most)
    except zlib.error as error:
        out.problem(f"{place} cannot be unpacked: {error}")
        return b""
    room.left -= len(text)
    if engine.unconsumed_tail and whole:
        out.problem(f"{place} unpacks to more than {most} bytes: cut there")
    return text


def _raw_profile(text: bytes, place: str) -> Block | None:
    """Read ImageMagick's form: a name, a length and hex digits; EXIF with its `Exif` header, or XMP."""
    parts = text.split(None, 2)
    if len(parts) < 3:
        return None
    try:
        raw = binascii.unhexlify(b"".join(parts[2].split()))
    except binascii.Error:
        return None
    if raw.startswith(b"Exif\0\0"):
        return Block(kind="exif", place=place, offset=None, raw=raw[6:])
    if raw.startswith(_XMP_HEADER):
        return Block(kind="xmp", place=place, offset=None, raw=raw[len(_XMP_HEADER) :])
    return Block(kind="xmp", place=place, offset=None, raw=raw) if b"xmpmeta" in raw[:200] else None


def _webp(data: Bytes, out: Collector) -> list[Block]:
    found: list[Block] = []
    for chunk in chunks(data, out):
        raw = data.read(chunk.start, min(chunk.length, _MAX_BLOCK)) if chunk.type in ("EXIF", "XMP ") else b""
        if chunk.type == "EXIF":
            skip = 6 if raw[:4] == b"Exif" else 0
            found.append(Block(kind="exif", place=chunk.path, offset=chunk.start + skip, raw=raw[skip:]))
        elif chunk.type == "XMP ":
            found.append(Block(kind="xmp", place=chunk.path, offset=chunk.start, raw=raw))
    return found


def _heif(data: Bytes) -> list[Block]:
    tree = walk(data)
    found: list[Block] = []
    for item in extensions.items(tree, data):
        if item.type == "Exif":
            raw, offset = extensions.exif(data, item)
            if raw:
                found.append(Block(kind="exif", place=f"item {item.number} Exif", offset=offset, raw=raw))
        elif item.content == "application/rdf+xml":
            raw = data.read(item.offset, item.length)
            found.append(Block(kind="xmp", place=f"item {item.number} XMP", offset=item.offset, raw=raw))
    return found
