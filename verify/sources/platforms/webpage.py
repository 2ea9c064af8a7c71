"""Any other page or file. Rule: a server's Last-Modified says when a file was put there, not when it was published."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from verify.records.times import TimeBounds, clock_without_zone
from verify.sources.platforms.base import Platform, by_then, number

LAST_MODIFIED = "web server: Last-Modified of the file or page, so it was there by then; not a date of publication"
# yt-dlp takes a time without a zone for UTC (Rutube's is Moscow time, say) and does not tell; so its zone is unknown
# wherever the site is not one of those whose times were looked at.
READ = "web page: time that yt-dlp read there; whether the page gave a zone is not known"


class WebPage(Platform):
    """A page that belongs to no platform known here, or a bare file."""

    name: ClassVar[str] = "web"
    extractors: ClassVar[tuple[str, ...]] = ("Generic", "HTML5MediaEmbed", "HtmlMedia")
    order: ClassVar[int] = 99

    def takes(self, url: str) -> bool:
        """Return True: whatever no other platform took."""
        return True

    def post_id(self, url: str) -> str:
        """Return "": an address is no id."""
        return ""

    def dates(self, info: dict[str, Any]) -> tuple[TimeBounds, ...]:
        """Return the stated dates: a Last-Modified as the open bound that it is, a time as one of unknown zone."""
        at = number(info.get("timestamp"))
        unlogged = "firstseen_requests" not in info and info.get("direct")
        if at is not None and (unlogged or at in _served(info)):
            return (by_then(at, LAST_MODIFIED), *self.modified(info))
        if at is not None:
            return (clock_without_zone(at.replace(tzinfo=None), READ), *self.modified(info))
        return super().dates(info)


def _served(info: dict[str, Any]) -> set[datetime]:
    """Return the Last-Modified times of all answers that were had for this item."""
    times: set[datetime] = set()
    for answer in info.get("firstseen_requests") or ():
        for name, value in answer.get("headers") or ():
            if str(name).lower() == "last-modified":
                try:
                    times.add(parsedate_to_datetime(str(value)).astimezone(UTC))
                except (TypeError, ValueError):
                    continue
    return times
