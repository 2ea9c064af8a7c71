"""One clip as the blocks that the PDF template sets. Rule: the first page carries what bears on the claim."""

from __future__ import annotations

from collections.abc import Sequence

from verify.records.cases import ClipReport
from verify.reports import clip_view, clip_words, wording
from verify.reports.pdf_blocks import Block, content, corners, finding, heading, para, points, table, timeline

_MOST_FRAMES = 12  # on the first page; all of them stand in the HTML report
_MOST_TOLD = 4  # findings of one bearing on the first page, as in the HTML report


def of_clip(report: ClipReport) -> Block:
    """Return the content of one clip's report."""
    found = clip_view.view(report)
    case = report.case
    blocks: list[Block] = [
        _frames(found),
        *_claimed(found),
        heading("What was found"),
        {"kind": "lead", "text": clip_words.headline(report)},
        *_first_told(found),
        para(clip_words.earliest_sentence(found)),
        heading("Claim against evidence"),
    ]
    for part in found.parts:
        blocks += [heading(part.heading, 2), para(f"Claimed: {part.claimed}" if part.claimed else "Not claimed.", True)]
        blocks += [finding(f) for f in part.telling]
        blocks += [] if part.telling else [para("Nothing supports or questions this part.", True)]
    if case.decisions:
        told = [
            f"{d.category}{' (undone)' if d.undone else ''}, {d.by}, {wording.stamp(d.at)}: {d.note}"
            for d in case.decisions
        ]
        blocks += [heading("Decided by people"), points(told)]
    blocks += _copies(found)
    blocks += timeline(found.appearances, case.claim.when if case.claim else None)
    blocks += [heading("What was not established"), points(report.not_established)]
    silent = [f for part in found.parts for f in part.silent]
    if silent:
        blocks += [heading("Findings that neither support nor question, or could not be made")]
        blocks += [finding(f) for f in silent]
    blocks += _metadata(found)
    files = [f"{f.name} ({f.role}), {wording.size(f.size)}, SHA-256 {f.sha256}" for f in case.item.files]
    blocks += [heading("Files kept"), points(files)]
    return content("Provenance report", found.title, found.facts, blocks, report, case.item.media.sha256)


def _frames(found: clip_view.ClipView) -> Block:
    frames = found.keyframes
    step = max(1, -(-len(frames) // _MOST_FRAMES))
    chosen = frames[::step]
    return {
        "kind": "pictures",
        "columns": 4 if len(chosen) > 2 else 2,
        "pictures": [
            {"file": k.path, "alt": f"Frame at {wording.clock(k.time)}", "caption": wording.clock(k.time)}
            for k in chosen
        ],
    }


def _claimed(found: clip_view.ClipView) -> list[Block]:
    told = [f"{wording.sentence(p.part)}: {p.claimed}" for p in found.parts if p.claimed]
    return [heading("What is claimed"), points(told)] if told else []


def _first_told(found: clip_view.ClipView) -> list[Block]:
    """Return the sentences that carry the answer, for the first page; the table below has all of them."""
    both = found.both_ways if found.report.case.claim else ()
    told: list[str] = []
    for words, findings in (
        (wording.BEARINGS["questions"], found.questions),
        (wording.BEARINGS["supports"], found.supports),
        ("On the claim, both ways", both),
    ):
        told += [f"{words}: {f.sentence}" for f in findings[:_MOST_TOLD]]
        told += [f"{words}: {len(findings) - _MOST_TOLD} more below."] if len(findings) > _MOST_TOLD else []
    return [points(told)] if told else []


def _copies(found: clip_view.ClipView) -> list[Block]:
    searched = found.report.case.searched
    blocks = [heading("Copies and shared footage")]
    if searched:
        by = f" by {', '.join(searched.descriptors)}" if searched.descriptors else ""
        told = f"Searched {wording.count(searched.clips, 'clip')}{by}."
        blocks.append(para(told if found.pictures else f"{told} No other clip shares its picture."))
        blocks += [para(f"Not searched: {p.part}. {p.reason}", True) for p in searched.not_searched]
    else:
        blocks.append(para("No library of clips was searched."))
    for shared in found.pictures:
        blocks += _match(shared, found)
    if found.parts_shared:
        blocks += [heading(found.PARTS, 2), para(found.ABOUT_PARTS)]
    for shared in found.parts_shared:
        blocks += _match(shared, found)
    if found.soundtracks:
        blocks.append(heading("Same soundtrack only (not copies)", 2))
        blocks += [para(f"{s.label}: {wording.sureness(s.match.strength)}.") for s in found.soundtracks]
    return blocks


def _match(shared: clip_view.Shared, found: clip_view.ClipView) -> list[Block]:
    match = shared.match
    how = f" ({', '.join(match.geometry.words)})" if match.geometry.words else ""
    blocks = [
        heading(f"{shared.label}{how}", 2),
        para(f"{wording.sentence(wording.sureness(match.strength))}."),
        {
            "kind": "stretches",
            "parts": [
                {"a": _share(s.a_start, s.a_end, found.duration), "b": _share(s.b_start, s.b_end, shared.duration)}
                for s in match.segments
            ],
        },
        para("; ".join(wording.segment(s) for s in match.segments) + ".", True),
    ]
    for pair in match.frames[:2]:
        blocks.append(
            {
                "kind": "pair",
                "left": _side(pair.a_image, "This clip", pair.a_time, match.geometry.outline_a),
                "right": _side(pair.b_image, "The other clip", pair.b_time, match.geometry.outline_b),
            }
        )
    return blocks


def _side(path: str, name: str, time: float, outline: Sequence[tuple[float, float]]) -> Block:
    told = f"{name} at {wording.clock(time)}"
    return {"file": path, "alt": told, "caption": told, "outline": corners(outline)}


def _share(start: float, end: float, whole: float) -> list[float]:
    length = max(whole, end, 0.001)
    return [100 * start / length, max(0.3, 100 * (end - start) / length)]


def _metadata(found: clip_view.ClipView) -> list[Block]:
    examined = found.report.case.examination
    if examined is None:
        return [heading("Metadata"), para("The file could not be examined.")]
    tags = [[t.name, t.value + (f" ({t.note})" if t.note else ""), t.reader, t.place] for t in examined.tags]
    return [
        heading("Metadata"),
        para("What the file says of itself. Anyone can write these fields, and platforms rewrite most of them.", True),
        table(("Tag", "Value", "Reader", "Place"), tags, (2, 4, 1.4, 3)),
    ]
