"""What a check is: one question, asked of a Case, answered by findings that a person can re-check."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from verify.records.cases import Case
from verify.records.findings import Evidence, Finding, Part, Weight


class Check(ABC):
    """One question, with at least one finding for every case: `not tested` with the reason where it cannot ask."""

    name: ClassVar[str]
    question: ClassVar[str]
    part: ClassVar[Part]
    order: ClassVar[int] = 50  # place in the report; lower stands first
    decoded: ClassVar[bool] = False  # whether it asks of pictures or sound: not where none could be decoded

    @abstractmethod
    def run(self, case: Case) -> Iterable[Finding]:
        """Return the findings on `case`. Pure: the same case gives the same findings."""

    def not_tested(self, reason: str, recheck: str = "") -> Finding:
        """Return the finding that says why the question could not be asked."""
        return Finding(check=self.name, bearing="not tested", part=self.part, sentence=reason, recheck=recheck)

    def neutral(
        self, sentence: str, *evidence: Evidence, limits: str = "", recheck: str = "", weight: Weight = "weak"
    ) -> Finding:
        """Return a finding that neither supports nor questions."""
        return Finding(
            check=self.name,
            bearing="neutral",
            part=self.part,
            sentence=sentence,
            evidence=evidence,
            limits=limits,
            recheck=recheck,
            weight=weight,
        )

    def supports(self, sentence: str, *evidence: Evidence, limits: str, recheck: str, weight: Weight) -> Finding:
        """Return a finding that supports the claim, with what it cannot show and how to repeat it."""
        return Finding(
            check=self.name,
            bearing="supports",
            part=self.part,
            sentence=sentence,
            evidence=evidence,
            limits=limits,
            recheck=recheck,
            weight=weight,
        )

    def questions(self, sentence: str, *evidence: Evidence, limits: str, recheck: str, weight: Weight) -> Finding:
        """Return a finding that questions the claim, with what it cannot show and how to repeat it."""
        return Finding(
            check=self.name,
            bearing="questions",
            part=self.part,
            sentence=sentence,
            evidence=evidence,
            limits=limits,
            recheck=recheck,
            weight=weight,
        )
