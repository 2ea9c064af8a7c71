"""Telegram. Rule: a message's own time is the time in this channel; forwarded footage may be older."""

from __future__ import annotations

from typing import ClassVar

from verify.sources.platforms.base import Platform, found


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
