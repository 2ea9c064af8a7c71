"""Chromium, where there is one: what a reader sees of a page, under the network guard. Rule: a fresh profile each time.

Spoken to through a pipe (`--remote-debugging-pipe`), so no port is opened. Every request goes through the guard, also
to this machine (`<-loopback>`); names are not resolved outside it. Chromium's own sandbox stays on: as root it is
started as `nobody`, and only the setting `browser_sandbox = false` turns it off.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verify.sources.egress import Guard

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "brave-browser")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WIDTH, HEIGHT = 1280, 900  # CSS pixels of the window
TALLEST = 16000  # pixels of a full-page picture; Chromium draws none beyond 16384
SETTLE = 1.0  # seconds without a new request before a page counts as loaded
BODY = 8 * 1024 * 1024  # bytes of one part of a page that are kept
PARTS = 300  # parts of a page that are kept
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
_FLAGS = (
    "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--disable-extensions", "--disable-domain-reliability", "--disable-breakpad", "--metrics-recording-only",
    "--mute-audio",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,AutofillServerCommunication",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--password-store=basic", "--use-mock-keychain",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe", "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)  # fmt: skip
# Puts our pipe ends where Chromium looks for them (3 and 4) and gives up root, in a process of its own: nothing of
# ours runs between fork and exec.
_LAUNCH = """
import os, sys
into, out, account = (int(a) for a in sys.argv[1:4])
os.dup2(into, 100); os.dup2(out, 101); os.dup2(100, 3); os.dup2(101, 4); os.closerange(5, 256)
if account >= 0:
    os.setgroups([]); os.setgid(account); os.setuid(account)
os.execv(sys.argv[4], sys.argv[4:])
"""


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


class BrowserError(Exception):
    """The browser could not be started or did not answer; the words say which."""


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
        _Session(program, Path(profile), guard, time.monotonic() + seconds) as session,
    ):
        return _look(session, url)


def _look(session: _Session, url: str) -> Seen:
    version = session.ask("Browser.getVersion")
    seen = Seen(browser=str(version.get("product", "")), url=url)
    session.ask("Browser.setDownloadBehavior", behavior="deny")
    target = session.ask("Target.createTarget", url="about:blank")["targetId"]
    session.attach(target)
    for domain in ("Page", "Network", "Runtime"):
        session.ask(f"{domain}.enable")
    session.ask("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
    answer = session.ask("Page.navigate", url=url)
    if answer.get("errorText"):
        raise BrowserError(f"the page did not load ({answer['errorText']})")
    session.settle(seen)
    _picture(session, seen)
    _print(session, seen)
    _collect(session, seen)
    return seen


def _picture(session: _Session, seen: Seen) -> None:
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


def _print(session: _Session, seen: Seen) -> None:
    try:
        printed = session.ask(
            "Page.printToPDF", printBackground=True, displayHeaderFooter=True, paperWidth=8.27, paperHeight=11.69
        )
        seen.pdf = base64.b64decode(printed["data"])
    except (BrowserError, KeyError, ValueError) as error:
        seen.problems.append(f"no PDF: {error}")


def _collect(session: _Session, seen: Seen) -> None:
    """Keep the bodies of what was loaded, as far as the browser still holds them."""
    with contextlib.suppress(BrowserError):
        info = session.ask("Runtime.evaluate", expression="[document.title, location.href]", returnByValue=True)
        values = info.get("result", {}).get("value") or ["", seen.url]
        seen.title, seen.url = str(values[0])[:500], str(values[1])
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


class _Session:
    """A running browser and the pipe to it."""

    def __init__(self, program: str, profile: Path, guard: Guard, until: float) -> None:
        self.answers: dict[str, dict[str, Any]] = {}  # request id -> response, in order
        self._until, self._number, self._session = until, 0, ""
        self._loaded, self._last = False, time.monotonic()
        self._rest = b""
        self._read, theirs_out = os.pipe()
        theirs_in, self._write = os.pipe()
        sandbox = guard.settings.browser_sandbox
        account = _account(profile) if sandbox else -1
        flags = [*_FLAGS, f"--user-data-dir={profile}", f"--proxy-server={guard.url}"]
        flags += ["about:blank"] if sandbox else ["--no-sandbox", "about:blank"]
        ends = [str(theirs_in), str(theirs_out), str(account)]
        launch = [sys.executable, "-I", "-S", "-c", _LAUNCH, *ends, program, *flags]
        try:
            self._process = subprocess.Popen(
                launch,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs_in, theirs_out),
                start_new_session=True,
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(profile), "LANG": "C.UTF-8", "TZ": "UTC"},
                cwd=profile,
            )
        except OSError as error:
            raise BrowserError(f"the browser could not be started ({error.strerror})") from error
        finally:
            os.close(theirs_in)
            os.close(theirs_out)

    def __enter__(self) -> _Session:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its own session
        self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def attach(self, target: str) -> None:
        """Speak to one tab from now on."""
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Return the browser's answer. Raises BrowserError when it refuses, dies or is too late."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        try:
            view = memoryview(json.dumps(message).encode() + b"\0")
            while view:
                view = view[os.write(self._write, view) :]
        except OSError as error:
            raise BrowserError("the browser ended" + self._why()) from error
        for came in self._messages():
            if came.get("id") == self._number:
                if "error" in came:
                    raise BrowserError(str(came["error"].get("message", "refused"))[:200])
                result: dict[str, Any] = came.get("result") or {}
                return result
            self._event(came)
        raise BrowserError("the browser did not answer in time")

    def settle(self, seen: Seen) -> None:
        """Wait until the page has loaded and asks for nothing more, or the time for it is over."""
        latest = min(self._until - 10.0, time.monotonic() + 20.0)  # some pages never stop asking
        while time.monotonic() < latest:
            for came in self._messages(0.2):
                self._event(came)
                if time.monotonic() > latest:
                    break
            if self._loaded and time.monotonic() - self._last > SETTLE:
                return
        seen.problems.append("the page was still loading when it was captured")

    def _event(self, came: dict[str, Any]) -> None:
        method, params = came.get("method"), came.get("params") or {}
        if method in {"Network.requestWillBeSent", "Network.loadingFinished", "Network.dataReceived"}:
            self._last = time.monotonic()
        elif method == "Network.responseReceived" and len(self.answers) < PARTS:
            self.answers[params["requestId"]] = params["response"]
        elif method == "Page.loadEventFired":
            self._loaded, self._last = True, time.monotonic()
        elif method == "Page.javascriptDialogOpening":
            self._post("Page.handleJavaScriptDialog", accept=False)

    def _post(self, method: str, **params: object) -> None:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params, "sessionId": self._session}
        with contextlib.suppress(OSError):
            os.write(self._write, json.dumps(message).encode() + b"\0")

    def _messages(self, wait: float | None = None) -> Iterator[dict[str, Any]]:
        """Yield what the browser says, until `wait` seconds of silence or the end of this session's time."""
        while True:
            while b"\0" in self._rest:
                one, _, self._rest = self._rest.partition(b"\0")
                yield json.loads(one)
            left = self._until - time.monotonic()
            if left <= 0:
                return
            ready, _, _ = select.select([self._read], [], [], min(left, wait) if wait else left)
            if not ready:
                return
            data = os.read(self._read, 1 << 20)
            if not data:
                raise BrowserError("the browser ended" + self._why())
            self._rest += data

    def _why(self) -> str:
        return " at once: its sandbox may not work here (setting browser_sandbox)" if not self.answers else ""


def _account(profile: Path) -> int:
    """Return the user to run the browser as (-1: ourselves); root becomes `nobody`, or there is no sandbox."""
    if os.geteuid() != 0:
        return -1
    import pwd

    try:
        nobody = pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return -1
    os.chown(profile, nobody, nobody)
    return nobody
