"""A batch as the blocks that the PDF template sets. Rule: every clip stands in it, also one that has no copy."""

from __future__ import annotations

from verify.records.cases import BatchReport
from verify.reports import batch_view, wording
from verify.reports.pdf_blocks import Block, chain_blocks, content, heading, para, points, table
from verify.text import one_line


def of_batch(report: BatchReport) -> Block:
    """Return the content of a batch report."""
    found = batch_view.view(report)
    blocks: list[Block] = [heading("Recordings with copies")]
    for group in found.groups:
        blocks += _group(group)
    if not found.groups:
        blocks.append(para("No clip was found to be a copy of another."))
    if found.parts:
        blocks += [heading(found.PARTS), para(found.ABOUT_PARTS), points([p.sentence for p in found.parts])]
    if found.soundtracks:
        pairs = [[p.a.label, p.b.label, wording.sureness(p.match.strength)] for p in found.soundtracks]
        blocks += [heading("Same soundtrack only (not copies)"), table(("One clip", "The other", "Strength"), pairs)]
    if report.doubts:
        blocks += [heading("Matched, and counted as two"), points(list(report.doubts))]
    if found.decided:
        blocks += [heading("Decided by people"), points(list(found.decided))]
    blocks += chain_blocks(found.chains)
    blocks += [heading("Standing alone"), points([f"{c.label} ({c.sha256[:16]})" for c in found.singles])]
    if report.failed:
        failed = [[f.target, f.reason, f.advice] for f in report.failed]
        blocks += [heading("Not examined"), table(("Item", "Reason", "What to do"), failed)]
    return content("Copies report", found.headline, found.facts, blocks, report, "")


def _group(group: batch_view.Group) -> list[Block]:
    rows = [[m.clip.label, m.role, m.change, m.clip.sha256[:16]] for m in group.members]
    rows += [[c.label, "holds it, among others", "", c.sha256[:16]] for c in group.containers]
    shown = [(m.clip.thumbnail, m.clip.label) for m in group.members[:6]]
    return [
        heading(f"{group.recording.id}: {wording.count(len(group.members), 'copy', 'copies')}", 2),
        para(wording.first_known(group.recording)),
        {
            "kind": "pictures",
            "columns": 6,
            "pictures": [{"file": f, "alt": f"Frame of {label}", "caption": one_line(label, 24)} for f, label in shown],
        },
        table(("Clip", "Role", "What it did", "SHA-256"), rows, (3, 2, 3, 2)),
    ]
