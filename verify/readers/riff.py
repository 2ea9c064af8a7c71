"""Reads RIFF files: AVI, WAV, WebP. Rule: chunks are stepped through, never recursed into without a bound.

INFO chunks and IDIT: Microsoft's Multimedia Programming Interface; cameras' chunks as public descriptions have them.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import ClassVar

from verify.readers import exif, xmp
from verify.readers.base import Reader, Reading
from verify.readers.chunks import Chunk, chunks
from verify.readers.collect import Collector, clean, decoded
from verify.readers.isobmff.walk import Bytes
from verify.readers.opening import reading
from verify.readers.times import spelled

_INFO = {
    "ISFT": "software",
    "IENC": "encoder",
    "ITCH": "author",
    "ICRD": "recording time",
    "IDIT": "recording time",
    "INAM": "title",
    "IART": "author",
    "ICMT": "comment",
    "ICOP": "copyright",
    "IKEY": "keywords",
    "ISBJ": "description",
    "ISRC": "text",
    "IMED": "text",
    "ISMP": "timecode",
    "tc_O": "timecode",
    "ecor": "make",  # a list of EXIF in chunks: EXIF 2.3, 5.3 (audio files), which cameras put into AVI as well
    "emdl": "model",
    "etim": "text",
}


class Riff(Reader):
    """Reads RIFF files chunk by chunk."""

    name: ClassVar[str] = "riff"

    def handles(self, container: str) -> bool:
        """Return whether `container` is AVI, WAV or WebP."""
        return container in {"avi", "wav", "webp"}

    def read(self, path: Path, container: str) -> Reading:
        """Return the tags of the file's chunks; `extra` has the order of the first chunks."""
        out = Collector(self.name)
        return reading(path, out, lambda data: {"top": _read(data, out)[:60]})


def _read(data: Bytes, out: Collector) -> list[str]:
    order: list[str] = []
    for chunk in chunks(data, out):
        order.append(chunk.path)
        if chunk.type in _INFO:
            _text(_INFO[chunk.type], chunk, data, out)
        elif chunk.type in ("_PMX", "XMP "):
            xmp.tags(data.read(chunk.start, chunk.length), chunk.path, chunk.start, out)
        elif chunk.type == "strd":
            raw = data.read(chunk.start, min(chunk.length, 256 * 1024))
            if raw[:4] == b"AVIF":  # a directory of EXIF without the TIFF header before it
                exif.bare(b"II*\0\x08\0\0\0" + raw[8:], chunk.path, chunk.start, out, of_film=True)
        else:
            _other(chunk, data.read(chunk.start, min(chunk.length, 512)), out)
    return order


def _other(chunk: Chunk, raw: bytes, out: Collector) -> None:
    if chunk.type == "avih":
        _header(raw, chunk, out)
    elif chunk.type == "strh":
        codec = clean(raw[4:8].decode("latin-1"))
        if codec.isprintable():
            out.add("codec", codec, chunk.path, chunk.start + 4, raw[4:8])
    elif chunk.type == "strn":
        out.add("track name", decoded(raw.split(b"\0", 1)[0]), chunk.path, chunk.start, raw)
    elif chunk.type == "JUNK":
        _junk(chunk, raw, out)
    elif chunk.type == "VP8X":
        _canvas(raw[:10], chunk, out)
    elif chunk.type == "C2PA":
        out.add("credentials box", "C2PA", chunk.path, chunk.start)


def _text(name: str, chunk: Chunk, data: Bytes, out: Collector) -> None:
    raw = data.read(chunk.start, min(chunk.length, 4096))
    text = clean(decoded(raw.split(b"\0", 1)[0]))
    if name == "recording time":
        value, doubt = spelled(text)
        out.add(name, value or text, chunk.path, chunk.start, raw, doubt)
    else:
        out.add(name, text, chunk.path, chunk.start, raw, chunk.type)


def _header(raw: bytes, chunk: Chunk, out: Collector) -> None:
    if len(raw) < 40:
        return
    micro, frames = struct.unpack_from("<I", raw)[0], struct.unpack_from("<I", raw, 16)[0]
    width, height = struct.unpack_from("<II", raw, 32)
    if micro and frames:
        out.add("duration", f"{micro * frames / 1e6:.3f}", chunk.path, chunk.start, raw[:20], "frames x time a frame")
    if width and height:
        out.add("size", f"{width}x{height}", chunk.path, chunk.start + 32, raw[32:40])


def _canvas(raw: bytes, chunk: Chunk, out: Collector) -> None:
    if len(raw) == 10:
        width, height = (int.from_bytes(raw[i : i + 3], "little") + 1 for i in (4, 7))
        out.add("size", f"{width}x{height}", chunk.path, chunk.start + 4, raw[4:10])


def _junk(chunk: Chunk, raw: bytes, out: Collector) -> None:
    """Read the padding in which cameras leave their name: `OLYMDigital Camera`, `PENTDigital Camera`..."""
    text = raw.split(b"\0", 1)[0]
    if 8 <= len(text) <= 200 and all(0x20 <= c < 0x7F for c in text) and b"camera" in text.lower():
        out.add("device name", text.decode("ascii"), chunk.path, chunk.start, text, "text in the padding")
