"""TikTok. Rule: an id dates the start of the upload to about a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from verify.asset_ids import of_tiktok
from verify.records.times import TimeBounds
from verify.sources.platforms.base import Platform, found

# Stated time minus id time: 1 to 37 s over the 18 ids of yt-dlp's own tests (counted in tests/sources), mean 14.3 and
# at most 49 s over 73 published samples (facts, section 7).
_MARGIN = timedelta(seconds=60)
_EARLIEST = datetime(2014, 8, 1, tzinfo=UTC)  # musical.ly, TikTok's forerunner, began then; smaller ids are counters


class TikTok(Platform):
    """tiktok.com, its short links (which hold no id), and Douyin."""

    name: ClassVar[str] = "TikTok"
    hosts: ClassVar[tuple[str, ...]] = ("tiktok.com", "douyin.com")
    extractors: ClassVar[tuple[str, ...]] = ("TikTok", "VMTikTok", "Douyin")

    def post_id(self, url: str) -> str:
        """Return the number after /video/, /photo/ or /v/."""
        return found(r"/(?:video|photo|v|embed(?:/v2)?)/(\d{10,20})", url)

    def author(self, url: str) -> str:
        """Return the handle after @."""
        return found(r"^/@([\w.]{1,40})", url)

    def id_dates(self, post_id: str) -> tuple[TimeBounds, ...]:
        """Return the second in the id, `id >> 32`, a minute either way."""
        if not post_id.isdigit() or int(post_id) >= 1 << 64:
            return ()
        at = of_tiktok(int(post_id))
        if not _EARLIEST <= at <= datetime.now(UTC) + timedelta(days=1):
            return ()
        basis = f"TikTok: the id {post_id} holds the second the upload began; a minute either way"
        return (
            TimeBounds(not_before=at - _MARGIN, not_after=at + _MARGIN, precision="minute", zone="utc", basis=basis),
        )
