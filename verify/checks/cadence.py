"""Do pictures repeat at a regular beat? Rule: what was seen is said, and what it may mean; never which it was."""

from __future__ import annotations

from typing import Any

from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding

_MOST = 4
_LEAST_MOVING = 0.3  # of the pictures: below it a beat would hardly show
# Beats that a change of one usual rate into another leaves (pictures, repeats); speeds in halves and thirds leave the
# same ones, which is why none is named alone.
_RATES = {
    (25, 1): "24 pictures a second made into 25",
    (6, 1): "25 pictures a second made into 30",
    (5, 1): "24 pictures a second made into 30",
    (5, 3): "24 pictures a second made into 60",
    (5, 2): "15 pictures a second made into 25",
    (12, 7): "25 pictures a second made into 60",
    (4, 1): "a clip slowed down by a third",
    (3, 1): "20 pictures a second made into 30, or 16 into 24",
    (2, 1): "half as many pictures a second, or a clip slowed down to half its speed",
}
_LIMITS = (
    "Cameras in poor light, screen recorders, players and platforms repeat pictures as well: a beat says that the "
    "pictures did not come from a sensor at this rate, not why. Pictures that were blended or computed in between, and "
    "pictures left out, are not found; nor is anything where little moves."
)
_RECHECK = (
    "Step through the clip picture by picture (at the seconds given, if any are): is every so many pictures one the "
    "same as the one before?"
)


class RepeatedPictures(Check):
    """Tells a regular beat of pictures that repeat the one before."""

    name = "cadence"
    question = "Do pictures repeat at a regular beat?"
    part = "original"
    order = 61
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding: the beats, that there is none, or why it cannot be told."""
        values = measured.values(case, "cadence")
        if not values:
            return (self.not_tested("Whether pictures repeat at a beat was not measured: there are too few."),)
        found = [
            (row, beat)
            for row in measured.rows(values, "stretches", "start", "end", "every", "repeats")
            if (beat := (int(row["every"]), int(row["repeats"])))[0] > beat[1] > 0
        ]
        if found:
            return (self._told(case, found),)
        if (measured.number(values, "moving_share") or 0.0) < _LEAST_MOVING:
            told = "Whether pictures repeat at a beat cannot be told: too little moves in the clip."
            return (self.not_tested(told, _RECHECK),)
        told = "No regular beat of repeated pictures was found: nothing shows that the rate of pictures was changed so."
        return (self.neutral(told, limits=_LIMITS, recheck=_RECHECK),)

    def _told(self, case: Case, found: list[tuple[dict[str, Any], tuple[int, int]]]) -> Finding:
        words = [f"{_beat(*beat)} from {wording.seconds(row['start'], row['end'])}" for row, beat in found]
        means = {beat: _RATES[beat] for _, beat in found if beat in _RATES}
        such = f", as after {wording.listed(list(means.values()), 2)}" if means else ""
        told = (
            f"{wording.listed(words, 3)[:1].upper()}{wording.listed(words, 3)[1:]}{such}: the rate of pictures was "
            "changed, the clip slowed down, a screen recorded, or the camera itself gave fewer pictures."
        )
        evidence: list[Evidence] = []
        for row, beat in found[:_MOST]:
            listed = row.get("examples")
            seconds = [s for s in (listed if isinstance(listed, list | tuple) else []) if isinstance(s, int | float)]
            shown = wording.listed([f"{s:.3f}" for s in seconds], _MOST)
            place = wording.seconds(row["start"], row["end"])
            evidence.append(Evidence(label="Beat", value=f"{_beat(*beat)}; first at second {shown}", place=place))
            evidence += measured.nearest_keyframe(case, float(row["start"]))
        return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")


def _beat(every: int, repeats: int) -> str:
    if repeats == 1:
        return f"one in {every} pictures repeats the one before"
    return f"{repeats} in {every} pictures repeat the one before"
