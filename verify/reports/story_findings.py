"""The findings of all clips of a story, each told once. Rule: copies of one recording are one witness, not several.

What is found in every copy of a recording is one finding with the copies named: three copies of a clip do not support
a claim three times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verify.checks.summary import EARLIER_COPY, table
from verify.records.claims import Claim
from verify.records.findings import Bearing, Finding, Part
from verify.records.stories import StoryClip, StoryRecording, StoryReport
from verify.reports import wording
from verify.reports.clip_view import HEADINGS, WEIGHTS
from verify.text import one_line

_ORDER: tuple[Bearing, ...] = ("questions", "supports", "neutral", "not tested")
_NAMED = 4  # copies named where they are only counted on


@dataclass(frozen=True, kw_only=True, slots=True)
class OfClip:
    """A finding with the clip it is about, and the copies of the same recording in which the same was found."""

    clip: StoryClip
    finding: Finding
    copies: tuple[StoryClip, ...] = ()

    @property
    def of_copies(self) -> str:
        """The copies in words: `also in 2 copies of it: A, B`; nothing where there are none."""
        if not self.copies:
            return ""
        named = [one_line(c.label, 50) for c in self.copies]
        return f"also in {wording.count(len(named), 'copy', 'copies')} of it: {wording.listed(named, _NAMED)}"

    @property
    def where(self) -> str:
        """The clip, and the copies, in words."""
        return ", ".join(words for words in (one_line(self.clip.label, 60), self.of_copies) if words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Silent:
    """A sentence that says nothing either way, or why nothing could be tested, and the clips it was said of."""

    bearing: Bearing
    sentence: str
    clips: tuple[StoryClip, ...]

    @property
    def where(self) -> str:
        """The clips, in words."""
        return wording.listed([one_line(c.label, 50) for c in self.clips], _NAMED)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartOfStory:
    """One part of the claims, what was claimed about it, and the findings over all clips that bear on it.

    `silent` counts, for clips whose findings on this part say nothing either way or could not be made.
    """

    part: Part
    heading: str
    claimed: tuple[str, ...]
    findings: tuple[OfClip, ...]
    silent: tuple[Silent, ...]


def once(report: StoryReport) -> list[OfClip]:
    """Return the findings over all clips, what is the same in copies of one recording once, its best copy first."""
    recordings = {s: r for r in report.recordings for s in r.recording.members}
    clips = sorted(report.clips, key=lambda c: not _is_best(c, recordings))
    groups: dict[tuple[str, ...], list[OfClip]] = {}
    for clip in clips:
        mine = recordings.get(clip.sha256)
        for f in clip.findings:
            whole = (mine.recording.id if mine else clip.sha256, f.check, f.bearing, f.part, *_said(f))
            groups.setdefault(whole, []).append(OfClip(clip=clip, finding=f))
    first = [min(same, key=lambda o: WEIGHTS[o.finding.weight]) for same in groups.values()]
    return [
        OfClip(clip=one.clip, finding=one.finding, copies=_others(one, same))
        for one, same in zip(first, groups.values(), strict=True)
    ]


def _said(finding: Finding) -> tuple[str, ...]:
    """Return what makes a finding the same in another copy: its words; of an earlier copy, which one it is.

    Of one earlier copy every later one says something else: which of its own seconds are shared.
    """
    if finding.check == EARLIER_COPY and finding.bearing == "questions" and finding.evidence:
        return (finding.evidence[0].sha256, finding.evidence[0].place)
    return (finding.weight, finding.sentence)


def _is_best(clip: StoryClip, recordings: Mapping[str, StoryRecording]) -> bool:
    mine = recordings.get(clip.sha256)
    return mine is not None and mine.recording.best == clip.sha256


def _others(first: OfClip, same: Sequence[OfClip]) -> tuple[StoryClip, ...]:
    """Return the clips of the same findings but `first`, each once."""
    named = {o.clip.sha256: o.clip for o in same if o.clip.sha256 != first.clip.sha256}
    return tuple(named.values())


def parts(report: StoryReport, findings: Sequence[OfClip]) -> tuple[PartOfStory, ...]:
    """Return the parts of the claims with the findings that bear on each."""
    found = []
    for part, heading in HEADINGS.items():
        claimed = [c for c in (_claimed(claim, part) for claim in report.claims) if c]
        about = [o for o in findings if o.finding.part == part]
        told = [o for o in about if o.finding.bearing in {"questions", "supports"}]
        if claimed or told:
            found.append(
                PartOfStory(
                    part=part,
                    heading=heading,
                    claimed=tuple(dict.fromkeys(claimed)),
                    findings=tuple(sorted(told, key=_rank)),
                    silent=_silent([o for o in about if o not in told]),
                )
            )
    return tuple(found)


def _silent(found: Iterable[OfClip]) -> tuple[Silent, ...]:
    """Return what says nothing either way, each sentence once, with its clips."""
    groups: dict[tuple[Bearing, str], list[StoryClip]] = {}
    for one in sorted(found, key=_rank):
        clips = groups.setdefault((one.finding.bearing, one.finding.sentence), [])
        clips += [c for c in (one.clip, *one.copies) if c not in clips]
    return tuple(Silent(bearing=b, sentence=s, clips=tuple(clips)) for (b, s), clips in groups.items())


def _claimed(claim: Claim, part: Part) -> str:
    return next((row.claimed for row in table(claim, ()) if row.part == part), "")


def _rank(one: OfClip) -> tuple[int, int]:
    return (_ORDER.index(one.finding.bearing), WEIGHTS[one.finding.weight])


def of_bearing(findings: Iterable[OfClip], bearing: Bearing) -> tuple[OfClip, ...]:
    """Return the findings of one bearing, those that can carry most first."""
    return tuple(sorted((o for o in findings if o.finding.bearing == bearing), key=_rank))
