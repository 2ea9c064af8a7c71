"""Who touched this file? Rule: the last writer and an ancestor are two things, and a rewrite is not an edit.

The table of signs and its sentences belong to `verify/signs`; here each sign is weighed against the claim. Platforms
and download tools rewrite every file, so being rewritten says only that this is not the camera's own file.
"""

from __future__ import annotations

from verify import statements
from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding, Weight
from verify.records.media import Tag
from verify.signs import engine
from verify.signs.engine import SignHit

_NOT_A_CAMERA = {"export", "last writer", "screen recording"}  # what a camera's own file does not show
_LIMITS = (
    "Signs are names and forms that programs leave; they can be copied or removed by anyone, and rewriting a file "
    "changes nothing in the picture by itself."
)
_RECHECK = (
    "Look at the place given with another tool (exiftool -a -G1 FILE, MediaInfo, or a viewer of MP4 boxes), and ask "
    "the author for the file as it left the camera."
)


class WhoWroteTheFile(Check):
    """Tells what the form of the file says of cameras, programs and platforms."""

    name = "container"
    question = "Is this the camera's own file, or who rewrote it?"
    part = "original"
    order = 66

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding for each sign, or one that says there is none."""
        if case.examination is None:
            return (self.not_tested("The file could not be examined, so its container was not read."),)
        hits = engine.read(case.examination.tags, case.own_signs)
        if case.item.media.role == "working copy":
            # What is examined was joined by us: only what is inherited from the parts still speaks of them.
            hits = tuple(h for h in hits if h.about in {"ancestor", "encoder"})
        if not hits:
            return (
                self.neutral(
                    "The form of the file shows no camera, program or platform that is known here.",
                    limits=_LIMITS,
                    recheck=_RECHECK,
                ),
            )
        return tuple(self._told(case, hit, hits) for hit in hits)

    def _told(self, case: Case, hit: SignHit, hits: tuple[SignHit, ...]) -> Finding:
        evidence = (
            *(_evidence(t) for t in hit.tags),
            Evidence(label="Sign", value=f"{hit.id}: {hit.sureness}; {hit.source}", place=hit.table),
        )
        limits = f"{_LIMITS} {hit.meaning}".strip()
        original = case.claim is not None and case.claim.original is True
        sentence = wording.plain(hit.sentence, 400)
        rewritten = any(h.about in _NOT_A_CAMERA for h in hits)
        if hit.about == "device" and _saved_later(case):
            told = "but its header is of another time than the recording it states, as of a copy that was saved later"
            return self.neutral(f"{sentence[:-1]}, {told}.", *evidence, limits=limits, recheck=_RECHECK)
        weight: Weight
        if original and hit.about == "device" and not rewritten:
            weight = "moderate" if hit.sure == "A" else "weak"
            return self.supports(sentence, *evidence, limits=limits, recheck=_RECHECK, weight=weight)
        if original and hit.about in _NOT_A_CAMERA and not hit.may_record:
            weight = "moderate" if hit.about == "screen recording" else "weak"
            return self.questions(sentence, *evidence, limits=limits, recheck=_RECHECK, weight=weight)
        return self.neutral(sentence, *evidence, limits=limits, recheck=_RECHECK)


def _saved_later(case: Case) -> bool:
    """Return whether the file's dates exclude each other: an iPhone saves an edited clip in its camera's own form."""
    tags = case.examination.tags if case.examination else ()
    return bool(statements.conflicts(statements.recording_times(tags)))


def _evidence(tag: Tag) -> Evidence:
    place = tag.place + (f", byte {tag.offset}" if tag.offset is not None else "")
    return Evidence(label=f"{tag.name} ({tag.reader})", value=tag.value, place=place)
