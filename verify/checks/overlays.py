"""Is something laid over the picture? Rule: bars are told under any camera, other things where it moves."""

from __future__ import annotations

from typing import Any

from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding

_LIMITS = (
    "Only what stays at one place while the scene moves is found: scrolling or short captions are not, nothing is "
    "under a camera that stands, and a sticker on the lens or the bonnet of the camera's own car is. Platforms and "
    "recorders put bars and clocks into pictures as well."
)
_RECHECK = (
    "Look at several keyframes (in the box, if one is given): does a logo, a caption or a clock stand there while the "
    "scene moves?"
)
_BLACK, _WHITE = 40, 230  # luma: up to the first, from the second on


class OverlaysInPicture(Check):
    """Tells bars along the sides, and regions that never move while the scene does."""

    name = "overlays"
    question = "Is a logo, caption, clock or bar laid over the picture?"
    part = "original"
    order = 62
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on bars where there are any, and one on regions that never move."""
        return (*self._bars(case), self._regions(case))

    def _bars(self, case: Case) -> tuple[Finding, ...]:
        rows = measured.rows(measured.values(case, "bars"), "bars", "thickness", "luma")
        bars = [(_bar(row), box) for row in rows if (box := _side(row))]
        if not bars:
            return ()
        told = (
            f"The picture has {wording.listed([words for words, _ in bars], 4)}: bars that were added, or that were "
            "there when a screen or a broadcast was recorded."
        )
        evidence = tuple(_shown(case, "Bar", words, box, None) for words, box in bars)
        return (self._said(case, told, evidence),)

    def _regions(self, case: Case) -> Finding:
        values = measured.values(case, "overlay")
        if values.get("told") is not True:
            why = wording.plain(str(values.get("reason") or "it was not measured"))
            return self.not_tested(
                f"Whether a logo or caption is laid over the scene cannot be told from its movement: {why}.", _RECHECK
            )
        rows = measured.rows(values, "boxes", "edges")
        boxes = [(b, _time(row)) for row in rows if (b := measured.box(row))]
        if not boxes:
            return self.neutral(
                "Nothing was found that stays at one place of the picture while the scene moves.",
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        evidence = tuple(_shown(case, "Box", _told(b) + _when(at), b, at) for b, at in boxes)
        verb = "stays at its place" if len(boxes) == 1 else "stay at their places"
        told = (
            f"{wording.count(len(boxes), 'region')} of the picture {verb} while the scene moves "
            f"({wording.listed([_told(b) for b, _ in boxes], 3)}), as a logo, a caption or a clock laid over it does."
        )
        return self._said(case, told, evidence)

    def _said(self, case: Case, told: str, evidence: tuple[Evidence, ...]) -> Finding:
        if case.claim is not None and case.claim.original is True:
            return self.questions(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="weak")
        return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK)


def _shown(case: Case, label: str, words: str, box: measured.Box, at: tuple[float, float] | None) -> Evidence:
    """Return a box with the keyframe it is drawn into: one from the middle of the time it was seen in."""
    keyframe = measured.nearest_keyframe(case, sum(at) / 2 if at else None)
    return Evidence(
        label=label,
        value=words,
        place=", ".join(f"{v:.3f}" for v in box),
        image=keyframe[0].image if keyframe else "",
        outline=measured.corners(box),
    )


def _side(row: dict[str, Any]) -> measured.Box | None:
    """Return the box of a bar, None for a side that does not exist."""
    thick = min(1.0, max(0.0, measured.number(row, "thickness") or 0.0))
    sides: dict[str, measured.Box] = {
        "top": (0.0, 0.0, 1.0, thick),
        "bottom": (0.0, 1 - thick, 1.0, 1.0),
        "left": (0.0, 0.0, thick, 1.0),
        "right": (1 - thick, 0.0, 1.0, 1.0),
    }
    return sides.get(str(row.get("side")))


def _bar(row: dict[str, Any]) -> str:
    luma = measured.number(row, "luma") or 0.0
    colour = "black" if luma <= _BLACK else "white" if luma >= _WHITE else "one-coloured"
    of = "height" if row["side"] in ("top", "bottom") else "width"
    where = {"top": "at the top", "bottom": "at the bottom", "left": "on the left", "right": "on the right"}
    writing = " with writing in it" if row.get("writing") is True else ""
    return f"a {colour} bar{writing} {where[row['side']]} ({row['thickness']:.0%} of the {of})"


def _time(row: dict[str, Any]) -> tuple[float, float] | None:
    start, end = measured.number(row, "start"), measured.number(row, "end")
    return (start, end) if start is not None and end is not None else None


def _when(at: tuple[float, float] | None) -> str:
    return f", seen from {wording.seconds(*at)}" if at else ""


def _told(box: measured.Box) -> str:
    left, top, right, bottom = box
    across = "left" if (left + right) / 2 < 1 / 3 else "right" if (left + right) / 2 > 2 / 3 else "middle"
    down = "top" if (top + bottom) / 2 < 1 / 3 else "bottom" if (top + bottom) / 2 > 2 / 3 else "centre"
    return f"{down} {across}, {right - left:.0%} x {bottom - top:.0%} of the picture"
