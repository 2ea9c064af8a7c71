"""The time zone of a bare point, offline. Rule: near a border of zones every zone near it is kept, none is chosen.

The zone is that of the nearest place of the gazetteer. Outlines of the zones would not decide better at a border: a
point in words is a kilometre off, and the clock in use there is not always the map's (docs/dependencies.md).
"""

from __future__ import annotations

import json
import mmap
import re

from verify.claims import gazetteer
from verify.coordinates import distance

_NEAR = 300_000.0  # metres: beyond it the nearest place says nothing of the zone
# Zones of places within twice the way to the nearest one and 20 km are possible. Held against the outlines of
# timezonefinder 9.0: of 3,000 points about places 3 had another clock than all that were kept, and 101 kept two clocks;
# of 2,643 drawn over all land 32 had another. (The nearest alone: 16 and 128; 30 km more than the nearest: 3 and 82.)
_TIMES, _MORE = 2.0, 20_000.0
_BAND = (_TIMES * _NEAR + _MORE) / 111_000.0  # degrees of latitude in which the places of use lie
_POINT = re.compile(
    rb'"name": "(?P<name>[^"]*)", "latitude": (?P<lat>[-\d.]+), "longitude": (?P<lon>[-\d.]+), '
    rb'"countrycode": "\w*", "population": \d+, "timezone": "(?P<zone>[^"]*)"'
)


def zones_at(latitude: float, longitude: float) -> tuple[tuple[str, ...], str]:
    """Return (IANA zones, how they are known) of a point: that of the nearest place first, then others it may lie in.

    No zone where no place lies within 300 km. Reads all places of the gazetteer: 0.4 s.
    """
    near = _places_about(latitude, longitude)
    if not near or near[0][0] > _NEAR:
        return (), "no place of the gazetteer is near enough to tell the zone"
    metres, zone, name = near[0]
    rivals = sorted({z for m, z, _ in near if m <= _TIMES * metres + _MORE and z != zone})
    how = f"zone {zone} of the nearest place, {name}, {metres / 1000:.0f} km away ({gazetteer.version()})"
    if rivals:
        how += f"; not sure: {', '.join(rivals)} is near as well"
    return (zone, *rivals), how


def _places_about(latitude: float, longitude: float) -> list[tuple[float, str, str]]:
    """Return (metres away, zone, name) of the places in the band of latitude about a point, the nearest first."""
    near: list[tuple[float, str, str]] = []
    with (
        gazetteer.data(gazetteer.ALL_PLACES).open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text,
    ):
        for hit in _POINT.finditer(text):
            lat = float(hit["lat"])
            if abs(lat - latitude) > _BAND:
                continue
            away = distance((latitude, longitude), (lat, float(hit["lon"])))
            if away <= _TIMES * _NEAR + _MORE:
                near.append((away, hit["zone"].decode(), json.loads(b'"' + hit["name"] + b'"')))
    return sorted(near)
