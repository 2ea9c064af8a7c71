"""What is asserted about a clip. Rule: a claim is given by a person, part by part; nothing is invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from verify.records.findings import Part
from verify.records.times import TimeBounds


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A point on the map. Degrees north and east (WGS 84), `radius` in metres around it; `zone` an IANA name."""

    name: str
    latitude: float
    longitude: float
    radius: float
    zone: str = ""
    country: str = ""
    basis: str = ""  # `given coordinates`, or the gazetteer and its version
    others: tuple[str, ...] = ()  # further places of the same name, for the reader to rule out
    zones: tuple[str, ...] = ()  # other zones it may have: near a border of zones, or of a namesake that may be meant
    asked: str = ""  # the name it was asked by, where that is not its first name in the gazetteer


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a person found out elsewhere (weather, fires, satellite pictures): told as theirs, tested by nobody here."""

    about: str  # `weather`, `fires`, `satellite`...
    value: str
    source: str  # where it was read, so that others can read it
    part: Part
    bears: Literal["supports", "questions", "neutral"] = "neutral"
    date: str = ""  # of what was found, as the person wrote it
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What, when, where and by whom, as far as stated; an absent part is None and is reported as not claimed."""

    what: str = ""
    when: TimeBounds | None = None
    where: Place | None = None
    by: str = ""  # who is said to have acted: never answered from pictures
    source: str = ""  # who makes the claim
    link: str = ""
    original: bool | None = None  # is the clip claimed to be original, unedited footage?
    temperature: float | None = None  # degrees Celsius at the scene, when a person gives it (speed of sound)
    camera: Place | None = None  # where the camera is claimed to have stood
    blast: Place | None = None  # where the explosion is claimed to have been
    found: tuple[Found, ...] = ()  # what persons found elsewhere
