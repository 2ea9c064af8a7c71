"""yt-dlp as it is used here: its options, its errors as data, its answers noted. Rule: nothing of the user's is read.

No configuration, no plug-ins, no cache, no external downloader, no ffmpeg, no made-up origin; the only way out is the
guard. Loaded in the download child alone, as it takes seconds and 100 MB.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from typing import Any

MAX_ENTRIES = 100  # videos of one address; a channel or a long playlist is another job than checking a post
MAX_MANIFESTS = 20  # playlists kept of one address: master, picture, sound, and those of further qualities
PAGE_LIMIT = 32 * 1024 * 1024  # the largest platform pages are a few MB
# Best picture and best sound, apart where they come apart: what the platform holds, not what is easy to play.
FORMATS = "(bestvideo*+bestaudio/best)[protocol!^=rtm][protocol!^=rts][protocol!^=mms]/bestvideo*+bestaudio/best"


class Quiet:
    """yt-dlp's logger: warnings are kept for the record, the rest is dropped."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        """Drop."""

    info = debug
    error = debug  # errors come through `trouble` with their exception

    def warning(self, message: str) -> None:
        """Keep."""
        self.warnings.append(message)


def _options(job: dict[str, Any], log: Quiet) -> dict[str, Any]:
    return {
        "logger": log,
        "quiet": True,
        "noprogress": True,
        "color": "never",
        "ignoreerrors": True,  # one video of several may fail: `trouble` below keeps the reason
        "proxy": job["proxy"],  # the guard; nothing else is reachable
        "enable_file_urls": False,
        "cachedir": False,
        "geo_bypass": False,  # no made-up X-Forwarded-For: evidence is what is served here
        "fixup": "never",
        "updatetime": False,
        "continuedl": False,
        "overwrites": True,
        "format": FORMATS,
        "external_downloader": {"default": "native"},
        "hls_prefer_native": True,
        "ffmpeg_location": job["folder"],  # nothing there: yt-dlp must not run ffmpeg over foreign bytes by itself
        "skip_unavailable_fragments": False,  # a stream with a hole is not the stream
        "socket_timeout": job["socket_timeout"],
        "retries": 2,
        "fragment_retries": 2,
        "extractor_retries": 1,
        "file_access_retries": 0,
        "noplaylist": job["single"],
        "playlistend": MAX_ENTRIES,
        "writesubtitles": True,
        "subtitleslangs": ["all", "-live_chat"],
        "cookiefile": job.get("cookies") or None,
        "concurrent_fragment_downloads": 1,
        "restrictfilenames": True,
        "outtmpl": {"default": "%(epoch)d.%(ext)s"},  # never used: names are ours
        "paths": {"home": job["folder"], "temp": job["folder"]},
    }


def downloader(job: dict[str, Any], log: Quiet) -> Any:  # noqa: ANN401 - yt-dlp has no types
    """Return a YoutubeDL for `job`, with `failed` (each error as data) and `answers` (each response noted)."""
    import yt_dlp.globals

    yt_dlp.globals.plugin_dirs.value = []  # foreign code from a user's folder has no place in evidence
    yt_dlp.globals.all_plugins_loaded.value = True
    from yt_dlp import YoutubeDL

    class Recording(YoutubeDL):  # type: ignore[misc]  # yt-dlp has no types
        """yt-dlp that keeps each error with its exception, and each answer's address and headers."""

        def __init__(self, params: dict[str, Any]) -> None:
            self.failed: list[dict[str, Any]] = []
            self.answers: list[dict[str, Any]] = []
            self.manifests: dict[str, bytes] = {}  # playlists as they came, by address
            super().__init__(params)

        def trouble(self, message: str | None = None, tb: str | None = None, is_error: bool = True) -> None:
            """Keep the failure; with ignoreerrors nothing is raised."""
            if is_error:
                self.failed.append(failure(sys.exc_info()[1], message or ""))

        def _keep(self, answer: Any, body: bytes) -> None:  # noqa: ANN401
            if len(self.manifests) < MAX_MANIFESTS:
                self.manifests[answer.url] = body

        def urlopen(self, req: Any) -> Any:  # noqa: ANN401
            """Open as ever, and note address, status and headers."""
            answer = super().urlopen(req)
            keep = functools.partial(self._keep, answer) if _is_manifest(answer) else None
            answer.read = Body(answer.read, keep).read
            if len(self.answers) < 500:  # the headers of the first requests; segments of a long stream are alike
                sent = [(k, v) for k, v in answer.headers.items() if k.lower() != "set-cookie"]
                self.answers.append({"url": answer.url, "status": answer.status, "headers": sent, "at": time.time()})
            return answer

    return Recording(_options(job, log))


def _is_manifest(answer: Any) -> bool:  # noqa: ANN401
    kind = str(answer.headers.get("Content-Type") or "").lower()
    return "mpegurl" in kind or "dash+xml" in kind or answer.url.partition("?")[0].endswith((".m3u8", ".mpd"))


class Body:
    """Reads one answer for yt-dlp: a whole body (a page, a playlist) only up to PAGE_LIMIT bytes after decompression.

    A page of a few hundred kB on the wire can be made of half a gigabyte. `keep` is given what was read so far each
    time a whole body was asked for (the generic extractor looks at the first bytes before that).
    """

    def __init__(self, read: Callable[..., bytes], keep: Callable[[bytes], None] | None) -> None:
        self._read, self._keep = read, keep
        self._seen = bytearray()

    def read(self, amount: int | None = None) -> bytes:
        """Read as asked. Raises ValueError for a body beyond PAGE_LIMIT."""
        if amount is not None:
            part = self._read(amount)
            self._seen += part if self._keep and len(self._seen) < PAGE_LIMIT else b""
            return part
        parts: list[bytes] = []
        size = 0
        while part := self._read(1 << 20):
            parts.append(part)
            size += len(part)
            if size > PAGE_LIMIT:
                raise ValueError("the page is too large to be read")
        body = b"".join(parts)
        if self._keep is not None:
            self._keep(bytes(self._seen) + body)
        return body


def failure(error: BaseException | None, message: str) -> dict[str, Any]:
    """Return what is known of an exception for the parent: class names down its causes, HTTP status, words."""
    names: list[str] = []
    status: int | None = None
    code: int | None = None
    while error is not None and len(names) < 10:
        names.append(type(error).__name__)
        found = getattr(error, "status", None)
        status = found if status is None and isinstance(found, int) else status
        code = error.errno if code is None and isinstance(error, OSError) else code
        inner = getattr(error, "exc_info", None)
        cause = getattr(error, "cause", None) or (inner[1] if isinstance(inner, tuple) and len(inner) > 1 else None)
        cause = cause or error.__cause__ or error.__context__
        error = cause if isinstance(cause, BaseException) and cause is not error else None
    return {"names": names, "status": status, "errno": code, "message": message}
