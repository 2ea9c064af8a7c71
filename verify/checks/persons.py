"""What did persons find elsewhere? Rule: told in their name with their source, never mixed with what was measured."""

from __future__ import annotations

import re
from dataclasses import replace

from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.claims import Found
from verify.records.findings import Evidence, Finding

_LIMITS = "A person entered this; firstseen neither fetched nor tested it."
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ONLY_A_DAY = (
    "Of its date only the day is given, neither hour nor time zone: days of satellite services are mostly those of "
    "UTC, and one that lies a day off the claimed time or off a camera's own clock can be the same night."
)
_WHERE_TO_LOOK = (
    "Look up the weather, the fires seen by satellites and satellite pictures for the place and hour (links in the "
    "report) and enter what you find in the claim file as [[found]]."
)


class PersonsFindings(Check):
    """Tells what persons entered: weather, fires, satellite pictures and whatever else they looked up."""

    name = "persons' findings"
    question = "What did persons find out elsewhere (weather, fires, satellite pictures)?"
    part = "what"
    order = 80

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding for each that a person entered, or one that says there is none."""
        entered = case.claim.found if case.claim else ()
        if not entered:
            return (
                self.not_tested(
                    "Weather, fires and satellite pictures were not looked up: no person entered a finding.",
                    _WHERE_TO_LOOK,
                ),
            )
        return tuple(self._told(found) for found in entered)

    def _told(self, found: Found) -> Finding:
        who = wording.plain(found.by, 80) or "A person"
        dated = f", {wording.plain(found.date, 40)}" if found.date else ""
        sentence = (
            f"{who} found on {wording.plain(found.about, 60)}: {wording.quote(found.value, 300)} "
            f"(source: {wording.plain(found.source, 200)}{dated})."
        )
        limits = f"{_LIMITS} {_ONLY_A_DAY}" if _DAY.fullmatch(found.date.strip()) else _LIMITS
        evidence = Evidence(label=found.about, value=found.value, place=found.source)
        recheck = f"Open the source: {wording.plain(found.source, 300)}."
        if found.bears == "neutral" or found.part == "by whom":
            told = self.neutral(sentence, evidence, limits=limits, recheck=recheck)
        elif found.bears == "supports":
            told = self.supports(sentence, evidence, limits=limits, recheck=recheck, weight="moderate")
        else:
            told = self.questions(sentence, evidence, limits=limits, recheck=recheck, weight="moderate")
        return replace(told, part=found.part)
