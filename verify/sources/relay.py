"""The proxy that stands before the guard: reads one request, asks the guard for a connection, passes bytes.

Rule: it decides nothing about addresses. Plain HTTP is one request a connection (the next one might be for another
host, and its cookies with it); CONNECT is a tunnel, so TLS stays end to end.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import socketserver
import time
import urllib.parse
from collections import deque
from typing import Protocol

from verify.errors import NetworkError, RefusedAddressError
from verify.settings import Settings

CONNECT_SECONDS = 20.0
HEAD_LIMIT = 64 * 1024  # bytes of a request or response head; browsers stop at about 32 KiB
CHUNK = 64 * 1024
_HOP = {b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"te", b"upgrade"}


class Gate(Protocol):
    """What the proxy needs of the guard (`egress.Guard`)."""

    settings: Settings
    stopped: str
    failures: list[str]

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a checked connection."""
        ...

    def count(self, size: int) -> None:
        """Note bytes that came in."""
        ...

    def release(self, one: socket.socket) -> None:
        """Close a connection."""
        ...


class Proxy(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1; a thread a connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    guard: Gate

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a broken connection is the ordinary case here, and stderr belongs to cli.py."""


class Handler(socketserver.BaseRequestHandler):
    """One client connection: one request for plain HTTP, one tunnel for CONNECT."""

    server: Proxy

    def handle(self) -> None:
        """Read the request, ask the guard, pass bytes."""
        client: socket.socket = self.request
        client.settimeout(CONNECT_SECONDS)
        guard = self.server.guard
        head, rest = read_head(client)
        line = head.split(b"\r\n", 1)[0].split(b" ")
        if len(line) != 3:
            return _answer(client, "400 Bad Request", "this is a proxy")
        method, target, _ = line
        place = _place(method, target)
        if place is None:
            return _answer(client, "400 Bad Request", "this is a proxy for http and https only")
        try:
            upstream = guard.connect(*place)
        except RefusedAddressError as error:
            return _answer(client, "403 Forbidden", error.message)
        except NetworkError as error:
            return _answer(client, "502 Bad Gateway", error.message)
        try:
            self._serve(client, upstream, method, target, head, rest)
        finally:
            guard.release(upstream)
        return None

    def _serve(
        self, client: socket.socket, upstream: socket.socket, method: bytes, target: bytes, head: bytes, rest: bytes
    ) -> None:
        guard = self.server.guard
        if method == b"CONNECT":
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if rest:
                upstream.sendall(rest)
            return _relay(guard, client, upstream, both_ways=True)
        upstream.sendall(_originread_head(method, target, head))
        _send_body(client, upstream, head, rest)
        upstream.settimeout(guard.settings.rate_window)
        while True:  # interim answers (1xx) pass before the real one
            try:
                answer, after = read_head(upstream)
            except OSError as error:
                said = "does not answer in time" if isinstance(error, TimeoutError) else "does not answer in HTTP"
                guard.failures.append(f"the server {said}")
                return _answer(client, "502 Bad Gateway", said)
            guard.count(len(answer) + len(after))
            client.sendall(_closing(answer) + after)
            if not re.match(rb"HTTP/1\.[01] 1\d\d ", answer):
                break
        return _relay(guard, client, upstream, both_ways=False)


class Pace:
    """Notices an answer that only drips: under `min_rate` over `window` seconds, counted from its first byte."""

    def __init__(self, min_rate: float, window: float) -> None:
        self._least = min_rate * window
        self._window = window
        self._began: float | None = None
        self._seen: deque[tuple[float, int]] = deque()
        self._sum = 0

    def asked(self) -> None:
        """Note that the client spoke: what comes next is a new answer."""
        self._began = None

    def too_slow(self, size: int) -> bool:
        """Note `size` bytes that came now, and return whether the answer is slower than allowed."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
            self._seen.clear()
            self._sum = 0
        self._seen.append((now, size))
        self._sum += size
        while self._seen and self._seen[0][0] < now - self._window:
            self._sum -= self._seen.popleft()[1]
        return now - self._began > self._window and self._sum < self._least


def _relay(guard: Gate, client: socket.socket, upstream: socket.socket, *, both_ways: bool) -> None:
    """Pass bytes until one side ends; silence for `rate_window` seconds or a drip ends the connection."""
    pace = Pace(guard.settings.min_rate, guard.settings.rate_window)
    with selectors.DefaultSelector() as chooser:  # not select(): it fails above 1,024 open files
        chooser.register(upstream, selectors.EVENT_READ)
        if both_ways:
            chooser.register(client, selectors.EVENT_READ)
        while not guard.stopped:
            ready = chooser.select(guard.settings.rate_window)
            if not ready:
                return
            for key, _ in ready:
                if not _pass_on(guard, pace, client, upstream, from_client=key.fileobj is client):
                    return


def _pass_on(guard: Gate, pace: Pace, client: socket.socket, upstream: socket.socket, *, from_client: bool) -> bool:
    """Pass what one side has said; return False when the connection is over."""
    data = (client if from_client else upstream).recv(CHUNK)
    if not data:
        return False
    if from_client:
        pace.asked()
        upstream.sendall(data)
        return True
    guard.count(len(data))
    client.sendall(data)
    if pace.too_slow(len(data)):
        guard.failures.append("an answer came too slowly")
        return False
    return True


def read_head(one: socket.socket) -> tuple[bytes, bytes]:
    """Return (head with its empty line, bytes after it). Raises OSError when none comes."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = one.recv(CHUNK)
        if not more or len(data) > HEAD_LIMIT:
            raise OSError("no HTTP head came")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _place(method: bytes, target: bytes) -> tuple[str, int] | None:
    try:
        text = target.decode("ascii")
        parts = urllib.parse.urlsplit(f"//{text}" if method == b"CONNECT" else text)
        if method != b"CONNECT" and parts.scheme.lower() != "http":
            return None
        port = parts.port or (443 if method == b"CONNECT" else 80)
        return (parts.hostname, port) if parts.hostname else None
    except ValueError:
        return None


def _lines(head: bytes) -> list[bytes]:
    return head[:-4].split(b"\r\n")


def _originread_head(method: bytes, target: bytes, head: bytes) -> bytes:
    parts = urllib.parse.urlsplit(target.decode("ascii"))
    path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    kept = [line for line in _lines(head)[1:] if line.split(b":", 1)[0].strip().lower() not in _HOP]
    return b"\r\n".join([method + b" " + path.encode("ascii") + b" HTTP/1.1", *kept, b"Connection: close", b"", b""])


def _closing(answer: bytes) -> bytes:
    lines = _lines(answer)
    kept = [line for line in lines[1:] if line.split(b":", 1)[0].strip().lower() not in _HOP]
    return b"\r\n".join([lines[0], *kept, b"Connection: close", b"", b""])


def _send_body(client: socket.socket, upstream: socket.socket, head: bytes, rest: bytes) -> None:
    """Pass a request's body of stated length; one without a length is not sent on."""
    found = re.search(rb"\r\ncontent-length:\s*(\d+)", head, re.IGNORECASE)
    left = int(found[1]) if found else 0
    while left > 0:
        data = rest or client.recv(CHUNK)
        if not data:
            return
        upstream.sendall(data[:left])
        left -= len(data)
        rest = b""


def _answer(client: socket.socket, status: str, words: str) -> None:
    body = (words + "\n").encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    with contextlib.suppress(OSError):
        client.sendall(head.encode("ascii") + b"Connection: close\r\n\r\n" + body)
