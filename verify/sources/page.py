"""The post's page as evidence: source with headers, full-page screenshot and PDF. Rule: what is missing is said.

The Berkeley Protocol's minimum is address, HTML source and a capture of the whole page. The source is what our own
connection got, without any login; the pictures are what a fresh browser without a login saw. Both are under one guard
of their own, so that a page's advertisements do not count against the video's limits.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from verify.errors import FirstseenError
from verify.records.media import Problem
from verify.records.times import TimeBounds
from verify.settings import MIB, Settings
from verify.sources import markup
from verify.sources.base import Progress, Received
from verify.sources.browser import CHATTER, Seen, look
from verify.sources.devtools import BrowserError
from verify.sources.egress import Guard
from verify.sources.fetch import Exchange, get
from verify.sources.posts import platform_of
from verify.sources.wacz import Snapshot, pack
from verify.text import one_line

SECONDS = 60.0  # for the whole capture; it runs beside the download
HTML = 16 * MIB  # bytes of the page itself
PART = 4 * MIB  # bytes of one picture, style or script
PARTS = 60  # of them, when there is no browser to say what the page needs
ALL = 64 * MIB  # bytes of the whole capture
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """What was kept of one page. No files and no problems: the address is a file, not a page."""

    url: str = ""
    title: str = ""
    dates: tuple[TimeBounds, ...] = ()
    told: dict[str, str] = field(default_factory=dict)  # what only this platform's pages say
    files: tuple[Received, ...] = ()
    problems: tuple[Problem, ...] = ()


class PageCapture:
    """A capture that runs in a thread beside the download; `result` waits for it, `stop` ends it."""

    def __init__(self, url: str, folder: Path, settings: Settings) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._guard = Guard(replace(settings, max_download=ALL), silent=CHATTER)
        self._capture = Capture(problems=(Problem(part="page", reason="The page's capture did not end in time."),))
        self._thread = threading.Thread(target=self._run, args=(url,), daemon=True, name="page-capture")
        self._thread.start()
        self._until = time.monotonic() + SECONDS + 5.0

    def result(self, progress: Progress) -> Capture:
        """Return the capture, telling `progress` while it is waited for; a failure is a Problem in it."""
        while self._thread.is_alive() and time.monotonic() < self._until:
            progress(0.0, None, "keeping the post's page")
            self._thread.join(0.2)
        return self._capture

    def stop(self) -> None:
        """End it: connections are closed, the browser goes."""
        self._guard.stop("the fetch is over")
        self._thread.join(10.0)

    def _run(self, url: str) -> None:
        try:
            with self._guard:
                self._capture = capture(url, self._folder, self._guard)
        except FirstseenError as error:
            problem = Problem(part="page", reason=f"The post's page was not kept: {error.message}")
            self._capture = Capture(problems=(problem,))
        except OSError as error:
            problem = Problem(part="page", reason=f"The post's page could not be written: {error.strerror}.")
            self._capture = Capture(problems=(problem,))
        except Exception as error:  # noqa: BLE001 - whatever a foreign page breaks here, the clip is not lost for it
            words = f"The post's page could not be kept: {type(error).__name__}: {one_line(str(error), 120)}."
            self._capture = Capture(problems=(Problem(part="page", reason=words),))


def capture(url: str, folder: Path, guard: Guard) -> Capture:
    """Return what could be kept of the page at `url`, its files in `folder`. Raises SourceError and OSError."""
    until = time.monotonic() + SECONDS
    exchanges, found = _source(platform_of(url).page_address(url), guard, until)
    last = exchanges[-1]
    if last.media_type not in _HTML_TYPES:
        return Capture(url=last.url)
    problems: list[str] = []
    told = platform_of(last.url).told_by_page(last.body.decode("utf-8", "replace"))
    seen = _seen(last.url, guard, until, problems)
    if not seen.parts:
        exchanges += _parts(found, guard, until)
    if not found.whole:
        problems.append("The page's markup cannot be read to its end, or not in time; its dates may be missing.")
    if last.truncated:
        problems.append(f"The page's source is not whole: {last.truncated}.")
    if last.status >= 400:
        problems.append(f"The page answered with HTTP {last.status}; what it showed is kept.")
    files = _write(folder, last, found, tuple(exchanges), seen)
    return Capture(
        url=last.url,
        title=seen.title or found.title,
        dates=tuple(found.dates),
        told=told,
        files=files,
        problems=tuple(Problem(part="page", reason=words) for words in problems),
    )


def for_item(files: tuple[Received, ...], number: int) -> tuple[Received, ...]:
    """Return the page's files under names of their own for one of several items, so that each can be taken away."""
    made: list[Received] = []
    for one in files:
        path = one.path.with_name(f"{number:03d}-{one.path.name}")
        try:
            os.link(one.path, path)
        except OSError:
            shutil.copyfile(one.path, path)
        made.append(replace(one, path=path))
    return tuple(made)


def _source(url: str, guard: Guard, until: float) -> tuple[list[Exchange], markup.Markup]:
    """Fetch the page, through redirects of both kinds (t.co answers browsers with a page that sends them on)."""
    exchanges: list[Exchange] = []
    found = markup.Markup()
    for _ in range(4):
        left = max(1.0, until - time.monotonic())
        exchanges += get(url, guard, limit=HTML, seconds=left, accept=_ACCEPT, only=_HTML_TYPES)
        last = exchanges[-1]
        if last.media_type not in _HTML_TYPES:
            break
        charset = last.header("content-type").partition("charset=")[2].strip("\"' ;")
        found = markup.read(last.body, last.url, charset)
        if not found.refresh.startswith(("http://", "https://")) or found.refresh == last.url:
            break
        url = found.refresh
    return exchanges, found


def _seen(url: str, guard: Guard, until: float, problems: list[str]) -> Seen:
    try:
        seen = look(url, guard, seconds=max(5.0, until - time.monotonic()))
    except BrowserError as error:
        problems.append(f"No screenshot and no PDF of the page: {error}.")
        return Seen(url=url)
    problems += [f"Page capture: {words}." for words in seen.problems]
    return seen


def _parts(found: markup.Markup, guard: Guard, until: float) -> list[Exchange]:
    """Fetch the pictures, styles and scripts that the source names; what does not come is left out."""
    wanted, done, kept = list(found.parts[:PARTS]), set[str](), list[Exchange]()
    while wanted and time.monotonic() < until and len(done) < PARTS:
        url = wanted.pop(0)
        if url in done:
            continue
        done.add(url)
        with contextlib.suppress(FirstseenError):
            got = get(url, guard, limit=PART, seconds=max(1.0, min(10.0, until - time.monotonic())))
            kept += got
            if got[-1].media_type == "text/css":
                wanted += markup.style_parts(got[-1].body, got[-1].url)
    return kept


def _write(
    folder: Path, last: Exchange, found: markup.Markup, exchanges: tuple[Exchange, ...], seen: Seen
) -> tuple[Received, ...]:
    software = f"firstseen {_version('firstseen')}, warcio {_version('warcio')}"
    at = datetime.now(UTC)
    loaded = f"; parts as {seen.browser} loaded them" if seen.parts else ""
    note = f"The page as received at {last.at:%Y-%m-%d %H:%M:%S} UTC from {last.address}, without a login{loaded}."
    files = [folder / "page.wacz", folder / "page.png", folder / "page.pdf"]
    snapshot = Snapshot(
        page=last.url,
        title=seen.title or found.title,
        at=last.at,
        exchanges=exchanges,
        parts=tuple(seen.parts),
        software=software,
        note=note,
    )
    pack(snapshot, files[0])
    made_by = [software, f"{seen.browser}, {at:%Y-%m-%d %H:%M:%S} UTC", f"{seen.browser}, {at:%Y-%m-%d %H:%M:%S} UTC"]
    for path, data in ((files[1], seen.screenshot), (files[2], seen.pdf)):
        if data:
            path.write_bytes(data)
    return tuple(
        Received(path=path, role="page", name=path.name, made_by=words)
        for path, words in zip(files, made_by, strict=True)
        if path.is_file()
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
