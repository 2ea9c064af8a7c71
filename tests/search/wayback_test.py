"""The first archived capture, asked of a local server that answers in the archive's own form."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from verify.errors import NetworkError, RefusedAddressError
from verify.records.media import Post
from verify.search.links import ask
from verify.settings import Settings

HEAD = ["timestamp", "original", "statuscode", "digest"]
POST = Post(url="https://x.com/a/status/1509825175573778433", platform="X", id="1509825175573778433")


class Archive(http.server.ThreadingHTTPServer):
    """Holds rows by address; `special` answers everything instead."""

    rows: dict[str, list[list[str]]]
    special: tuple[int, bytes] | None
    asked: list[dict[str, list[str]]]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is ordinary here."""


class Handler(http.server.BaseHTTPRequestHandler):
    server: Archive

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        asked = urllib.parse.parse_qs(parts.query)
        self.server.asked.append(asked)
        status, body = 404, b""
        if self.server.special:
            status, body = self.server.special
        elif parts.path == "/cdx/search/cdx" and asked.get("output") == ["json"]:
            rows = sorted(r for r in self.server.rows.get(asked["url"][0], []) if r[2] == "200")
            rows = rows[: int(asked["limit"][0])]
            status, body = 200, json.dumps([HEAD, *rows] if rows else []).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def archive() -> Iterator[Archive]:
    server = Archive(("127.0.0.1", 0), Handler)
    server.rows, server.special, server.asked = {}, None, []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(archive: Archive) -> Settings:
    host = f"127.0.0.1:{archive.server_address[1]}"
    return replace(Settings(), allow_hosts=(host,), wayback=f"http://{host}", rate_window=3.0)


def row(at: str, url: str, status: str = "200") -> list[str]:
    return [at, url, status, "ABCDEF"]


def test_the_earliest_capture_under_either_name_of_the_site_bounds_the_post(
    archive: Archive, settings: Settings
) -> None:
    old = "https://twitter.com/i/status/1509825175573778433"
    old_named = "https://twitter.com/a/status/1509825175573778433"
    archive.rows = {
        POST.url: [row("20230101000000", POST.url)],
        old_named: [row("20220401101500", old_named), row("20220401093000", old_named, "302")],
        old: [row("20200101000000", old)],  # an address of nobody's: not asked
    }
    answer = ask("wayback", POST, settings)
    (bounds,) = answer.dates
    assert bounds.not_before is None
    assert bounds.not_after == datetime(2022, 4, 1, 10, 15, 0, 999999, tzinfo=UTC)
    assert answer.link.endswith(f"/web/20220401101500/{old_named}")
    assert answer.link in bounds.basis
    assert "2022-04-01 10:15:00 UTC" in answer.sentence and "open the capture" in answer.limits
    assert b"20220401101500" in answer.raw  # as it came, for the archive
    assert {a["url"][0] for a in archive.asked} == {POST.url, old_named, "https://x.com/a/status/1509825175573778433"}


def test_no_capture_is_an_answer_and_not_a_date(archive: Archive, settings: Settings) -> None:
    answer = ask("wayback", POST, settings)
    assert answer.dates == () and "lists no capture" in answer.sentence and answer.problems == ()


@pytest.mark.parametrize(
    ("special", "words"),
    [
        ((503, b"<html>Service Unavailable</html>"), "503"),
        ((429, b"Too Many Requests"), "429"),
        ((200, b"<html>not the index</html>"), "not its index"),
        ((200, b'{"a": 1}'), "not its index"),
        ((200, b'[["timestamp","original"],["yesterday","x"]]'), "not its index"),
        ((200, b'[["original"],["x"]]'), "not its index"),
        ((200, b'[["timestamp","original"],[20220401101500]]'), "not its index"),
        ((200, b"[" * 100_000), "not its index"),
    ],
)
def test_an_archive_that_is_busy_or_odd_is_a_network_error(
    archive: Archive, settings: Settings, special: tuple[int, bytes], words: str
) -> None:
    archive.special = special
    with pytest.raises(NetworkError, match=words):
        ask("wayback", POST, settings)


def test_the_archive_is_asked_through_the_guard(settings: Settings) -> None:
    with pytest.raises(RefusedAddressError):
        ask("wayback", POST, replace(settings, allow_hosts=()))
