"""A report as a list of blocks that the PDF template sets. Rule: plain values only, foreign text as it came.

`kind` says what a block is: heading, lead, para, code, links, list, finding, pictures, pair, timeline, stretches or
table.
This file is over 300 lines since it is the one list of what the PDF shows.
Pictures are named by their path in the item; `as_pdf` puts files in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from verify.records.cases import BatchReport, ClipReport, Custody
from verify.records.findings import Finding
from verify.records.matches import Appearance
from verify.records.stories import StoryReport
from verify.records.times import TimeBounds
from verify.reports import batch_view, clip_view, clip_words, drawing, wording
from verify.reports.chains_view import Chains
from verify.reports.page import web_link
from verify.text import one_line

Block = dict[str, Any]

_MOST_FRAMES = 12  # on the first page; all of them stand in the HTML report
_MOST_TOLD = 4  # findings of one bearing on the first page, as in the HTML report
_KEY = (
    "Bar: not before to not after. Thin bar: an end is open. Broken outline: a clock without a zone, every zone on "
    "earth is drawn. Shaded: the claimed time. Times in UTC."
)


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
    blocks += chain_blocks(found.chains)
    blocks += [heading("Standing alone"), points([f"{c.label} ({c.sha256[:16]})" for c in found.singles])]
    if report.failed:
        failed = [[f.target, f.reason, f.advice] for f in report.failed]
        blocks += [heading("Not examined"), table(("Item", "Reason", "What to do"), failed)]
    return content("Copies report", found.headline, found.facts, blocks, report, "")


def chain_blocks(found: Chains) -> list[Block]:
    """Return the section on files that one chain of programs wrote; nothing where there are none."""
    if not found.shown:
        return []
    blocks = [heading(found.TITLE), para(found.ABOUT)]
    for one in found.chains:
        blocks += [heading(one.heading, 2), para(" ".join(one.sentences)), points(one.lines)]
        blocks.append(para(f"Container fingerprint {one.fingerprint}", True))
    blocks += [points(found.copies)] if found.copies else []
    return [*blocks, para(found.unknown, True)] if found.unknown else blocks


def finding(one: Finding) -> Block:
    """Return one finding with its evidence, limits and how to check it by hand."""
    lines = [{"label": e.label, "value": f"{e.value}{' [' + e.place + ']' if e.place else ''}"} for e in one.evidence]
    meant = [e for e in one.evidence if e.outline and e.image]
    lines += [{"label": "Limits", "value": one.limits}] if one.limits else []
    lines += [{"label": "Check by hand", "value": one.recheck}] if one.recheck else []
    weighed = one.bearing in {"supports", "questions"}
    return {
        "kind": "finding",
        "bearing": one.bearing,
        "heading": wording.BEARINGS[one.bearing],
        "weight": f"{one.weight} by itself" if weighed else "",
        "sentence": one.sentence,
        "lines": lines,
        "outlined": [
            {"file": e.image, "alt": e.label, "caption": e.label, "outline": corners(e.outline)} for e in meant
        ],
    }


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float] = ()) -> Block:
    """Return a table with a header row; `widths` are shares, equal where not given."""
    shares = list(widths) or [1] * len(columns)
    return {"kind": "table", "columns": list(columns), "rows": [list(r) for r in rows], "widths": shares}


def content(
    kicker: str,
    title: str,
    facts: Sequence[str],
    blocks: list[Block],
    report: ClipReport | BatchReport | StoryReport,
    sha256: str,
) -> Block:
    """Return the whole document: title, facts, blocks, and the foot that every report has."""
    blocks += [
        heading("How to repeat it"),
        {"kind": "code", "text": report.command},
        para(f"Made {wording.stamp(report.made)}. {_custody(report.custody)}", True),
        para("Versions: " + ", ".join(f"{k} {v}" for k, v in report.versions.items()), True),
        para("A machine made this report. Whether the claim stands is for people to decide.", True),
    ]
    footer = [f"firstseen {report.versions.get('firstseen', '')}, {wording.stamp(report.made)}"]
    footer += [f"SHA-256 of the clip {sha256}"] if sha256 else []
    footer += [f"Head of the custody log {report.custody.head}"] if report.custody.head else []
    return {
        "kicker": kicker,
        "title": one_line(title),
        "facts": " · ".join(facts),
        "keywords": ["provenance report"],
        "footer": footer,
        "blocks": blocks,
    }


def _custody(custody: Custody) -> str:
    if not custody.head:
        return ""
    signed = f"signed by {custody.signed_by}" if custody.signed_by else "not signed"
    return f"Custody log: {wording.count(custody.entries, 'entry', 'entries')}, head {custody.head}, {signed}."


def heading(text: str, level: int = 1) -> Block:
    """Return a heading; level 1 stands under the title."""
    return {"kind": "heading", "level": level, "text": text}


def para(text: str, quiet: bool = False) -> Block:
    """Return a paragraph, small and grey where `quiet`."""
    return {"kind": "para", "text": text, "quiet": quiet}


def points(items: Iterable[str]) -> Block:
    """Return a list with one point for each of `items`."""
    return {"kind": "list", "items": list(items) or ["None."]}


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


def corners(outline: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return an outline's corners (0..1 of width and height) as the template takes them."""
    return [list(corner) for corner in outline]


def _share(start: float, end: float, whole: float) -> list[float]:
    length = max(whole, end, 0.001)
    return [100 * start / length, max(0.3, 100 * (end - start) / length)]


def timeline(known: Sequence[Appearance], claimed: TimeBounds | None, title: str = "Known appearances") -> list[Block]:
    """Return the heading `title` and a time line: one row for each appearance, the claimed time as a band."""
    axis = drawing.axis([*(a.bounds for a in known if a.bounds), *([claimed] if claimed else [])])
    blocks = [heading(title)] if title else []
    if axis is None:
        return [*blocks, para("Nothing is dated.", True)]
    band = drawing.bar(axis, claimed) if claimed else None
    ticks = [at for at, _ in axis.ticks()]
    rows = [_row(axis, "Claimed time", claimed, None, ticks, True)] if claimed else []
    rows += [_row(axis, _by(a), a.bounds, band, ticks, False) for a in known]
    words = "Ticks: " + ", ".join(w for _, w in axis.ticks()) + ". "
    links = [{"url": web_link(a.url), "words": one_line(a.label, 60)} for a in known if web_link(a.url)]
    return [*blocks, {"kind": "timeline", "rows": rows, "key": words + _KEY}, {"kind": "links", "items": links}]


def _row(
    axis: drawing.Axis,
    label: str,
    known: TimeBounds | None,
    band: drawing.Bar | None,
    ticks: list[float],
    claimed: bool,
) -> Block:
    bar = drawing.bar(axis, known) if known else None
    return {
        "label": label,
        "when": wording.bounds(known),
        "ticks": ticks,
        "claimed": claimed,
        "band": [band.left, band.width] if band else [],
        "bar": [bar.left, bar.width] if bar else [],
        "open": bool(bar and (bar.open_left or bar.open_right)),
        "sure": bar.sure if bar else True,
    }


def _by(known: Appearance) -> str:
    by = ", ".join(w for w in (known.author, known.platform) if w)
    return one_line(f"{known.label}{' (' + by + ')' if by else ''}", 80) + wording.by_hand(known)


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
