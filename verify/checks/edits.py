"""Was the run of the pictures edited? Rule: a sign of editing questions only the claim that the clip is unedited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verify.checks import cuts, measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding, Weight

_LIMITS = (
    "Editing does not make footage wrong, and an edit that is done well leaves none of these signs: repeats were found "
    "in 19 of 24 loops and 14 of 24 boomerangs made for the test, and in none of 98 real clips (docs/checks.md). What "
    "turns or swings evenly may come again by itself, and a broken recording can stand still or skip."
)
_RECHECK = "Play the clip frame by frame (at the seconds given, if any are) and compare the stretches side by side."
_MOST = 5
_SLIDE_SHOW = 0.6  # of the length: the bench's clips with title cards stand still for at most 0.13


class EditsInside(Check):
    """Tells cuts, stretches that stand still, come again or are missing."""

    name = "edits"
    question = "Does the run of the pictures show editing?"
    part = "original"
    order = 60
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the run of the pictures, and where there are any, on cuts and on what may be one."""
        values = measured.values(case, "edits")
        if not values:
            return (self.not_tested("The run of the pictures was not measured."),)
        return (self._run_of_pictures(case, values), *self._cuts(case))

    def _run_of_pictures(self, case: Case, values: dict[str, Any]) -> Finding:
        again = measured.rows(values, "repeats", "start", "end", "again")
        still = [s for s in measured.rows(values, "still", "start", "end") if not s.get("plain")]
        # Where the file's packets were read, the check of its course tells the gaps, and whether the sound goes on.
        gaps = [] if measured.values(case, "course") else measured.rows(values, "gaps", "start", "end")
        share = measured.number(values, "still_share") or 0.0
        if still and share > _SLIDE_SHOW:
            told = f"The clip is a series of still pictures: for {share:.0%} of its length nothing moves at all."
            return self._said(case, told, _evidence(case, still, [_still(s) for s in still]), "moderate")
        signs = [*(_repeat(r) for r in again), *(_still(s) for s in still), *(_gap(g) for g in gaps)]
        if not signs:
            searched = measured.number(values, "searched_seconds")
            span = f" (repeats: the first {wording.clock(searched)})" if searched else ""
            missing = " or" if measured.values(case, "course") else ", is missing or"
            return self.neutral(
                f"No stretch of the picture stands still{missing} comes again{span}.",
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        evidence = _evidence(case, [*again, *still, *gaps], signs)
        told = f"In the run of the pictures, {wording.listed(signs, _MOST)}."
        if not again and not still:  # recorders that write a picture only when something changes leave gaps as well
            return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK)
        weight: Weight = "moderate" if again else "weak"
        return self._said(case, told, evidence, weight)

    def _cuts(self, case: Case) -> tuple[Finding, ...]:
        told, doubtful = cuts.told_and_doubtful(case)
        found = []
        if told:
            said = (
                f"The clip consists of {len(told) + 1} shots{' at least' if doubtful else ''}: the picture changes at "
                f"once at {_times(told)}, by a cut or by something as sudden."
            )
            found.append(self._said(case, said, _at_cuts(case, told, "the picture changes at once"), "weak"))
        if doubtful:
            said = (
                f"The picture changes abruptly at {_times(doubtful)}, and nearly as much just before or after: by a "
                "cut, or by a moving camera, few pictures a second, or flames."
            )
            evidence = _at_cuts(case, doubtful, "the picture changes abruptly, as it does beside it")
            found.append(self.neutral(said, *evidence, limits=_LIMITS, recheck=_RECHECK))
        return tuple(found)

    def _said(self, case: Case, told: str, evidence: tuple[Evidence, ...], weight: Weight) -> Finding:
        if case.claim is not None and case.claim.original is True:
            return self.questions(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight=weight)
        return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK)


def _times(seconds: Sequence[float]) -> str:
    return wording.listed([wording.clock(s) for s in seconds], _MOST)


def _at_cuts(case: Case, seconds: Sequence[float], value: str) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for second in seconds[:_MOST]:
        found.append(Evidence(label="Cut", value=value, place=wording.clock(second)))
        found += measured.nearest_keyframe(case, second)
    return tuple(found)


def _repeat(row: dict[str, Any]) -> str:
    way = "in reverse from" if row.get("backwards") else "from"
    return f"the seconds {wording.seconds(row['start'], row['end'])} come again {way} {wording.clock(row['again'])} on"


def _still(row: dict[str, Any]) -> str:
    return f"the picture stands still from {wording.seconds(row['start'], row['end'])}"


def _gap(row: dict[str, Any]) -> str:
    return f"there is no picture from {wording.seconds(row['start'], row['end'])}"


def _evidence(case: Case, rows: Sequence[dict[str, Any]], signs: Sequence[str]) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for row, sign in list(zip(rows, signs, strict=True))[:_MOST]:
        found.append(Evidence(label="Stretch", value=sign, place=wording.seconds(row["start"], row["end"])))
        found += measured.nearest_keyframe(case, float(row["start"]))
    return tuple(found)
