"""What a platform is: its addresses, what its ids say, and how far the dates it states can be trusted."""

from __future__ import annotations

import re
import urllib.parse
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any, ClassVar

from verify.records.times import TimeBounds, moment, whole_day


class Platform(ABC):
    """One platform. `hosts` are its registered names (subdomains included), `extractors` begin yt-dlp's keys for it."""

    name: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]] = ()
    extractors: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[int] = 50

    def takes(self, url: str) -> bool:
        """Return whether `url` is an address of this platform."""
        host = host_of(url)
        return any(host == one or host.endswith("." + one) for one in self.hosts)

    def extracted(self, key: str) -> bool:
        """Return whether yt-dlp's extractor `key` is one of this platform."""
        return any(key.lower().startswith(one.lower()) for one in self.extractors)

    @abstractmethod
    def post_id(self, url: str) -> str:
        """Return the post's id as it stands in `url`, or ""."""

    def author(self, url: str) -> str:
        """Return the author's handle as it stands in `url`, or ""."""
        return ""

    def addresses(self, url: str) -> tuple[str, ...]:
        """Return the addresses under which archives may hold the same post, `url` first."""
        return (url,)

    def page_address(self, url: str) -> str:
        """Return the address at which the post itself is shown without a login; `url` where that is the same."""
        return url

    def told_by_page(self, text: str) -> dict[str, str]:
        """Return what the post's page says that yt-dlp does not read; most need nothing more."""
        return {}

    def id_dates(self, post_id: str) -> tuple[TimeBounds, ...]:
        """Return what the id itself says of when the post was made; most ids say nothing."""
        return ()

    def dates(self, info: dict[str, Any]) -> tuple[TimeBounds, ...]:
        """Return the dates that the platform stated, from yt-dlp's info dict."""
        at = number(info.get("timestamp"))
        if at is not None:
            said = moment(
                at, f"{self.name}: time stated by the platform (yt-dlp {info.get('extractor_key')}.timestamp)"
            )
            return (said, *self.modified(info))
        return (*self.day(info), *self.modified(info))

    def day(self, info: dict[str, Any]) -> tuple[TimeBounds, ...]:
        """Return the day stated without a clock: whose midnight is meant is unknown, so every zone is allowed."""
        day = day_of(info.get("upload_date"))
        if day is None:
            return ()
        return (whole_day(day.date(), f"{self.name}: day stated by the platform, no clock", zone="unknown"),)

    def modified(self, info: dict[str, Any]) -> tuple[TimeBounds, ...]:
        """Return the stated time of a later change, which is a bound: the post was there by then."""
        at = number(info.get("modified_timestamp"))
        return () if at is None else (by_then(at, f"{self.name}: stated time of last change, so posted no later"),)


def host_of(url: str) -> str:
    """Return the host of `url` in lower case without `www.`, or "". An address without a scheme is taken as https."""
    text = url if "://" in url else f"https://{url}"
    try:
        host = urllib.parse.urlsplit(text).hostname or ""
    except ValueError:
        return ""
    return host.lower().rstrip(".").removeprefix("www.")


def found(pattern: str, url: str) -> str:
    """Return the first group of `pattern` in `url`'s path and query, or ""."""
    text = url if "://" in url else f"https://{url}"
    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError:
        return ""
    match = re.search(pattern, urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")))
    return match[1] if match else ""


def number(value: object) -> datetime | None:
    """Return Unix seconds as an aware UTC time, or None for what is no plausible time of a post."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not 0 < value < 4_102_444_800:  # 1970 (a zero is `not set`) to 2100
        return None
    return datetime.fromtimestamp(int(value), UTC)


def day_of(value: object) -> datetime | None:
    """Return `YYYYMMDD` as that midnight UTC, or None."""
    try:
        return datetime.strptime(str(value), "%Y%m%d").replace(tzinfo=UTC) if value else None
    except ValueError:
        return None


def by_then(at: datetime, basis: str) -> TimeBounds:
    """Return the bounds of something that had happened by `at`, a whole second."""
    end = moment(at, basis).not_after
    return TimeBounds(not_before=None, not_after=end, precision="second", zone="utc", basis=basis)
