"""Does the sound belong to the picture? Rule: that sound runs on through cuts is told; who put it there is not.

Three answers are possible at each cut: the sound runs on unbroken, it changes with the picture, or it cannot be told.
Music is told where it is heard; whether it was laid over is only told by cuts that it runs through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.checks import measured, wording
from verify.checks.base import Check
from verify.checks.cuts import told_and_doubtful
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding, Weight

# tests/bench/sound_over.py: two tones or more went on through none of 3,932 cuts between two recordings and 8 of 2,764
# jumps within one; such a change of levels is heard at 30 of 3,729 places where nothing is cut.
_THROUGH = 2
_STEP, _BANDS = 2.0, 6  # dB, and bands of 12
_SURER = 3  # cuts that sound runs through: one or two may be a flash that only looks like a cut
_MOST = 6

_LIMITS = (
    "Several cameras that filmed at once can share one sound, and a flash or a sudden movement can look like a cut "
    "while the sound of one take runs on. It is told only where steady tones sound through the cut: in the tests at 3 "
    "in 10 cuts under music alone, at 1 to 2 in 10 under music 10 dB above the scene, hardly ever under speech, noise "
    "or faint music. That it is not told says nothing (docs/checks.md)."
)
_RECHECK = (
    "Open the sound in an editor that draws a spectrogram (for example Audacity, windows of 1024 samples) and look at "
    "the seconds given: tones that run on are lines without a break; sound that was cut ends and begins in one column."
)
_MUSIC_LIMITS = (
    "Music at the scene and music laid over it sound alike here. Singing, a ringing telephone or a carillon can count "
    "as music; drums alone, rap, music without steady tones and music fainter than other sound are missed "
    "(docs/checks.md). Speech that was added (a commentary) is not looked for: nothing that was tried tells it from "
    "people who speak near the camera."
)
_MUSIC_RECHECK = "Listen to the seconds given."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cut:
    """One cut of the picture and what the sound does there."""

    time: float
    hertz: tuple[int, ...]
    runs_on: bool
    changes: bool
    step: float


class SoundOverPicture(Check):
    """Tells sound that runs on through cuts or changes with them, and where music is heard."""

    name = "sound over picture"
    question = "Does the sound belong to the picture: does it run on through cuts, is music heard?"
    part = "original"
    order = 65
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the sound at cuts and one on music, or why they could not be asked."""
        why = _why_not(case)
        if why:
            return (self.not_tested(f"Whether sound or music was laid over the picture was not tested: {why}."),)
        music = measured.rows(measured.values(case, "music"), "stretches", "start", "end")
        return (self._at_cuts(case, music), self._music(case, music))

    def _at_cuts(self, case: Case, music: list[dict[str, Any]]) -> Finding:
        starts, _ = told_and_doubtful(case)  # through what may be no cut at all, every sound runs on
        if not starts:
            told = (
                "Whether sound was laid over the picture cannot be told: there are no clear cuts that it could run "
                "through."
            )
            return self.not_tested(told, "Listen whether the sound fits what is seen.")
        cuts = _cuts(case, starts)
        through, changed = [c for c in cuts if c.runs_on], [c for c in cuts if c.changes and not c.runs_on]
        unknown = len(starts) - len(through) - len(changed)
        rest = f" At {wording.count(unknown, 'cut')} it cannot be told." if unknown else ""
        if through:
            return self._runs_on(case, through, changed, rest, _under(through, music))
        if changed:
            told = (
                f"The sound changes where the picture is cut, at {_times(changed)}, as it does in footage that is cut "
                f"with its own sound.{rest}"
            )
            return self.neutral(told, *_evidence(case, changed), limits=_LIMITS, recheck=_RECHECK)
        told = f"Whether the sound runs on or changes at the {wording.count(len(starts), 'cut')} cannot be told."
        return self.not_tested(
            f"{told} Too few steady tones sound through one, and its levels step at none.",
            f"{_RECHECK} {_MUSIC_RECHECK}",
        )

    def _runs_on(self, case: Case, through: list[_Cut], changed: list[_Cut], rest: str, music: str) -> Finding:
        also = f" It changes with the picture at {_times(changed)}." if changed else ""
        told = (
            f"The sound runs on unbroken{music} while the picture is cut at {_times(through)}. It was laid over the "
            "pictures, or the sound of one shot was kept under the pictures of others, or several cameras filmed at "
            f"once: but for the last, sound and picture of some shots do not belong together.{also}{rest}"
        )
        evidence = _evidence(case, through)
        weight: Weight = "moderate" if len(through) >= _SURER else "weak"
        claimed = case.claim is not None and case.claim.original is True
        bears = self.questions if claimed and len(through) > 1 else self.neutral
        return bears(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight=weight)

    def _music(self, case: Case, music: list[dict[str, Any]]) -> Finding:
        values = measured.values(case, "music")
        searched = measured.number(values, "searched_seconds")
        if searched is None:
            return self.not_tested("Whether music is heard was not measured.", _MUSIC_RECHECK)
        if not music:
            told = "No music was recognised in the sound, which does not say that there is none."
            return self.neutral(told, limits=_MUSIC_LIMITS, recheck=_MUSIC_RECHECK)
        spans = wording.listed([wording.seconds(m["start"], m["end"]) for m in music], _MOST)
        told = (
            f"Music is heard from {spans}: whether it was played at the scene or laid over is not established by that."
        )
        evidence = tuple(
            Evidence(
                label="Music",
                value=f"{measured.number(m, 'pitches') or 0:.0f} pitches in one tuning, as steady tones",
                place=wording.seconds(m["start"], m["end"]),
            )
            for m in music[:_MOST]
        )
        return self.neutral(told, *evidence, limits=_MUSIC_LIMITS, recheck=_MUSIC_RECHECK)


def _why_not(case: Case) -> str:
    """Return why nothing can be asked of the sound, or nothing."""
    examination = case.examination
    if examination is None:
        return "the file could not be examined"
    if not examination.duration:
        return "the file is a still picture or has no length"
    if examination.sound is None:
        tracks = any(s.kind == "audio" for s in examination.streams)
        return "the sound track could not be measured" if tracks else "the clip has no sound track"
    return "the clip is silent" if examination.sound.silent else ""


def _cuts(case: Case, starts: list[float]) -> list[_Cut]:
    """Return what was heard at the cuts; places that only might have begun a shot are left out."""
    found = []
    rows = measured.rows(measured.values(case, "sound_at_cuts"), "cuts", "shot", "time", "through", "step", "bands")
    for row in rows:
        if not any(abs(row["shot"] - start) < 0.01 for start in starts):
            continue
        listed = row.get("hertz")
        hertz = [h for h in (listed if isinstance(listed, list | tuple) else []) if isinstance(h, int)]
        found.append(
            _Cut(
                time=float(row["time"]),
                hertz=tuple(hertz),
                runs_on=row["through"] >= _THROUGH,
                changes=row["step"] >= _STEP and row["bands"] >= _BANDS,
                step=float(row["step"]),
            )
        )
    return found


def _times(cuts: list[_Cut]) -> str:
    return wording.listed([wording.clock(c.time) for c in cuts], _MOST)


def _under(through: list[_Cut], music: list[dict[str, Any]]) -> str:
    """Return that what runs on is music, where every such cut lies in a stretch of it."""
    inside = all(any(m["start"] <= c.time <= m["end"] for m in music) for c in through)
    return ", with music in it," if inside else ""


def _evidence(case: Case, cuts: list[_Cut]) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for cut in cuts[:_MOST]:
        value = (
            f"tones{' of ' if cut.hertz else ''}{wording.listed([f'{h} Hz' for h in cut.hertz], 4)} go on in phase"
            if cut.runs_on
            else f"levels before and after lie {cut.step:.0f} dB apart in the mean of 12 bands"
        )
        found.append(Evidence(label="Sound at a cut", value=value, place=wording.clock(cut.time)))
        found += measured.nearest_keyframe(case, cut.time)
    return tuple(found)
