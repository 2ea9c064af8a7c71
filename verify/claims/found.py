"""Reads what a person found elsewhere from a claim file. Rule: no finding without a source that others can open.

[[found]]
about = "weather"
value = "overcast, 3 °C, no rain at 05:00"
source = "https://archive-api.open-meteo.com/..."
part = "when"          # what, when, where, by whom, original or source
bears = "supports"     # supports, questions or neutral
date = "2022-04-01"
by = "A. Editor"
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast, get_args

from verify.errors import UsageError
from verify.records.claims import Found
from verify.records.findings import Part

_BEARS = ("supports", "questions", "neutral")
_NEEDED = ("about", "value", "source", "part")
_KEYS = (*_NEEDED, "bears", "date", "by")
_ADVICE = f"Each [[found]] table holds {', '.join(_NEEDED)}, and may hold bears, date and by."


def read(rows: Any) -> tuple[Found, ...]:  # noqa: ANN401 - whatever TOML holds
    """Return what persons found. Raises UsageError for a row that lacks a part, or holds one that is not known."""
    if rows is None:
        return ()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError("'found' of the claim must be a list of tables.", _ADVICE)
    return tuple(_row(row) for row in rows)


def _row(row: Mapping[str, Any]) -> Found:
    unknown = sorted(set(row) - set(_KEYS))
    if unknown:
        raise UsageError(f"A finding of a person has no use for {unknown[0]!r}.", _ADVICE)
    given = {key: _text(row[key], key) for key in _KEYS if key in row}
    missing = [key for key in _NEEDED if not given.get(key)]
    if missing:
        raise UsageError(f"A finding of a person lacks {missing[0]!r}.", _ADVICE)
    part, bears = given["part"], given.get("bears") or "neutral"
    if part not in get_args(Part):
        raise UsageError(f"A finding of a person is on no part named {part!r}.", f"Parts: {', '.join(get_args(Part))}.")
    if bears not in _BEARS:
        raise UsageError(f"A finding of a person cannot bear {bears!r}.", f"It {', '.join(_BEARS[:2])} or is neutral.")
    return Found(
        about=given["about"],
        value=given["value"],
        source=given["source"],
        part=cast(Part, part),
        bears=cast(Any, bears),
        date=given.get("date", ""),
        by=given.get("by", ""),
    )


def _text(value: Any, key: str) -> str:  # noqa: ANN401
    if isinstance(value, datetime | date):
        return value.isoformat()
    if not isinstance(value, str):
        raise UsageError(f"{key!r} of a person's finding must be a text, not {value!r}.", _ADVICE)
    return value.strip()
