"""Chromium, where there is one: what a reader sees of a page, under the network guard. Rule: a fresh profile each time.

Spoken to through a pipe (`--remote-debugging-pipe`), so no port is opened. Every request goes through the guard, also
to this machine (`<-loopback>`); names are not resolved outside it. Chromium's own sandbox stays on: as root it is
started as `nobody`, and only the setting `browser_sandbox = false` turns it off.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from verify.sources.devtools import PARTS, BrowserError, Session
from verify.sources.egress import Guard

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "brave-browser")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WIDTH, HEIGHT = 1280, 900  # CSS pixels of the window
TALLEST = 16000  # pixels of a full-page picture; Chromium draws none beyond 16384
BODY = 8 * 1024 * 1024  # bytes of one part of a page that are kept
# Where Chromium itself calls home, whatever its flags say (seen at the guard with version 156); no page needs them.
CHATTER = frozenset(
    {
        "update.googleapis.com",
        "accounts.google.com",
        "clients2.google.com",
        "clients1.google.com",
        "clients4.google.com",
    }
    | {"optimizationguide-pa.googleapis.com", "content-autofill.googleapis.com", "safebrowsing.googleapis.com"}
    | {"android.clients.google.com", "mtalk.google.com", "edgedl.me.gvt1.com", "redirector.gvt1.com"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One answer that the page loaded, as the browser gave it: content coding already undone."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(kw_only=True)
class Seen:
    """What the browser saw of a page; an absent picture is None, with its reason in `problems`."""

    screenshot: bytes | None = None
    pdf: bytes | None = None
    parts: list[Part] = field(default_factory=list)
    title: str = ""
    url: str = ""
    browser: str = ""
    problems: list[str] = field(default_factory=list)


def find_browser() -> str:
    """Return the path of a Chromium-like browser on this machine, or ""."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    return next((place for place in _PLACES if Path(place).is_file()), "")


def look(url: str, guard: Guard, *, seconds: float) -> Seen:
    """Load `url` under `guard` and return what was seen, within `seconds`. Raises BrowserError."""
    program = find_browser()
    if not program:
        raise BrowserError("no Chromium was found on this machine")
    if os.name != "posix":
        raise BrowserError("page pictures are made on Linux and macOS only")
    with (
        tempfile.TemporaryDirectory(prefix="firstseen-browser-", ignore_cleanup_errors=True) as profile,
        Session(program, Path(profile), guard, time.monotonic() + seconds) as session,
    ):
        return _look(session, url)


def _look(session: Session, url: str) -> Seen:
    version = session.ask("Browser.getVersion")
    seen = Seen(browser=str(version.get("product", "")), url=url)
    session.ask("Browser.setDownloadBehavior", behavior="deny")
    target = session.ask("Target.createTarget", url="about:blank")["targetId"]
    session.attach(target)
    for domain in ("Page", "Network", "Runtime"):
        session.ask(f"{domain}.enable")
    session.ask("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
    agent = str(version.get("userAgent", "")).replace("Headless", "")  # many sites show a headless browser nothing
    session.ask("Network.setUserAgentOverride", userAgent=agent, acceptLanguage="en")
    answer = session.ask("Page.navigate", url=url)
    if answer.get("errorText"):
        raise BrowserError(f"the page did not load ({answer['errorText']})")
    if not session.settle():
        seen.problems.append("the page was still loading when it was captured")
    _picture(session, seen)
    _print(session, seen)
    _collect(session, seen)
    return seen


def _picture(session: Session, seen: Seen) -> None:
    try:
        size = session.ask("Page.getLayoutMetrics")["cssContentSize"]
        tall = min(TALLEST, max(HEIGHT, int(size["height"])))
        if tall < int(size["height"]):
            seen.problems.append(f"the page is {int(size['height'])} pixels tall; the picture shows the first {tall}")
        clip = {"x": 0, "y": 0, "width": max(WIDTH, min(4096, int(size["width"]))), "height": tall, "scale": 1}
        shot = session.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        seen.screenshot = base64.b64decode(shot["data"])
    except (BrowserError, KeyError, ValueError) as error:
        seen.problems.append(f"no screenshot: {error}")


def _print(session: Session, seen: Seen) -> None:
    try:
        printed = session.ask(
            "Page.printToPDF", printBackground=True, displayHeaderFooter=True, paperWidth=8.27, paperHeight=11.69
        )
        seen.pdf = base64.b64decode(printed["data"])
    except (BrowserError, KeyError, ValueError) as error:
        seen.problems.append(f"no PDF: {error}")


def _collect(session: Session, seen: Seen) -> None:
    """Keep the bodies of what was loaded, as far as the browser still holds them."""
    with contextlib.suppress(BrowserError):
        info = session.ask("Runtime.evaluate", expression="[document.title, location.href]", returnByValue=True)
        values = info.get("result", {}).get("value") or ["", seen.url]
        title = str(values[0])[:500].encode("utf-8", "replace").decode()  # a title may hold half a character
        seen.title, seen.url = title, str(values[1])
    for request, answer in list(session.answers.items())[:PARTS]:
        if not str(answer.get("url", "")).startswith(("http://", "https://")):
            continue
        try:
            got = session.ask("Network.getResponseBody", requestId=request)
        except BrowserError:
            continue  # redirects, empty answers and streams have none
        body = (
            base64.b64decode(got["body"]) if got.get("base64Encoded") else got["body"].encode("utf-8", "surrogatepass")
        )
        if len(body) <= BODY:
            headers = tuple((str(k), str(v)) for k, v in (answer.get("headers") or {}).items())
            seen.parts.append(
                Part(url=answer["url"], status=int(answer.get("status") or 0), headers=headers, body=body)
            )
