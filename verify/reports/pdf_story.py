"""A story as the blocks that the PDF template sets. Rule: every post of the story stands in it, whatever came of it."""

from __future__ import annotations

from verify.records.stories import Alignment, StoryReport
from verify.reports import story_view, wording
from verify.reports.pdf_blocks import Block, chain_blocks, content, finding, heading, para, points, table, timeline
from verify.reports.story_clock import declined
from verify.text import one_line

_PAIRS = 6  # named of those that could not be aligned for one reason
_FRAMES = 6  # of one recording; all of them stand in the HTML report


def of_story(report: StoryReport) -> Block:
    """Return the content of a story's report."""
    found = story_view.view(report)
    claimed = next((c.when for c in report.claims if c.when), None)
    blocks: list[Block] = [{"kind": "lead", "text": story_view.told_in_a_line(found)}, *_counts(report)]
    blocks.append(heading("Recordings"))
    for shown in found.recordings:
        blocks += _recording(shown)
        blocks += timeline(shown.appearances, claimed, "") if shown.appearances else []
    if not found.recordings:
        blocks.append(para("No recording could be looked at."))
    blocks += _clock(found)
    blocks.append(heading("Claims against evidence"))
    for part in found.parts:
        told = f"Claimed: {'; '.join(part.claimed)}" if part.claimed else "Not claimed."
        blocks += [heading(part.heading, 2), para(told, True)]
        for one in part.findings:
            shown_finding = finding(one.finding)
            shown_finding["lines"] = [{"label": "Clip", "value": one.where}, *shown_finding["lines"]]
            blocks.append(shown_finding)
        if not part.findings:
            blocks.append(para("Nothing supports or questions this part.", True))
    blocks += _posts(found)
    blocks += chain_blocks(found.chains)
    blocks += [heading("What was not established"), points(report.not_established)]
    if report.decisions:
        told_by = [
            f"{d.category}{' (undone)' if d.undone else ''}, {d.subject}, {d.by}, {wording.stamp(d.at)}: {d.note}"
            for d in report.decisions
        ]
        blocks += [heading("Decided by people"), points(told_by)]
    if report.changes:
        since = f"Since the look of {wording.stamp(report.earlier_run)}"
        blocks += [heading(since), points(c.sentence for c in report.changes)]
    blocks += [
        heading("Clips"),
        points(f"{wording.duration(c.duration)}, SHA-256 {c.sha256}: {c.label}" for c in report.clips),
    ]
    facts = [f for f in (report.story.author, wording.bounds(report.story.date) if report.story.date else "") if f]
    return content("Story report", found.title, facts, blocks, report, "")


def _counts(report: StoryReport) -> list[Block]:
    n = report.counts
    columns = (
        "Posts",
        "With a link",
        "Fetched",
        "Given as files",
        "Clips",
        "Recordings",
        "Two account names",
        "Aligned",
    )
    row = [n.posts, n.with_link, n.fetched, n.mapped, n.clips, n.recordings, n.unrelated, n.aligned]
    return [table(columns, [[str(number) for number in row]])]


def _recording(shown: story_view.Shown) -> list[Block]:
    rows = [[c.label, c.role, c.change, c.sha256[:16]] for c in shown.copies]
    rows += [[name, "holds it, among others", "", ""] for name in shown.held_by]
    blocks = [heading(f"{shown.name}: {wording.count(len(shown.copies), 'copy', 'copies')}", 2)]
    if shown.best:
        frames = [k for k in shown.best.keyframes if k.informative][:_FRAMES]
        pictures = [
            {
                "file": story_view.picture(shown.best, k.path),
                "alt": f"Frame at {wording.clock(k.time)}",
                "caption": wording.clock(k.time),
            }
            for k in frames
        ]
        blocks.append({"kind": "pictures", "columns": _FRAMES, "pictures": pictures})
    blocks += [
        para(f"{wording.first_known(shown.found.recording)} {shown.seen}"),
        table(("Copy", "Role", "What it did", "SHA-256"), rows, (4, 2, 3, 2)),
    ]
    links = [x.words for x in (*shown.links, *shown.against)]
    return [*blocks, points(links)] if links else blocks


def _clock(found: story_view.StoryView) -> list[Block]:
    clock = found.report.clock
    if not (found.clocks or clock.declined or clock.contradicted):
        return []
    blocks = [heading("One clock")]
    for group in found.clocks:
        rows = [
            [lane.name, f"{lane.place.start - group.start:+.2f} s", f"± {lane.place.error:.2f} s"]
            for lane in group.lanes
        ]
        blocks.append(table(("Clip", "Begins at", "Error"), rows, (5, 2, 2)))
    blocks += [points(_aligned(found, a) for a in clock.used)] if clock.used else []
    refused = [_aligned(found, a) for a in clock.contradicted]
    for one in declined(found.report):
        names = [f"{one_line(found.named(a), 40)} and {one_line(found.named(b), 40)}" for a, b in one.named[:_PAIRS]]
        more = f", and {len(one.pairs) - _PAIRS} more" if len(one.pairs) > _PAIRS else ""
        refused.append(f"{wording.count(len(one.pairs), 'pair')} by {one.way}: {one.reason} ({'; '.join(names)}{more})")
    return [*blocks, para("Not aligned, or contradicted by the others:"), points(refused)] if refused else blocks


def _aligned(found: story_view.StoryView, one: Alignment) -> str:
    names = f"{one_line(found.named(one.a), 50)} and {one_line(found.named(one.b), 50)} by {one.way}"
    return f"{names}: offset {one.offset:+.2f} s ± {one.error:.2f} s, confidence {one.confidence:.2f}. {one.basis}"


def _posts(found: story_view.StoryView) -> list[Block]:
    rows = [
        [
            f"{t.post.number}. {story_view.by(t.post) or wording.UNNAMED}",
            wording.bounds(t.post.date) if t.post.date else wording.UNDATED,
            " ".join(r.url for r in t.references),
            t.state,
            f"{t.post.reason} {t.post.next_step}".strip(),
        ]
        for t in found.posts
    ]
    return [
        heading("Every post of the story"),
        table(("Post", "When", "Links", "State", "Why, and what next"), rows, (3, 3, 3, 2, 4)),
    ]
