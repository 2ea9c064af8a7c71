"""Which addresses are posts or videos, and when two spellings are one address. Rule: offline, by the address alone.

A platform's own pages (profiles, share buttons, searches) are not posts. Where `verify/sources/platforms` knows the
platform, its reading of the id is used; the others are listed here by host and path.
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass
from functools import cache

from verify import catalog
from verify.sources import platforms
from verify.sources.platforms.base import Platform, host_of

MAX_URL = 2048  # characters; longer ones are data, not addresses (RFC 9110 2.3 asks for 8000 at least: none is a post)

# host -> (platform, path pattern whose group is the id). Hosts with their subdomains.
_POSTS: tuple[tuple[str, str, str], ...] = (
    ("vk.com", "VK", r"^/(?:.*[?&]z=)?((?:video|clip|wall)-?\d+_\d+)"),
    ("vk.com", "VK", r"^/video_ext\.php\?.*\bid=(\d+)"),
    ("vkvideo.ru", "VK", r"^/((?:video|clip)-?\d+_\d+)"),
    ("vkvideo.ru", "VK", r"^/video_ext\.php\?.*\bid=(\d+)"),
    ("ok.ru", "OK", r"^/(?:video|videoembed|live)/(\d+)"),
    ("rutube.ru", "Rutube", r"^/(?:video|play/embed|shorts)/(?:private/)?([0-9a-f]{32}|\d+)"),
    ("reddit.com", "Reddit", r"^/(?:r|user)/[^/]+/(?:comments|s)/(\w+)"),
    ("redd.it", "Reddit", r"^/(\w+)"),
    ("bsky.app", "Bluesky", r"^/profile/([^/]+/post/\w+)"),
    ("threads.net", "Threads", r"^/(?:@[^/]+/post|t)/([\w-]+)"),
    ("threads.com", "Threads", r"^/(?:@[^/]+/post|t)/([\w-]+)"),
    ("vimeo.com", "Vimeo", r"^/(?:video/|channels/[^/]+/|groups/[^/]+/videos/)?(\d+)"),
    ("dailymotion.com", "Dailymotion", r"^/(?:embed/)?video/(\w+)"),
    ("dai.ly", "Dailymotion", r"^/(\w+)"),
    ("rumble.com", "Rumble", r"^/(?:embed/)?(v\w+)"),
    ("odysee.com", "Odysee", r"^/(?:\$/embed/)?(@[^/]+/[^/?]+)"),
    ("odysee.com", "Odysee", r"^/\$/embed/([^/?]+/\w+)"),
    ("bitchute.com", "BitChute", r"^/(?:video|embed)/(\w+)"),
    ("streamable.com", "Streamable", r"^/(?:e/|o/)?(\w{4,8})$"),
    ("bilibili.com", "Bilibili", r"^/video/(BV\w+|av\d+)"),
    ("weibo.com", "Weibo", r"^/(?:\d+|tv/show|detail)/([\w:]+)"),
    ("clips.twitch.tv", "Twitch", r"^/([\w-]+)"),
    ("twitch.tv", "Twitch", r"^/(?:videos/|[^/]+/clip/)([\w-]+)"),
    ("gab.com", "Gab", r"^/[^/]+/posts/(\d+)"),
    ("truthsocial.com", "Truth Social", r"^/@[^/]+/(?:posts/)?(\d+)"),
    ("coub.com", "Coub", r"^/(?:view|embed)/(\w+)"),
    ("t.me", "Telegram", r"^/c/(\d+/\d+)"),  # a private channel: only its members see it, but it is a post
    ("twitter.com", "X", r"^/i/videos/(?:tweet/)?(\d+)"),
    ("gettr.com", "GETTR", r"^/post/(\w+)"),
    ("dzen.ru", "Dzen", r"^/(?:video/watch|shorts|embed)/(\w+)"),
    ("smotrim.ru", "Smotrim", r"^/video/(\d+)"),
    ("my.mail.ru", "Mail.ru", r"^/(?:mail|bk|list|inbox)/[^/]+/video/(?:[^/]+/)?(\w+)\.html"),
    ("snapchat.com", "Snapchat", r"^/(?:spotlight|@[^/]+/spotlight)/(\w+)"),
    ("linkedin.com", "LinkedIn", r"^/(?:posts/[^/?]*-|feed/update/urn:li:)activity[-:](\d+)"),
    ("kwai.com", "Kwai", r"^/(?:@[^/]+/video|short-video)/(\w+)"),
    ("douyin.com", "Douyin", r"^/(?:video|share/video)/(\d+)"),
    ("likee.video", "Likee", r"^/@[^/]+/video/(\d+)"),
    ("9gag.com", "9GAG", r"^/gag/(\w+)"),
)
# Software that anybody runs on a host of his own, known by its paths: a numbered post, a video under a UUID.
_ANYWHERE: tuple[tuple[str, str], ...] = (
    ("Mastodon", r"^/@[\w.-]+(?:@[\w.-]+)?/(\d{15,20})$"),
    ("Mastodon", r"^/users/[\w.-]+/statuses/(\d{15,20})$"),
    ("PeerTube", r"^/(?:videos/(?:watch|embed)/|w/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"),
    ("PeerTube", r"^/w/([1-9A-HJ-NP-Za-km-z]{21,22})$"),
)
_ARCHIVED = re.compile(r"^/web/\d{4,14}[a-z_]*/(.+)$")
# Addresses that only lead on. A post's own media link on X is written `pic.twitter.com/T` and is `https://t.co/T`.
_SHORT: dict[str, str] = {
    "pic.twitter.com": "X",
    "pic.x.com": "X",
    "t.co": "X",
    "vm.tiktok.com": "TikTok",
    "vt.tiktok.com": "TikTok",
    "fb.watch": "Facebook",
    "instagr.am": "Instagram",
    "v.redd.it": "Reddit",
    "bit.ly": "short link",
    "buff.ly": "short link",
    "ow.ly": "short link",
    "tinyurl.com": "short link",
    "is.gd": "short link",
    "dlvr.it": "short link",
    "trib.al": "short link",
    "goo.su": "short link",
    "clck.ru": "short link",
}
_X_FORMS = {"pic.twitter.com", "pic.x.com", "t.co"}
_MEDIA = re.compile(r"\.(?:mp4|m4v|mov|webm|mkv|avi|flv|3gp|ts|ogv|m3u8|mpd|wmv|mpe?g)$", re.IGNORECASE)
_EXTRA_HOSTS = ("t.me", "youtu.be", "youtube.com", "youtube-nocookie.com", "x.com", "twitter.com", "tiktok.com",
                "instagram.com", "facebook.com")  # fmt: skip
_HOSTS = sorted({*_SHORT, *_EXTRA_HOSTS, *(host for host, _, _ in _POSTS)}, key=len, reverse=True)
_STOP = r"\s<>\"'`{}|\\^“”„«»‹›…\u200b-\u200f\u202a-\u202e\u2066-\u2069"
_BARE = "|".join(re.escape(host) for host in _HOSTS)
_IN_TEXT = re.compile(
    rf"(?:https?://[^{_STOP}]{{3,{MAX_URL}}}|(?<![\w./@-])(?:www\.|m\.|mobile\.)?(?:{_BARE})/[^{_STOP}]{{1,{MAX_URL}}})",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """One address: as it can be fetched, the same for all its spellings (`key`), and what is known of it.

    `post` is True for a post, a video's page, or a media file; False for any other page.
    """

    url: str
    key: str
    platform: str = ""
    post_id: str = ""
    post: bool = False


@cache
def _platforms() -> tuple[Platform, ...]:
    found = catalog.offer(platforms, Platform).found
    return tuple(one for one in sorted(found, key=lambda p: p.order) if one.hosts)


def known_platform(url: str) -> Platform | None:
    """Return the platform of `verify/sources/platforms` whose address `url` is, or None."""
    return next((one for one in _platforms() if one.takes(url)), None)


def address(text: str, also: tuple[str, ...] = ()) -> Address | None:
    """Return the address that `text` is, or None for what is no http(s) address.

    `also` are hosts (`host` or `host:port`) whose pages are posts because a person said so.
    """
    text = text.strip()
    if not text or len(text) > MAX_URL or re.search(r"[\s\x00-\x1f<>\"]", text):
        return None
    text = "https:" + text if text.startswith("//") else text
    if not re.match(r"https?://", text, re.IGNORECASE):
        if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) or not re.match(r"[\w-]+(\.[\w-]+)+/", text):
            return None  # another scheme (javascript:, data:, mailto:...), or a path within the page's own site
        text = "https://" + text
    try:
        parts = urllib.parse.urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return _known(text, parts, also) if host else None


def _known(text: str, parts: urllib.parse.SplitResult, also: tuple[str, ...]) -> Address:
    host = host_of(text)
    below = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
    plain = urllib.parse.urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, parts.query, ""))
    if host in _SHORT and len(below) > 1:
        token = parts.path.strip("/")
        kind = "t.co" if host in _X_FORMS else host
        return Address(url=plain, key=f"{kind}:{token}", platform=_SHORT[host], post=bool(token))
    for known, name, pattern in _POSTS:
        if (host == known or host.endswith("." + known)) and (hit := re.search(pattern, below)):
            return Address(url=plain, key=f"{name}:{hit[1]}", platform=name, post_id=hit[1], post=True)
    if (other := _embedded_tweet(host, parts.query) or _archived(host, below, plain, also)) is not None:
        return other
    if (platform := known_platform(text)) is not None:
        own = platform.post_id(text)
        key = f"{platform.name}:{own}" if own else plain
        return Address(url=plain, key=key, platform=platform.name, post_id=own, post=bool(own))
    for name, pattern in _ANYWHERE:
        if hit := re.search(pattern, parts.path):
            return Address(url=plain, key=f"{host}:{hit[1]}", platform=name, post_id=hit[1], post=True)
    named = {parts.netloc.lower(), (parts.hostname or "").lower()} & {one.lower() for one in also}
    return Address(url=plain, key=plain, post=bool(named) or bool(_MEDIA.search(parts.path)))


def _embedded_tweet(host: str, query: str) -> Address | None:
    """Return the post behind X's embed frame (`platform.twitter.com/embed/Tweet.html?id=...`)."""
    own = urllib.parse.parse_qs(query).get("id", [""])[0] if host in {"platform.twitter.com", "platform.x.com"} else ""
    if not own.isdigit():
        return None
    return Address(url=f"https://x.com/i/status/{own}", key=f"X:{own}", platform="X", post_id=own, post=True)


def _archived(host: str, below: str, plain: str, also: tuple[str, ...]) -> Address | None:
    """Return an archive's copy of a post or video: a post of its own, for it may hold what the other lost."""
    hit = _ARCHIVED.match(below) if host == "web.archive.org" else None
    inner = address(hit[1], also) if hit else None
    if inner is None or not inner.post:
        return None
    return Address(url=plain, key=plain, platform=f"{inner.platform or 'video'} (web archive)", post=True)


def in_text(text: str) -> list[str]:
    """Return the addresses that stand in running text, in order; those without `https://` only for known hosts."""
    return [trimmed for hit in _IN_TEXT.finditer(text) if (trimmed := _trimmed(hit[0]))]


def _trimmed(url: str) -> str:
    """Return `url` without the punctuation of the sentence around it; a closing bracket stays where one was opened."""
    while url and (
        url[-1] in ".,;:!?*~'،؛。，、"
        or (url[-1] == ")" and url.count(")") > url.count("("))
        or (url[-1] == "]" and url.count("]") > url.count("["))
    ):
        url = url[:-1]
    return url
