"""A block of HTML to paste into a story. Rule: no script, no style sheet, no address fetched; it reads well unstyled.

A content system may strip every attribute: headings, lists and paragraphs then still carry the whole meaning. Inline
styles that survive only set it apart from the story around it.
"""

from __future__ import annotations

from typing import ClassVar

from verify.records.cases import BatchReport, ClipReport
from verify.records.stories import StoryReport
from verify.reports import batch_view, clip_view, clip_words, story_view
from verify.reports.base import Format, Pictures
from verify.reports.page import environment


class Block(Format):
    """An `aside` element without scripts, for a content management system."""

    name: ClassVar[str] = "block"
    ending: ClassVar[str] = ".block.html"
    media_type: ClassVar[str] = "text/html; charset=utf-8"

    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return the block of one clip."""
        found = clip_view.view(report)
        return _rendered(
            "block_clip.html.j2",
            v=found,
            line=clip_words.told_in_a_line(found),
            earliest=clip_words.earliest_sentence(found),
        )

    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return the block of many clips: the counts, and the recordings that have copies."""
        return _rendered("block_batch.html.j2", v=batch_view.view(report))

    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return the block of a story: how many recordings its posts carry, what questions and what supports."""
        found = story_view.view(report)
        return _rendered("block_story.html.j2", v=found, line=story_view.told_in_a_line(found))


def _rendered(template: str, **values: object) -> bytes:
    return environment().get_template(template).render(**values).encode("utf-8", errors="replace")
