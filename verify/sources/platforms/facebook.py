"""Facebook. Rule: its ids hold no time that can be read offline."""

from __future__ import annotations

from typing import ClassVar

from verify.sources.platforms.base import Platform, found


class Facebook(Platform):
    """facebook.com, fb.watch and their videos, reels and posts."""

    name: ClassVar[str] = "Facebook"
    hosts: ClassVar[tuple[str, ...]] = ("facebook.com", "fb.watch", "fb.com")
    extractors: ClassVar[tuple[str, ...]] = ("Facebook",)

    def post_id(self, url: str) -> str:
        """Return the number or pfbid code of the video, reel or post."""
        numbered = found(r"(?:/videos/(?:[^/?]+/)?|/reel/|[?&](?:v|video_id|story_fbid|fbid)=)(\d{5,25})", url)
        return numbered or found(r"(pfbid\w{10,120})", url) or found(r"/posts/(?:[^/?]+/)?(\d{5,25})", url)

    def author(self, url: str) -> str:
        """Return the page's or person's name in the address."""
        return found(r"^/([\w.]{3,80})/(?:videos|posts)/", url)
