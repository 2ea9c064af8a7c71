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
        "ident, or one shot used in both. They are not counted as copies."
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
    known = tuple(sorted(case.appearances, key=_when))
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
        appearances=tuple(sorted((*known, *_more_dates(case)), key=_when)),
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


def headline(report: ClipReport) -> str:
    """Return the counts as one sentence: counts are named, never averaged into a mark."""
    asked = wording.of_bearing(report.findings, "questions")
    backed = wording.of_bearing(report.findings, "supports")
    open_ = wording.of_bearing(report.findings, "not tested")
    if not report.case.claim:
        return wording.sentence(f"{wording.count(len(report.findings), 'finding')}; no claim was given to test.")
    first = f"{_some(asked)} {_verb(asked, 'questions', 'question')} the claim"
    second = f"{_some(backed)} {_verb(backed, 'supports', 'support')} it"
    if not asked:
        second = f"{'none' if not backed else len(backed)} {_verb(backed, 'supports', 'support')} it"
    told = wording.sentence(f"{first}, {second}")
    return f"{told}; {wording.count(len(open_), 'question')} could not be tested." if open_ else f"{told}."


def _some(found: tuple[Finding, ...]) -> str:
    return wording.count(len(found), "finding") if found else "no finding"


def earliest_sentence(found: ClipView) -> str:
    """Return what is known of the earliest copy, in words that claim no order the bounds do not give."""
    searched = found.report.case.searched
    among = "No library of clips was searched."
    if searched:
        among = f"Searched: {wording.count(searched.clips, 'clip')}."
    first = sorted(found.earliest, key=_when)
    if not first:
        return f"No dated appearance of this clip is known. {among}"
    ours = first[0].sha256 == found.report.case.item.media.sha256
    told = [f"{_named(a)}, {wording.bounds(a.bounds)}{wording.by_hand(a)}" for a in first]
    if len(first) == 1:
        return f"The earliest we know of is {'this very file' if ours else 'a copy'}: {told[0]}. {among}"
    others = wording.count(len(first) - 1, "other appearance")
    published = any(a.bounds and a.bounds.not_before for a in first)
    undated = "" if published else "No copy has a date of publication. "
    which = "this very file" if ours else "a copy"
    order = f"{others} may be older, for the dates overlap and cannot be put in order: {wording.listed(told[1:])}."
    return f"{undated}The first date that is sure is that of {which}: {told[0]}. {order} {among}"


def _named(appearance: Appearance) -> str:
    by = f" by {appearance.author}" if appearance.author else ""
    on = f" on {appearance.platform}" if appearance.platform else ""
    return f"“{one_line(appearance.label, 80)}”{by}{on}"


def _verb(found: tuple[Finding, ...], one: str, many: str) -> str:
    return one if len(found) < 2 else many


def _weighed(findings: Iterable[Finding], bearing: Bearing) -> tuple[Finding, ...]:
    return tuple(sorted(wording.of_bearing(findings, bearing), key=lambda f: WEIGHTS[f.weight]))


def _when(appearance: Appearance) -> tuple[bool, str, str]:
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


def told_in_a_line(found: ClipView) -> str:
    """Return the whole report as one sentence: what was checked and what was found, in place of `not verified`."""
    return f"{_checked(found)}; {_first_date(found)}."


def told_in_a_paragraph(found: ClipView) -> str:
    """Return the report as one paragraph: the line, what questions, what supports, and what stays open."""
    parts = [f"{_checked(found)}."]
    if found.questions:
        parts.append("It is questioned by this: " + _joined(found.questions))
    if found.supports:
        parts.append("It is supported by this: " + _joined(found.supports))
    if found.report.case.claim and found.both_ways:
        parts.append("On the claim, both ways: " + _joined(found.both_ways))
    parts.append(earliest_sentence(found))
    if found.report.not_established:
        parts.append("Not established: " + " ".join(one_line(s) for s in found.report.not_established))
    return " ".join(parts)


def _checked(found: ClipView) -> str:
    report = found.report
    claim = report.case.claim
    told = f"“{found.title}” ({found.facts[0]}) was checked with firstseen on {report.made[:10]}"
    what = one_line(claim.what, 160) if claim else ""
    counts = headline(report).rstrip(".")
    return f"{told}{f' against the claim “{what}”' if what else ''}: {counts[:1].lower()}{counts[1:]}"


def _first_date(found: ClipView) -> str:
    first = sorted(found.earliest, key=_when)
    if not first:
        return "no dated copy of it is known"
    when = f"{wording.bounds(first[0].bounds)}{wording.by_hand(first[0])}"
    which = "the earliest copy known is" if len(first) == 1 else "the first date of a copy that is sure is that of"
    return f"{which} {_named(first[0])}, {when}"


def _joined(findings: tuple[Finding, ...]) -> str:
    return " ".join(one_line(f.sentence) for f in findings)
