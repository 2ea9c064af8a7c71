"""Makes a Post of an address, an info dict and a page's own dates. Rule: every date is kept with who said it.

`post_from_url` works offline: it is for `--post URL` and for the links of a story.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable
from functools import cache
from typing import Any

import verify.sources.platforms
from verify.catalog import offer
from verify.errors import UsageError
from verify.records.media import Post
from verify.records.times import TimeBounds
from verify.sources.platforms.base import Platform
from verify.text import one_line


@cache
def platforms() -> tuple[Platform, ...]:
    """Return the known platforms, the most particular first."""
    found = offer(verify.sources.platforms, Platform).found
    return tuple(sorted(found, key=lambda one: one.order))


def platform_of(url: str) -> Platform:
    """Return the platform that `url` belongs to (`web` when none)."""
    return next(one for one in platforms() if one.takes(url))


def post_from_url(url: str) -> Post:
    """Return what the address itself says: platform, id, author, and the date in the id. No request is made.

    Raises UsageError when `url` is no http(s) address.
    """
    whole = normal(url)
    platform = platform_of(whole)
    post_id = platform.post_id(whole)
    return Post(
        url=whole,
        platform=platform.name if platform.hosts else _site(whole),
        id=post_id,
        author=platform.author(whole),
        dates=platform.id_dates(post_id),
        stated_by_user=True,
    )


def normal(url: str) -> str:
    """Return `url` as a whole http(s) address (`pic.twitter.com/x` -> `https://pic.twitter.com/x`).

    Raises UsageError for anything else.
    """
    text = url.strip()
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urllib.parse.urlsplit(text)
        named = bool(parts.hostname) and (parts.port or 1) > 0 and " " not in text  # .port raises for `javascript:x`
        whole = "://" in url or "." in (parts.hostname or "")  # a word by itself is a slip of the hand
        good = parts.scheme.lower() in {"http", "https"} and named and whole
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{one_line(url, 200)!r} is not a web address.", "Give one that begins with https://")
    return text


def post_from_info(
    url: str, info: dict[str, Any], page_dates: Iterable[TimeBounds] = (), fetched: TimeBounds | None = None
) -> Post:
    """Return the Post of a fetched item: `info` is yt-dlp's full dict, `page_dates` what the page itself states."""
    address = str(info.get("webpage_url") or url)
    key = str(info.get("extractor_key") or "")
    platform = next((one for one in platforms() if one.extracted(key)), None) or platform_of(address)
    post_id = platform.post_id(address) or (str(info.get("id") or "") if platform.hosts else "")
    read = tuple(page_dates)
    stated = platform.dates(info)
    if not platform.hosts:  # there yt-dlp's date is one it read in the same page: once is enough, with the better basis
        stated = tuple(one for one in stated if not any(_one_reading(one, other) for other in read))
    dates = (*platform.id_dates(post_id), *stated, *read)
    return Post(
        url=address,
        platform=platform.name if platform.hosts else _site(address),
        id=post_id or str(info.get("id") or ""),
        author=_author(info, url, address) or platform.author(address),
        author_id=_text(info, "uploader_id", "channel_id"),
        author_url=_web(_text(info, "uploader_url", "channel_url")),
        title=_text(info, "title"),
        text=_text(info, "description"),
        dates=tuple(sorted(_unique(dates), key=lambda one: one.not_before is None)),  # what only bounds stands last
        fetched=fetched,
    )


def _one_reading(one: TimeBounds, other: TimeBounds) -> bool:
    """Return whether `one`, a time of unknown zone, may be `other` read again: the same clock, or UTC."""
    if one.zone != "unknown" or other.not_before is None:
        return False
    return one.clock == (other.clock or other.not_before.strftime("%Y-%m-%d %H:%M:%S"))


def _site(url: str) -> str:
    return urllib.parse.urlsplit(url).hostname or "web"


def _author(info: dict[str, Any], *addresses: str) -> str:
    """Return who posted it; where a page names nobody, yt-dlp gives the name of the site, which is nobody."""
    sites = {part for a in addresses for part in (urllib.parse.urlsplit(a).netloc, urllib.parse.urlsplit(a).hostname)}
    named = _text(info, "uploader", "channel", "creator")
    return "" if named.casefold() in {site.casefold() for site in sites if site} else named


def _text(info: dict[str, Any], *names: str) -> str:
    return next((str(info[n]) for n in names if info.get(n)), "")


def _web(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""


def _unique(dates: Iterable[TimeBounds]) -> list[TimeBounds]:
    kept: list[TimeBounds] = []
    for one in dates:
        if one not in kept:
            kept.append(one)
    return kept
