"""The one way out to the network: a small forward proxy on 127.0.0.1 for downloads, our own fetches and a browser.

Rule: each name is resolved once, every address it has is checked, and the connection goes to that very address;
redirects and playlist segments come through here as well, so they meet the same rule. TLS stays end to end (CONNECT).
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from verify.errors import NetworkError, RefusedAddressError, UsageError
from verify.settings import Settings
from verify.sources.addresses import PORTS, listed, plain, why_refused
from verify.sources.relay import CONNECT_SECONDS, Handler, Proxy, read_head

OTHERS_SECONDS = 4.0  # for an address with others after it: IPv6 is often announced and not there
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
        self._server: Proxy | None = None
        self._upstream = _upstream(settings.proxy)

    def __enter__(self) -> Guard:
        self._server = Proxy(("127.0.0.1", 0), Handler)
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
        for number, (family, kind, protocol, _, address) in enumerate(addresses, 1):
            reached = socket.socket(family, kind, protocol)
            reached.settimeout(CONNECT_SECONDS if number == len(addresses) else OTHERS_SECONDS)
            try:
                reached.connect(address)
                reached.settimeout(CONNECT_SECONDS)
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
            self._failed(f"the name {host} is not known")
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
            head, _ = read_head(reached)
        except OSError as error:
            self._failed(f"the proxy {proxy_host}:{proxy_port} does not answer ({_words(error)})")
            raise NetworkError(f"The proxy {proxy_host}:{proxy_port} does not answer: {_words(error)}.") from error
        if not re.match(rb"HTTP/1\.[01] 200\b", head):
            reached.close()
            said = head.split(b"\r\n", 1)[0].decode("latin-1")[:80]
            self._failed(f"the proxy {proxy_host}:{proxy_port} refused ({said})")
            raise NetworkError(f"The proxy {proxy_host}:{proxy_port} refused {host}: {said}.")
        return reached


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
