"""Reads XMP packets, IPTC and texts of stills. Rule: own parsers, bounded, entities refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from verify.readers import iptc, xmp
from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector, clean, decoded
from verify.readers.isobmff.walk import Bytes
from verify.readers.opening import reading
from verify.readers.stills import Block, blocks
from verify.readers.times import spelled

# Keywords of PNG texts: PNG specification, 11.3.3.1, and what screenshot tools and ImageMagick write.
_KEYWORDS = {
    "software": "software",
    "author": "author",
    "title": "title",
    "description": "description",
    "comment": "comment",
    "copyright": "copyright",
    "source": "device name",
    "creation time": "recording time",
    "date:create": "metadata time",
    "date:modify": "metadata time",
    "make": "make",
    "model": "model",
    "parameters": "text",
    "prompt": "text",
}


class Packets(Reader):
    """Reads XMP and texts of stills."""

    name: ClassVar[str] = "packets"

    def handles(self, container: str) -> bool:
        """Return whether `container` is a still that can carry a packet."""
        return container in {"jpeg", "png", "webp", "heic", "avif", "tiff"}

    def read(self, path: Path, container: str) -> Reading:
        """Return what the packets and texts say."""
        out = Collector(self.name)
        return reading(path, out, lambda data: _read(data, container, out))


def _read(data: Bytes, container: str, out: Collector) -> dict[str, Any]:
    if container == "tiff":
        _tiff(data, out)
    elif container != "webp":  # `riff` reads WebP's packet
        for block in blocks(data, container, out):
            _block(block, out)
    return {}


def _block(block: Block, out: Collector) -> None:
    if block.kind == "xmp":
        xmp.tags(block.raw, block.place, block.offset or 0, out)
    elif block.kind == "iptc":
        iptc.tags(block.raw, block.place, block.offset or 0, out)
    elif block.kind == "text":
        text = clean(decoded(block.raw))
        name = _KEYWORDS.get(block.key.lower(), "text")
        if name.endswith("time"):
            value, doubt = spelled(text)
            out.add(name, value or text, block.place, block.offset, block.raw[:64], doubt)
        else:
            out.add(name, text, block.place, block.offset, block.raw[:64], block.key)


def _tiff(data: Bytes, out: Collector) -> None:
    """Find tag 700 in the first directory: XMP as bytes (Adobe XMP specification, part 3, 1.1.2.1)."""
    head = data.read(0, 8)
    order = "little" if head[:2] == b"II" else "big"
    at = int.from_bytes(head[4:8], order)  # type: ignore[arg-type]  # one of its two words
    count = int.from_bytes(data.read(at, 2), order)  # type: ignore[arg-type]
    raw = data.read(at + 2, 12 * min(count, 500))
    for i in range(0, len(raw) - 11, 12):
        tag, kind = (int.from_bytes(raw[i + k : i + k + 2], order) for k in (0, 2))  # type: ignore[arg-type]
        length, offset = (int.from_bytes(raw[i + k : i + k + 4], order) for k in (4, 8))  # type: ignore[arg-type]
        if tag == 700 and kind in (1, 7) and length > 4:
            xmp.tags(data.read(offset, length), "IFD0 tag 700", offset, out)
