"""What do the content credentials (C2PA) say? Rule: without them nothing is known, which is not suspicious.

Four levels, never fewer: a trusted issuer, intact by an unknown signer, intact by a certificate that has run out,
broken. `Intact` means only that nothing was changed since somebody signed; anybody can sign.
"""

from __future__ import annotations

from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.media import Tag

_LIMITS = (
    "Credentials say who signed which bytes and what they state of its making; they do not say that the scene is what "
    "it is called. Most files carry none, and most platforms strip them."
)
_RECHECK = "Give the file as received to another reader of content credentials (for example c2patool FILE)."


class ContentCredentials(Check):
    """Tells the state of the content credentials."""

    name = "credentials"
    question = "Does the file carry content credentials, and do they hold?"
    part = "source"
    order = 68

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the credentials."""
        if case.examination is None:
            return (self.not_tested("The file could not be examined, so content credentials were not read."),)
        tags = [t for t in case.examination.tags if t.name.startswith("credentials")]
        states = [t for t in tags if t.name == "credentials" and t.value]
        evidence = tuple(_evidence(t) for t in tags)
        if not states:
            return (self._none(case, evidence),)
        issuer = next((t.value for t in tags if t.name == "credentials issuer" and t.value), "")
        by = f" by {wording.quote(issuer, 80)}" if issuer else ""
        state = states[0].value.lower()
        if "broken" in state and case.examination.scope == "tags":
            told = f"The file carries content credentials{by} that do not hold, and nothing in it could be decoded"
            return (
                self._neutral(
                    f"{told}: it is damaged, encrypted or only a part of the file that was signed.", evidence
                ),
            )
        if "broken" in state:
            return (
                self.questions(
                    f"The file carries content credentials{by} that do not hold: its bytes were changed after signing, "
                    "or the credentials were damaged on the way.",
                    *evidence,
                    limits=_LIMITS,
                    recheck=_RECHECK,
                    weight="moderate",
                ),
            )
        if "trusted" in state and "untrusted" not in state:
            return (
                self.supports(
                    f"The file carries content credentials signed{by}, an issuer on the trust list, and its bytes are "
                    "unchanged since.",
                    *evidence,
                    limits=_LIMITS,
                    recheck=_RECHECK,
                    weight="moderate",
                ),
            )
        if "run out" in state:
            return (
                self._neutral(
                    f"The file carries content credentials{by}, and its bytes are unchanged since they were signed; "
                    "the signer's certificate has run out, and no time stamp that counts shows that it was signed "
                    "before: who signed it is not established.",
                    evidence,
                ),
            )
        return (
            self._neutral(
                f"The file carries content credentials{by} that are intact, by a signer who is not on the trust list: "
                "anybody could have made them.",
                evidence,
            ),
        )

    def _none(self, case: Case, evidence: tuple[Evidence, ...]) -> Finding:
        problems = case.examination.problems if case.examination else ()
        unread = [p.reason for p in problems if "credentials" in p.part]
        if unread:
            why = wording.plain(unread[0], 300).rstrip(".")
            return self.not_tested(f"Content credentials were not read: {why}.", _RECHECK)
        if evidence:
            return self.not_tested("The file has a place for content credentials that was not read.", _RECHECK)
        return self._neutral(
            "The file carries no content credentials; most files carry none, so nothing follows from that.", ()
        )

    def _neutral(self, sentence: str, evidence: tuple[Evidence, ...]) -> Finding:
        return self.neutral(sentence, *evidence, limits=_LIMITS, recheck=_RECHECK)


def _evidence(tag: Tag) -> Evidence:
    return Evidence(label=tag.name, value=tag.value, place=tag.place)
