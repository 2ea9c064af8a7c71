"""What the measures left in an examination, read with care. Rule: a value of the wrong shape counts as not measured."""

from __future__ import annotations

import math
from typing import Any

from verify.records.cases import Case
from verify.records.findings import Evidence

Box = tuple[float, float, float, float]


def values(case: Case, name: str) -> dict[str, Any]:
    """Return the values of one measure, or nothing where it did not run."""
    found = case.examination.extra.get(name) if case.examination else None
    return found if isinstance(found, dict) else {}


def number(values: dict[str, Any], key: str) -> float | None:
    """Return a finite number, or None where there is none under `key`."""
    found = values.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return float(found)


def rows(values: dict[str, Any], key: str, *needed: str) -> list[dict[str, Any]]:
    """Return the rows under `key` that hold a finite number under every key of `needed`."""
    found = values.get(key)
    listed = found if isinstance(found, list | tuple) else []
    return [r for r in listed if isinstance(r, dict) and all(number(r, n) is not None for n in needed)]


def box(row: dict[str, Any]) -> Box | None:
    """Return (left, top, right, bottom) in 0..1, or None for a row that holds no box."""
    given = row.get("box")
    sides = list(given) if isinstance(given, list | tuple) else []
    numbers = [number({"side": side}, "side") for side in sides]
    if len(numbers) != 4 or any(n is None or not 0 <= n <= 1 for n in numbers):
        return None
    left, top, right, bottom = (float(n or 0.0) for n in numbers)
    return left, top, right, bottom


def corners(of: Box) -> tuple[tuple[float, float], ...]:
    """Return the four corners of a box, for `Evidence.outline`."""
    left, top, right, bottom = of
    return (left, top), (right, top), (right, bottom), (left, bottom)


def nearest_keyframe(case: Case, second: float | None = None) -> tuple[Evidence, ...]:
    """Return the keyframe nearest to a second of the clip (the first one without it) as evidence, if there is one."""
    keyframes = case.examination.keyframes if case.examination else ()
    if not keyframes:
        return ()
    shown = min(keyframes, key=lambda k: abs(k.time - second)) if second is not None else keyframes[0]
    return (
        Evidence(label="Keyframe", value="what the clip shows", place=f"second {shown.time:.1f}", image=shown.path),
    )
