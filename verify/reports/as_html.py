"""The report as one page. Rule: it opens from disk, asks nothing of any network, and shows the evidence first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from verify.records.cases import BatchReport, ClipReport
from verify.records.matches import Appearance
from verify.records.media import Curve, MediaFile
from verify.records.stories import StoryReport
from verify.reports import batch_view, clip_view, clip_words, drawing, story_clock, story_view
from verify.reports.base import Format, Pictures
from verify.reports.page import Album, in_case, render

# A report lies in `items/<id>/` of its case (design, section 6), and `MediaFile.path` starts at the case.
TO_CASE = "../../"
# Pictures inside the page of a batch; those beyond are read from the case folder beside it, when scrolled to.
BATCH_BUDGET = 3_000_000
STORY_BUDGET = 4_000_000  # a story page opens in a second: a hundred recordings with one frame each take 3 MB
# Frames shown of each recording, by how many recordings there are; all of them stand in the clip's own report.
FRAMES = ((12, 6), (40, 3), (10_000, 1))


class Html(Format):
    """One self-contained HTML page."""

    name: ClassVar[str] = "html"
    ending: ClassVar[str] = ".html"
    media_type: ClassVar[str] = "text/html; charset=utf-8"

    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return the page of one clip."""
        found = clip_view.view(report)
        claimed = report.case.claim.when if report.case.claim else None
        dated = [a.bounds for a in found.appearances if a.bounds]
        near = drawing.close_up(claimed, found.appearances)
        return render(
            "clip.html.j2",
            ("report.css",),
            ("report.js",),
            v=found,
            album=Album(pictures=pictures),
            headline=clip_words.headline(report),
            earliest=clip_words.earliest_sentence(found),
            video=beside(report.case.item.media),
            wide=drawing.axis([*dated, *([claimed] if claimed else [])]),
            near=near,
            near_rows=_inside(near, found.appearances),
            curves=_curves(found),
        )

    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return the page of many clips: plain HTML without a script, so that a thousand clips open at once."""
        return render(
            "batch.html.j2",
            ("report.css",),
            ("report.js",),
            v=batch_view.view(report),
            album=Album(pictures=pictures, budget=BATCH_BUDGET),
        )

    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return the page of a story, with aligned recordings played together."""
        found = story_view.view(report)
        claimed = next((c.when for c in report.claims if c.when), None)
        dated = [[a.bounds for a in s.appearances if a.bounds] for s in found.recordings]
        return render(
            "story.html.j2",
            ("report.css",),
            ("report.js", "story.js"),
            v=found,
            story=story_view,
            album=Album(pictures=pictures, budget=STORY_BUDGET),
            claimed=claimed,
            axes=[drawing.axis([*d, *([claimed] if claimed else [])]) if d else None for d in dated],
            near=in_case,
            clock_data=story_clock.played,
            lane_box=story_clock.drawn,
            declined=story_clock.declined(report),
            frames=next(n for most, n in FRAMES if len(found.recordings) <= most),
        )


def beside(media: MediaFile) -> str:
    """Return where the preserved file lies, as a relative address from the report's folder; nothing for an odd path."""
    path = in_case(media.path)
    return TO_CASE + path if path else ""


def _inside(near: drawing.Axis | None, known: tuple[Appearance, ...]) -> tuple[Appearance, ...]:
    return tuple(a for a in known if near and a.bounds and drawing.ends_on(near, a.bounds))


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnCurve:
    """One curve ready to be drawn: points in a box of 1000 by 100, cuts and impulses on the same 1000."""

    name: str
    words: str
    points: str
    cuts: tuple[float, ...] = ()
    impulses: tuple[float, ...] = ()


def _curves(found: clip_view.ClipView) -> tuple[DrawnCurve, ...]:
    examined = found.report.case.examination
    if examined is None:
        return ()
    whole = max(found.duration, 0.001)
    cuts = tuple(round(1000 * s.start / whole, 1) for s in examined.shots[1:])
    drawn = []
    for curve in examined.curves:
        if curve.name == "brightness" and curve.values:
            drawn.append(_drawn(curve, "Brightness", 0.0, 1.0, cuts))
    sound = examined.sound
    if sound and sound.envelope.values:
        impulses = tuple(round(1000 * t / whole, 1) for t in sound.impulses)
        drawn.append(_drawn(sound.envelope, "Loudness", *drawing.QUIET_TO_LOUD, cuts, impulses))
    return tuple(drawn)


def _drawn(
    curve: Curve, name: str, low: float, high: float, cuts: tuple[float, ...], impulses: tuple[float, ...] = ()
) -> DrawnCurve:
    lowest, highest = min(curve.values), max(curve.values)
    words = f"from {lowest:.3g} to {highest:.3g} {curve.unit}".rstrip()
    return DrawnCurve(
        name=name, words=words, points=drawing.curve_points(curve, low, high), cuts=cuts, impulses=impulses
    )
