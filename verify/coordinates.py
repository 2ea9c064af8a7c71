"""Places as numbers: reading and writing positions. Rule: degrees north and east are positive, WGS 84, always."""

from __future__ import annotations

import math
import re

EARTH_RADIUS = 6_371_008.8  # metres, mean radius (IUGG), as used for distances on a sphere

# ISO 6709:2008 annex H: ±DD.D±DDD.D, ±DDMM.M±DDDMM.M or ±DDMMSS.S±DDDMMSS.S, then altitude, CRS and a solidus. Some
# phones leave out the leading zeros of degrees (`+51.5932-0.2431/`): with few digits only degrees can be meant.
_ISO6709 = re.compile(
    r"^\s*(?P<lat>[+-]\d{1,6}(?:\.\d*)?)(?P<lon>[+-]\d{1,7}(?:\.\d*)?)(?P<alt>[+-]\d+(?:\.\d*)?)?(?:CRS[^/]*)?/?\s*$"
)
_NUMBER = r"\d+(?:[.,]\d+)?"
_DEGREES = re.compile(
    rf"""^\s*(?P<before>[NSEWСЮВЗ])?\s*(?P<sign>[+\-−])?\s*(?P<deg>{_NUMBER})\s*[°º]?\s*
    (?:(?P<min>{_NUMBER})\s*[′'’ʹ]\s*)?
    (?:(?P<sec>{_NUMBER})\s*(?:[″"”ʺ]|''|′′|’’)\s*)?
    (?P<after>[NSEWСЮВЗ])?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
# `50 36 5.6 N`: blanks instead of marks, only with a compass letter.
_SPACED = re.compile(
    rf"^\s*(?P<before>[NSEWСЮВЗ])?\s*(?P<sign>)(?P<deg>\d+)\s+(?P<min>{_NUMBER})(?:\s+(?P<sec>{_NUMBER}))?\s*"
    rf"(?P<after>[NSEWСЮВЗ])?\s*$",
    re.IGNORECASE,
)
_NORTH_SOUTH = {"N": 1, "S": -1, "С": 1, "Ю": -1}  # Latin and Cyrillic letters of the compass
_EAST_WEST = {"E": 1, "W": -1, "В": 1, "З": -1}


def iso6709(text: str) -> tuple[float, float, float | None] | None:
    """Return (latitude, longitude, altitude in metres or None) of an ISO 6709 string, or None if it is not one."""
    found = _ISO6709.match(text)
    if not found:
        return None
    digits = [len(found[k].lstrip("+-").split(".")[0]) for k in ("lat", "lon")]
    if digits[0] > 2 and digits[1] != digits[0] + 1:
        return None  # degrees and minutes come in one form for both
    latitude = _sexagesimal(found["lat"], 2)
    longitude = _sexagesimal(found["lon"], 3)
    if not valid(latitude, longitude):
        return None
    return latitude, longitude, float(found["alt"]) if found["alt"] else None


def _sexagesimal(text: str, width: int) -> float:
    """Return degrees of `±DDMMSS.S`: how many digits stand before the point says which form it is."""
    sign = -1.0 if text[0] == "-" else 1.0
    digits = text[1:]
    whole = digits.split(".")[0]
    if len(whole) <= width:
        return sign * float(digits)
    degrees = float(digits[:width])
    if len(whole) <= width + 2:
        return sign * (degrees + float(digits[width:]) / 60)
    return sign * (degrees + float(digits[width : width + 2]) / 60 + float(digits[width + 2 :]) / 3600)


def valid(latitude: float, longitude: float) -> bool:
    """Return whether this is a point on the globe."""
    return math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180


def unset(latitude: float, longitude: float) -> bool:
    """Return whether this is 0°N 0°E to four decimals, which devices write when they know no position."""
    return abs(latitude) < 5e-5 and abs(longitude) < 5e-5


def written(latitude: float, longitude: float) -> str:
    """Return `latitude, longitude` with six decimals (0.1 m), the form of every `gps` tag."""
    return f"{latitude:.6f}, {longitude:.6f}"


def pair(text: str) -> tuple[float, float] | None:
    """Return (latitude, longitude) of a text such as `50.60, 36.59` or `50°36′5.60″N 36°39′33.16″E`, else None.

    With compass letters the order does not matter; without, latitude comes first.
    """
    for left, right in _halves(text):
        first, second = _angle(left), _angle(right)
        if first is None or second is None:
            continue
        (a, a_axis), (b, b_axis) = first, second
        if a_axis == "lon" or b_axis == "lat":
            if a_axis == "lat" or b_axis == "lon":
                continue  # two latitudes or two longitudes
            a, b = b, a
        if valid(a, b):
            return a, b
    return None


def _halves(text: str) -> list[tuple[str, str]]:
    """Return the ways to cut a text in two: at a comma or semicolon between blanks or not, at a blank, at a letter."""
    text = text.strip()
    cuts = [m.span() for m in re.finditer(r"\s*;\s*|,\s+|\s+", text)] + [m.span() for m in re.finditer(r",", text)]
    cuts += [(m.end(), m.end()) for m in re.finditer(r"[NSEWСЮВЗ](?=\s*\d)", text, re.IGNORECASE)]
    return [(text[:a], text[b:]) for a, b in cuts if text[:a].strip() and text[b:].strip()]


def _angle(text: str) -> tuple[float, str] | None:
    found = _DEGREES.match(text) or _SPACED.match(text)
    if not found or (found["before"] and found["after"]):
        return None
    if found.re is _SPACED and not (found["before"] or found["after"]):
        return None
    letter = (found["before"] or found["after"] or "").upper()
    if letter and found["sign"]:
        return None
    degrees, minutes, seconds = (float((found[k] or "0").replace(",", ".")) for k in ("deg", "min", "sec"))
    if minutes >= 60 or seconds >= 60 or (found["sec"] and not found["min"]):
        return None
    if found["min"] and degrees != int(degrees):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if letter in _NORTH_SOUTH:
        return value * _NORTH_SOUTH[letter], "lat"
    if letter in _EAST_WEST:
        return value * _EAST_WEST[letter], "lon"
    return (-value if found["sign"] in ("-", "−") else value), ""


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return metres between two (latitude, longitude) points on a sphere (haversine; within 0.6 % of the ellipsoid)."""
    lat_a, lon_a, lat_b, lon_b = (math.radians(v) for v in (*a, *b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, half)))
