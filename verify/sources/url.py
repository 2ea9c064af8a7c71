"""Web addresses, through yt-dlp. Rule: streams are kept as received; everything goes through the network guard.

Our own ids are the file names, no configuration, plug-in, cookie or external downloader of the user is used, and
nothing the child writes is taken unless it is a regular file in our own folder.
"""

from __future__ import annotations

import json
import re
import shutil
import urllib.parse
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from verify.errors import DecoderCrashError, MissingExtraError, NetworkError, NotVideoError, SourceError
from verify.records.media import Problem
from verify.records.times import moment
from verify.settings import Settings
from verify.sources import remux
from verify.sources.base import Arrival, Progress, Received, Source
from verify.sources.browser import find_browser
from verify.sources.egress import Guard
from verify.sources.outcomes import clean, explain
from verify.sources.page import Capture, PageCapture, for_item
from verify.sources.posts import normal, platform_of, post_from_info
from verify.sources.watch import Watch
from verify.text import one_line

OLDEST_YT_DLP = "2026.07.04"  # older ones have known holes (facts/hostile-input.md, section 2, row 4)
INFO_LIMIT = 64 * 1024 * 1024  # bytes of an info dict that are read again here; a long playlist's has a few MB
_ROLES = {"evidentiary copy", "working copy", "thumbnail", "subtitles", "info"}
# What is worth showing of the chosen format in a report; the whole dict is kept as a file beside it.
_SHOWN = (
    "id", "extractor_key", "format_id", "format", "protocol", "container", "vcodec", "acodec", "width", "height",
    "fps", "tbr", "duration", "webpage_url", "original_url", "location", "thumbnail", "was_live", "live_status",
    "availability", "view_count",
)  # fmt: skip


class UrlSource(Source):
    """A post, a page with videos, a playlist, or a file on the web."""

    name: ClassVar[str] = "url"
    order: ClassVar[int] = 10

    def takes(self, target: str) -> bool:
        """Return whether `target` is an http(s) address, or a known platform's without its scheme (`t.me/x/1`)."""
        if re.match(r"https?://[^/\s]", target, re.IGNORECASE):
            return True
        bare = re.match(r"[\w.-]+\.[a-z]+/\S", target, re.IGNORECASE) is not None
        return bare and bool(platform_of(target).hosts) and not Path(target).exists()

    def fetch(self, target: str, staging: Path, settings: Settings, progress: Progress) -> Iterator[Arrival]:
        """Yield one Arrival a video.

        Raises NotFoundError, NotAccessibleError, NotVideoError, NetworkError, RefusedAddressError, DiskFullError; for
        an address with several videos only after those that could be had. MissingExtraError when yt-dlp is missing
        or older than is safe.
        """
        _fit()
        folder = staging / uuid.uuid4().hex
        folder.mkdir(parents=True)
        try:
            with Guard(settings) as guard:
                yield from _Fetch(target, folder, settings, progress, guard).run()
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # the archive has taken its copies by now


class _Fetch:
    """One address being fetched."""

    def __init__(self, target: str, folder: Path, settings: Settings, progress: Progress, guard: Guard) -> None:
        self.url = normal(target)
        self.target, self.folder, self.settings, self.progress, self.guard = target, folder, settings, progress, guard
        self.page = PageCapture(self.url, folder / "page", settings) if settings.page else None

    def run(self) -> Iterator[Arrival]:
        watch = Watch(self._job(), self.guard, self.settings, self.progress)
        arrived = 0
        end: dict[str, Any] | None = None
        try:
            for event in watch.lines():
                if event["event"] == "item":
                    yield self._arrival(event)
                    arrived += 1
                elif event["event"] == "end":
                    end = event
        finally:
            status = watch.close()
            if self.page is not None:
                self.page.stop()
        self._finish(end, arrived, status)

    def _job(self) -> dict[str, Any]:
        limits = self.settings
        return {
            "target": self.url,
            "folder": str(self.folder),
            "proxy": self.guard.url,
            "live": limits.live,
            "max_download": limits.max_download,
            "memory": limits.worker_memory,
            "socket_timeout": min(20.0, limits.rate_window),
            "ffmpeg": ffmpeg(),
            "cookies": limits.cookies,
            "single": means_one_video(self.url),
        }

    def _finish(self, end: dict[str, Any] | None, arrived: int, status: int | None) -> None:
        shown = one_line(self.target, 200)
        if end is None:
            self._died(shown, status)
        assert end is not None  # noqa: S101 - _died always raises; this is for the type checker
        failed = end["failed"]
        if not arrived:
            if not failed and not self.guard.refusals and not self.guard.failures:
                raise NotVideoError(f"{shown} carries no video that can be found.", "Give the address of the post.")
            raise explain(self.url, failed, self.guard)
        hard = [one for one in failed if one.get("fatal", True)]
        if end["videos"] and arrived < end["videos"]:
            error = explain(self.url, hard, self.guard)
            raise type(error)(
                f"{end['videos'] - arrived} of {end['videos']} videos failed: {error.message}", error.advice
            )
        if end["more"]:
            raise SourceError(
                f"{shown} lists {end['more']} videos; the first {end['videos']} were fetched.",
                "Give the addresses of the others one by one, or as a list.",
            )

    def _died(self, shown: str, status: int | None) -> None:
        if self.guard.stopped:
            raise NetworkError(f"{shown} was stopped: {self.guard.stopped}.")
        if status is not None and status in {-25, 153}:  # SIGXFSZ
            raise NetworkError(f"{shown} was stopped: it is larger than {self.settings.max_download:,} bytes.")
        raise DecoderCrashError(
            f"The download of {shown} ended by itself (status {status}).",
            "Try again; if it happens again, save the file by hand: firstseen check FILE --post " + shown,
        )

    def _arrival(self, event: dict[str, Any]) -> Arrival:
        now = datetime.now(UTC)
        fetched = moment(now, "this machine's clock when the download ended")
        files = tuple(self._received(one) for one in event["files"])
        info = _info(files)
        kept = self.page.result(self.progress) if self.page is not None else Capture()
        files += for_item(kept.files, int(event["number"]))
        problems = [Problem(part=str(p["part"]), reason=str(p["reason"])) for p in event["problems"]]
        problems += [Problem(part="download", reason=clean(str(w))) for w in event.get("warnings") or () if _matters(w)]
        problems += kept.problems
        return Arrival(
            target=self.target,
            files=files,
            post=post_from_info(self.url, info, kept.dates, fetched),
            acquired=fetched,
            acquired_by=f"yt-dlp {yt_dlp_version()}",
            problems=tuple(problems),
            info=_told(info) | kept.told,
        )

    def _received(self, one: dict[str, Any]) -> Received:
        """Return one file of the child's list, checked: a plain name, a regular file, a role that it may give."""
        path = self._own(str(one["path"]))
        if one["role"] not in _ROLES:
            raise DecoderCrashError("The download process answered with what it may not.", "Report this.")
        made_from = tuple(self._own(str(p)) for p in one.get("made_from") or ())
        return Received(
            path=path,
            role=one["role"],
            name=str(one["name"]),
            made_from=made_from,
            made_by=str(one.get("made_by") or ""),
        )

    def _own(self, name: str) -> Path:
        path = self.folder / name
        if Path(name).name != name or path.is_symlink() or not path.is_file():
            raise DecoderCrashError("The download process named a file that is not its own.", "Report this.")
        return path


def means_one_video(url: str) -> bool:
    """Return whether an address names one video though it stands in a list (`watch?v=...&list=...`).

    Elsewhere everything that a post holds is wanted: a Telegram message or a tweet may have several videos.
    """
    platform = platform_of(url)
    story = platform.name == "Instagram" and "/stories/" in url  # without this, all stories of the account
    return story or (platform.name == "YouTube" and bool(platform.post_id(url)))


def _info(files: tuple[Received, ...]) -> dict[str, Any]:
    one = next((f for f in files if f.role == "info" and f.name == "info.json"), None)
    if one is None or one.path.stat().st_size > INFO_LIMIT:
        return {}
    found = json.loads(one.path.read_bytes())
    whole = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")  # half characters cannot be kept as UTF-8
    clean_found = json.loads(whole)
    return clean_found if isinstance(clean_found, dict) else {}


def _told(info: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the info dict that a report shows, with the hosts that the streams came from."""
    told = {key: info[key] for key in _SHOWN if info.get(key) is not None}
    streams = info.get("requested_formats") or [info]
    hosts = [urllib.parse.urlsplit(str(one.get("url") or "")).hostname for one in streams if isinstance(one, dict)]
    told["stream_hosts"] = [host for host in dict.fromkeys(hosts) if host]
    return told


def _matters(warning: str) -> bool:
    """Return whether a warning says something of what was kept (not of yt-dlp's own means)."""
    return not re.search(r"ffmpeg|deprecat|please (report|update)|is not (installed|available)|generic", warning, re.I)


def ffmpeg() -> str:
    """Return the path of the ffmpeg program of imageio-ffmpeg, or "" when it is missing."""
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError, OSError):
        return ""


def yt_dlp_version() -> str:
    """Return the version of yt-dlp, or "" when it is missing. Does not load its extractors."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("yt-dlp")
    except PackageNotFoundError:
        return ""


def _fit() -> None:
    state, meaning = _yt_dlp_state(yt_dlp_version())
    if state != "ok":
        raise MissingExtraError(f"Web addresses cannot be fetched: yt-dlp is {state}.", meaning)


def doctor() -> list[tuple[str, str, str]]:
    """Return (name, state, meaning) of what this room needs; state is `ok`, `old` or `missing`."""
    found = yt_dlp_version()
    rows = [("yt-dlp", *_yt_dlp_state(found))]
    program = ffmpeg()
    said = remux.version(program) if program else ""
    if said:
        rows.append(("ffmpeg", "ok", f"{said}, from imageio-ffmpeg: makes playable copies of split streams"))
    else:
        rows.append(("ffmpeg", "missing", "Split streams are kept as received, without a playable copy."))
    browser = find_browser()
    if browser:
        rows.append(("Chromium", "ok", f"{browser}: screenshot and PDF of the post's page"))
    else:
        rows.append(("Chromium", "missing", "The page's source is kept (WARC), without screenshot and PDF."))
    script = next((name for name in ("deno", "node", "bun", "qjs") if shutil.which(name)), "")
    if script == "deno":
        rows.append(("JavaScript engine", "ok", "deno: YouTube's formats can be worked out"))
    else:
        rows.append(("JavaScript engine", "missing", "Without deno, YouTube may give fewer formats or none."))
    return rows


def _yt_dlp_state(found: str) -> tuple[str, str]:
    if not found:
        return "missing", "Nothing can be fetched from the web: pip install yt-dlp"
    if _numbers(found) < _numbers(OLDEST_YT_DLP):
        return "old", f"{found} has known security holes; at least {OLDEST_YT_DLP}: pip install -U yt-dlp"
    return "ok", found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version)[:4])
