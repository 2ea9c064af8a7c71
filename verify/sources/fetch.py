"""Our own HTTP GET through the guard, kept byte for byte. Rule: what was sent and what came stay as they were.

For the post's page, its parts, and archives' answers. No cookies are kept from one answer to the next request, and
TLS certificates are always checked.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import time
import urllib.parse
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from verify.errors import NetworkError
from verify.sources.egress import Guard
from verify.sources.relay import Pace
from verify.text import one_line

HOPS = 10  # redirects; browsers give up at 20, platforms' short links need 2 to 4
# Named as a browser, because sites answer unknown programs with an empty page; our own name stands in it as well.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 firstseen"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request and its answer, as bytes on the wire (inside TLS). `body` is without transfer and content coding."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sent: bytes
    came: bytes
    address: str  # IP the bytes came from
    at: datetime
    truncated: str = ""  # why the answer is not whole

    def header(self, name: str) -> str:
        """Return the first header of that name, or ""."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def media_type(self) -> str:
        """The Content-Type without parameters, lower case."""
        return self.header("content-type").partition(";")[0].strip().lower()


def get(
    url: str, guard: Guard, *, limit: int, seconds: float, accept: str = "*/*", only: frozenset[str] = frozenset()
) -> list[Exchange]:
    """Return the exchanges from `url` to where its redirects end, the last one last.

    With `only`, bodies of other media types are not read. `limit` bounds the bytes of each answer (more is cut and
    said), `seconds` the whole. Raises RefusedAddressError, and NetworkError for no answer, a broken one, a bad
    certificate or too many redirects.
    """
    until = time.monotonic() + seconds
    done: list[Exchange] = []
    for _ in range(HOPS):
        done.append(_one(url, guard, limit, until, accept, only))
        to = done[-1].header("location")
        if done[-1].status not in {301, 302, 303, 307, 308} or not to:
            return done
        url = urllib.parse.urljoin(url, to)
    raise NetworkError(f"{one_line(done[0].url, 200)} redirects in a circle.", "Check the address.")


def _one(url: str, guard: Guard, limit: int, until: float, accept: str, only: frozenset[str]) -> Exchange:
    shown = one_line(url, 200)
    try:
        parts = urllib.parse.urlsplit(_ascii(url))
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NetworkError(f"{shown} is not an address that can be fetched.") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise NetworkError(f"{shown} is not an http(s) address.")
    at = datetime.now(UTC)
    bare = guard.connect(host, port)
    address = str(bare.getpeername()[0])
    wire: Any = bare
    try:
        bare.settimeout(max(0.1, min(guard.settings.rate_window, until - time.monotonic())))
        if parts.scheme == "https":
            wire = _context().wrap_socket(bare, server_hostname=host)
        tape = _Tape(wire, guard, limit, until)
        return _talk(tape, parts, address, at, accept, only)
    except ssl.SSLCertVerificationError as error:
        raise NetworkError(f"The TLS certificate of {host} does not hold: {error.verify_message}.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        words = one_line(str(error) or type(error).__name__, 120)
        raise NetworkError(f"{shown} did not answer properly: {words}.", "Try again later.") from error
    finally:
        guard.release(bare)
        if wire is not bare:
            wire.close()


def _talk(
    tape: _Tape, parts: urllib.parse.SplitResult, address: str, at: datetime, accept: str, only: frozenset[str]
) -> Exchange:
    path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.sock = tape
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    headers = {
        "Host": parts.netloc.rpartition("@")[2],
        "User-Agent": AGENT,
        "Accept": accept,
        "Accept-Language": "en",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body, truncated = b"", ""
    kind = (answer.getheader("content-type") or "").partition(";")[0].strip().lower()
    try:
        if only and kind not in only:
            raise _CutError(f"not read: {kind or 'no media type'}")
        body = answer.read()
    except _CutError as cut:
        truncated = str(cut)
    except http.client.IncompleteRead as cut:
        body, truncated = cut.partial, "the connection ended early"
    came = bytes(tape.came)
    if truncated and not body:
        body = came.partition(b"\r\n\r\n")[2]
    headers_came = tuple((str(k), str(v)) for k, v in answer.getheaders())
    url = urllib.parse.urlunsplit(parts)
    plain = _decoded(body, answer.getheader("content-encoding") or "")
    return Exchange(
        url=url,
        status=answer.status,
        headers=headers_came,
        body=plain,
        sent=bytes(tape.sent),
        came=came,
        address=address,
        at=at,
        truncated=truncated,
    )


class _CutError(Exception):
    """The answer passed a limit; what came so far is kept."""


class _Tape:
    """A socket that remembers, in the three methods that http.client needs."""

    def __init__(self, wire: socket.socket, guard: Guard, limit: int, until: float) -> None:
        self.sent, self.came = bytearray(), bytearray()
        self._wire, self._guard, self._limit, self._until = wire, guard, limit, until
        self._pace = Pace(guard.settings.min_rate, guard.settings.rate_window)

    def sendall(self, data: bytes) -> None:
        """Send and remember."""
        self.sent += data
        self._wire.sendall(data)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        """Return the reading side."""
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """Leave the socket to the caller."""

    def take(self, room: memoryview) -> int:
        """Read into `room`. Raises _CutError past a limit."""
        if len(self.came) >= self._limit:
            raise _CutError(f"cut after {self._limit:,} bytes")
        if time.monotonic() > self._until:
            raise _CutError("cut: it took too long")
        size = self._wire.recv_into(room, min(len(room), self._limit - len(self.came)))
        self.came += room[:size]
        self._guard.count(size)
        if self._pace.too_slow(size):
            raise _CutError("cut: it came too slowly")
        return size


class _Reading(io.RawIOBase):
    def __init__(self, tape: _Tape) -> None:
        self._tape = tape

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:  # noqa: ANN401 - any writable buffer
        return self._tape.take(memoryview(room))


def _ascii(url: str) -> str:
    """Return `url` as it goes on the wire: host in IDNA, the rest percent-encoded, no fragment. Raises ValueError."""
    parts = urllib.parse.urlsplit(re.sub(r"[\x00-\x20\x7f]", lambda m: urllib.parse.quote(m[0]), url))
    host = (parts.hostname or "").encode("idna").decode("ascii") if not _is_ascii(parts.netloc) else None
    netloc = parts.netloc.rpartition("@")[2] if host is None else host + (f":{parts.port}" if parts.port else "")
    path = urllib.parse.quote(parts.path, safe="/%:@!$&'()*+,;=-._~")
    query = urllib.parse.quote(parts.query, safe="/%:@!$&'()*+,;=-._~?[]|")
    return urllib.parse.urlunsplit((parts.scheme.lower(), netloc, path, query, ""))


def _is_ascii(text: str) -> bool:
    return text.isascii()


def _decoded(body: bytes, coding: str) -> bytes:
    """Return the body without gzip or deflate, at most 32 MiB of it: for reading, never for keeping."""
    if coding.lower() not in {"gzip", "x-gzip", "deflate"}:
        return body
    try:
        return zlib.decompressobj(wbits=47).decompress(body, 32 * 1024 * 1024)
    except zlib.error:
        return b""


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:  # a Python from python.org on macOS has no certificates of its own; yt-dlp brings these where it can
        import certifi

        context.load_verify_locations(certifi.where())
    except (ImportError, OSError):
        pass
    return context
