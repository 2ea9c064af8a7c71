"""Reads what devices and programs put into `udta` and `meta`: QuickTime texts, iTunes items, keys, 3GPP, makers' atoms.

Rule: a key list belongs to the `meta` it stands in, and to no other: one file can hold several, and a reader that
mixes them says that a Mac is made by the name of its model.
"""

from __future__ import annotations

import re
import struct

from verify.coordinates import iso6709, unset, valid, written
from verify.readers.collect import Collector, clean, decoded
from verify.readers.isobmff import gpmf
from verify.readers.isobmff.walk import Box, Bytes, Tree
from verify.readers.times import spelled
from verify.tagnames import NOT_SET

# Names after `©`, in `udta` (QuickTime texts) and in `ilst` (iTunes): QuickTime File Format, "User Data Text".
_TEXTS = {
    "\xa9mak": "make", "\xa9mod": "model", "\xa9mdl": "model", "\xa9swr": "software", "\xa9too": "encoder",
    "\xa9enc": "encoder", "\xa9day": "recording time", "\xa9xyz": "gps", "\xa9nam": "title", "\xa9cmt": "comment",
    "\xa9des": "description", "\xa9inf": "description", "\xa9cpy": "copyright", "\xa9ART": "author",
    "\xa9aut": "author", "\xa9prd": "author", "\xa9fmt": "text", "\xa9src": "text", "\xa9TIM": "timecode",
    "\xa9key": "keywords", "\xa9TSC": "text", "\xa9TSZ": "text", "\xa9req": "text", "\xa9dir": "author",
}  # fmt: skip
_ITEMS = {"desc": "description", "ldes": "description", "cprt": "copyright", "aART": "author", "keyw": "keywords"}
# Keys of a QuickTime `keys` list: Apple "QuickTime metadata keys"; Android's as AOSP's MediaMuxer and makers write
# them (facts: ExifTool's QuickTime.pm and public dumps).
_KEYS = {
    "com.apple.quicktime.make": "make",
    "com.apple.quicktime.model": "model",
    "com.apple.quicktime.software": "software",
    "com.apple.quicktime.creationdate": "recording time",
    "com.apple.quicktime.location.iso6709": "gps",
    "com.apple.quicktime.location.name": "place name",
    "com.apple.quicktime.direction.facing": "gps direction",
    "com.apple.quicktime.title": "title",
    "com.apple.quicktime.displayname": "title",
    "com.apple.quicktime.description": "description",
    "com.apple.quicktime.comment": "comment",
    "com.apple.quicktime.information": "description",
    "com.apple.quicktime.copyright": "copyright",
    "com.apple.quicktime.author": "author",
    "com.apple.quicktime.artist": "author",
    "com.apple.quicktime.keywords": "keywords",
    "com.apple.quicktime.content.identifier": "content identifier",
    "com.apple.quicktime.camera.lens_model": "lens",
    "com.android.manufacturer": "make",
    "com.android.model": "model",
    "com.android.version": "system version",
    "com.android.capture.fps": "frame rate",
    "samsung.android.utc_offset": "zone offset",
    "com.xiaomi.product.marketname": "device name",
    "encoder": "encoder",
    "major_brand": "former brand",
    "title": "title",
    "comment": "comment",
    "artist": "author",
    "description": "description",
    "copyright": "copyright",
    "creation_time": "creation time",
    "location": "gps",
    "make": "make",
    "model": "model",
}
# Keys without a domain that tell of processing, as measured files bear them: ByteDance's label of AI, hash and
# encoder, and options that a program leaves which drives FFmpeg (`X_Memini-FfmpegOpts: eq=brightness=0.04...`).
_TELLING = re.compile(r"^(?:aigc(?:_info)?|dreaminametainfo|vid_md5|te_is_reencode|x_.*ffmpeg.*)$", re.IGNORECASE)
_THREE_GPP = {"titl": "title", "auth": "author", "dscp": "description", "cprt": "copyright", "perf": "author"}
_GOPRO = {"FIRM": "firmware", "LENS": "serial number"}
_TAGS_MAKERS = re.compile(rb"^(?:[A-Z]{3,}[ A-Z]*DIGITAL CAMERA|EASTMAN KODAK COMPANY|SANYO DIGITAL CAMERA)")


def read(tree: Tree, data: Bytes, out: Collector) -> None:
    """Read every `udta` and `meta` of the tree."""
    for index, _ in tree.of("udta"):
        for _, box in tree.children(index):
            _user_data(box, data, out)
    for index, _ in tree.of("meta"):
        _meta(index, tree, data, out)


def _user_data(box: Box, data: Bytes, out: Collector) -> None:
    if box.type.startswith("\xa9"):
        raw = data.payload(box, 4096)
        for text in _international(raw):
            _put(_TEXTS.get(box.type, "text"), text, box, raw, out, box.type)
    elif box.type == "loci":
        _loci(box, data, out)
    elif box.type == "date":
        raw = data.payload(box, 64)
        digits = raw if raw[:4].isdigit() else raw[4:]  # FLIR One writes the date without version and flags before it
        _put("recording time", decoded(digits.split(b"\0", 1)[0]), box, raw, out, "3GPP date")
    elif box.type in _THREE_GPP:
        raw = data.payload(box, 2048)
        _put(_THREE_GPP[box.type], _three_gpp_text(raw), box, raw, out, "3GPP")
    else:
        _maker(box, data, out)


def _maker(box: Box, data: Bytes, out: Collector) -> None:
    """Read atoms that single makers write: GoPro's serials and telemetry, `TAGS`, `manu`, `modl`."""
    raw = data.payload(box, 512)
    if box.type == "smta":
        _samsung(data.payload(box, 4096), box, out)
    elif box.type in _GOPRO:
        _put(_GOPRO[box.type], decoded(raw.split(b"\0", 1)[0]), box, raw, out, f"GoPro {box.type}")
    elif box.type == "GPMF":
        gpmf.tags(data.payload(box, 64 * 1024), box.path, box.start, out)
    elif box.type in ("CAME", "MUID") and raw.strip(b"\0"):
        _put(
            "serial number", raw[:32].hex(), box, raw, out, f"GoPro {box.type}: a number that names one camera or clip"
        )
    elif box.type == "TAGS" and _TAGS_MAKERS.match(raw):
        name = decoded(raw[:48].split(b"\0", 1)[0])
        _put("make", name, box, raw[:48], out, "maker's TAGS")
    elif box.type in ("manu", "modl"):  # version, flags, 2 bytes of language, text (Olympus, Nikon, 3GPP handsets)
        name = {"manu": "make", "modl": "model"}[box.type]
        _put(name, _three_gpp_text(raw), box, raw, out, "")
    elif box.type == "name":
        _put("track name", decoded(raw.split(b"\0", 1)[0]), box, raw, out, "")


def _samsung(raw: bytes, box: Box, out: Collector) -> None:
    """Read the model in Samsung's own box, which newer phones write (`mdln`)."""
    at = raw.find(b"mdln")
    if at >= 4:
        length = int.from_bytes(raw[at - 4 : at], "big")
        text = decoded(raw[at + 4 : at - 4 + max(8, min(length, 200))].split(b"\0", 1)[0])
        out.add("model", text, box.path + "/mdln", box.start + at + 4, raw[at + 4 : at + 40], "Samsung")


def _international(raw: bytes) -> list[str]:
    """Return the texts of a `©` atom: (2-byte length, 2-byte language, text) repeated; or text without them."""
    texts: list[str] = []
    at = 0
    while at + 4 <= len(raw) and len(texts) < 8:
        length = int.from_bytes(raw[at : at + 2], "big")
        if length == 0 or at + 4 + length > len(raw):
            break
        texts.append(decoded(raw[at + 4 : at + 4 + length]))
        at += 4 + length
    if texts:
        return texts
    if raw[4:8] == b"data":  # the iTunes form, in a `udta` of its own
        return [decoded(raw[16:])]
    return [decoded(raw)] if raw and raw[0] >= 0x20 else []  # DJI's atoms have no header


def _three_gpp_text(raw: bytes) -> str:
    """Return the text of a 3GPP atom: version and flags, 2 bytes of language, text (TS 26.244, 8)."""
    return decoded(raw[6:].removesuffix(b"\0"))


def _loci(box: Box, data: Bytes, out: Collector) -> None:
    """Read a 3GPP location (TS 26.244, 8.3): name, role, longitude, latitude, altitude as 16.16 fixed point."""
    raw = data.payload(box, 1024)
    rest = raw[6:]
    wide = rest[:2] in (b"\xfe\xff", b"\xff\xfe")
    end = next((i for i in range(0, len(rest) - 1, 2) if rest[i : i + 2] == b"\0\0"), -1) if wide else rest.find(b"\0")
    name = rest[:end] if end >= 0 else b""
    at = 6 + end + (2 if wide else 1) + 1
    if end < 0 or len(raw) < at + 12:
        out.problem(f"{box.path} is too short for a location")
        return
    longitude, latitude, altitude = (v / 65536 for v in struct.unpack_from(">iii", raw, at))
    _position(latitude, longitude, altitude, box.path, box.start + at, raw[at : at + 12], "3GPP loci", out)
    _put("place name", decoded(name), box, raw, out, "3GPP loci")


def _meta(index: int, tree: Tree, data: Bytes, out: Collector) -> None:
    """Read one `meta`: its own keys with its own items, and `xml` of camcorders is left to `readers/isobmff/xml`."""
    found = tree.child(index, "ilst")
    if found is None:
        return
    keys = _keys(index, tree, data)
    for item_index, item in tree.children(found[0]):
        value = tree.child(item_index, "data")
        if value is None:
            continue
        box = value[1]
        raw = data.payload(box, 8192)
        text = _value(raw)
        key = _key_of(item, item_index, keys, tree, data)
        name = _KEYS.get(key.lower()) or _TEXTS.get(key) or _ITEMS.get(key)
        if name is None and not _worth_showing(key):
            continue
        place = box.path.rsplit("/", 2)[0] + f"/{key}"
        _put(name or "text", text, box, raw[8:], out, key, place)


def _keys(index: int, tree: Tree, data: Bytes) -> list[str]:
    """Return the keys of this `meta`, the first at index 0 (an item's type 1 means the first)."""
    found = tree.child(index, "keys")
    if found is None:
        return []
    raw = data.payload(found[1], 65536)
    names: list[str] = []
    at = 8
    while at + 8 <= len(raw) and len(names) < 500:
        size = int.from_bytes(raw[at : at + 4], "big")
        if size < 8 or at + size > len(raw):
            break
        names.append(decoded(raw[at + 8 : at + size]))
        at += size
    return names


def _key_of(item: Box, index: int, keys: list[str], tree: Tree, data: Bytes) -> str:
    if item.type.startswith("0x"):
        number = int(item.type, 16)
        return keys[number - 1] if 0 < number <= len(keys) else item.type
    if item.type == "----":
        name = tree.child(index, "name")
        return decoded(data.payload(name[1], 200)[4:]) if name else item.type
    return item.type


def _worth_showing(key: str) -> bool:
    """Return whether an unknown key is shown: a reverse domain name says who wrote it, some others what was done."""
    return bool(re.match(r"^[a-z0-9-]+(\.[a-z0-9_-]+)+$", key, re.IGNORECASE) or _TELLING.match(key))


def _value(raw: bytes) -> str:
    """Return the value of a `data` atom by its type (QuickTime File Format, "Well-known types")."""
    kind = int.from_bytes(raw[:4], "big") & 0xFFFFFF
    body = raw[8:]
    if kind == 1:
        return decoded(body)
    if kind == 2:
        return body.decode("utf-16-be", errors="replace")
    if kind in (21, 22) and len(body) in (1, 2, 3, 4, 8):
        return str(int.from_bytes(body, "big", signed=kind == 21))
    if kind in (65, 66, 67, 74) and len(body) in (1, 2, 4, 8):
        return str(int.from_bytes(body, "big", signed=True))
    if kind in (75, 76, 77, 78) and len(body) in (1, 2, 4, 8):
        return str(int.from_bytes(body, "big"))
    if kind == 23 and len(body) == 4:
        return f"{struct.unpack('>f', body)[0]:g}"
    if kind == 24 and len(body) == 8:
        return f"{struct.unpack('>d', body)[0]:g}"
    if kind in (13, 14, 27):
        return ""  # a picture
    if kind == 0:
        return decoded(body) if body and all(c >= 0x20 for c in body) else ""
    return ""


def _put(name: str, text: str, box: Box, raw: bytes, out: Collector, note: str, place: str = "") -> None:
    """Keep a text under its name, positions and times in their own form."""
    text = clean(text)
    place = place or box.path
    if name == "gps":
        position = iso6709(text)
        if position is None:
            out.add("text", text, place, box.start, raw, f"{note}: not a position in ISO 6709 form")
            return
        latitude, longitude, altitude = position
        _position(latitude, longitude, altitude, place, box.start, raw, f"{note} {text}", out)
    elif name in ("recording time", "creation time"):
        value, doubt = spelled(text)
        out.add(name, value or text, place, box.start, raw, "; ".join(p for p in (note, doubt) if p))
    elif text:
        out.add(name, text, place, box.start, raw, note)


def _position(
    latitude: float,
    longitude: float,
    altitude: float | None,
    place: str,
    at: int,
    raw: bytes,
    note: str,
    out: Collector,
) -> None:
    if not valid(latitude, longitude):
        out.problem(f"{place} holds {latitude}, {longitude}, which is no place on earth")
        return
    if unset(latitude, longitude):
        out.add("gps", NOT_SET, place, at, raw, f"{note}: 0, 0 is what devices write that know no position")
        return
    out.add("gps", written(latitude, longitude), place, at, raw, note)
    if altitude:
        out.add("gps altitude", f"{altitude:.1f}", place, at, raw, note)
