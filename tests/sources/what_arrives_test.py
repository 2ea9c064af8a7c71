"""Real yt-dlp over real HTTP on 127.0.0.1: what comes of each shape of post, byte for byte, and what is left behind."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from verify.errors import NotFoundError
from verify.settings import Settings
from verify.sources.arrive import arrive
from verify.sources.browser import find_browser


def roles(files: dict[str, bytes]) -> list[str]:
    return sorted(name.partition("/")[0] for name in files)


def only(files: dict[str, bytes], role: str) -> bytes:
    (data,) = [data for name, data in files.items() if name.startswith(role + "/")]
    return data


def test_a_page_with_one_video_gives_the_bytes_as_served_the_post_and_the_page(
    fetch: Any, site: Any, clips: Path
) -> None:
    ((arrival, files),) = fetch.kept(site.url("/one"))
    assert only(files, "evidentiary copy") == (clips / "clip.mp4").read_bytes()
    assert only(files, "thumbnail") == (clips / "thumb.jpg").read_bytes()
    assert "working copy" not in roles(files)  # what came plays in a browser
    post = arrival.post
    assert (post.title, post.author, post.text) == ("Strike at night", "Someone", "words of the post")
    bases = {d.basis: d for d in post.dates}
    stated = next(d for basis, d in bases.items() if "JSON-LD" in basis)
    assert stated.not_before.isoformat() == "2022-04-01T02:51:00+00:00"
    assert any("article:published_time" in basis for basis in bases)
    assert len(post.dates) == 2  # the date that yt-dlp read in the same JSON-LD is not a second witness
    assert not any("Last-Modified" in basis for basis in bases)  # the file's header is not the post's date
    kept = json.loads(only(files, "info"))
    assert (kept["original_url"] == site.url("/one") and "requested_formats" in kept) or "formats" in kept
    assert kept["firstseen_requests"][0]["url"] == site.url("/one")
    assert arrival.acquired_by.startswith("yt-dlp 20")
    assert fetch.left() == []
    _the_page(files, site)


def _the_page(files: dict[str, bytes], site: Any) -> None:
    """The post's page: a WACZ whose every hash holds and whose WARC has the served bytes; picture and PDF beside it."""
    import io

    from warcio.archiveiterator import ArchiveIterator

    if find_browser():
        assert files["page/page.png"].startswith(b"\x89PNG") and files["page/page.pdf"].startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(files["page/page.wacz"])) as wacz:
        package = json.loads(wacz.read("datapackage.json"))
        digest = json.loads(wacz.read("datapackage-digest.json"))
        assert digest["hash"] == "sha256:" + hashlib.sha256(wacz.read("datapackage.json")).hexdigest()
        for one in package["resources"]:
            data = wacz.read(one["path"])
            assert (one["bytes"], one["hash"]) == (len(data), "sha256:" + hashlib.sha256(data).hexdigest())
        assert {i.compress_type for i in wacz.infolist()} == {zipfile.ZIP_STORED}
        assert package["mainPageUrl"] == site.url("/one")
        warc = wacz.read("archive/data.warc.gz")
        lines = wacz.read("indexes/index.cdx").decode().splitlines()
    found = {}
    for record in ArchiveIterator(io.BytesIO(warc), check_digests="raise"):
        body = record.content_stream().read()
        found[record.rec_type, record.rec_headers.get_header("WARC-Target-URI")] = (record, body)
    response, body = found["response", site.url("/one")]
    assert response.http_headers.get_header("Server").startswith("BaseHTTP")  # headers as the server sent them
    exact = b"".join(
        gzip.decompress(p) for p in _members(warc) if b"application/http; msgtype=response" in gzip.decompress(p)
    )
    assert b"\r\nX-Odd:   spaced \tand Not-Trimmed \r\n" in exact  # the head as it came, not as a library spells it
    assert b"article:published_time" in body and ("request", site.url("/one")) in found
    assert found["response", site.url("/thumb.jpg")][1].startswith(b"\xff\xd8")
    for line in lines:
        where = json.loads(line.split(" ", 2)[2])
        part = warc[int(where["offset"]) : int(where["offset"]) + int(where["length"])]
        (record,) = list(ArchiveIterator(io.BytesIO(part)))
        assert record.rec_headers.get_header("WARC-Target-URI") == where["url"]


def _members(warc: bytes) -> list[bytes]:
    starts = [m.start() for m in re.finditer(rb"\x1f\x8b\x08\x00", warc)] + [len(warc)]
    return [warc[a:b] for a, b in pairwise(starts)]


def test_a_page_with_three_videos_gives_three_items(fetch: Any, site: Any, clips: Path) -> None:
    found = fetch.kept(site.url("/three"), page=False)
    names = ("clip.mp4", "second.mp4", "third.mp4")
    assert [only(files, "evidentiary copy") for _, files in found] == [(clips / n).read_bytes() for n in names]
    assert len({arrival.post.id for arrival, _ in found}) == 3


def test_of_three_videos_two_arrive_before_the_third_is_named_as_missing(fetch: Any, site: Any, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    arrived = []
    with pytest.raises(NotFoundError, match=r"^1 of 3 videos failed: .* \(HTTP 404\)\.$"):
        for one in arrive(site.url("/two-of-three"), staging, _quiet(fetch), lambda *_: None):
            arrived.append(one)
    assert len(arrived) == 2


def _quiet(fetch: Any) -> Settings:
    from dataclasses import replace

    return replace(fetch.settings, page=False)


@pytest.mark.parametrize("path", ["/hop", "/meta-hop"])
def test_redirects_of_both_kinds_lead_to_the_post(fetch: Any, site: Any, path: str) -> None:
    (arrival,) = fetch(site.url(path), page=False)
    assert arrival.post.url == site.url("/one")
    assert arrival.target == site.url(path)


def test_a_stream_with_separate_sound_is_kept_apart_as_received_and_joined_beside_it(
    fetch: Any, site: Any, clips: Path, tmp_path: Path
) -> None:
    ((arrival, files),) = fetch.kept(site.url("/hls"), page=False)
    picture = b"".join((clips / f"v{n}.ts").read_bytes() for n in range(3))
    sound = b"".join(p.read_bytes() for p in sorted(clips.glob("a?.ts")))
    evidence = {name: data for name, data in files.items() if name.startswith("evidentiary copy/")}
    assert sorted(evidence.values(), key=len) == sorted((picture, sound), key=len)
    assert all(name.endswith(".ts") for name in evidence)  # named for what they are, not for what yt-dlp hoped
    manifests = {data for name, data in files.items() if name.startswith("info/manifest")}
    assert manifests == {(clips / name).read_bytes() for name in ("master.m3u8", "v.m3u8", "a.m3u8")}
    (working,) = [f for f in arrival.files if f.role == "working copy"]
    assert {p.name for p in working.made_from} == {f.path.name for f in arrival.files if f.role == "evidentiary copy"}
    assert "-c copy" in working.made_by and "-protocol_whitelist file" in working.made_by and "/" not in working.name
    copy = tmp_path / "working.mp4"
    copy.write_bytes(only(files, "working copy"))
    with av.open(str(copy)) as container:
        assert [s.type for s in container.streams] == ["video", "audio"]
        assert sum(1 for _ in container.decode(video=0)) == 30


def test_a_direct_file_has_no_date_but_the_servers_own(fetch: Any, site: Any, clips: Path) -> None:
    ((arrival, files),) = fetch.kept(site.url("/clip.mp4"))
    assert only(files, "evidentiary copy") == (clips / "clip.mp4").read_bytes()
    (date,) = arrival.post.dates
    assert date.not_before is None and "Last-Modified" in date.basis
    assert "page" not in roles(files) and arrival.problems == ()  # a file has no page, which is no problem


def test_a_transport_stream_alone_gets_a_playable_copy(fetch: Any, site: Any, clips: Path) -> None:
    ((_, files),) = fetch.kept(site.url("/v0.ts"), page=False)
    assert only(files, "evidentiary copy") == (clips / "v0.ts").read_bytes()
    assert only(files, "working copy")[4:8] == b"ftyp"


def test_a_hostile_title_reaches_no_file_name(fetch: Any, site: Any) -> None:
    (arrival,) = fetch(site.url("/hostile"), page=False)
    assert "\x1b" in arrival.post.title or "<script>" in arrival.post.title  # kept in the record as it is
    for one in arrival.files:
        assert one.name.isascii() and len(one.name) < 120 and not set(one.name) & set("/\\<>\x1b\x07")
        assert fetch.root in one.path.parents


def test_half_characters_in_titles_break_nothing(fetch: Any, site: Any) -> None:
    from verify.records.wire import from_json, to_json

    (arrival,) = fetch(site.url("/half-characters"))
    assert arrival.post.title.startswith("half ? and") and arrival.post.text == "?"
    assert from_json(to_json(arrival.post), type(arrival.post)) == arrival.post
    assert arrival.problems == () and any(f.name == "page.wacz" for f in arrival.files)


def test_subtitles_are_kept(fetch: Any, site: Any) -> None:
    ((_, files),) = fetch.kept(site.url("/subtitled"), page=False)
    assert b"WEBVTT" in only(files, "subtitles")


def test_a_live_stream_is_recorded_only_when_asked(fetch: Any, site: Any, clips: Path) -> None:
    ((_, files),) = fetch.kept(site.url("/live.m3u8"), page=False, live=True)
    assert only(files, "evidentiary copy") == (clips / "v0.ts").read_bytes()


def test_closing_the_fetch_ends_the_child_and_leaves_nothing(fetch: Any, site: Any, tmp_path: Path) -> None:
    staging = tmp_path / "closing"
    staging.mkdir()
    arrivals = arrive(site.url("/three"), staging, _quiet(fetch), lambda *_: None)
    next(arrivals)
    (folder,) = staging.iterdir()
    arrivals.close()
    assert list(staging.iterdir()) == []
    for process in Path("/proc").glob("[0-9]*/cwd"):
        try:
            assert str(folder) not in str(process.readlink())
        except OSError:
            continue
