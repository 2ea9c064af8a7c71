"""What does the sound tell of editing? Rule: silence, gaps and repeats are told; what is heard is for a person.

Music, and sound that runs on through cuts of the picture, are the business of `sound_over.py`.
"""

from __future__ import annotations

from typing import Any

from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding

_LIMITS = (
    "Phones and platforms mute, gate and compress sound by themselves, music is made of repeats, and sound that was "
    "laid over a clip with care leaves none of these signs."
)
_RECHECK = (
    "Open the sound in an editor (for example Audacity), look at it (at the seconds given, if any are), and listen."
)
_MOST = 5


class SoundOfClip(Check):
    """Tells missing sound, digital silence and repeats."""

    name = "sound"
    question = "Is the sound complete, and does it run through without repeats?"
    part = "original"
    order = 64
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the sound."""
        examination = case.examination
        if examination is None:
            return (self.not_tested("The file could not be examined, so its sound was not heard."),)
        if not examination.duration:
            return (self.not_tested("The file is a still picture or has no length, so there is no sound to hear."),)
        values = measured.values(case, "sound")
        if examination.sound is None or not values:
            tracks = [s for s in examination.streams if s.kind == "audio"]
            if tracks:
                return (self.not_tested("The clip has a sound track that could not be measured.", _RECHECK),)
            return (self._neutral("The clip has no sound track: it was removed or never recorded."),)
        if values.get("all_digital_silence") is True:
            return (self._neutral("The sound track holds digital silence only: sound was muted or never recorded."),)
        if examination.sound.silent:
            loudest = measured.number(values, "loudest")
            level = f" (loudest {loudest:.0f} dBFS)" if loudest is not None else ""
            return (self._neutral(f"The sound is silent throughout{level}."),)
        return (self._told(values),)

    def _told(self, values: dict[str, Any]) -> Finding:
        again = measured.rows(values, "repeats", "start", "end", "again")
        quiet = measured.rows(values, "digital_silences", "start", "end")
        signs = [
            f"the seconds {wording.seconds(r['start'], r['end'])} come again from {wording.clock(r['again'])} on"
            for r in again
        ]
        signs += [f"there is digital silence from {wording.seconds(q['start'], q['end'])}" for q in quiet]
        if not signs:
            return self._neutral("The sound runs through without digital silence or repeats.")
        why = " (music and sound laid over repeat like that)" if again else ""
        evidence = [
            Evidence(label="Sound", value=sign, place=wording.seconds(row["start"], row["end"]))
            for row, sign in list(zip([*again, *quiet], signs, strict=True))[:_MOST]
        ]
        return self._neutral(f"In the sound, {wording.listed(signs, _MOST)}{why}.", *evidence)

    def _neutral(self, sentence: str, *evidence: Evidence) -> Finding:
        return self.neutral(sentence, *evidence, limits=_LIMITS, recheck=_RECHECK)
