"""Do the metadata readers agree with each other? Rule: a disagreement is told as it is; no reader is preferred."""

from __future__ import annotations

from verify import statements
from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding

_LIMITS = "Readers can be wrong alike, and a field that one of them does not know is not compared."
_RECHECK = "Open the file in a hex editor at the place given, or read it with a third tool (exiftool -a -G1 FILE)."


class ReadersAgree(Check):
    """Compares what different readers say of one field."""

    name = "readers agree"
    question = "Do different programs read the same metadata from the file?"
    part = "source"
    order = 70

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding for each field on which readers disagree, or one that says they do not."""
        tags = case.examination.tags if case.examination else ()
        readers = sorted({t.reader for t in tags})
        if len(readers) < 2:
            return (self.not_tested("Fewer than two readers found metadata in the file, so none can be compared."),)
        apart = statements.disagreements(tags)
        if not apart:
            return (
                self.neutral(
                    f"{wording.count(len(readers), 'reader')} found metadata in the file ({wording.listed(readers)}) "
                    "and do not contradict each other.",
                    limits=_LIMITS,
                    recheck=_RECHECK,
                ),
            )
        return tuple(
            self.neutral(
                _told(d),
                *(
                    Evidence(label=t.reader, value=t.value, place=t.place)
                    for t in tags
                    if t.name == d.name and any(t.value == value for value, _ in d.values)
                ),
                limits=_LIMITS,
                recheck=_RECHECK,
            )
            for d in apart
        )


def _told(apart: statements.Disagreement) -> str:
    said = [f"{wording.quote(value, 60)} ({', '.join(readers)})" for value, readers in apart.values]
    return f"Readers disagree on the {apart.name} of the file: {wording.listed(said)}."
