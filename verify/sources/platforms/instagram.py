"""Instagram. Rule: the short code dates the upload; the post follows it, as a rule within minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from verify.records.times import TimeBounds
from verify.sources.platforms.base import Platform, found

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_EPOCH = datetime(2011, 8, 24, 21, 7, 1, 721000, UTC)  # 1314220021721 ms, Instagram's own article on its ids
# Stated time minus id time over yt-dlp's three dated tests: -0.4, 31.6 and 88.1 s. An upload is finished after its id
# is given, so the later side is held wide: an hour.
_BEFORE, _AFTER = timedelta(seconds=2), timedelta(hours=1)


class Instagram(Platform):
    """instagram.com posts, reels and TV."""

    name: ClassVar[str] = "Instagram"
    hosts: ClassVar[tuple[str, ...]] = ("instagram.com", "instagr.am")
    extractors: ClassVar[tuple[str, ...]] = ("Instagram",)

    def post_id(self, url: str) -> str:
        """Return the short code after /p/, /reel/, /reels/ or /tv/."""
        return found(r"/(?:p|tv|reels?)/([A-Za-z0-9_-]{5,40})", url)

    def author(self, url: str) -> str:
        """Return the account before /p/ where the address has one."""
        return found(r"^/([\w.]{1,30})/(?:p|tv|reels?)/", url)

    def id_dates(self, post_id: str) -> tuple[TimeBounds, ...]:
        """Return the time in the short code: base64url to a number, `(id >> 23) + 1314220021721` ms."""
        code = post_id[:11] if len(post_id) > 28 else post_id  # private posts carry a secret of 28 after the code
        if not 8 <= len(code) <= 12 or any(c not in _ALPHABET for c in code):
            return ()
        value = 0
        for character in code:
            value = value * 64 + _ALPHABET.index(character)
        at = _EPOCH + timedelta(milliseconds=value >> 23)
        if value >= 1 << 63 or at > datetime.now(UTC) + timedelta(days=1):
            return ()
        basis = f"Instagram: the short code {code} holds the time its id was given; posted at or soon after it"
        return (
            TimeBounds(not_before=at - _BEFORE, not_after=at + _AFTER, precision="interval", zone="utc", basis=basis),
        )
