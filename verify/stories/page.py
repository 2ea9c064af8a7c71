"""A story as a web page: its paragraphs, links, embeds and videos. Rule: read by the standard parser, nothing run.

Scripts are read for two things only: the `data-telegram-post` of a widget's tag, and the addresses of JSON-LD
`VideoObject`s. Their code is text that is thrown away.
"""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from verify.records.media import Problem
from verify.records.stories import FoundAs
from verify.stories.blocks import Block, Pointer

MAX_CHARACTERS = 8_000_000  # of markup; the largest story pages are about 2 MB
MAX_TEXT = 2_000_000
SECONDS = 8.0  # html.parser is slow on made-up markup (tests/stories/test_hostile_stories.py); real pages take 1 s
_CHUNK = (
    8_192  # what is never closed is looked through again with each chunk, so chunks are small enough to stop between
)
_TAIL = 2_048  # an unclosed rest longer than this is dropped: closing it costs the square of its length
_BREAKS = {"p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "article", "section", "figure", "table",
           "tr", "td", "th", "figcaption", "header", "footer", "main", "aside", "nav", "dl", "dd", "dt", "pre", "body",
           "form", "hr"}  # fmt: skip
_SILENT = {"script", "style", "template", "svg", "select", "textarea", "button"}
# Elements that name a post by an id of their own: (element, attribute, how the address is made of it).
_BY_ID = (
    ("amp-twitter", "data-tweetid", "https://x.com/i/status/{}"),
    ("amp-youtube", "data-videoid", "https://www.youtube.com/watch?v={}"),
    ("lite-youtube", "videoid", "https://www.youtube.com/watch?v={}"),
    ("amp-instagram", "data-shortcode", "https://www.instagram.com/p/{}/"),
    ("script", "data-telegram-post", "https://t.me/{}"),
)
_FRAMES = {"iframe": ("src", "data-src", "data-lazy-src"), "embed": ("src",), "object": ("data",), "frame": ("src",),
           "amp-iframe": ("src",), "amp-video": ("src",), "amp-facebook": ("data-href",),
           "amp-tiktok": ("data-src",), "amp-video-iframe": ("src",)}  # fmt: skip
_OWN = ("cite", "data-instgrm-permalink", "data-href", "data-url", "data-bluesky-url")
_EMBEDS = ("tweet", "twitter", "instagram-media", "tiktok", "fb-post", "fb-video", "bluesky-embed", "reddit-embed",
           "telegram", "text-post-media", "social-embed", "mastodon-embed", "vk_post", "imgur-embed")  # fmt: skip
_PLAYERS = {"og:video", "og:video:url", "og:video:secure_url", "twitter:player", "twitter:player:stream"}


def blocks(markup: str, base: str = "") -> tuple[list[Block], dict[str, str], list[Problem]]:
    """Return the blocks of a page in order, its metadata (`title`, `author`, `canonical`) and what was not read."""
    parser = _Page(base)
    if len(markup) > MAX_CHARACTERS:
        parser.problem(f"only the first {MAX_CHARACTERS:,} of {len(markup):,} characters were read")
    markup = cleaned(markup[:MAX_CHARACTERS])
    until = time.monotonic() + SECONDS
    for start in range(0, len(markup), _CHUNK):
        parser.feed(markup[start : start + _CHUNK])
        if time.monotonic() > until:
            parser.problem(f"reading stopped after {start + _CHUNK:,} characters: the markup takes too long to read")
            break
    if len(parser.rawdata) <= _TAIL:
        parser.close()
    else:
        parser.problem(f"the last {len(parser.rawdata):,} characters are markup that is never closed: not read")
    parser.finish()
    return parser.done, parser.meta, parser.problems


def cleaned(markup: str) -> str:
    """Return `markup` without `<![...>` marks: they end the standard parser with an AssertionError (3.10 to 3.13)."""
    return re.sub(r"<!\[[^<>]{0,200}>", "", markup).replace("<![", "&lt;![")


class _Page(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = base
        self.done: list[Block] = []
        self.meta: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._now = Block()
        self._silent: list[str] = []
        self._quotes = 0  # depth of <blockquote> or an embed's <div>
        self._divs: list[bool] = []  # for each open <div>: is it an embed's?
        self._video = 0
        self._heading = ""
        self._json: list[str] | None = None
        self._length = 0

    def problem(self, reason: str) -> None:
        words = Problem(part="page", reason=reason)
        if words not in self.problems and len(self.problems) < 20:
            self.problems.append(words)

    def finish(self) -> None:
        self._quotes = 0
        self._break()
        for text in (t for t in (self._json or []) if t):
            self._objects(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent.append(tag)
        if tag == "blockquote" or (tag == "div" and self._is_embed(given)):
            self._open(given)
        elif tag in _BREAKS or tag == "br":
            self._break()
        if tag == "div":
            self._divs.append(self._is_embed(given))
        if tag in {"video", "amp-video"}:
            self._video += 1
        if tag in {"title", "h1"}:
            self._heading = tag
        self._pointers(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take `<iframe/>` as opened only where HTML does; a slash means nothing to a browser."""
        self.handle_starttag(tag, attrs)
        if tag in _SILENT or tag in {"div", "blockquote", "video"}:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[len(self._silent) - 1 - self._silent[::-1].index(tag) :]
            if tag == "script" and self._json:
                self._json.append("")
        if tag == "blockquote" or (tag == "div" and self._divs and self._divs.pop()):
            self._quotes = max(0, self._quotes - 1)
            self._break()
        elif tag in _BREAKS:
            self._break()
        if tag in {"video", "amp-video"}:
            self._video = max(0, self._video - 1)
        if tag == self._heading:
            self._heading = ""

    def handle_data(self, data: str) -> None:
        if self._silent:
            if self._json and self._silent[-1] == "script":
                self._json[-1] += data[: 500_000 - len(self._json[-1])]
            return
        if self._heading and len(self.meta.get(self._heading, "")) < 500:
            self.meta[self._heading] = self.meta.get(self._heading, "") + data[:500]
        if self._heading != "title" and self._length < MAX_TEXT:
            self._now.text += data
            self._length += len(data)

    def _is_embed(self, given: dict[str, str]) -> bool:
        kind = given.get("class", "").lower()
        return any(word in kind for word in _EMBEDS) and any(given.get(name) for name in _OWN)

    def _open(self, given: dict[str, str]) -> None:
        self._break()
        self._quotes += 1
        if self._quotes == 1:
            self._now.quotation = True
            self._now.embed = any(word in given.get("class", "").lower() for word in _EMBEDS)
            self._now.own = next((self._absolute(given[name]) for name in _OWN if given.get(name)), "")

    def _break(self) -> None:
        if self._quotes:
            if self._now.text and not self._now.text.endswith("\n"):
                self._now.text += "\n"
            return
        text = self._now.text.strip("\n")
        if text.strip() or self._now.pointers or self._now.own:
            self.done.append(self._now)
        self._now = Block()

    def _pointers(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a" and given.get("href"):
            self._point(given["href"], "link")
        elif tag in _FRAMES:
            self._point(next((given[name] for name in _FRAMES[tag] if given.get(name)), ""), "embed")
        elif tag == "video" or (tag == "source" and self._video):
            self._point(given.get("src", "") or given.get("data-src", ""), "video")
        elif tag == "meta":
            self._meta(given)
        elif tag == "base" and given.get("href"):
            self.base = self._absolute(given["href"])
        elif tag == "link" and "canonical" in given.get("rel", "").lower():
            self.meta.setdefault("canonical", self._absolute(given.get("href", "")))
        elif tag == "script" and "ld+json" in given.get("type", "").lower() and len(self._json or []) < 50:
            self._json = [*(self._json or []), ""]
        for element, name, form in _BY_ID:
            if tag == element and given.get(name):
                self._point(form.format(urllib.parse.quote(given[name], safe="/-_")), "embed")

    def _meta(self, given: dict[str, str]) -> None:
        name = (given.get("property") or given.get("name") or "").lower()
        content = given.get("content", "")
        if name in _PLAYERS:
            self._point(content, "video" if name != "twitter:player" else "embed")
        elif name in {"og:title", "author", "article:author"} and content:
            self.meta.setdefault(name.removeprefix("article:"), content[:500])

    def _point(self, url: str, way: FoundAs) -> None:
        url = self._absolute(url.strip()) if url.strip() else ""
        if way == "video" and url.startswith(("blob:", "data:")):
            self.problem("the page plays a video through a script, without an address of its own")
            return
        if way in {"video", "embed"} and url and "://" not in url and not url.startswith(("about:", "javascript:")):
            self.problem(f"a video or frame with the address {url[:120]!r} lies beside the page: give the story's URL")
        if url:
            self._now.pointers.append(Pointer(url=url, found_as=way, at=len(self._now.text)))

    def _absolute(self, url: str) -> str:
        try:
            return urllib.parse.urljoin(self.base, url) if self.base else url
        except ValueError:
            return ""

    def _objects(self, text: str) -> None:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            self.problem("a JSON-LD block of the page cannot be read")
            return
        block = Block()
        for video in _videos(data):
            for name in ("contentUrl", "embedUrl"):
                if isinstance(video.get(name), str) and video[name]:
                    url = self._absolute(video[name])
                    block.pointers.append(Pointer(url=url, found_as="video" if name == "contentUrl" else "embed", at=0))
        if block.pointers:
            self.done.append(block)


def _videos(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    if depth > 12:
        return
    if isinstance(data, list):
        for one in data[:200]:
            yield from _videos(one, depth + 1)
    elif isinstance(data, dict):
        if "VideoObject" in str(data.get("@type", "")):
            yield data
        for value in list(data.values())[:100]:
            yield from _videos(value, depth + 1)
