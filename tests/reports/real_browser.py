"""A real Chromium, driven over a pipe: what a page shows, says on its console, asks of the network, and prints.

Every page is loaded with the network open to a listening canary on 127.0.0.1, so that a request that leaves is seen
and not only guessed.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


@dataclass
class Seen:
    """What happened while a page was open."""

    console: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # by the page's own policy
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    value: Any = None


class Browser:
    """One Chromium with one page; `open` loads a file, `ask` evaluates in it."""

    def __init__(self) -> None:
        self.home = tempfile.mkdtemp(prefix="browser-")
        to_child, from_us = os.pipe()
        to_us, from_child = os.pipe()

        def place() -> None:
            # Chromium reads commands on 3 and answers on 4; copies first, so that neither overwrites the other.
            a, b = os.dup(to_child), os.dup(from_child)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={self.home}", "about:blank"],
            preexec_fn=place,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(from_child)
        self._out, self._in = from_us, to_us
        self._buffer = b""
        self._number = 0
        self.seen = Seen()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session: str | None = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its result, taking note of the events that come before it."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)
        raise TimeoutError(method)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            got = os.read(self._in, 1 << 20)
            if not got:
                raise RuntimeError("the browser is gone")
            self._buffer += got
        line, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        return found

    def _note(self, event: dict[str, Any]) -> None:
        name, params = event.get("method"), event.get("params", {})
        if name == "Runtime.consoleAPICalled":
            self.seen.console.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif name == "Runtime.exceptionThrown":
            self.seen.console.append(params["exceptionDetails"].get("text", "exception"))
        elif name == "Log.entryAdded":
            text = f"{params['entry']['text']} {params['entry'].get('url', '')}"
            (self.seen.refused if "Content Security Policy" in text else self.seen.console).append(text)
        elif name == "Network.requestWillBeSent":
            self.seen.requests.append(params["request"]["url"])
        elif name == "Page.javascriptDialogOpening":
            self.seen.dialogs.append(params["message"])
            self.call("Page.handleJavaScriptDialog", accept=True)

    def size(self, width: int, height: int, dark: bool = False) -> None:
        """Set the window's size in CSS pixels and the colour scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, path: Path | str, wait: float = 0.15) -> Seen:
        """Load a file (or an address) and return what happened until it was idle for `wait` seconds."""
        self.seen = Seen()
        address = path if isinstance(path, str) else path.resolve().as_uri()
        self.call("Page.navigate", url=address)
        end = time.monotonic() + 30
        while time.monotonic() < end and self.ask("document.readyState") != "complete":
            time.sleep(0.02)
        time.sleep(wait)
        self.ask("1")
        return self.seen

    def ask(self, script: str) -> Any:
        """Return the value of a script expression in the page (the debugger stands outside the page's policy)."""
        for attempt in range(5):
            try:
                answer = self.call(
                    "Runtime.evaluate", expression=script, userGesture=True, returnByValue=True, awaitPromise=True
                )
                break
            except RuntimeError as error:  # the page left for another one meanwhile: ask that one
                if "navigated or closed" not in str(error) or attempt == 4:
                    raise
                time.sleep(0.05)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and release one key."""
        text = {"Enter": "\r"}.get(key, "")
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def picture(self, path: Path, whole: bool = True) -> None:
        """Write a PNG of the page."""
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole))
        path.write_bytes(base64.b64decode(answer["data"]))

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        area = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": area["width"], "height": area["height"], "scale": 1}}

    def print_to(self, path: Path) -> None:
        """Print the page to an A4 PDF."""
        answer = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(base64.b64decode(answer["data"]))

    def close(self) -> None:
        """End the browser and remove its folder."""
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            self.session = None
            self.call("Browser.close")
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for end in (self._in, self._out):
            with contextlib.suppress(OSError):
                os.close(end)
        shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def canary() -> Iterator[tuple[int, list[str]]]:
    """Listen on 127.0.0.1 and yield (port, paths asked for): a page that reaches out is heard here."""
    heard: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the server's own naming

        def log_message(self, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
