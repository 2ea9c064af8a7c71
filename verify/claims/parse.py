"""Makes the Claim of a run from a TOML file and the command's options. Rule: options go over the file, part by part.

`when`, `where`, `claim_file` and `claim` are this room's door; the other modules are behind it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from verify.claims import found, moments, places
from verify.claims.moments import when
from verify.claims.places import where
from verify.errors import UsageError
from verify.records.claims import Claim, Place

MAX_FILE = 1024 * 1024  # bytes: a claim is a few lines

KEYS: dict[str, str] = {
    "what": "what is said to be seen",
    "when": "when it is said to have happened: A or A/B (docs/metadata.md)",
    "where": "where: LAT,LON[,RADIUS], degrees and minutes, or the name of a place",
    "radius": "metres around `where`, or a text such as '2 km'",
    "by": "who is said to have acted; never answered from pictures",
    "source": "who makes the claim",
    "link": "where the claim was read",
    "original": "true or false: is the clip said to be original, unedited footage",
    "temperature": "degrees Celsius at the scene, for the speed of sound",
    "camera": "where the camera is said to have stood",
    "blast": "where the explosion is said to have been",
    "found": "what a person found elsewhere, a list of tables: about, value, source, part, bears, date, by",
}
_TEXTS = ("what", "by", "source", "link")


def claim_file(path: Path) -> Claim:
    """Return the claim in a TOML file. Raises UsageError: no such file, not TOML, an unknown key, a wrong value."""
    return _claim(_table(path))


def claim(
    *,
    file: Path | None = None,
    what: str = "",
    when: str = "",
    where: str = "",
    radius: float | None = None,
    by: str = "",
    source: str = "",
    link: str = "",
    original: bool | None = None,
    temperature: float | None = None,
    camera: str = "",
    blast: str = "",
) -> Claim | None:
    """Return the claim of a run: the parts of `file` with the stated ones over them; None where nothing is claimed.

    The words mean what `KEYS` says; an empty one is not stated. Raises UsageError as `claim_file` does, and for words
    that cannot be understood.
    """
    stated: dict[str, Any] = {
        "what": what, "when": when, "where": where, "radius": radius, "by": by, "source": source, "link": link,
        "original": original, "temperature": temperature, "camera": camera, "blast": blast,
    }  # fmt: skip
    parts: dict[str, Any] = dict(_table(file)) if file is not None else {}
    if where and radius is None:
        parts.pop("radius", None)  # the file's radius belongs to the file's place
    parts.update({key: value for key, value in stated.items() if value not in ("", None)})
    return _claim(parts) if parts else None


def _table(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_FILE:
            raise UsageError(
                f"The claim file {path} is larger than a claim can be.", "Give a TOML file of a few lines."
            )
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        why = error.strerror or "unreadable"
        raise UsageError(f"The claim file {path} cannot be read: {why}.", "Check the name.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"The claim file {path} is not TOML: {error}.", f"Keys: {', '.join(KEYS)}.") from error
    if set(table) == {"claim"} and isinstance(table["claim"], dict):
        table = table["claim"]  # a file that keeps its parts under [claim]
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        raise UsageError(f"The claim file {path} has no use for {unknown[0]!r}.", f"Keys: {', '.join(KEYS)}.")
    return table


def _claim(parts: Mapping[str, Any]) -> Claim:
    place = _place(parts, "where", _metres(parts.get("radius")))
    if place is None and parts.get("radius") is not None:
        raise UsageError("A radius is claimed without a place.", "Give `where` as well.")
    stated = parts.get("when")
    return Claim(
        what=_text(parts, "what"),
        when=None if stated is None else moments.when(_time_text(stated), *_zones(place)),
        where=place,
        by=_text(parts, "by"),
        source=_text(parts, "source"),
        link=_text(parts, "link"),
        original=_flag(parts.get("original")),
        temperature=_degrees(parts.get("temperature")),
        camera=_place(parts, "camera", None),
        blast=_place(parts, "blast", None),
        found=found.read(parts.get("found")),
    )


def _zones(place: Place | None) -> tuple[str, ...]:
    return (place.zone, *place.zones) if place and place.zone else ()


def _text(parts: Mapping[str, Any], key: str) -> str:
    value = parts.get(key, "")
    if not isinstance(value, str):
        raise UsageError(f"{key!r} of the claim must be a text, not {value!r}.")
    return value.strip()


def _time_text(value: Any) -> str:  # noqa: ANN401 - whatever TOML holds
    """TOML has dates and times of its own: they are taken as if written as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    raise UsageError(f"'when' of the claim must be a time, not {value!r}.")


def _place(parts: Mapping[str, Any], key: str, radius: float | None) -> Place | None:
    value = parts.get(key)
    if value is None:
        return None
    if isinstance(value, list) and len(value) in (2, 3) and all(type(v) in (int, float) for v in value):
        value = ",".join(str(v) for v in value)
    if not isinstance(value, str):
        raise UsageError(f"{key!r} of the claim must be a place, not {value!r}.")
    return places.where(value, radius)


def _metres(value: Any) -> float | None:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip().lower()
        factor = 1000.0 if text.endswith("km") else 1.0
        try:
            return float(text.removesuffix("km").removesuffix("m").strip()) * factor
        except ValueError as error:
            raise UsageError(f"{value!r} is not a radius.", "Write metres, or '2 km'.") from error
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{value!r} is not a radius.", "Write metres, or '2 km'.")
    return float(value)


def _flag(value: Any) -> bool | None:  # noqa: ANN401
    if value is None or isinstance(value, bool):
        return value
    raise UsageError(f"'original' of the claim must be true or false, not {value!r}.")


def _degrees(value: Any) -> float | None:  # noqa: ANN401
    """Return degrees Celsius. Bounds: the coldest and hottest air ever measured are -89.2 and 56.7 °C (WMO)."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -90 <= value <= 60:
        raise UsageError(f"{value!r} is no air temperature in degrees Celsius.", "Give a number from -90 to 60.")
    return float(value)


__all__ = ["KEYS", "claim", "claim_file", "when", "where"]
