"""Telegram. Rule: a message's own time is the time in this channel; forwarded footage may be older."""

from __future__ import annotations

import urllib.parse
from html.parser import HTMLParser
from typing import ClassVar

from verify.sources.platforms.base import Platform, found

_FORWARDED = "tgme_widget_message_forwarded_from_name"  # the class Telegram's own preview gives the line


class Telegram(Platform):
    """t.me and telegram.me. Message numbers are counted per channel and hold no time."""

    name: ClassVar[str] = "Telegram"
    hosts: ClassVar[tuple[str, ...]] = ("t.me", "telegram.me", "telegram.dog")
    extractors: ClassVar[tuple[str, ...]] = ("Telegram",)

    def post_id(self, url: str) -> str:
        """Return `channel/number`, as Telegram itself names a message."""
        channel, message = found(r"^/(?:s/)?(\w{4,32})/\d+", url), found(r"^/(?:s/)?\w{4,32}/(\d+)", url)
        return f"{channel}/{message}" if message else ""

    def author(self, url: str) -> str:
        """Return the channel's name."""
        return found(r"^/(?:s/)?(\w{4,32})/\d+", url)

    def page_address(self, url: str) -> str:
        """Return the address of Telegram's own preview of the message; the plain page only points to the app."""
        if not self.post_id(url):
            return url
        parts = urllib.parse.urlsplit(url)
        return urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path.replace("/s/", "/", 1), "embed=1", ""))

    def told_by_page(self, text: str) -> dict[str, str]:
        """Return from where the message was forwarded: the first channel had the footage earlier."""
        place = text.find(_FORWARDED)
        if place < 0:
            return {}
        reader = _Forward()
        reader.feed(text[max(0, text.rfind("<", 0, place)) : place + 2000])  # the line, not the page
        name = " ".join(reader.name.split())[:200]
        if not name:
            return {}
        told = {"forwarded_from": name}
        if reader.url.startswith(("https://", "http://")):
            told["forwarded_from_url"] = reader.url[:500]
        return told


class _Forward(HTMLParser):
    """Reads the one line that names the source of a forwarded message."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.name = self.url = ""
        self._tag, self._depth = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._depth and tag == self._tag:
            self._depth += 1
        elif not self.name and _FORWARDED in (given.get("class") or "").split():
            self._tag, self._depth, self.url = tag, 1, given.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag == self._tag:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.name += data
