"""Reads XMP packets: times, device, position, tool, history, sources. Rule: no entities, no network, bounded.

XML is parsed by the standard library's expat with every entity declaration refused, so that a packet can neither
grow nor ask for a file. Names: Adobe XMP specification parts 1 and 2; EXIF in XMP: CIPA DC-010.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

from verify.coordinates import unset, valid, written
from verify.readers.collect import Collector
from verify.readers.times import spelled
from verify.tagnames import NOT_SET

MAX_PACKET = 4 * 1024 * 1024
_MAX_VALUES = 1000
_MAX_DEPTH = 60
_NAMESPACES = {
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/creatorAtom/1.0/": "creatorAtom",
}
_NAMES = {
    "tiff:Make": "make",
    "tiff:Model": "model",
    "tiff:Software": "software",
    "tiff:Orientation": "orientation",
    "exif:DateTimeOriginal": "recording time",
    "exif:DateTimeDigitized": "digitized time",
    "photoshop:DateCreated": "recording time",
    "xmp:CreateDate": "digitized time",
    "xmp:ModifyDate": "modification time",
    "tiff:DateTime": "modification time",
    "xmp:MetadataDate": "metadata time",
    "exif:GPSTimeStamp": "gps time",
    "exif:GPSImgDirection": "gps direction",
    "xmpDM:shotDate": "source time",
    "xmp:CreatorTool": "creator tool",
    "xmpDM:cameraModel": "model",
    "xmpDM:cameraManufacturer": "make",
    "aux:SerialNumber": "serial number",
    "aux:LensSerialNumber": "serial number",
    "exifEX:BodySerialNumber": "serial number",
    "aux:Lens": "lens",
    "dc:title": "title",
    "dc:description": "description",
    "dc:creator": "author",
    "dc:rights": "copyright",
    "dc:subject": "keywords",
    "photoshop:City": "place name",
    "photoshop:Country": "place name",
    "xmpMM:DocumentID": "document id",
    "xmpMM:InstanceID": "document id",
    "xmpMM:OriginalDocumentID": "document id",
    "dcterms:provenance": "credentials address",
    "xmp:Label": "text",
}
# Files that this one was made from. The last three: projects of Premiere and After Effects with the path on the
# editor's machine (names as ExifTool's XMP2.pl has them).
_SOURCES = {
    "stRef:filePath",
    "dc:source",
    "xmpDM:filePath",
    "creatorAtom:posixProjectPath",
    "creatorAtom:uncProjectPath",
    "creatorAtom:fullPath",
}
_GPS = re.compile(r"^\s*(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?\s*([NSEW])\s*$", re.IGNORECASE)


class _RefusedError(Exception):
    """The packet declares entities or is deeper than any real one."""


def tags(raw: bytes, place: str, offset: int, out: Collector) -> None:
    """Read one packet into `out`. What cannot be parsed becomes a problem; what was read before it stays."""
    values: list[tuple[str, str]] = []
    try:
        _parse(raw[:MAX_PACKET].strip(b"\0 \r\n\t"), values)
    except _RefusedError as error:
        out.problem(f"XMP at {place}: {error}")
    except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: an unknown encoding name
        out.problem(f"XMP at {place} is not well formed: {error}")
    latitude = longitude = ""
    for path, text in values:
        leaf = path.rsplit("/", 1)[-1]
        if path == "exif:GPSLatitude":
            latitude = text
        elif path == "exif:GPSLongitude":
            longitude = text
        else:
            _keep(path, leaf, text, place, offset, out)
    if latitude and longitude:
        _position(latitude, longitude, place, offset, out)
    _history(values, place, offset, out)


def _keep(path: str, leaf: str, text: str, place: str, offset: int, out: Collector) -> None:
    where = f"{place}/{path}"
    name = _NAMES.get(path)
    if name is None and leaf in _SOURCES:
        name = "source file"
    if name is None or (name == "credentials address" and not text.startswith("http")):
        return  # `self#…` points into the file itself
    if name.endswith("time"):
        value, doubt = spelled(text)
        out.add(name, value or text, where, offset, note="; ".join(p for p in ("XMP", doubt) if p))
    else:
        out.add(name, text, where, offset, note="XMP")


def _history(values: list[tuple[str, str]], place: str, offset: int, out: Collector) -> None:
    """Put each step of `xmpMM:History` into one line: what, when, by which program."""
    steps: list[dict[str, str]] = []
    for path, text in values:
        if not path.startswith("xmpMM:History"):
            continue
        leaf = path.rsplit("/", 1)[-1].removeprefix("stEvt:")
        if leaf == "action" or not steps or leaf in steps[-1]:
            steps.append({})
        steps[-1][leaf] = text
    for step in steps[:200]:
        words = [step.get(k, "") for k in ("action", "when", "softwareAgent", "parameters", "changed")]
        out.add("history", ", ".join(w for w in words if w), f"{place}/xmpMM:History", offset, note="XMP")


def _position(latitude: str, longitude: str, place: str, offset: int, out: Collector) -> None:
    """Read `DD,MM.mmK` or `DD,MM,SSK`, the two forms of a GPS coordinate in XMP."""
    values = []
    for text in (latitude, longitude):
        found = _GPS.match(text)
        if not found:
            out.add("text", f"{latitude} {longitude}", f"{place}/exif:GPSLatitude", offset, note="XMP position")
            return
        degrees = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
        values.append(-degrees if found[4].upper() in "SW" else degrees)
    north, east = values
    if not valid(north, east):
        out.problem(f"XMP at {place} holds {north}, {east}, which is no place on earth")
        return
    value = NOT_SET if unset(north, east) else written(north, east)
    out.add("gps", value, f"{place}/exif:GPSLatitude", offset, f"{latitude} {longitude}".encode(), "XMP")


def _parse(raw: bytes, values: list[tuple[str, str]]) -> None:
    """Fill `values` with (path, text): properties by prefix and name, list items under their list's path."""
    parser = expat.ParserCreate(namespace_separator="\n")
    path: list[str] = []
    texts: list[list[str]] = []

    def keep(where: list[str], text: str) -> None:
        if text.strip() and len(values) < _MAX_VALUES:
            values.append(("/".join(p for p in where if p), text.strip()))

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(path) >= _MAX_DEPTH:
            raise _RefusedError("nested deeper than any real packet")
        path.append(_short(name))
        texts.append([])
        for key, text in attributes.items():
            short = _short(key)
            if short and not short.startswith("xml:"):
                keep([*path, short], text)

    def end(_: str) -> None:
        keep(path, "".join(texts.pop())[:10_000])
        path.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: texts[-1].append(text) if texts else None
    parser.EntityDeclHandler = _refuse
    parser.Parse(raw, True)


def _refuse(*_: object) -> None:
    raise _RefusedError("it declares entities, which XMP never needs")


def _short(name: str) -> str:
    """Return `prefix:name` for a known namespace, `name` for another, and nothing for RDF's own scaffolding."""
    space, _, local = name.rpartition("\n")
    prefix = _NAMESPACES.get(space, "")
    if prefix == "rdf" or local in ("xmpmeta", "xapmeta", "RDF"):
        return ""
    if "w3.org/XML" in space:
        return "xml:" + local
    return f"{prefix}:{local}" if prefix else local


Reading = Callable[[bytes, str, int, Collector], None]
