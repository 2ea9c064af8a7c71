"""Asks every question of a case, always in the same order. Rule: each check answers, if only why it could not ask."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import verify.checks
from verify import catalog
from verify.checks.base import Check
from verify.records import cases
from verify.records.cases import Case
from verify.records.findings import Finding


@cache
def checks() -> tuple[Check, ...]:
    """Return every check of this room, in the order of the report (`order`, then name)."""
    return tuple(sorted(_offer().found, key=lambda c: (c.order, c.name)))


def missing() -> tuple[catalog.Missing, ...]:
    """Return the checks that could not be loaded, with the reason."""
    return _offer().missing


def questions() -> tuple[cases.Check, ...]:
    """Return name and question of every check, for `doctor` and for the list of what was tested."""
    return tuple(cases.Check(name=c.name, question=c.question) for c in checks())


def run(case: Case) -> tuple[Finding, ...]:
    """Return the findings of all checks on `case`: the same case gives the same findings in the same order."""
    return tuple(finding for check in checks() for finding in _answers(check, case))


def _answers(check: Check, case: Case) -> Iterable[Finding]:
    if check.decoded and case.examination is not None and case.examination.scope == "tags":
        return (check.not_tested("Neither picture nor sound in the file could be decoded."),)
    return check.run(case)


def _offer() -> catalog.Offer[Check]:
    return catalog.offer(verify.checks, Check)
