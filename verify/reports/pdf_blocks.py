"""What a PDF is built from: headings, findings, tables, time lines. Rule: plain values, foreign text as it came.

`kind` says what a block is: heading, lead, para, code, links, list, finding, pictures, pair, timeline, stretches or
table.
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
from verify.reports import drawing, wording
from verify.reports.chains_view import Chains
from verify.reports.page import web_link
from verify.text import one_line

Block = dict[str, Any]

_KEY = (
    "Bar: not before to not after. Thin bar: an end is open. Broken outline: a clock without a zone, every zone on "
    "earth is drawn. Shaded: the claimed time. Times in UTC."
)


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


def corners(outline: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return an outline's corners (0..1 of width and height) as the template takes them."""
    return [list(corner) for corner in outline]


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
