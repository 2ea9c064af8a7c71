"""Reads what a page's HTML states: dates, title, the address it sends on to, its parts. Rule: text in, nothing fetched.

The standard library's forgiving parser over a bounded text; JSON-LD, Open Graph, `article:` and `<time>` dates each
keep their own basis, so that a report can say who stated what.
"""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

from verify.records.times import TimeBounds, clock_without_zone, moment, whole_day

LIMIT = 8 * 1024 * 1024  # bytes read; the largest platform pages are about 2 MB
SECONDS = 5.0  # ordinary pages take under 0.2 s; markup made to be slow takes minutes (measured, 8 MB of `<`)
_STEP = 64 * 1024
_META = {
    "article:published_time": "published",
    "og:article:published_time": "published",
    "og:video:release_date": "published",
    "video:release_date": "published",
    "datepublished": "published",
    "uploaddate": "published",
    "date": "published",
    "dc.date": "published",
    "dcterms.created": "published",
    "article:modified_time": "modified",
    "og:updated_time": "modified",
}
_KINDS = {
    "VideoObject",
    "NewsArticle",
    "Article",
    "SocialMediaPosting",
    "BlogPosting",
    "WebPage",
    "MediaObject",
    "Clip",
}
_NAMES = {
    "uploadDate": "published",
    "datePublished": "published",
    "dateCreated": "published",
    "dateModified": "modified",
}


@dataclass(kw_only=True)
class Markup:
    """What one page states. `dates` as bounds; `parts` are absolute addresses of pictures, styles and scripts."""

    title: str = ""
    dates: list[TimeBounds] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    whole: bool = True  # False: reading it took too long, or stopped at markup that the parser does not take
    refresh: str = ""  # where a <meta refresh> sends the reader


def read(body: bytes, url: str, charset: str = "") -> Markup:
    """Return what the page says; broken markup gives what could be read, within LIMIT and SECONDS."""
    text = body[:LIMIT].decode(_charset(body, charset), "replace")
    parser = _Reader(url)
    until = time.monotonic() + SECONDS
    for start in range(0, len(text), _STEP):
        if time.monotonic() > until:
            parser.found.whole = False
            break
        try:
            parser.feed(text[start : start + _STEP])
        except AssertionError:  # the standard library's answer to `<![` and a few other beginnings (bpo-32876)
            parser.found.whole = False
            break
    found = parser.found
    found.title = " ".join(parser.title.split())[:500]
    for block in parser.json[:50]:
        found.dates += _json_dates(block)
    found.dates = list(dict.fromkeys(found.dates))
    found.parts = list(dict.fromkeys(found.parts))
    return found


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Markup()
        self.base = url
        self.title = ""
        self.json: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        handler = getattr(self, f"_{tag}", None)
        if handler is not None:
            handler(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"title", "script"}:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.title += data
        elif self._inside == "json":
            self.json[-1] += data

    def _title(self, _: dict[str, str]) -> None:
        self._inside = "" if self.title else "title"

    def _base(self, given: dict[str, str]) -> None:
        self.base = urllib.parse.urljoin(self.base, given.get("href", ""))

    def _script(self, given: dict[str, str]) -> None:
        if given.get("type", "").lower().startswith("application/ld+json"):
            self.json.append("")
            self._inside = "json"
        else:
            self._part(given.get("src", ""))

    def _link(self, given: dict[str, str]) -> None:
        if {"stylesheet", "icon", "shortcut"} & set(given.get("rel", "").lower().split()):
            self._part(given.get("href", ""))

    def _img(self, given: dict[str, str]) -> None:
        self._part(given.get("src", ""))

    def _video(self, given: dict[str, str]) -> None:
        self._part(given.get("poster", ""))

    def _meta(self, given: dict[str, str]) -> None:
        name = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower()
        if given.get("http-equiv", "").lower() == "refresh" and not self.found.refresh:
            match = re.search(r"url\s*=\s*['\"]?([^'\"]+)", given.get("content", ""), re.IGNORECASE)
            self.found.refresh = urllib.parse.urljoin(self.base, match[1].strip()) if match else ""
        if name in _META and (bounds := stated(given.get("content", ""), f"page: {name}", _META[name])):
            self.found.dates.append(bounds)

    def _time(self, given: dict[str, str]) -> None:
        """Take a `<time>` that is marked as the date of publication: others may speak of anything."""
        marked = "pubdate" in given or given.get("itemprop", "").lower() in {"datepublished", "uploaddate"}
        if marked and (bounds := stated(given.get("datetime", ""), "page: <time> marked as date of publication")):
            self.found.dates.append(bounds)

    def _part(self, address: str) -> None:
        if not address or address.startswith(("data:", "blob:", "javascript:", "about:")):
            return
        try:
            whole = urllib.parse.urljoin(self.base, address)
        except ValueError:
            return
        if whole.startswith(("http://", "https://")):
            self.found.parts.append(whole)


def style_parts(css: bytes, url: str) -> list[str]:
    """Return the addresses that a style sheet names in url() and @import."""
    text = css[:LIMIT].decode("utf-8", "replace")
    names = re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import\s+['\"]([^'\"]+)", text)
    whole = [urllib.parse.urljoin(url, name.strip()) for name in names if not name.startswith("data:")]
    return list(dict.fromkeys(one for one in whole if one.startswith(("http://", "https://"))))


def stated(text: str, basis: str, meaning: str = "published") -> TimeBounds | None:
    """Return an ISO 8601 date or time as bounds, or None when it is none.

    A time without a zone stays without one; a day is a day in an unknown zone; a `modified` time bounds from above.
    """
    clean = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", clean):
            bounds = whole_day(date.fromisoformat(clean), basis, zone="unknown")
        elif re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", clean):
            at = datetime.fromisoformat(clean)
            bounds = moment(at, basis) if at.tzinfo else clock_without_zone(at.replace(microsecond=0), basis)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    if bounds.not_before is None or not datetime(1990, 1, 1, tzinfo=UTC) <= bounds.not_before:
        return None  # 1970 and year 1 are `not set`
    if meaning == "published":
        return bounds
    words = f"{basis} (last change, so there by then)"
    return TimeBounds(
        not_before=None, not_after=bounds.not_after, precision=bounds.precision, zone=bounds.zone, basis=words
    )


def _json_dates(block: str) -> list[TimeBounds]:
    try:
        data = json.loads(block)
    except (ValueError, RecursionError):
        return []
    found: list[TimeBounds] = []
    for one in _objects(data):
        kinds = one.get("@type")
        named = {str(k).strip() for k in (kinds if isinstance(kinds, list) else [kinds])}
        for name, meaning in _NAMES.items():
            if named & _KINDS and isinstance(one.get(name), str):
                kind = sorted(named & _KINDS)[0]
                bounds = stated(one[name], f"page: JSON-LD {kind}.{name}", meaning)
                found += [bounds] if bounds else []
    return found


def _objects(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    if depth > 8:
        return
    if isinstance(data, dict):
        yield data
        for name in ("@graph", "video", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "associatedMedia"):
            yield from _objects(data.get(name), depth + 1)
    elif isinstance(data, list):
        for one in data[:200]:
            yield from _objects(one, depth + 1)


def _charset(body: bytes, charset: str) -> str:
    match = re.search(rb"<meta[^>]+charset=['\"]?([\w-]+)", body[:4096], re.IGNORECASE)
    for name in (charset, match[1].decode("ascii") if match else "", "utf-8"):
        try:
            if name:
                "".encode(name)
                return name
        except (LookupError, UnicodeError):
            continue
    return "utf-8"
