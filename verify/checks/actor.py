"""Who did it? Rule: never answered from pictures; the check exists so that the report says so."""

from __future__ import annotations

from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Finding

_RECHECK = (
    "Look for what pictures cannot give: statements by several parties, flight and radar data, recovered parts with "
    "serial numbers, and people who were there; keep `it happened here, then` apart from `these people did it`."
)


class Actor(Check):
    """Says that who acted is not tested, and never can be from the clip alone."""

    name = "actor"
    question = "Who acted in the clip?"
    part = "by whom"
    order = 90

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding that is always `not tested`."""
        by = case.claim.by if case.claim else ""
        if by:
            told = (
                f"The claim says who acted ({wording.quote(by)}); that was not tested, because a picture of a vehicle "
                "or an aircraft does not show who sent it."
            )
        else:
            told = "Who acted was not claimed and not tested: pictures do not show who gave an order."
        return (self.not_tested(told, _RECHECK),)
