"""Was the clip with a platform before the claimed time? Rule: processing dates what is there, never when it was filmed.

Google's writer puts the day of processing into the names of its tracks, TikTok's and Douyin's the second in which they
made the clip's id into its comment. What a platform had by then was recorded by then.
"""

from __future__ import annotations

from verify import statements
from verify.checks import wording
from verify.checks.base import Check
from verify.checks.slack import well_before
from verify.checks.stated import evidence_of
from verify.records.cases import Case
from verify.records.findings import Finding

_LIMITS = (
    "Programs that cut or edit a file copy such a date along, so newer pictures may stand beside it; anyone can write "
    "one. It does not say when the clip was filmed, nor that it was public."
)
_RECHECK = (
    "Read the value at the place given with another tool (exiftool -a -G1 FILE). In an id of TikTok or Douyin the last "
    "20 characters are base 32 (0-9, a-v); their first four bytes are seconds since 1970 in UTC, which any reader of "
    "xids shows."
)


class ProcessedByAPlatform(Check):
    """Compares the dates of processing that platforms leave in a file with the claimed time."""

    name = "platform's processing"
    question = "Was the clip with a platform before the claimed time, by a date that the platform left in it?"
    part = "when"
    order = 31

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the earliest date of processing."""
        if case.examination is None:
            return (self.not_tested("The file could not be examined, so its times were not read."),)
        known_by = case.item.acquired.not_after if case.item.acquired else None
        stated = [
            t
            for t in statements.times(case.examination.tags, known_by)
            if t.name == "processing date" and not any("clock is wrong" in doubt for doubt in t.doubts)
        ]
        if not stated:
            return (self.not_tested("No platform that is known here left a date of processing in the file."),)
        zone = wording.place_zone(case)
        first = min(stated, key=lambda s: str(s.bounds.not_after))
        when = case.claim.when if case.claim else None
        evidence = tuple(evidence_of(s, zone) for s in stated)
        told = (
            f"By a date that a platform left in the file, it processed the clip {wording.tell_when(first.bounds, zone)}"
        )
        if when is not None and well_before(first.bounds, when):
            return (
                self.questions(
                    f"{told}, at least {wording.tell_span(wording.gap(first.bounds, when))} before the claimed time "
                    f"({wording.tell_inside(when, zone)}): what it processed was recorded by then.",
                    *evidence,
                    limits=_LIMITS,
                    recheck=_RECHECK,
                    weight="moderate",
                ),
            )
        return (
            self.neutral(
                f"{told}: it was recorded by then, and how long before is not said.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
            ),
        )
