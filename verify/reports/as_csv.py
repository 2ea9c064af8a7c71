"""The report as a table for spreadsheets. Rule: no cell is ever taken for a formula, and every row stands alone.

A leading apostrophe marks a cell whose text began like a formula (`verify.text.csv_cell`); the column `guarded` counts
such cells of a row, since the mark alters the value.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import ClassVar

from verify.records.cases import BatchReport, ClipReport
from verify.records.chains import FileChains
from verify.records.matches import Appearance
from verify.records.stories import StoryReport
from verify.records.times import TimeBounds
from verify.reports import batch_view, clip_view, story_view
from verify.reports.base import Format, Pictures
from verify.text import csv_cell, visible

FINDINGS = tuple(
    "clip sha256 part claimed bearing weight check finding evidence limits recheck".split()  # noqa: SIM905 - readable
)
MEMBERS = tuple(
    (  # noqa: SIM905 - readable
        "recording role sha256 label target url author platform not_before not_after date_basis duration_seconds "
        "width height change earliest_known best_copy reason chain"
    ).split()
)


POSTS = tuple(
    (  # noqa: SIM905 - readable
        "post author handle post_not_before post_not_after date_basis links state reason next_step file sha256 label "
        "recording role change item report chain"
    ).split()
)


class Csv(Format):
    """UTF-8 with a byte order mark, so that spreadsheets read other scripts right; RFC 4180 line ends."""

    name: ClassVar[str] = "csv"
    ending: ClassVar[str] = ".csv"
    media_type: ClassVar[str] = "text/csv; charset=utf-8"

    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return one row for each finding."""
        found = clip_view.view(report)
        rows = [
            (
                found.title,
                report.case.item.media.sha256,
                part.part,
                part.claimed,
                f.bearing,
                f.weight,
                f.check,
                f.sentence,
                "; ".join(f"{e.label}: {e.value}" for e in f.evidence),
                f.limits,
                f.recheck,
            )
            for part in found.parts
            for f in part.findings
        ]
        return _table(FINDINGS, rows)

    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return one row for each copy, compilation, single and failed item."""
        found = batch_view.view(report)
        chain = _chains(report.chains)
        rows: list[tuple[str, ...]] = []
        for group in found.groups:
            name = group.recording.id
            for m in group.members:
                told = (
                    m.change,
                    m.first if m.earliest else "",
                    _yes(m.best),
                    group.recording.best_reason if m.best else "",
                )
                rows.append((name, "copy", *_clip(m.clip), *told, chain(m.clip.sha256)))
            held = (name, "holds it among others")
            rows += [(*held, *_clip(c), "", "", "", "", chain(c.sha256)) for c in group.containers]
        rows += [("", "single", *_clip(c), "", "", "", "", chain(c.sha256)) for c in found.singles]
        blank = ("",) * 12
        rows += [("", "not examined", "", "", f.target, *blank, f"{f.kind}: {f.reason}", "") for f in report.failed]
        return _table(MEMBERS, rows)

    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return one row for each post of the story, or for each clip that came of it."""
        found = story_view.view(report)
        rows = [(*_post(told), *clip) for told in found.posts for clip in _clips_of(told, found) or [("",) * 8]]
        return _table(POSTS, rows)


def _chains(found: FileChains) -> Callable[[str], str]:
    """Return a function that gives the container fingerprint of a clip where another file of the report has it too."""
    named = {sha256: one.fingerprint for one in found.groups for sha256 in one.clips}
    return lambda sha256: named.get(sha256, "")


def _post(told: story_view.Told) -> tuple[str, ...]:
    post = told.post
    start, end, basis = _ends(post.date)
    links = " ".join(r.url for r in told.references) or post.url
    who = (str(post.number), post.author, post.handle)
    return (*who, start, end, basis, links, post.state, post.reason, post.next_step, post.mapped_file)


def _clips_of(told: story_view.Told, found: story_view.StoryView) -> list[tuple[str, ...]]:
    places = {c.sha256: (s.name, "copy", c.change) for s in found.recordings for c in s.copies}
    held: dict[str, list[str]] = {}
    for s in found.recordings:
        for one in s.found.held_by or s.found.recording.containers:
            held.setdefault(one, []).append(s.name)
    chain = _chains(found.report.chains)
    rows: list[tuple[str, ...]] = []
    for clip in told.clips:
        place = places.get(clip.sha256) or (", ".join(held.get(clip.sha256, [])), "", "")
        role = place[1] or ("holds it among others" if place[0] else "")
        rows.append((clip.sha256, clip.label, place[0], role, place[2], clip.item, clip.report_path,
                     chain(clip.sha256)))  # fmt: skip
    return rows


def _clip(clip: batch_view.Clip) -> tuple[str, ...]:
    known, item = clip.known, clip.items[0] if clip.items else None
    first = clip.dates[0] if clip.dates else None
    post = item.post if item else None
    size = (known.duration, known.width, known.height) if known else (None, None, None)
    return (
        clip.sha256,
        clip.label,
        item.target if item else "",
        (first.url if first else "") or (post.url if post else ""),
        (first.author if first else "") or (post.author if post else ""),
        (first.platform if first else "") or (post.platform if post else ""),
        *_bounds(first),
        *("" if n is None else f"{n:g}" for n in size),
    )


def _bounds(known: Appearance | None) -> tuple[str, str, str]:
    return _ends(known.bounds if known else None)


def _ends(bounds: TimeBounds | None) -> tuple[str, str, str]:
    return (_iso(bounds.not_before), _iso(bounds.not_after), bounds.basis) if bounds else ("", "", "")


def _iso(at: datetime | None) -> str:
    return at.isoformat().replace("+00:00", "Z") if at else ""


def _yes(on: bool) -> str:
    return "yes" if on else ""


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow((*columns, "guarded"))
    for row in rows:
        shown = [visible(cell) for cell in row]
        safe = [csv_cell(cell) for cell in shown]
        writer.writerow((*safe, str(sum(a != b for a, b in zip(shown, safe, strict=True)))))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", errors="replace")
