"""A web server on 127.0.0.1 with the shapes that posts have. Nothing leaves this machine."""

from __future__ import annotations

import functools
import gzip
import html
import http.server
import json
import os
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any

LAST_MODIFIED = "Sat, 02 Apr 2022 10:00:00 GMT"
HOSTILE_TITLE = "<script>alert(1)</script>/../../x \x1b]0;OWNED\x07 \u202e4pm.exe " + "A" * 400


class Site(http.server.ThreadingHTTPServer):
    """The server; `asked` holds every request as (path, headers)."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, clips: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        for start in (b"<!doctype html>", b"\x00\x00\x00\x18ftypmp42"):
            _bomb(start)  # made before anyone waits for it
        self.clips = clips
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.listed: list[str] = []  # what the page /listed embeds
        self.forbidden = 0  # port of a second server that nobody may reach
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is ordinary here."""


@functools.cache
def _bomb(start: bytes) -> bytes:
    return gzip.compress(start + b" " * 64_000_000, 6)


def page(site: Site, *videos: str, title: str = "A post", head: str = "", body: str = "") -> bytes:
    tags = "".join(f'<meta property="og:video" content="{site.url(v)}">' for v in videos[:1])
    more = "".join(f'<video src="{v}"></video>' for v in videos) if len(videos) > 1 else ""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta property="og:title" content="{html.escape(title)}">{tags}{head}</head><body>{more}{body}</body></html>'
    ).encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        path = self.path.split("?")[0]
        special = getattr(self, "_" + path.strip("/").replace("-", "_").replace(".", "_"), None)
        if special is not None:
            special()
        elif (self.server.clips / path.strip("/")).is_file() and path.strip("/"):
            self._file(self.server.clips / path.strip("/"))
        else:
            self._send(b"gone", "text/plain", 404)

    do_HEAD = do_GET  # noqa: N815 - http.server names it so

    def _send(self, body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(body)), **sent}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _file(self, path: Path) -> None:
        kinds = {
            ".mp4": "video/mp4",
            ".ts": "video/mp2t",
            ".m3u8": "application/vnd.apple.mpegurl",
            ".jpg": "image/jpeg",
        }
        self._send(path.read_bytes(), kinds.get(path.suffix, "application/octet-stream"), Last_Modified=LAST_MODIFIED)

    # pages
    def _one(self) -> None:
        data = {
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": "Strike at night",
            "description": "words of the post",
            "uploadDate": "2022-04-01T05:51:00+03:00",
            "contentUrl": self.server.url("/clip.mp4"),
            "thumbnailUrl": self.server.url("/thumb.jpg"),
            "author": {"@type": "Person", "name": "Someone"},
        }
        script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
        stated = '<meta property="article:published_time" content="2022-04-01T02:52:00Z">'
        body = page(self.server, "/clip.mp4", head=script + stated, body='<img src="/thumb.jpg">')
        self._send(body, X_Odd="  spaced \tand Not-Trimmed ")

    def _three(self) -> None:
        self._send(page(self.server, "/clip.mp4", "/second.mp4", "/third.mp4"))

    def _two_of_three(self) -> None:
        self._send(page(self.server, "/clip.mp4", "/missing.mp4", "/third.mp4"))

    def _hop(self) -> None:
        self._to("/hop2")

    def _hop2(self) -> None:
        self._to(self.server.url("/one"))

    def _meta_hop(self) -> None:
        self._send(b'<html><head><meta http-equiv="refresh" content="0; url=/one"></head></html>')

    def _subtitled(self) -> None:
        track = '<track src="/words.vtt" srclang="uk" kind="subtitles">'
        self._send(page(self.server, body=f'<video><source src="/clip.mp4" type="video/mp4">{track}</video>'))

    def _words_vtt(self) -> None:
        self._send(b"WEBVTT\n\n00:00.000 --> 00:01.000\nwords\n", "text/vtt")

    def _text_as_mp4(self) -> None:
        self._send(b"only words, whatever the name says\n" * 50, "video/mp4")

    def _to(self, address: str = "") -> None:
        self._send(b"", status=302, Location=address or urllib.parse.unquote(self.path.partition("?")[2]))

    def _segment_m3u8(self) -> None:
        address = urllib.parse.unquote(self.path.partition("?")[2])
        self._send(
            f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n".encode(),
            "application/vnd.apple.mpegurl",
        )

    def _other_protocol(self) -> None:
        address = f"rtmp://127.0.0.1:{self.server.forbidden}/live/x"
        data = {"@context": "https://schema.org", "@type": "VideoObject", "name": "x", "contentUrl": address}
        self._send(page(self.server, head=f'<script type="application/ld+json">{json.dumps(data)}</script>'))

    def _styled(self) -> None:
        self._send(page(self.server, head='<link rel="stylesheet" href="/style.css">', body="<p>words</p>"))

    def _style_css(self) -> None:
        self._send(b"body { background: url(/thumb.jpg) }", "text/css")

    def _nasty(self) -> None:
        body = (
            '<style>body{margin:0;background:#f00}</style><div style="height:50000px"></div><img src="/silent?1">'
            '<iframe src="file:///etc/passwd"></iframe><script>alert("first");confirm("second");'
            'window.open("/one");onbeforeunload=()=>"stay";setInterval(()=>fetch("/silent?"+Math.random()),50)</script>'
        )
        self._send(page(self.server, body=body))

    def _half_characters(self) -> None:
        data = '{"@context":"https://schema.org","@type":"VideoObject","name":"half \\ud800 and \\u0000",'
        data += '"description":"\\udfff",'
        data += f'"contentUrl":"{self.server.url("/clip.mp4")}","uploadDate":"2022-04-01T02:51:00Z"' + "}"
        script = "<script>document.title = 'half ' + String.fromCharCode(0xd800)</script>"
        self._send(page(self.server, head=f'<script type="application/ld+json">{data}</script>{script}'))

    def _listed(self) -> None:
        self._send(page(self.server, body="".join(f'<video src="{one}"></video>' for one in self.server.listed)))

    def _away_video(self) -> None:
        self._send(page(self.server, body=f'<video src="http://127.0.0.1:{self.server.forbidden}/clip.mp4"></video>'))

    def _hop_other_name(self) -> None:
        self._to(f"http://localhost:{self.server.port}/one")

    def _probing(self) -> None:
        bad = f"127.0.0.1:{self.server.forbidden}"
        body = (
            f'<img src="http://{bad}/thumb.jpg"><iframe src="http://{bad}/one"></iframe>'
            f'<script src="http://{bad}/x.js"></script><link rel="stylesheet" href="http://{bad}/x.css">'
            f'<video src="http://{bad}/clip.mp4" autoplay></video>'
            f"<script>fetch('http://{bad}/clip.mp4').catch(() => 0); new WebSocket('ws://{bad}/ws');"
            f"navigator.sendBeacon('http://{bad}/beacon', 'x'); fetch('/clip.mp4?control');</script>"
        )
        self._send(page(self.server, body=body))

    def _endless_page(self) -> None:
        self._endless("text/html", b"<p>more and more</p>" * 10_000)

    def _endless_mp4(self) -> None:
        self._endless("video/mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 262144)

    def _endless(self, kind: str, block: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(block)

    def _drip(self, kind: str, start: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(start)
        while True:
            self.wfile.write(b" ")
            time.sleep(0.1)

    def _slow_mp4(self) -> None:
        self._drip("video/mp4", b"\x00\x00\x00\x18ftypmp42")

    def _drip_mp4(self) -> None:
        self._drip("video/mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 200_000)

    def _slow_page(self) -> None:
        self._drip("text/html", b"<!doctype html><html>")

    def _silent(self) -> None:
        time.sleep(60)

    def _garbage(self) -> None:
        self.wfile.write(os.urandom(5000))
        self.close_connection = True

    def _endless_live_m3u8(self) -> None:
        number = int(time.time())
        text = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:{number}\n#EXTINF:1,\nv0.ts?{number}\n"
        self._send(text.encode(), "application/vnd.apple.mpegurl")

    def _loop(self) -> None:
        self._to("/loop")

    def _hls(self) -> None:
        self._send(page(self.server, "/master.m3u8", title="stream"))

    def _away(self) -> None:
        self._to(f"http://127.0.0.1:{self.server.forbidden}/clip.mp4")

    def _away_m3u8(self) -> None:
        text = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{self.server.forbidden}/v0.ts\n#EXT-X-ENDLIST\n"
        self._send(text.encode(), "application/vnd.apple.mpegurl")

    def _live_m3u8(self) -> None:
        text = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:1,\nv0.ts\n"
        self._send(text.encode(), "application/vnd.apple.mpegurl")

    def _denied(self) -> None:
        self._send(b"no", status=403)

    def _gone(self) -> None:
        self._send(b"gone", status=410)

    def _broken(self) -> None:
        self._send(b"oops", status=503)

    def _text(self) -> None:
        self._send(b"<!doctype html><html><body><p>Only words here.</p></body></html>")

    def _hostile(self) -> None:
        self._send(page(self.server, "/clip.mp4", title=HOSTILE_TITLE))

    def _bomb(self) -> None:
        self._send(_bomb(b"<!doctype html>"), Content_Encoding="gzip")

    def _bomb_mp4(self) -> None:
        self._send(_bomb(b"\x00\x00\x00\x18ftypmp42"), "video/mp4", Content_Encoding="gzip")

    def _short_mp4(self) -> None:
        body = (self.server.clips / "clip.mp4").read_bytes()
        self._send(body, "video/mp4", Content_Length=str(len(body) + 5000), Connection="close")
        self.close_connection = True

    def _thumb_jpg(self) -> None:
        self._file(self.server.clips / "thumb.jpg")
