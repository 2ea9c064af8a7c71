"""The one way out to the network: a small forward proxy on 127.0.0.1 for downloads, our own fetches and a browser.

Rule: each name is resolved once, every address it has is checked, and the connection goes to that very address;
redirects and playlist segments come through here as well, so they meet the same rule. TLS stays end to end (CONNECT).
"""

from __future__ import annotations

import base64
import contextlib
import re
import select
import socket
import socketserver
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from verify.errors import NetworkError, RefusedAddressError, UsageError
from verify.settings import Settings
from verify.sources.addresses import PORTS, listed, plain, why_refused

CONNECT_SECONDS = 20.0
HEAD_LIMIT = 64 * 1024  # bytes of a request or response head; browsers stop at about 32 KiB
CHUNK = 64 * 1024
_HOP = {b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"te", b"upgrade"}

Resolve = Callable[..., list[tuple[Any, ...]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A place the guard did not go to: host and port as asked for, and why, in words."""

    host: str
    port: int
    reason: str


class Guard:
    """The network guard of one job. Use as a context manager; `url` is what goes into a proxy setting.

    It counts what comes in (`received`), keeps what it refused (`refusals`) and can be stopped from any thread.
    """

    def __init__(
        self, settings: Settings, resolve: Resolve = socket.getaddrinfo, silent: frozenset[str] = frozenset()
    ) -> None:
        self.settings = settings
        self._silent = silent  # hosts that are turned away without a word: a browser's own traffic
        self.received = 0
        self.refusals: list[Refusal] = []
        self.failures: list[str] = []  # names that do not resolve, hosts that do not answer
        self.stopped = ""  # why, in words
        self._resolve = resolve
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._upstream = _upstream(settings.proxy)

    def __enter__(self) -> Guard:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.guard = self
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="egress").start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop(self.stopped or "the job is over")
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """The proxy's address, `http://127.0.0.1:port`. Raises RuntimeError outside the context."""
        if self._server is None:
            raise RuntimeError("the guard is not running")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self, reason: str) -> None:
        """End every connection and answer no more; `reason` is a clause for people."""
        with self._lock:
            self.stopped = self.stopped or reason
            sockets, self._open = list(self._open), set()
        for one in sockets:
            _close(one)

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a socket to `host`:`port`, connected to an address that was checked.

        Raises RefusedAddressError where a fetch must not go, NetworkError when there is no answer.
        """
        if self.stopped:
            raise NetworkError(f"The fetch was stopped: {self.stopped}.")
        if plain(host) in self._silent:
            raise RefusedAddressError(f"{host} is not part of any page.")
        addresses = self._checked(host, port)
        if self._upstream is not None:
            return self._keep(self._through_upstream(host, port))
        last: OSError | None = None
        for family, kind, protocol, _, address in addresses:
            reached = socket.socket(family, kind, protocol)
            reached.settimeout(CONNECT_SECONDS)
            try:
                reached.connect(address)
            except OSError as error:
                reached.close()
                last = error
                continue
            return self._keep(reached)
        self._failed(f"{host}:{port} does not answer ({_words(last)})")
        raise NetworkError(
            f"{host}:{port} does not answer: {_words(last)}.", "Check the address and the connection, then try again."
        )

    def count(self, size: int) -> None:
        """Note `size` bytes that came in; stops the job above the run's download limit."""
        with self._lock:
            self.received += size
            over = self.received > self.settings.max_download
        if over:
            self.stop(f"more than {self.settings.max_download:,} bytes came in")

    def release(self, one: socket.socket) -> None:
        """Close a socket that `connect` gave."""
        with self._lock:
            self._open.discard(one)
        _close(one)

    def _keep(self, one: socket.socket) -> socket.socket:
        with self._lock:
            if not self.stopped:
                self._open.add(one)
                return one
        _close(one)
        raise NetworkError(f"The fetch was stopped: {self.stopped}.")

    def _checked(self, host: str, port: int) -> list[tuple[Any, ...]]:
        free = listed(host, port, self.settings.allow_hosts)
        if not free and port not in PORTS:
            raise self._refuse(host, port, f"port {port} is not a web port")
        try:
            found = self._resolve(plain(host), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            if self._upstream is not None and "." in plain(host):
                return []  # only the upstream proxy knows names here: the last word is with it
            self._failed(f"the name {host} is not known ({_words(error)})")
            raise NetworkError(
                f"The name {host} cannot be resolved: {_words(error)}.", "Check the address and the connection."
            ) from error
        for entry in found:
            reason = None if free else why_refused(str(entry[4][0]))
            if reason:
                raise self._refuse(host, port, f"{entry[4][0]} is {reason}")
        return found

    def _refuse(self, host: str, port: int, reason: str) -> RefusedAddressError:
        with self._lock:
            self.refusals.append(Refusal(host=host, port=port, reason=reason))
        return RefusedAddressError(
            f"The address {host}:{port} is not fetched: {reason}.",
            "If you trust it, allow it by name in the settings (allow_hosts).",
        )

    def _failed(self, words: str) -> None:
        with self._lock:
            self.failures.append(words)

    def _through_upstream(self, host: str, port: int) -> socket.socket:
        assert self._upstream is not None  # noqa: S101 - the caller looked; this is for the type checker
        proxy_host, proxy_port, token = self._upstream
        try:
            reached = socket.create_connection((proxy_host, proxy_port), CONNECT_SECONDS)
            name = f"[{plain(host)}]" if ":" in host else plain(host)
            auth = f"Proxy-Authorization: Basic {token}\r\n" if token else ""
            reached.sendall(f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n{auth}\r\n".encode("ascii"))
            head, _ = _head(reached)
        except OSError as error:
            self._failed(f"the proxy {proxy_host}:{proxy_port} does not answer ({_words(error)})")
            raise NetworkError(f"The proxy {proxy_host}:{proxy_port} does not answer: {_words(error)}.") from error
        if not re.match(rb"HTTP/1\.[01] 200\b", head):
            reached.close()
            said = head.split(b"\r\n", 1)[0].decode("latin-1")[:80]
            self._failed(f"the proxy {proxy_host}:{proxy_port} refused ({said})")
            raise NetworkError(f"The proxy {proxy_host}:{proxy_port} refused {host}: {said}.")
        return reached


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    guard: Guard

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a broken connection is the ordinary case here, and stderr belongs to cli.py."""


class _Handler(socketserver.BaseRequestHandler):
    """One client connection: one request for plain HTTP, one tunnel for CONNECT."""

    server: _Server

    def handle(self) -> None:
        client: socket.socket = self.request
        client.settimeout(CONNECT_SECONDS)
        guard = self.server.guard
        head, rest = _head(client)
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
        upstream.sendall(_origin_head(method, target, head))
        _send_body(client, upstream, head, rest)
        while True:  # interim answers (1xx) pass before the real one
            answer, after = _head(upstream)
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


def _relay(guard: Guard, client: socket.socket, upstream: socket.socket, *, both_ways: bool) -> None:
    """Pass bytes until one side ends; silence for `rate_window` seconds or a drip ends the connection."""
    pace = Pace(guard.settings.min_rate, guard.settings.rate_window)
    watched = [client, upstream] if both_ways else [upstream]
    while not guard.stopped:
        ready, _, _ = select.select(watched, [], [], guard.settings.rate_window)
        if not ready:
            return
        for one in ready:
            data = one.recv(CHUNK)
            if not data:
                return
            if one is client:
                pace.asked()
                upstream.sendall(data)
                continue
            guard.count(len(data))
            client.sendall(data)
            if pace.too_slow(len(data)):
                guard.failures.append("an answer came too slowly")
                return


def _head(one: socket.socket) -> tuple[bytes, bytes]:
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


def _origin_head(method: bytes, target: bytes, head: bytes) -> bytes:
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


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def _words(error: Exception | None) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (getattr(error, "strerror", None) or str(error) or "no address").lower()


def _upstream(proxy: str) -> tuple[str, int, str] | None:
    """Return (host, port, basic token) of the proxy in the settings. Raises UsageError for one we cannot speak to."""
    if not proxy:
        return None
    parts = urllib.parse.urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    if parts.scheme != "http" or not parts.hostname:
        raise UsageError(f"The proxy {proxy!r} is not supported.", "Give an HTTP proxy, such as http://host:8080.")
    token = ""
    if parts.username:
        pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        token = base64.b64encode(pair.encode()).decode("ascii")
    return parts.hostname, parts.port or 8080, token
