"""Speaks to one running Chromium through a pipe (the DevTools protocol). Rule: no port, no user's profile, no root."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verify.sources.egress import Guard

LOADING = 20.0  # seconds a page gets to load; some never stop asking
SETTLE = 1.0  # seconds without a new request before a page counts as loaded
PARTS = 300  # parts of a page that are noted
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
import ctypes, os, sys
system = ctypes.CDLL(None) if sys.platform == "linux" else None
into, out, account = (int(a) for a in sys.argv[1:4])
os.dup2(into, 100); os.dup2(out, 101); os.dup2(100, 3); os.dup2(101, 4); os.closerange(5, 256)
if account >= 0:
    os.setgroups([]); os.setgid(account); os.setuid(account)
if system is not None:
    system.prctl(1, 9)  # PR_SET_PDEATHSIG: the browser does not outlive us
os.execv(sys.argv[4], sys.argv[4:])
"""


class BrowserError(Exception):
    """The browser could not be started or did not answer; the words say which."""


class Session:
    """A running browser and the pipe to it."""

    def __init__(self, program: str, profile: Path, guard: Guard, until: float) -> None:
        self._guard = guard
        self.answers: dict[str, dict[str, Any]] = {}  # request id -> response, in order
        self._until, self._number, self._session = until, 0, ""
        self._loaded, self._last = False, time.monotonic()
        self._rest = b""
        self._read, theirs_out = os.pipe()
        theirs_in, self._write = os.pipe()
        sandbox = guard.settings.browser_sandbox
        self._chooser = selectors.DefaultSelector()
        self._chooser.register(self._read, selectors.EVENT_READ)
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

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its own session
        self._process.wait()
        self._chooser.close()
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

    def settle(self) -> bool:
        """Wait until the page has loaded and asks for nothing more; return False when the time for it is over."""
        latest = min(self._until - 10.0, time.monotonic() + LOADING)
        while time.monotonic() < latest:
            for came in self._messages(0.2):
                self._event(came)
                if time.monotonic() > latest:
                    break
            if self._loaded and time.monotonic() - self._last > SETTLE:
                return True
        return False

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
            if self._guard.stopped:
                raise BrowserError(f"stopped: {self._guard.stopped}")
            if left <= 0:
                return
            if not self._chooser.select(min(left, wait or 0.5)):
                if wait:
                    return
                continue
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
