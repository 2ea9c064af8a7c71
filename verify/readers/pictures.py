"""The second reader of stills: Pillow, with libheif for HEIC. Rule: headers only, no picture is ever decoded here."""

from __future__ import annotations

import logging
import math
import warnings
from pathlib import Path
from typing import Any, ClassVar

import PIL
import pillow_heif
from PIL import ExifTags, Image

from verify.coordinates import unset, valid, written
from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector, clean, decoded
from verify.readers.times import spelled
from verify.tagnames import NOT_SET

_FORMATS = {
    "jpeg": ("JPEG", "MPO"),
    "png": ("PNG",),
    "tiff": ("TIFF",),
    "webp": ("WEBP",),
    "heic": ("HEIF",),
    "avif": ("AVIF",),
}
_TEXTS = {
    ExifTags.Base.Make: "make",
    ExifTags.Base.Model: "model",
    ExifTags.Base.Software: "software",
    ExifTags.Base.Artist: "author",
    ExifTags.Base.Copyright: "copyright",
    ExifTags.Base.ImageDescription: "description",
}
_TIMES = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal, "recording time"),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized, "digitized time"),
)
_TURNS = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}

pillow_heif.register_heif_opener(thumbnails=False)
logging.getLogger("PIL").setLevel(logging.CRITICAL)  # it logs what it cannot read; that is a Problem here


class Pictures(Reader):
    """Reads size, EXIF and texts of stills through Pillow."""

    name: ClassVar[str] = "pictures"

    def handles(self, container: str) -> bool:
        """Return whether Pillow is asked about this container."""
        return container in _FORMATS

    def version(self) -> str:
        """Return the versions of Pillow and pillow-heif."""
        return f"Pillow {PIL.__version__}, pillow-heif {pillow_heif.__version__}"

    def read(self, path: Path, container: str) -> Reading:
        """Return what the header says; the picture stays undecoded, whatever size it claims."""
        out = Collector(self.name)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow warns of large pictures and odd EXIF: nothing is decoded here
                with Image.open(path, formats=_FORMATS[container]) as picture:
                    _picture(picture, out)
        except Exception as error:  # noqa: BLE001 - its format modules raise what their parsing stumbles on, not one type
            out.problem(f"Pillow cannot read it: {type(error).__name__}: {str(error)[:120]}")
        return Reading(tags=out.tags, problems=out.problems)


def _picture(picture: Any, out: Collector) -> None:  # noqa: ANN401 - PIL.Image.Image, untyped here
    out.add("size", f"{picture.width}x{picture.height}", "header")
    exif = picture.getexif()
    if not exif:
        return
    details = exif.get_ifd(ExifTags.IFD.Exif)
    for key, name in _TEXTS.items():
        if key in exif:
            out.add(name, _text(exif[key]), f"EXIF {key.name}")
    for key, offset, name in _TIMES:
        if key in details:
            zone = _text(details.get(offset, ""))
            value, doubt = spelled(_text(details[key]) + zone)
            if not value:
                value, doubt = spelled(_text(details[key]))
            out.add(name, value, f"EXIF {key.name}", note=doubt)
    value, doubt = spelled(_text(exif.get(ExifTags.Base.DateTime, "")))
    out.add("modification time", value, "EXIF DateTime", note=doubt)
    orientation = exif.get(ExifTags.Base.Orientation)
    if orientation in _TURNS and picture.format not in ("HEIF", "AVIF"):  # there the container's own turn decides
        out.add("rotation", str(_TURNS[orientation]), "EXIF Orientation", note="from the EXIF orientation")
    _position(exif.get_ifd(ExifTags.IFD.GPSInfo), out)


def _text(value: Any) -> str:  # noqa: ANN401 - what EXIF holds
    if isinstance(value, bytes):
        return clean(decoded(value))
    return clean(value) if isinstance(value, str) else ""


def _position(gps: dict[int, Any], out: Collector) -> None:
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    if latitude is None or longitude is None:
        return
    if not valid(latitude, longitude):
        out.problem(f"GPS position {latitude}, {longitude} is no place on earth")
        return
    out.add("gps", NOT_SET if unset(latitude, longitude) else written(latitude, longitude), "EXIF GPSLatitude")


def _degrees(parts: Any, reference: Any, negative: str) -> float | None:  # noqa: ANN401
    if not isinstance(parts, tuple) or not 1 <= len(parts) <= 3:
        return None
    total = 0.0
    for part, unit in zip(parts, (1, 60, 3600), strict=False):
        number = float(part)
        if not math.isfinite(number):  # 0/0, which devices write for seconds they do not know
            if unit == 1:
                return None
            continue
        total += number / unit
    return -total if _text(reference).upper()[:1] == negative else total
