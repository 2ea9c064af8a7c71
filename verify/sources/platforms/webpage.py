"""Any other page or file. Rule: a server's Last-Modified says when a file was put there, not when it was published."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from verify.records.times import TimeBounds, moment
from verify.sources.platforms.base import Platform, by_then, number

LAST_MODIFIED = "web server: Last-Modified of the file or page, so it was there by then; not a date of publication"


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
        """Return the stated dates, a Last-Modified as the open bound that it is."""
        at = number(info.get("timestamp"))
        unlogged = "firstseen_requests" not in info and info.get("direct")
        if at is not None and (unlogged or at in _served(info)):
            return (by_then(at, LAST_MODIFIED), *self.modified(info))
        if at is not None:
            return (moment(at, "web page: date that yt-dlp read in the page"), *self.modified(info))
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
