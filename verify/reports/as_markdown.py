"""The report as Markdown (CommonMark, with tables). Rule: foreign text is escaped, never trusted to be plain.

Every character that CommonMark or GitHub's dialect gives a meaning to is escaped, `<`, `>` and `&` as entities, and
line ends are folded: what comes from outside can only ever be words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from verify.records.cases import BatchReport, ClipReport
from verify.records.findings import Finding
from verify.records.matches import Appearance
from verify.records.stories import StoryReport
from verify.reports import batch_view, clip_view, clip_words, story_view, wording
from verify.reports.base import Format, Pictures
from verify.reports.chains_view import Chains
from verify.reports.page import web_link
from verify.text import one_line

# What CommonMark 2.4 and GitHub's tables, mentions, mathematics and strikethrough give a meaning to anywhere in a line.
_ANYWHERE = re.compile(r"([\\`*_{}\[\]#|~$@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
# What has a meaning at the start of a line only: headings, lists, quotes, rules.
_AT_START = re.compile(r"^(\s*)([-+=>]|\d+(?=[.)]))")

FINDING = ("Bearing", "Finding", "Evidence", "Limits, and how to check by hand")


class Markdown(Format):
    """One line, one paragraph, and the whole report, with tables."""

    name: ClassVar[str] = "markdown"
    ending: ClassVar[str] = ".md"
    media_type: ClassVar[str] = "text/markdown; charset=utf-8"

    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return the report of one clip in three lengths."""
        found = clip_view.view(report)
        blocks = [
            f"# {plain(found.title)}",
            plain(", ".join(found.facts)) + _post(report),
            "## In one line",
            plain(clip_words.told_in_a_line(found)),
            "## In one paragraph",
            plain(clip_words.told_in_a_paragraph(found)),
            "## Claim against evidence",
        ]
        for part in found.parts:
            claimed = f"Claimed: {plain(part.claimed)}" if part.claimed else "Not claimed"
            blocks += [f"### {part.heading}", claimed, _findings(part.findings)]
        blocks += ["## Known appearances", plain(clip_words.earliest_sentence(found)), _appearances(found.appearances)]
        blocks += _shared("Copies and shared footage", found.pictures)
        blocks += _shared(found.PARTS, found.parts_shared)
        blocks += _shared("Same soundtrack only (not copies)", found.soundtracks)
        blocks += ["## Not established", _points([plain(s) for s in report.not_established])]
        if report.case.decisions:
            told = [
                plain(f"{d.category}{' (undone)' if d.undone else ''}, {d.by}, {wording.stamp(d.at)}: {d.note}")
                for d in report.case.decisions
            ]
            blocks += ["## Decided by people", _points(told)]
        files = [[f.name, f.role, wording.size(f.size), f.sha256] for f in report.case.item.files]
        blocks += ["## Files kept", _table(["File", "Role", "Size", "SHA-256"], files)]
        return _bytes(blocks + _foot(report))

    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return the report of many clips."""
        found = batch_view.view(report)
        blocks = [f"# {plain(found.headline)}", plain(", ".join(found.facts))]
        for group in found.groups:
            blocks += _group(group)
        if found.parts:
            told = [plain(part.sentence) for part in found.parts]
            blocks += [f"## {found.PARTS}", plain(found.ABOUT_PARTS), _points(told)]
        if found.soundtracks:
            pairs = [[p.a.label, p.b.label, wording.sureness(p.match.strength)] for p in found.soundtracks]
            blocks += ["## Same soundtrack only (not copies)", _table(["One clip", "The other", "Strength"], pairs)]
        if report.doubts:
            blocks += ["## Matched, and counted as two", _points([plain(told) for told in report.doubts])]
        if found.decided:
            blocks += ["## Decided by people", _points([plain(told) for told in found.decided])]
        blocks += _chains(found.chains)
        blocks += ["## Standing alone", _points([plain(f"{c.label} ({c.sha256[:16]})") for c in found.singles])]
        if report.failed:
            failed = [[f.target, f.reason, f.advice] for f in report.failed]
            blocks += ["## Not examined", _table(["Item", "Reason", "What to do"], failed)]
        return _bytes(blocks + _foot(report))

    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return the report of a story in three lengths; the full one accounts for every post."""
        found = story_view.view(report)
        blocks = [
            f"# {plain(found.title)}",
            "## In one line",
            plain(story_view.told_in_a_line(found)),
            "## In one paragraph",
            plain(story_view.told_in_a_paragraph(found)),
            "## Recordings",
        ]
        for shown in found.recordings:
            blocks += _recording(shown)
        blocks.append("## Claims against evidence")
        for part in found.parts:
            claimed = f"Claimed: {plain('; '.join(part.claimed))}" if part.claimed else "Not claimed"
            rows = [[o.where, *_finding(o.finding)] for o in part.findings]
            none = "Nothing supports or questions this part."
            blocks += [f"### {part.heading}", claimed, _table(["Clip", *FINDING], rows) if rows else none]
        posts = _table(["Post", "By", "When", "State", "Links", "Why, and what next"], [_told(t) for t in found.posts])
        blocks += ["## Every post of the story", posts]
        blocks += _chains(found.chains)
        blocks += ["## Not established", _points([plain(s) for s in report.not_established])]
        clips = [[c.label, wording.duration(c.duration), c.sha256] for c in report.clips]
        blocks += ["## Clips", _table(["Clip", "Length", "SHA-256"], clips)]
        if report.changes:
            blocks += ["## Since the last look", _points([plain(c.sentence) for c in report.changes])]
        return _bytes(blocks + _foot(report))


def plain(text: str) -> str:
    """Return `text` as Markdown that renders as these very words: nothing in it is markup, link or HTML."""
    folded = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _ANYWHERE.sub(r"\\\1", folded)
    start = _AT_START.match(escaped)
    if start is None:
        return escaped
    mark = start.group(2)
    rest = escaped[start.end() :]
    # An ordered list is broken at its dot, every other mark at itself.
    return f"{mark}\\{rest}" if mark.isdigit() else f"\\{mark}{rest}"


def link(url: str, words: str) -> str:
    """Return a link where `url` is an http(s) address, else the words and the address as text."""
    safe = web_link(url)
    if not safe:
        return plain(f"{words} {url}".strip())
    address = "".join(c if c.isascii() and (c.isalnum() or c in "-._~:/?#@!$&'*+,;=%") else _percent(c) for c in safe)
    return f"[{plain(words or safe)}](<{address}>)"


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", errors="replace"))


def _post(report: ClipReport) -> str:
    post = report.case.item.post
    return f". {link(post.url, 'Post')}" if post else ""


def _findings(findings: Sequence[Finding]) -> str:
    return _table(FINDING, [_finding(f) for f in findings]) if findings else "Nothing was tested on this part."


def _finding(one: Finding) -> list[str]:
    weight = f" ({one.weight} by itself)" if one.bearing in {"supports", "questions"} else ""
    return [
        wording.BEARINGS[one.bearing] + weight,
        one.sentence,
        "; ".join(f"{e.label}: {e.value}{' [' + e.place + ']' if e.place else ''}" for e in one.evidence),
        " ".join(w for w in (one.limits, f"Check by hand: {one.recheck}" if one.recheck else "") if w),
    ]


def _recording(shown: story_view.Shown) -> list[str]:
    rows = [[c.label, c.role, c.change, c.sha256] for c in shown.copies]
    rows += [[name, "holds it, among others", "", ""] for name in shown.held_by]
    links = [plain(x.words) for x in (*shown.links, *shown.against)]
    return [
        f"### {shown.name}: {wording.count(len(shown.copies), 'copy', 'copies')}",
        plain(f"{wording.first_known(shown.found.recording)} {shown.seen}"),
        _table(["Clip", "Role", "What it did", "SHA-256"], rows),
        _points(links) if links else "",
    ]


def _chains(found: Chains) -> list[str]:
    if not found.shown:
        return []
    blocks = [f"## {found.TITLE}", found.ABOUT]
    for one in found.chains:
        told = plain(" ".join(one.sentences))
        blocks += [f"### {one.heading}", told, _points([plain(w) for w in one.lines])]
        blocks.append(plain(f"Container fingerprint {one.fingerprint}"))
    blocks += [_points([plain(s) for s in found.copies])] if found.copies else []
    return [*blocks, found.unknown] if found.unknown else blocks


def _told(told: story_view.Told) -> list[str]:
    return [
        str(told.post.number),
        story_view.by(told.post) or wording.UNNAMED,
        wording.bounds(told.post.date) if told.post.date else wording.UNDATED,
        told.state,
        " ".join(r.url for r in told.references),
        f"{told.post.reason} {told.post.next_step}".strip(),
    ]


def _appearances(known: Sequence[Appearance]) -> str:
    rows = [
        [
            a.label,
            ", ".join(w for w in (a.author, a.platform) if w),
            wording.bounds(a.bounds) + wording.by_hand(a),
            a.bounds.basis if a.bounds else "",
            a.url,
        ]
        for a in known
    ]
    return _table(["Where", "By", "When (UTC)", "How the date is known", "Address"], rows)


def _shared(title: str, shared: Sequence[clip_view.Shared]) -> list[str]:
    if not shared:
        return []
    rows = [
        [
            s.label,
            ", ".join(s.match.geometry.words),
            "; ".join(wording.segment(part) for part in s.match.segments),
            wording.sureness(s.match.strength),
        ]
        for s in shared
    ]
    return [f"## {title}", _table(["Clip", "How it differs", "Seconds", "Strength"], rows)]


def _group(group: batch_view.Group) -> list[str]:
    rows = [[m.clip.label, m.role, m.change, m.clip.facts, m.clip.sha256] for m in group.members]
    rows += [[c.label, "holds it, among others", "", c.facts, c.sha256] for c in group.containers]
    return [
        f"## Recording {plain(group.recording.id)}: {wording.count(len(group.members), 'copy', 'copies')}",
        plain(wording.first_known(group.recording)),
        _table(["Clip", "Role", "What it did", "Facts", "SHA-256"], rows),
    ]


def _foot(report: ClipReport | BatchReport | StoryReport) -> list[str]:
    signed = f", signed by {report.custody.signed_by}" if report.custody.signed_by else ", not signed"
    log = f"Custody log: {report.custody.entries} entries, head {report.custody.head}{signed}."
    return [
        "## How to repeat it",
        plain(report.command),
        plain(f"Made {wording.stamp(report.made)}. {log if report.custody.head else ''}"),
        plain("Versions: " + ", ".join(f"{k} {v}" for k, v in report.versions.items())),
        "A machine made this report. Whether the claim stands is for people to decide.",
    ]


def _points(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) if lines else "None."


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_row(columns), "|" + " --- |" * len(columns), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(plain(cell) or " " for cell in cells) + " |"


def _bytes(blocks: Sequence[str]) -> bytes:
    return ("\n\n".join(b for b in blocks if b) + "\n").encode("utf-8", errors="replace")
