"""Packs a page's bytes as WACZ 1.1.1 around WARC 1.1, which standard viewers replay. Rule: stored, hashed, complete.

Format: https://specs.webrecorder.net/wacz/1.1.1/ (a ZIP with datapackage.json, archive/, indexes/, pages/), WARC by
warcio. What came over our own connection is kept byte for byte; what only the browser loaded is kept as the browser
gave it, its content coding undone, which those records say.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import re
import urllib.parse
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from verify.sources.browser import Part
from verify.sources.fetch import Exchange

_FIRST = (1980, 1, 1, 0, 0, 0)  # the members' dates: the ZIP's own epoch, so that equal content gives equal bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What goes into one WACZ. `page` is the address that a viewer opens first."""

    page: str
    title: str
    at: datetime
    exchanges: tuple[Exchange, ...]
    parts: tuple[Part, ...]
    software: str
    note: str


def pack(snapshot: Snapshot, path: Path) -> None:
    """Write `snapshot` to `path`. Raises OSError when it cannot be written."""
    warc, index = _warc(snapshot)
    members = {
        "archive/data.warc.gz": warc,
        "indexes/index.cdx": index,
        "pages/pages.jsonl": _pages(snapshot),
    }
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "hash": _sha256(data), "bytes": len(data)}
        for name, data in members.items()
    ]
    package = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": snapshot.title or snapshot.page,
        "description": snapshot.note,
        "software": snapshot.software,
        "created": _iso(snapshot.at),
        "mainPageUrl": snapshot.page,
        "mainPageDate": _iso(snapshot.at),
        "resources": resources,
    }
    members["datapackage.json"] = _json(package)
    members["datapackage-digest.json"] = _json(
        {"path": "datapackage.json", "hash": _sha256(members["datapackage.json"])}
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as out:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _FIRST)
            entry.external_attr = 0o644 << 16
            out.writestr(entry, data)


def _warc(snapshot: Snapshot) -> tuple[bytes, bytes]:
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    about = {"software": snapshot.software, "format": "WARC File Format 1.1", "description": snapshot.note}
    lines: list[str] = []

    def write(record: Any) -> tuple[int, int]:  # noqa: ANN401 - warcio has no types
        start = out.tell()
        writer.write_record(record)
        return start, out.tell() - start

    write(writer.create_warcinfo_record("data.warc.gz", about))
    for one in snapshot.exchanges:
        headers = {"WARC-IP-Address": one.address, "WARC-Date": _iso(one.at)}
        if one.truncated:
            headers["WARC-Truncated"] = "length"
        answer = _verbatim(writer, one.url, "response", one.came, headers)
        lines.append(_line(one.url, one.at, one.status, one.media_type, answer, write(answer)))
        asked = {"WARC-Date": _iso(one.at), "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")}
        write(_verbatim(writer, one.url, "request", one.sent, asked))
    raw = {one.url for one in snapshot.exchanges}
    for part in snapshot.parts:
        if part.url not in raw:
            raw.add(part.url)
            answer = _browser_response(writer, part, snapshot.at)
            lines.append(_line(part.url, snapshot.at, part.status, _type(part.headers), answer, write(answer)))
    return out.getvalue(), ("\n".join(sorted(lines)) + "\n").encode()


def _verbatim(writer: Any, url: str, kind: str, data: bytes, headers: dict[str, str]) -> Any:  # noqa: ANN401
    """Return a record of HTTP bytes exactly as they were: warcio would write the head anew, in its own spelling."""
    from warcio.statusandheaders import StatusAndHeaders

    head, gap, body = data.partition(b"\r\n\r\n")

    class Verbatim(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
        def compute_headers_buffer(self, _: object = None) -> None:
            self.headers_buff = head + gap

    first = head.split(b"\r\n", 1)[0].decode("latin-1")
    return writer.create_warc_record(
        url,
        kind,
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=Verbatim(first, [], protocol=""),
        warc_headers_dict=headers,
    )


def _browser_response(writer: Any, part: Part, at: datetime) -> Any:  # noqa: ANN401
    from warcio.statusandheaders import StatusAndHeaders

    changed = {"content-encoding", "transfer-encoding", "content-length"}
    kept = [
        (f"x-orig-{name}" if name.lower() in changed else name, re.sub(r"[\r\n]+", " ", value))
        for name, value in part.headers
    ]
    kept.append(("Content-Length", str(len(part.body))))
    reason = http.client.responses.get(part.status, "Unnamed")
    head = StatusAndHeaders(f"{part.status} {reason}", kept, protocol="HTTP/1.1")
    return writer.create_warc_record(
        part.url,
        "response",
        payload=io.BytesIO(part.body),
        length=len(part.body),
        http_headers=head,
        warc_headers_dict={"WARC-Date": _iso(at), "WARC-Source-Note": "as the browser gave it, content coding undone"},
    )


def _line(url: str, at: datetime, status: int, mime: str, record: Any, where: tuple[int, int]) -> str:  # noqa: ANN401
    data = {
        "url": url,
        "mime": mime or "application/octet-stream",
        "status": str(status),
        "digest": record.rec_headers.get_header("WARC-Payload-Digest") or "",
        "length": str(where[1]),
        "offset": str(where[0]),
        "filename": "data.warc.gz",
    }
    return f"{surt(url)} {at.strftime('%Y%m%d%H%M%S')} {json.dumps(data)}"


def surt(url: str) -> str:
    """Return the sort-friendly form of `url` that CDXJ keys use: `com,example,www)/path?query` without `www`."""
    parts = urllib.parse.urlsplit(url)
    host = (parts.hostname or "").lower()
    host = host.removeprefix("www.")
    turned = host if ":" in host else ",".join(reversed(host.split(".")))
    port = f":{parts.port}" if parts.port and parts.port not in {80, 443} else ""
    query = "?" + "&".join(sorted(parts.query.lower().split("&"))) if parts.query else ""
    return f"{turned}{port})" + (parts.path.lower() or "/") + query


def _pages(snapshot: Snapshot) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    page = {
        "id": hashlib.sha256(snapshot.page.encode()).hexdigest()[:16],
        "url": snapshot.page,
        "ts": _iso(snapshot.at),
        "title": snapshot.title or snapshot.page,
    }
    return (json.dumps(head) + "\n" + json.dumps(page) + "\n").encode()


def _type(headers: Iterable[tuple[str, str]]) -> str:
    return next((v.partition(";")[0].strip().lower() for k, v in headers if k.lower() == "content-type"), "")


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, indent=2, ensure_ascii=False).encode()


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
