"""Reads what lies in boxes of other makes: XMP packets, camcorders' XML, and where a HEIC or AVIF keeps its EXIF."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from xml.parsers import expat

from verify.readers import xmp
from verify.readers.collect import Collector, decoded
from verify.readers.isobmff.layout import WINDOWS, XMP
from verify.readers.isobmff.walk import CANON, Box, Bytes, Tree
from verify.readers.times import spelled

_MAX_ITEMS = 2000
_MAX_EMBEDDED = 8
_NEVER_EXIF = {"GPMF", "XMP_", "meta", "CNTH", "free", "skip"}
_MAX_ITEM = 4 * 1024 * 1024


def packets(tree: Tree, data: Bytes, out: Collector) -> None:
    """Read XMP in `uuid` and `XMP_` boxes."""
    for _, box in tree.of("uuid", "XMP_"):
        if box.type == "XMP_" or box.usertype == XMP:
            xmp.tags(data.payload(box), box.path, box.start, out)


def windows(tree: Tree, data: Bytes, out: Collector) -> None:
    """Read the version of Windows whose own MP4 writer made the file: 4 bytes of length, then the text."""
    for _, box in tree.of("uuid"):
        if box.usertype == WINDOWS:
            raw = data.payload(box, 64)
            version = decoded(raw[4:].split(b"\0", 1)[0])
            if version:
                out.add("encoder", f"Windows {version}", box.path, box.start + 4, raw[4:], "Microsoft's MP4 writer")


def embedded(tree: Tree, data: Bytes) -> list[tuple[str, int, bytes]]:
    """Return (place, offset, TIFF) of EXIF that cameras put into boxes of a film: bare, after `Exif`, or in a JPEG."""
    found: list[tuple[str, int, bytes]] = []
    for index, box in enumerate(tree.boxes):
        if len(found) >= _MAX_EMBEDDED:
            break
        maker = tree.inside(index, "udta") or tree.inside(index, "CNTH")
        maker = maker or (box.parent >= 0 and tree.boxes[box.parent].usertype == CANON)
        if not maker or box.length < 64 or box.type in _NEVER_EXIF:
            continue
        head = data.payload(box, 128)
        skip = _tiff_at(head)
        if skip >= 0:
            found.append((box.path, box.start + skip, data.read(box.start + skip, min(box.length - skip, _MAX_ITEM))))
        elif (jpeg := head.find(b"\xff\xd8\xff")) >= 0:
            raw = data.read(box.start + jpeg, min(box.length - jpeg, _MAX_ITEM))
            found += [(f"{box.path} JPEG {p}", box.start + jpeg + at, tiff) for p, at, tiff in _in_jpeg(raw)]
    return found


def _tiff_at(head: bytes) -> int:
    """Return where a TIFF begins in the first bytes of a payload, or -1."""
    marked = head.find(b"Exif\0\0")
    at = (
        marked + 6
        if marked >= 0
        else min((i for i in (head.find(b"II*\0"), head.find(b"MM\0*")) if i >= 0), default=-1)
    )
    return at if head[at : at + 2] in (b"II", b"MM") else -1


def _in_jpeg(raw: bytes) -> list[tuple[str, int, bytes]]:
    """Return (segment, offset, TIFF) of the EXIF segments of a JPEG."""
    found: list[tuple[str, int, bytes]] = []
    at = 2
    while at + 10 <= len(raw) and raw[at] == 0xFF and len(found) < 4:
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        if raw[at + 1] in (0xDA, 0xD9) or length < 2:
            break
        if raw[at + 1] == 0xE1 and raw[at + 4 : at + 8] == b"Exif":
            found.append(("APP1", at + 10, raw[at + 10 : at + 2 + length]))
        at += 2 + length
    return found


def camcorder(tree: Tree, data: Bytes, out: Collector) -> None:
    """Read the `xml ` box that Sony's camcorders write (NonRealTimeMeta): device, recording time with its zone."""
    for _, box in tree.of("xml "):
        raw = data.payload(box, 256 * 1024)
        text = raw[4:].strip(b"\0 \r\n\t")
        if b"NonRealTimeMeta" not in text[:2000]:
            continue
        try:
            _non_real_time(text, box, out)
        except expat.ExpatError as error:
            out.problem(f"{box.path} is not well formed XML: {error}")


def _non_real_time(raw: bytes, box: Box, out: Collector) -> None:
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1]
        where = f"{box.path}/{local}"
        if local == "CreationDate":
            value, doubt = spelled(attributes.get("value", ""))
            out.add("recording time", value, where, box.start, note="; ".join(p for p in ("Sony XML", doubt) if p))
        elif local == "Device":
            out.add("make", attributes.get("manufacturer", ""), where, box.start, note="Sony XML")
            out.add("model", attributes.get("modelName", ""), where, box.start, note="Sony XML")
            out.add("serial number", attributes.get("serialNo", ""), where, box.start, note="Sony XML")
        elif local == "Lens":
            out.add("lens", attributes.get("modelName", ""), where, box.start, note="Sony XML")

    def refuse(*_: object) -> None:
        raise expat.ExpatError("entities are not read")

    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    parser.Parse(raw, True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One item of a HEIF file: its type (`Exif`, `mime`), where its bytes lie, and the `meta` it belongs to."""

    number: int
    type: str
    content: str
    offset: int
    length: int


def items(tree: Tree, data: Bytes) -> list[Item]:
    """Return the metadata items (`Exif`, XMP) of the top-level `meta` (14496-12, 8.11: `iinf`, `iloc`)."""
    meta = next((i for i, b in tree.of("meta") if b.depth == 0), None)
    if meta is None:
        return []
    names = _item_names(meta, tree, data)
    wanted = {n: v for n, v in names.items() if v[0] in ("Exif", "mime")}
    places = _item_places(meta, tree, data, set(wanted))
    return [
        Item(number=n, type=wanted[n][0], content=wanted[n][1], offset=at, length=min(length, _MAX_ITEM))
        for n, (at, length) in places.items()
    ]


def _item_names(meta: int, tree: Tree, data: Bytes) -> dict[int, tuple[str, str]]:
    found = tree.child(meta, "iinf")
    if found is None:
        return {}
    raw = data.payload(found[1], 512 * 1024)
    at = 8 if raw[:1] not in (b"\0", b"") else 6
    names: dict[int, tuple[str, str]] = {}
    for _ in range(_MAX_ITEMS):
        if at + 12 > len(raw):
            break
        size, kind = struct.unpack_from(">I4s", raw, at)
        if kind != b"infe" or size < 12:
            break
        version = raw[at + 8]
        entry = raw[at + 12 : at + size]
        if version in (2, 3):
            wide = 4 if version == 3 else 2
            number = int.from_bytes(entry[:wide], "big")
            rest = entry[wide + 6 :].split(b"\0")
            content = rest[1].decode("latin-1") if len(rest) > 1 else ""
            names[number] = (entry[wide + 2 : wide + 6].decode("latin-1"), content)
        at += size
    return names


def _item_places(meta: int, tree: Tree, data: Bytes, wanted: set[int]) -> dict[int, tuple[int, int]]:
    """Return (offset, length) of the first extent of the wanted items."""
    found = tree.child(meta, "iloc")
    if found is None or not wanted:
        return {}
    raw = data.payload(found[1], 512 * 1024)
    if len(raw) < 8:
        return {}
    version = raw[0]
    widths = (raw[4] >> 4, raw[4] & 15, raw[5] >> 4, raw[5] & 15 if version in (1, 2) else 0)
    idat = tree.child(meta, "idat")
    cursor = _Cursor(raw, 6)
    places: dict[int, tuple[int, int]] = {}
    for _ in range(min(cursor.take(4 if version == 2 else 2), _MAX_ITEMS)):
        number = cursor.take(4 if version == 2 else 2)
        method = cursor.take(2) & 15 if version in (1, 2) else 0
        cursor.take(2)
        base = cursor.take(widths[2])
        extents = min(cursor.take(2), _MAX_ITEMS)
        for extent in range(extents):
            cursor.take(widths[3])
            at, length = cursor.take(widths[0]), cursor.take(widths[1])
            if extent == 0 and number in wanted and method in (0, 1):
                start = base + at + (idat[1].start if method == 1 and idat else 0)
                places[number] = (start, length)
        if cursor.over:
            break
    return places


class _Cursor:
    """Takes big-endian numbers one after another; beyond the end they are 0 and `over` is set."""

    def __init__(self, raw: bytes, at: int) -> None:
        self._raw, self._at = raw, at
        self.over = False

    def take(self, width: int) -> int:
        """Return the next number of `width` bytes."""
        piece = self._raw[self._at : self._at + width]
        self._at += width
        self.over = self.over or len(piece) < width
        return int.from_bytes(piece, "big")


def exif(data: Bytes, item: Item) -> tuple[bytes, int]:
    """Return (TIFF bytes, their offset in the file) of an `Exif` item: 4 bytes say where the TIFF header begins."""
    raw = data.read(item.offset, item.length or _MAX_ITEM)
    skip = 4 + int.from_bytes(raw[:4], "big")
    if raw[skip : skip + 2] not in (b"II", b"MM"):
        at = min((i for i in (raw.find(b"II*\0"), raw.find(b"MM\0*")) if i >= 0), default=-1)
        if at < 0:
            return b"", 0
        skip = at
    return raw[skip:], item.offset + skip


def picture(tree: Tree, data: Bytes, out: Collector) -> None:
    """Read a still's rotation, mirror and size from the properties of its primary item (23008-12, 6.5)."""
    for index in _properties_of_primary(tree, data):
        box = tree.boxes[index]
        raw = data.payload(box, 16)
        if box.type == "irot" and raw:
            turned = (360 - 90 * (raw[0] & 3)) % 360  # irot is counter-clockwise
            out.add("rotation", str(turned), box.path, box.start, raw, "property of the picture")
        elif box.type == "imir" and raw:
            axis = "across the horizontal axis" if raw[0] & 1 == 0 else "across the vertical axis"
            out.add("mirrored", axis, box.path, box.start, raw, "property of the picture")
        elif box.type == "ispe" and len(raw) >= 12:
            width, height = struct.unpack_from(">II", raw, 4)
            out.add("size", f"{width}x{height}", box.path, box.start + 4, raw[4:12])


def _properties_of_primary(tree: Tree, data: Bytes) -> list[int]:
    """Return the boxes in `ipco` that `ipma` gives to the primary item."""
    primary = next((data.payload(b, 8) for _, b in tree.of("pitm")), b"")
    number = int.from_bytes(primary[4:], "big") if primary[:1] == b"\x01" else int.from_bytes(primary[4:6], "big")
    shelf = next((i for i, _ in tree.of("ipco")), None)
    table = next((b for _, b in tree.of("ipma")), None)
    if shelf is None or table is None:
        return []
    properties = [i for i, _ in tree.children(shelf)]
    raw = data.payload(table, 256 * 1024)
    wide_index = bool(raw[3:4] and raw[3] & 1)
    cursor = _Cursor(raw, 4)
    for _ in range(min(cursor.take(4), _MAX_ITEMS)):
        item = cursor.take(4 if raw[:1] != b"\0" else 2)
        chosen = [cursor.take(2) & 0x7FFF if wide_index else cursor.take(1) & 0x7F for _ in range(cursor.take(1))]
        if item == number:
            return [properties[c - 1] for c in chosen if 0 < c <= len(properties)]
        if cursor.over:
            break
    return []
