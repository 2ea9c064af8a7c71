"""Is something laid over the picture? Rule: where the camera stands, nothing can be told, and nothing is."""

from __future__ import annotations

from typing import Any

from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding

_LIMITS = (
    "Only what stays at one place while the camera moves is found: scrolling or short captions are not, and dirt on a "
    "lens or the bonnet of the camera's own car is. What the overlay says is not read."
)
_RECHECK = "Look at the box in several keyframes: does a logo, a caption or a clock stand there while the scene moves?"
_SIDES = ("left", "top", "right", "bottom")


class OverlaysInPicture(Check):
    """Tells regions that never move while the camera does."""

    name = "overlays"
    question = "Is a logo, caption or clock laid over the picture?"
    part = "original"
    order = 62

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on regions that never move."""
        values = measured.values(case, "overlay")
        if values.get("told") is not True:
            why = wording.plain(str(values.get("reason") or "it was not measured"))
            return (self.not_tested(f"Whether something is laid over the picture cannot be told: {why}.", _RECHECK),)
        boxes = [b for b in (_box(row) for row in measured.rows(values, "boxes", "edges")) if b]
        if not boxes:
            return (
                self.neutral(
                    "Nothing was found that stays at one place of the picture while the camera moves.",
                    limits=_LIMITS,
                    recheck=_RECHECK,
                ),
            )
        evidence = (
            *(Evidence(label="Box", value=_told(b), place=", ".join(f"{v:.3f}" for v in b)) for b in boxes),
            *measured.nearest_keyframe(case),
        )
        verb = "moves" if len(boxes) == 1 else "move"
        told = (
            f"{wording.count(len(boxes), 'region')} of the picture never {verb} while the camera does "
            f"({wording.listed([_told(b) for b in boxes], 3)}): a logo, caption or clock laid over it."
        )
        if case.claim is not None and case.claim.original is True:
            return (self.questions(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="weak"),)
        return (self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK),)


def _box(row: dict[str, Any]) -> tuple[float, ...]:
    """Return (left, top, right, bottom) in 0..1, or nothing for a row that holds no box."""
    given = row.get("box")
    sides = list(given) if isinstance(given, list | tuple) else []
    numbers = [measured.number(dict(zip(_SIDES, sides, strict=False)), side) for side in _SIDES]
    return tuple(n for n in numbers if n is not None) if None not in numbers else ()


def _told(box: tuple[float, ...]) -> str:
    left, top, right, bottom = box
    across = "left" if (left + right) / 2 < 1 / 3 else "right" if (left + right) / 2 > 2 / 3 else "middle"
    down = "top" if (top + bottom) / 2 < 1 / 3 else "bottom" if (top + bottom) / 2 > 2 / 3 else "centre"
    return f"{down} {across}, {right - left:.0%} x {bottom - top:.0%} of the picture"
