"""YouTube. Rule: a day without a clock is that day and one more on either side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from verify.records.times import TimeBounds, whole_day
from verify.sources.platforms.base import Platform, day_of, found, host_of


class YouTube(Platform):
    """youtube.com, youtu.be and embeds. Its ids hold no time."""

    name: ClassVar[str] = "YouTube"
    hosts: ClassVar[tuple[str, ...]] = ("youtube.com", "youtu.be", "youtube-nocookie.com")
    extractors: ClassVar[tuple[str, ...]] = ("Youtube",)

    def post_id(self, url: str) -> str:
        """Return the eleven characters of the video's id."""
        if host_of(url) == "youtu.be":
            return found(r"^/([\w-]{11})(?:[/?&]|$)", url)
        return found(r"(?:[?&]v=|/(?:shorts|embed|live|v)/)([\w-]{11})(?:[/?&#]|$)", url)

    def day(self, info: dict[str, Any]) -> tuple[TimeBounds, ...]:
        """Return the day, one day wider on both sides: it may be a Pacific or a UTC day (yt-dlp issue 9829)."""
        day = day_of(info.get("upload_date"))
        if day is None:
            return ()
        basis = "YouTube: day stated without clock or zone (Pacific or UTC), so a day either way"
        return (whole_day(day.date(), basis, margin=timedelta(days=1)),)
