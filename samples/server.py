"""Serves the sample's clips as posts on 127.0.0.1, so that the whole line can be tried without the network.

Rule: pages have the form that platforms give them (`og:video`, JSON-LD `VideoObject`, oEmbed-like quotes), and only
what posts.toml says; whatever is served says that it is drawn.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIn:
    """One served post and what is true of it: made up by us, so that a report can be held against it.

    `recording` names the act of drawing its clip shows; `contains` those that a compilation holds; `status` is the
    HTTP answer; `redirect` the post that a short link leads to.
    """

    name: str
    author: str
    posted: str
    what: str
    text: str = ""
    media: tuple[str, ...] = ()
    recording: str = ""
    contains: tuple[str, ...] = ()
    status: int = 200
    redirect: str = ""


def _belgorod() -> Traversable:
    return files("samples") / "belgorod"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((_belgorod() / "posts.toml").read_text(encoding="utf-8"))


POSTS: tuple[StandIn, ...] = msgspec.convert(_table()["stand_in"], tuple[StandIn, ...])
_BY_NAME = {post.name: post for post in POSTS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo:
    """The running server. `host` is `127.0.0.1:PORT`: what the network guard must be told to allow."""

    host: str
    gone: set[str] = field(default_factory=set)  # posts taken down while the server runs

    def take_down(self, name: str) -> None:
        """Answer 404 for the post `name` from now on, as a platform does; raises KeyError for an unknown name."""
        self.gone.add(_BY_NAME[name].name)

    def url(self, name: str) -> str:
        """Return the address of the post `name`; raises KeyError for a name that is not in POSTS."""
        post = _BY_NAME[name]
        return f"http://{self.host}/s/{name}" if post.redirect else f"http://{self.host}/post/{name}"

    def media_url(self, clip: str) -> str:
        """Return the address of a clip's file itself."""
        return f"http://{self.host}/media/{clip}.mp4"

    @property
    def story_url(self) -> str:
        """The story's page, with the posts embedded in the ways that pages embed posts."""
        return f"http://{self.host}/story"


@contextmanager
def serve() -> Iterator[Demo]:
    """Serve the sample on 127.0.0.1, on a port the system picks, until the context ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    demo = Demo(host=f"127.0.0.1:{server.server_address[1]}", gone=server.gone)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield demo
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.gone: set[str] = set()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the signature of socketserver
        """Say nothing when a client hangs up early (downloaders do); anything else shows itself."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for posts, clips, short links and the story; everything else is 404."""

    protocol_version = "HTTP/1.1"
    server_version = "firstseen-sample"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one request."""
        host = self.headers.get("Host", "")
        parts = [p for p in self.path.split("?")[0].split("/") if p]
        match parts:
            case ["story"]:
                self._page(200, story_page(Demo(host=host)))
            case ["post", name] if name in _BY_NAME:
                self._post(_BY_NAME[name], Demo(host=host))
            case ["s", name] if name in _BY_NAME and _BY_NAME[name].redirect:
                self._send(302, b"", "text/plain", location=f"/s2/{name}")
            case ["s2", name] if name in _BY_NAME and _BY_NAME[name].redirect:
                self._send(301, b"", "text/plain", location=f"/post/{_BY_NAME[name].redirect}")
            case ["media", file]:
                self._media(file)
            case _:
                self._page(404, _html("Not found", "<p>There is nothing at this address.</p>"))

    do_HEAD = do_GET  # noqa: N815 - likewise

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the command that runs the server does the talking."""

    def _post(self, post: StandIn, demo: Demo) -> None:
        status = 404 if isinstance(self.server, _Server) and post.name in self.server.gone else post.status
        if status != 200:
            words = {404: "This post is no longer available.", 403: "Log in to see this post."}[status]
            self._page(status, _html(words, f"<p>{words}</p>"))
        else:
            self._page(200, post_page(post, demo), post.posted)

    def _media(self, file: str) -> None:
        owner = next((p for p in POSTS if f"{p.name}.mp4" == file and p.media), None)
        if owner is None:
            self._page(404, _html("Not found", "<p>There is no such clip.</p>"))
            return
        body = (_belgorod() / "clips" / file).read_bytes()
        self._send(200, body, "video/mp4", modified=owner.posted)

    def _page(self, status: int, body: str, modified: str = "") -> None:
        self._send(status, body.encode(), "text/html; charset=utf-8", modified=modified)

    def _send(self, status: int, body: bytes, kind: str, modified: str = "", location: str = "") -> None:
        """Send one answer, or the part of it that a Range header asks for (players seek with those)."""
        total, span = len(body), _span(self.headers.get("Range", ""), len(body)) if status == 200 else None
        self.send_response(206 if span else status)
        self.send_header("Content-Type", kind)
        self.send_header("Accept-Ranges", "bytes")
        if span:
            self.send_header("Content-Range", f"bytes {span[0]}-{span[1]}/{total}")
            body = body[span[0] : span[1] + 1]
        self.send_header("Content-Length", str(len(body)))
        if modified:
            at = datetime.fromisoformat(modified)
            self.send_header("Last-Modified", format_datetime(at.astimezone(UTC), usegmt=True))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _span(header: str, total: int) -> tuple[int, int] | None:
    """Return the first and last byte that `bytes=A-B` asks for, or None where it asks for all or for nonsense."""
    first, dash, last = header.removeprefix("bytes=").partition("-")
    if not header.startswith("bytes=") or not dash or not first.isdigit() or not (last.isdigit() or not last):
        return None
    start, end = int(first), min(int(last) if last else total - 1, total - 1)
    return (start, end) if start <= end else None


def _html(title: str, body: str, head: str = "") -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n{head}'
        f"</head>\n<body>\n<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def post_page(post: StandIn, demo: Demo) -> str:
    """Return a post's page: `og:video` and JSON-LD for one clip, `<video>` elements for several."""
    body = (
        f"<p>{escape(post.text)}</p>\n<p>{escape(post.author)}, <time datetime='{post.posted}'>{post.posted}</time></p>"
    )
    if len(post.media) != 1:
        body += "".join(
            f'\n<video controls src="{demo.media_url(clip)}" title="{clip}"></video>' for clip in post.media
        )
        return _html(f"{post.author}: {post.text}", body)
    video = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": post.text,
        "description": post.text,
        "uploadDate": post.posted,
        "contentUrl": demo.media_url(post.media[0]),
        "author": {"@type": "Person", "name": post.author, "url": f"http://{demo.host}/by/{post.name}"},
    }
    ld = json.dumps(video).replace("<", "\\u003c")
    head = (
        f'<meta property="og:type" content="video.other">\n<meta property="og:title" content="{escape(post.text)}">\n'
        f'<meta property="og:video" content="{demo.media_url(post.media[0])}">\n'
        '<meta property="og:video:type" content="video/mp4">\n'
        f'<meta property="article:published_time" content="{post.posted}">\n'
        f'<script type="application/ld+json">{ld}</script>\n'
    )
    return _html(f"{post.author}: {post.text}", body, head)


def story_page(demo: Demo) -> str:
    """Return the story as a page, the stand-ins embedded: quotes, frames, a video element, and bare short links."""
    words = (_belgorod() / "story.md").read_text(encoding="utf-8").split("## Posts that")[0]
    title, *paragraphs = [p.strip() for p in words.split("\n\n") if p.strip()]
    told = "".join(f"<p>{_linked(' '.join(p.split()))}</p>\n" for p in paragraphs)
    head = (
        '<meta property="article:published_time" content="2022-04-01T16:00:00+03:00">\n'
        f'<meta property="og:title" content="{escape(title.removeprefix("# "))}">\n'
    )
    return _html(title.removeprefix("# "), f"<article>\n{told}{_embeds(demo)}</article>", head)


def _linked(words: str) -> str:
    """Return a paragraph of story.md as HTML: its `[text](address)` links are the only markup it has."""
    return re.sub(r"\[([^\]]+)\]\((\S+?)\)(?=[\s).,]|$)", r'<a href="\2">\1</a>', escape(words))


def _embeds(demo: Demo) -> str:
    ways = []
    for number, post in enumerate(POSTS):
        url = demo.url(post.name)
        if post.redirect:
            ways.append(f'<blockquote class="social-embed"><p>Again: <a href="{url}">{url}</a></p></blockquote>')
        elif number % 3 == 1 and len(post.media) == 1:
            ways.append(f'<iframe src="{url}" title="{escape(post.author)}"></iframe>')
        else:
            at = datetime.fromisoformat(post.posted)
            day = f"{at:%B} {at.day}, {at.year}"
            ways.append(
                f'<blockquote class="social-embed" cite="{url}"><p>{escape(post.text)}</p>'
                f'&mdash; {escape(post.author)} (@{post.name}_sample) <a href="{url}">{day}</a></blockquote>'
            )
    return "\n".join(ways) + "\n"
