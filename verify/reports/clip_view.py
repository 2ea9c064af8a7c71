"""What every format shows of one clip, in reading order. Rule: it arranges the record and adds nothing to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from verify.checks.summary import table
from verify.records.cases import Case, ClipReport, OtherClip
from verify.records.findings import Bearing, Finding, Part
from verify.records.matches import Appearance, Match
from verify.records.media import Keyframe, Stream
from verify.reports import wording
from verify.text import one_line

WEIGHTS = {"strong": 0, "moderate": 1, "weak": 2}
HEADINGS: dict[Part, str] = {
    "what": "What it shows",
    "when": "When it was recorded",
    "where": "Where it was recorded",
    "by whom": "Who acted",
    "original": "Whether it is original",
    "source": "Who published it",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PartOfClaim:
    """One part of the claim, what was claimed about it, and what was found."""

    part: Part
    heading: str
    claimed: str
    findings: tuple[Finding, ...]

    @property
    def telling(self) -> tuple[Finding, ...]:
        """The findings that support or question the claim."""
        return tuple(f for f in self.findings if f.bearing in {"supports", "questions"})

    @property
    def silent(self) -> tuple[Finding, ...]:
        """The findings that say nothing either way, or could not be made."""
        return tuple(f for f in self.findings if f.bearing not in {"supports", "questions"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """One match with the other clip's record and its name for people."""

    match: Match
    other: OtherClip | None
    label: str
    dates: tuple[Appearance, ...]

    @property
    def duration(self) -> float:
        """Length of the other clip in seconds, at least to the end of what it shares."""
        stated = self.other.duration if self.other else None
        return max([stated or 0.0, *(s.b_end for s in self.match.segments)])


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipView:
    """One clip in reading order.

    `both_ways` are findings on what is claimed that carry weight and fit one end of it and strain the other.
    """

    PARTS: ClassVar[str] = "The same part in both (not copies)"
    ABOUT_PARTS: ClassVar[str] = (
        "Both clips cut to the seconds named and away from them, and show different footage beside: an intro, an "
        "ident, or one shot used in both. Or only a part of the picture is the same, and each shows something of its "
        "own in the rest. They are not counted as copies."
    )

    report: ClipReport
    title: str
    facts: tuple[str, ...]
    keyframes: tuple[Keyframe, ...]
    questions: tuple[Finding, ...]
    supports: tuple[Finding, ...]
    neutral: tuple[Finding, ...]
    both_ways: tuple[Finding, ...]
    not_tested: tuple[Finding, ...]
    parts: tuple[PartOfClaim, ...]
    pictures: tuple[Shared, ...]
    parts_shared: tuple[Shared, ...]
    soundtracks: tuple[Shared, ...]
    appearances: tuple[Appearance, ...]
    earliest: tuple[Appearance, ...]
    duration: float
    video: Stream | None


def view(report: ClipReport) -> ClipView:
    """Return `report` in reading order."""
    case = report.case
    examined = case.examination
    shared = tuple(_shared(report, m) for m in case.matches)
    streams = examined.streams if examined else ()
    known = tuple(sorted(case.appearances, key=by_date))
    neutral = _weighed(report.findings, "neutral")
    lengths = [examined.duration or 0.0 if examined else 0.0, *(s.a_end for m in case.matches for s in m.segments)]
    return ClipView(
        report=report,
        title=title(report),
        facts=_facts(report),
        keyframes=examined.keyframes if examined else (),
        questions=_weighed(report.findings, "questions"),
        supports=_weighed(report.findings, "supports"),
        neutral=neutral,
        both_ways=tuple(f for f in neutral if f.weight != "weak" and f.part in {"what", "when", "where"}),
        not_tested=_weighed(report.findings, "not tested"),
        parts=_parts(report),
        pictures=tuple(s for s in shared if s.match.kind == "same picture"),
        parts_shared=tuple(s for s in shared if s.match.kind == "shared part"),
        soundtracks=tuple(s for s in shared if s.match.kind == "same soundtrack"),
        appearances=tuple(sorted((*known, *_more_dates(case)), key=by_date)),
        earliest=wording.earliest(known),
        duration=max(lengths),
        video=next((s for s in streams if s.kind == "video"), None),
    )


def _more_dates(case: Case) -> tuple[Appearance, ...]:
    """Return the post's dates that no appearance is drawn by: an archive's first capture, a second date it states."""
    post = case.item.post
    drawn = [(a.bounds.not_before, a.bounds.not_after) for a in case.appearances if a.bounds]
    if post is None:
        return ()
    return tuple(
        Appearance(sha256=case.item.media.sha256, label=d.basis or "date of the post", bounds=d, url=post.url)
        for d in dict.fromkeys(post.dates)
        if (d.not_before, d.not_after) not in drawn
    )


def title(report: ClipReport) -> str:
    """Return a name for the clip: the post's title, the start of its text, or the file's name."""
    item = report.case.item
    post = item.post
    for words in (post.title if post else "", post.text if post else "", item.media.name, item.target):
        if words.strip():
            return one_line(words, 100)
    return item.id


def _weighed(findings: Iterable[Finding], bearing: Bearing) -> tuple[Finding, ...]:
    return tuple(sorted(wording.of_bearing(findings, bearing), key=lambda f: WEIGHTS[f.weight]))


def by_date(appearance: Appearance) -> tuple[bool, str, str]:
    """Return what puts appearances in order: by the last moment at which each can have been, open ends last."""
    known = appearance.bounds
    end = known.not_after if known else None
    return (end is None, end.isoformat() if end else "", appearance.label)


def _shared(report: ClipReport, match: Match) -> Shared:
    case = report.case
    theirs = match.b if match.a == case.item.media.sha256 else match.a
    other = case.others.get(theirs)
    label = one_line(other.label, 120) if other and other.label.strip() else f"clip {theirs[:12]}"
    dates = other.appearances if other else ()
    dates = dates or tuple(a for a in case.appearances if a.sha256 == theirs)
    return Shared(match=match, other=other, label=label, dates=dates)


def _facts(report: ClipReport) -> tuple[str, ...]:
    case = report.case
    examined = case.examination
    # A GIF may move: it is called still only where it has no length.
    still = examined is not None and examined.duration is None and case.item.media.media_type.startswith("image/")
    length = "still picture" if still else wording.duration(examined.duration) if examined else ""
    facts = [length or "could not be examined"]
    for stream in examined.streams if examined else ():
        if stream.kind == "video" and stream.display_width:
            facts.append(f"{stream.display_width} × {stream.display_height}")
            break
    if examined and not still:
        sound = examined.sound
        facts.append("no sound" if sound is None else "silent sound track" if sound.silent else "with sound")
    facts.append(wording.size(case.item.media.size).split(" (")[0])
    return tuple(facts)


def _parts(report: ClipReport) -> tuple[PartOfClaim, ...]:
    rows = table(report.case.claim, report.findings)
    return tuple(
        PartOfClaim(
            part=row.part,
            heading=HEADINGS[row.part],
            claimed=row.claimed,
            findings=(*row.questions, *row.supports, *row.neutral, *row.not_tested),
        )
        for row in rows
        if row.claimed or row.questions or row.supports or row.neutral or row.not_tested
    )
