"""Reads EXIF of stills with exifread: JPEG, TIFF, HEIC, AVIF, PNG, WebP. Rule: the first reader of every still.

Where the EXIF lies is found by `stills`, and exifread is handed the bare TIFF: so offsets are the file's own, and AVIF,
which exifread refuses, is read as well.
"""

from __future__ import annotations

import io
import logging
import math
import struct
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, cast

import exifread
from exifread.core.exceptions import ExifError

from verify.coordinates import unset, valid, written
from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector, clean, decoded
from verify.readers.isobmff.walk import Bytes
from verify.readers.opening import reading
from verify.readers.rationed import STOP_TAG, Rationed
from verify.readers.stills import blocks
from verify.readers.times import spelled
from verify.tagnames import NOT_SET

CONTAINERS = frozenset({"jpeg", "tiff", "png", "webp", "heic", "avif"})
_TEXTS = {
    "Image Make": "make",
    "Image Model": "model",
    "Image Software": "software",
    "Image Artist": "author",
    "Image Copyright": "copyright",
    "Image ImageDescription": "description",
    "Image HostComputer": "software",
    "Image XPTitle": "title",
    "Image XPComment": "comment",
    "Image XPAuthor": "author",
    "Image XPKeywords": "keywords",
    "EXIF UserComment": "comment",
    "EXIF BodySerialNumber": "serial number",
    "EXIF LensSerialNumber": "serial number",
    "EXIF LensModel": "lens",
    "EXIF CameraOwnerName": "author",
    "EXIF OffsetTime": "zone offset",
    "EXIF OffsetTimeOriginal": "zone offset",
}
# EXIF 2.32 (CIPA DC-008), 4.6.5: the time, its offset from UTC, its fraction of a second.
_TIMES = {
    "EXIF DateTimeOriginal": ("recording time", "EXIF OffsetTimeOriginal", "EXIF SubSecTimeOriginal"),
    "EXIF DateTimeDigitized": ("digitized time", "EXIF OffsetTimeDigitized", "EXIF SubSecTimeDigitized"),
    # Where TIFF/EP (ISO 12234-2) keeps it, in the first directory: DNG, scanners, hand-made pictures.
    "Image DateTimeOriginal": ("recording time", "EXIF OffsetTimeOriginal", "EXIF SubSecTimeOriginal"),
    "Image DateTime": ("modification time", "EXIF OffsetTime", "EXIF SubSecTime"),
}
_EXPOSURE = {
    "EXIF ExposureTime": "shutter",
    "EXIF FNumber": "aperture",
    "EXIF ISOSpeedRatings": "sensitivity",
    "EXIF Flash": "flash",
}
_TURNS = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}  # EXIF orientation -> degrees clockwise
_FLIPPED = {2, 4, 5, 7}

logging.getLogger("exifread").setLevel(logging.CRITICAL)  # it logs what it cannot read; that is a Problem here


class Exif(Reader):
    """Reads EXIF through exifread."""

    name: ClassVar[str] = "exif"

    def handles(self, container: str) -> bool:
        """Return whether `container` is a still that can carry EXIF."""
        return container in CONTAINERS

    def version(self) -> str:
        """Return exifread's version."""
        return f"exifread {exifread.__version__}"

    def read(self, path: Path, container: str) -> Reading:
        """Return the EXIF tags; absent EXIF gives none and no problem."""
        out = Collector(self.name)
        return reading(path, out, lambda data: _read(data, container, out))


def _read(data: Bytes, container: str, out: Collector) -> dict[str, Any]:
    if container == "tiff":
        _process(data.file, "", 0, out)
        return {}
    for block in blocks(data, container, Collector("exif")):  # oddities of the file: `packets` tells them
        if block.kind == "exif" and block.raw:
            bare(block.raw, block.place, block.offset, out)
    return {}


def bare(raw: bytes, place: str, offset: int | None, out: Collector, *, of_film: bool = False) -> None:
    """Read a bare TIFF that lies at `offset` of the file; of a film, it turns and sizes a thumbnail only."""
    _process(io.BytesIO(raw), place, offset, out, of_film=of_film)


def _process(file: BinaryIO, place: str, base: int | None, out: Collector, *, of_film: bool = False) -> None:
    rationed = Rationed(file)
    try:
        found = exifread.process_file(
            cast("BinaryIO", rationed), STOP_TAG, details=False, extract_thumbnail=False, truncate_tags=False
        )
    except (ExifError, struct.error, ValueError, LookupError, ArithmeticError, EOFError, OSError) as error:
        out.problem(f"EXIF cannot be read: {type(error).__name__}: {str(error)[:120]}")
        return
    except Exception as error:  # noqa: BLE001 - exifread asserts, and raises what its parsing stumbles on (facts 1.)
        out.problem(f"EXIF cannot be read: {type(error).__name__}: {str(error)[:120]}")
        return
    tags: dict[str, Any] = {k: v for k, v in found.items() if hasattr(v, "values")}
    if rationed.spent:  # a number that was being read then may be half of one: texts are kept
        out.problem("EXIF is read in part: its directories ask for more reading than any sound picture needs")
        tags = {k: v for k, v in tags.items() if isinstance(v.values, str)}
    for key, name in _TEXTS.items():
        if key in tags:
            tag = tags[key]
            out.add(name, _text(tag), f"{place} {key}", _offset(tag, base), _raw(tag))
    for key in _TIMES:
        if key in tags:
            _time(key, tags, place, base, out)
    if not of_film:
        _orientation(tags, place, base, out)
        _exposure(tags, place, base, out)
        _size(tags, place, out)
    gps(tags, place, base, out)


def _offset(tag: Any, base: int | None) -> int | None:  # noqa: ANN401 - exifread's own class
    at = getattr(tag, "field_offset", None)
    return base + at if isinstance(at, int) and base is not None else None


def _raw(tag: Any) -> bytes:  # noqa: ANN401
    values = tag.values
    if isinstance(values, bytes):
        return values[:64]
    if isinstance(values, str):
        return values.encode("utf-8", "replace")[:64]
    return str(tag.printable).encode("utf-8", "replace")[:64]


def _text(tag: Any) -> str:  # noqa: ANN401
    """Return a tag's text: strings as they are, byte lists as UTF-16 (Windows) or with EXIF's 8-byte code stripped."""
    values = tag.values
    if isinstance(values, str):
        return values
    if isinstance(values, bytes):
        return decoded(values)
    numbers = [v for v in values if isinstance(v, int) and 0 <= v < 256]
    if len(numbers) != len(values):
        return str(tag.printable)
    raw = bytes(numbers)
    for code in (b"ASCII\0\0\0", b"UNICODE\0", b"JIS\0\0\0\0\0", b"\0" * 8):
        if raw.startswith(code):
            body = raw[8:]
            utf16 = code == b"UNICODE\0"
            return clean(
                body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace") if utf16 else decoded(body)
            )
    return clean(raw.decode("utf-16-le", "replace")) if raw[1::2].count(0) * 2 >= len(raw) - 2 else clean(decoded(raw))


def _time(key: str, tags: dict[str, Any], place: str, base: int | None, out: Collector) -> None:
    name, offset_key, fraction_key = _TIMES[key]
    tag = tags[key]
    text = clean(_text(tag))
    fraction = clean(str(tags[fraction_key].values)) if fraction_key in tags else ""
    zone = clean(str(tags[offset_key].values)) if offset_key in tags else ""
    whole = text + (f".{fraction}" if fraction.isdigit() and len(text) == 19 else "")
    value, doubt = spelled(whole + zone)
    if zone and not value:
        value, doubt = spelled(whole)
        doubt = f"the offset {zone!r} is no offset" + (f"; {doubt}" if doubt else "")
    where = f"{place} {key}"
    out.add(name, value or text, where, _offset(tag, base), _raw(tag), doubt if value else "not a date")


def _orientation(tags: dict[str, Any], place: str, base: int | None, out: Collector) -> None:
    tag = tags.get("Image Orientation")
    values = getattr(tag, "values", None)
    if not isinstance(values, (list, tuple)) or not values or values[0] not in _TURNS:
        return
    number = values[0]
    where = f"{place} Image Orientation"
    out.add("orientation", str(number), where, _offset(tag, base))
    out.add("rotation", str(_TURNS[number]), where, _offset(tag, base), note="from the EXIF orientation")
    if number in _FLIPPED:
        out.add("mirrored", "across the vertical axis", where, _offset(tag, base), note="before it is turned")


def _exposure(tags: dict[str, Any], place: str, base: int | None, out: Collector) -> None:
    """Read how long, how wide and how sensitive (EXIF 2.32, 4.6.5): positive numbers only, 0 means not known."""
    for key, name in _EXPOSURE.items():
        tag = tags.get(key)
        values = getattr(tag, "values", None)
        try:
            number = float(values[0]) if isinstance(values, (list, tuple)) and values else 0.0
        except (TypeError, ValueError, ArithmeticError):
            continue
        if name == "flash" and values:
            out.add(name, "fired" if int(number) & 1 else "not fired", f"{place} {key}", _offset(tag, base))
        elif number > 0:
            out.add(name, f"{number:.6g}", f"{place} {key}", _offset(tag, base), _raw(tag))


def _size(tags: dict[str, Any], place: str, out: Collector) -> None:
    width, height = tags.get("EXIF ExifImageWidth"), tags.get("EXIF ExifImageLength")
    if width is not None and height is not None:
        text = f"{width.printable}x{height.printable}"
        if text.replace("x", "").isdigit():
            out.add("size", text, f"{place} EXIF ExifImageWidth", note="as the EXIF states")


def gps(tags: dict[str, Any], place: str, base: int | None, out: Collector) -> None:
    """Read position, height, direction and satellite time from the GPS block."""
    for key in ("GPS GPSLatitude", "GPS GPSLongitude"):
        if isinstance(getattr(tags.get(key), "values", None), str):  # `52,00000,50,00000`: which comma is a point?
            out.problem(f"{key} is text, not the numbers of the standard: {clean(_text(tags[key]))[:60]!r}")
    latitude = _degrees(tags, "GPS GPSLatitude", "S")
    longitude = _degrees(tags, "GPS GPSLongitude", "W")
    where = f"{place} GPS GPSLatitude"
    if latitude is not None and longitude is not None:
        tag = tags["GPS GPSLatitude"]
        at = _offset(tag, base)
        raw = f"{tag.printable} {tags['GPS GPSLongitude'].printable}".encode()
        if not valid(latitude, longitude):
            out.problem(f"GPS position {latitude}, {longitude} is no place on earth")
        elif unset(latitude, longitude):
            out.add("gps", NOT_SET, where, at, raw, "0, 0 is what devices write that know no position")
        else:
            missing = [k for k in ("GPS GPSLatitudeRef", "GPS GPSLongitudeRef") if k not in tags]
            note = f"{' and '.join(missing)} missing: taken as north and east" if missing else ""
            out.add("gps", written(latitude, longitude), where, at, raw, note)
    height = _ratio(tags.get("GPS GPSAltitude"), 0)
    if height is not None:
        below = "GPS GPSAltitudeRef" in tags and list(tags["GPS GPSAltitudeRef"].values)[:1] in ([1], [b"\x01"])
        out.add("gps altitude", f"{-height if below else height:.1f}", f"{place} GPS GPSAltitude")
    direction = _ratio(tags.get("GPS GPSImgDirection"), 0)
    if direction is not None:
        out.add("gps direction", f"{direction:.1f}", f"{place} GPS GPSImgDirection")
    _satellite_time(tags, place, out)


def _ratio(tag: Any, index: int) -> float | None:  # noqa: ANN401
    """Return one rational of a tag as a number, or None where it is missing, 0/0 or infinite."""
    values = getattr(tag, "values", None)
    if not isinstance(values, (list, tuple)) or len(values) <= index:
        return None
    try:
        number = float(values[index])
    except (ZeroDivisionError, ValueError, TypeError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _degrees(tags: dict[str, Any], key: str, negative: str) -> float | None:
    tag = tags.get(key)
    parts = [_ratio(tag, i) for i in range(3)]
    if parts[0] is None:
        return None
    total = parts[0] + (parts[1] or 0.0) / 60 + (parts[2] or 0.0) / 3600
    reference = tags.get(key + "Ref")
    sign = clean(str(reference.values)).upper()[:1] if reference is not None else ""
    return -total if sign == negative else total


def _satellite_time(tags: dict[str, Any], place: str, out: Collector) -> None:
    day, clock = tags.get("GPS GPSDate") or tags.get("GPS GPSDateStamp"), tags.get("GPS GPSTimeStamp")
    parts = [_ratio(clock, i) for i in range(3)]
    if day is None or any(p is None for p in parts):
        return
    hour, minute, second = (int(p or 0) for p in parts)
    value, doubt = spelled(f"{clean(str(day.values))} {hour:02}:{minute:02}:{second:02}Z")
    out.add("gps time", value, f"{place} GPS GPSDate", note=doubt or "time by the satellites, UTC")
