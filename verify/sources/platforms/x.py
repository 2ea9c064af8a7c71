"""X (Twitter). Rule: an id dates the post to the millisecond, from 4 November 2010 on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from verify.asset_ids import of_x
from verify.records.times import TimeBounds, moment
from verify.sources.platforms.base import Platform, found

_FIRST = 29_700_859_247  # the first id that holds a time (oduwsdl/tweetedat); earlier ones were counted


class X(Platform):
    """x.com, twitter.com, and the short links t.co and pic.twitter.com."""

    name: ClassVar[str] = "X"
    hosts: ClassVar[tuple[str, ...]] = ("x.com", "twitter.com", "t.co", "nitter.net", "fxtwitter.com", "vxtwitter.com")
    extractors: ClassVar[tuple[str, ...]] = ("Twitter",)

    def post_id(self, url: str) -> str:
        """Return the number after /status/; short links hold none."""
        return found(r"/status(?:es)?/(\d{1,20})(?:\D|$)", url)

    def author(self, url: str) -> str:
        """Return the handle before /status/, unless it is the placeholder `i`."""
        handle = found(r"^/(\w{1,15})/status", url)
        return "" if handle == "i" else handle

    def addresses(self, url: str) -> tuple[str, ...]:
        """Return the address under both names of the site: most captures before 2024 are of twitter.com."""
        author, post_id = self.author(url), self.post_id(url)
        if not post_id:
            return (url,)
        path = f"/{author or 'i'}/status/{post_id}"
        return tuple(dict.fromkeys((url, f"https://twitter.com{path}", f"https://x.com{path}")))

    def id_dates(self, post_id: str) -> tuple[TimeBounds, ...]:
        """Return the millisecond in the id: `(id >> 22) + 1288834974657`; nothing before snowflakes or after now."""
        if not post_id.isdigit() or not _FIRST <= int(post_id) < 1 << 63:
            return ()
        at = of_x(int(post_id))
        if at > datetime.now(UTC) + timedelta(days=1):
            return ()
        return (moment(at, f"X: the post's id {post_id} holds this millisecond", "millisecond"),)
