"""The report as plain text, in three lengths to paste from. Rule: each length can stand alone and says the same."""

from __future__ import annotations

import textwrap
from typing import ClassVar

from verify.records.cases import BatchReport, ClipReport
from verify.records.findings import Finding
from verify.records.matches import Appearance
from verify.records.stories import StoryReport
from verify.reports import batch_view, clip_view, clip_words, story_view, wording
from verify.reports.base import Format, Pictures
from verify.reports.chains_view import Chains
from verify.text import one_line, visible

WIDTH = 88  # characters: fits a mail, a terminal and a printed page in a typewriter face


class Text(Format):
    """One line, one paragraph, and all of it, one under the other."""

    name: ClassVar[str] = "text"
    ending: ClassVar[str] = ".txt"
    media_type: ClassVar[str] = "text/plain; charset=utf-8"

    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return the report of one clip in three lengths."""
        found = clip_view.view(report)
        blocks = [
            _heading("In one line"),
            _wrapped(clip_words.told_in_a_line(found)),
            _heading("In one paragraph"),
            _wrapped(clip_words.told_in_a_paragraph(found)),
            _heading("In full"),
            *_clip_in_full(found),
        ]
        return _bytes(blocks)

    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return the report of many clips: the headline, each recording, and what could not be examined."""
        found = batch_view.view(report)
        blocks = [_heading("In one line"), _wrapped(found.headline), _heading("In full")]
        for group in found.groups:
            blocks += _group(group)
        if found.parts:
            blocks += [_heading(found.PARTS), _wrapped(found.ABOUT_PARTS), *(_point(p.sentence) for p in found.parts)]
        if found.soundtracks:
            blocks.append(_heading("Same soundtrack only (not copies)"))
            blocks += [_point(f"{p.a.label} and {p.b.label}") for p in found.soundtracks]
        if report.doubts:
            blocks += [_heading("Matched, and counted as two"), *map(_point, report.doubts)]
        if found.decided:
            blocks += [_heading("Decided by people"), *map(_point, found.decided)]
        blocks += _chains(found.chains)
        blocks += [_heading("Standing alone"), *(_point(f"{c.label} ({c.sha256[:16]})") for c in found.singles)]
        if report.failed:
            blocks.append(_heading("Not examined"))
            blocks += [_point(f"{f.target}: {f.reason} {f.advice}") for f in report.failed]
        blocks += _foot(report)
        return _bytes(blocks)

    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return the report of a story in three lengths; the full one accounts for every post."""
        found = story_view.view(report)
        blocks = [
            _heading("In one line"),
            _wrapped(story_view.told_in_a_line(found)),
            _heading("In one paragraph"),
            _wrapped(story_view.told_in_a_paragraph(found)),
            _heading("In full"),
            _wrapped(found.title),
        ]
        for shown in found.recordings:
            blocks += _recording(shown)
        for part in found.parts:
            blocks += [_heading(part.heading), _wrapped(f"Claimed: {'; '.join(part.claimed) or 'nothing'}")]
            for one in part.findings:
                blocks += [*_finding(one.finding), _under(f"Clip: {one.where}")]
        blocks += [_heading("Every post of the story"), *(_point(_post(t)) for t in found.posts)]
        blocks += _chains(found.chains)
        blocks += [_heading("Not established"), *(_point(s) for s in report.not_established)]
        blocks.append(_heading("Clips"))
        blocks += [_point(f"{c.label}, {wording.duration(c.duration)}, SHA-256 {c.sha256}") for c in report.clips]
        if report.changes:
            blocks += [_heading("Since the last look"), *(_point(c.sentence) for c in report.changes)]
        return _bytes(blocks + _foot(report))


def _recording(shown: story_view.Shown) -> list[str]:
    first = shown.found.recording.earliest
    blocks = [
        _heading(f"{shown.name}: {wording.count(len(shown.copies), 'copy', 'copies')}"),
        _wrapped(f"{wording.first_known(shown.found.recording)} {first.url if first else ''}"),
        _wrapped(shown.seen),
    ]
    for copy in shown.copies:
        told = ", ".join(w for w in (copy.role, copy.change) if w)
        blocks.append(_point(f"{copy.label} (SHA-256 {copy.sha256}){': ' + told if told else ''}"))
    blocks += [_point(f"held, among others, by {name}") for name in shown.held_by]
    return blocks + [_point(x.words) for x in (*shown.links, *shown.against)]


def _chains(found: Chains) -> list[str]:
    if not found.shown:
        return []
    blocks = [_heading(found.TITLE), _wrapped(found.ABOUT)]
    for one in found.chains:
        blocks += [_heading(one.heading), *map(_wrapped, one.sentences), *map(_point, one.lines)]
        blocks.append(_wrapped(f"Container fingerprint {one.fingerprint}"))
    return [*blocks, *map(_point, found.copies), *([_wrapped(found.unknown)] if found.unknown else [])]


def _post(told: story_view.Told) -> str:
    links = " ".join(r.url for r in told.references)
    who = story_view.by(told.post) or wording.UNNAMED
    when = f", {wording.bounds(told.post.date)}" if told.post.date else ""
    step = f" Next: {told.post.next_step}" if told.post.next_step else ""
    return f"{told.post.number}. {who}{when}: {told.state}. {told.post.reason}{step} {links}"


def _clip_in_full(found: clip_view.ClipView) -> list[str]:
    report = found.report
    blocks = [_wrapped(found.title), _wrapped(", ".join(found.facts))]
    if report.case.item.post:
        blocks.append(_wrapped(f"Post: {report.case.item.post.url}"))
    for part in found.parts:
        blocks.append(_heading(part.heading))
        blocks.append(_wrapped(f"Claimed: {part.claimed}" if part.claimed else "Not claimed."))
        for finding in part.findings:
            blocks += _finding(finding)
    blocks += [_heading("Earliest copy known"), _wrapped(clip_words.earliest_sentence(found))]
    blocks += [_point(_appearance(a)) for a in found.appearances]
    for title, shared in (
        ("Copies and shared footage", found.pictures),
        (found.PARTS, found.parts_shared),
        ("Same soundtrack only (not copies)", found.soundtracks),
    ):
        if shared:
            blocks.append(_heading(title))
            blocks += [_point(_match(s)) for s in shared]
    blocks += [_heading("Not established"), *(_point(s) for s in report.not_established)]
    if report.case.decisions:
        blocks.append(_heading("Decided by people"))
        blocks += [
            _point(f"{d.category}{' (undone)' if d.undone else ''}, {d.by}, {wording.stamp(d.at)}: {d.note}")
            for d in report.case.decisions
        ]
    blocks += [_heading("Files kept")]
    blocks += [
        _point(f"{f.name} ({f.role}), {wording.size(f.size)}, SHA-256 {f.sha256}") for f in report.case.item.files
    ]
    return blocks + _foot(report)


def _finding(finding: Finding) -> list[str]:
    weight = f" ({finding.weight} by itself)" if finding.bearing in {"supports", "questions"} else ""
    lines = [_point(f"{wording.BEARINGS[finding.bearing].upper()}{weight}: {finding.sentence}")]
    lines += [_under(f"{e.label}: {e.value}{' [' + e.place + ']' if e.place else ''}") for e in finding.evidence]
    lines += [_under(f"Limits: {finding.limits}")] if finding.limits else []
    lines += [_under(f"Check by hand: {finding.recheck}")] if finding.recheck else []
    return lines


def _match(shared: clip_view.Shared) -> str:
    told = "; ".join(wording.segment(s) for s in shared.match.segments)
    how = f" ({', '.join(shared.match.geometry.words)})" if shared.match.geometry.words else ""
    return f"{shared.label}{how}: {wording.sureness(shared.match.strength)}. {told}."


def _appearance(known: Appearance) -> str:
    by = ", ".join(w for w in (known.author, known.platform) if w)
    basis = f" ({known.bounds.basis})" if known.bounds else ""
    basis += wording.by_hand(known)
    return f"{known.label}{' by ' + by if by else ''}: {wording.bounds(known.bounds)}{basis} {known.url}"


def _group(group: batch_view.Group) -> list[str]:
    first = group.recording.earliest
    blocks = [_heading(f"Recording {group.recording.id}: {wording.count(len(group.members), 'copy', 'copies')}")]
    blocks.append(_wrapped(f"{wording.first_known(group.recording)} {first.url if first else ''}"))
    for member in group.members:
        told = ", ".join(w for w in (member.role, member.change) if w)
        blocks.append(_point(f"{member.clip.label} ({member.clip.sha256[:16]}){': ' + told if told else ''}"))
    return blocks + [_point(f"held, among others, by {c.label} ({c.sha256[:16]})") for c in group.containers]


def _foot(report: ClipReport | BatchReport | StoryReport) -> list[str]:
    signed = f", signed by {report.custody.signed_by}" if report.custody.signed_by else ", not signed"
    versions = ", ".join(f"{k} {v}" for k, v in report.versions.items())
    return [
        _heading("How to repeat it"),
        _wrapped(report.command),
        _wrapped(f"Made {wording.stamp(report.made)}. Custody log: {report.custody.entries} entries, head "),
        _wrapped(f"{report.custody.head or 'none'}{signed if report.custody.head else ''}"),
        _wrapped(f"Versions: {versions}"),
        _wrapped("A machine made this report. Whether the claim stands is for people to decide."),
    ]


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    # Addresses and hashes are never broken: a broken one cannot be copied.
    return textwrap.fill(
        one_line(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _heading(text: str) -> str:
    return f"\n{one_line(text).upper()}"


def _point(text: str) -> str:
    return _wrapped(text, "- ", "  ")


def _under(text: str) -> str:
    return _wrapped(text, "    ", "    ")


def _bytes(blocks: list[str]) -> bytes:
    return (visible("\n".join(blocks)).strip() + "\n").encode("utf-8")
