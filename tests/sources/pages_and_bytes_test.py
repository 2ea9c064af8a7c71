"""What a page states, and what bytes are: read from broken and hostile text without ever raising."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.errors import UsageError
from verify.sources import kinds, markup
from verify.sources.posts import platform_of, platforms, post_from_url
from verify.sources.url import doctor, means_one_video


def dates(html: str) -> list[tuple[str | None, str | None, str]]:
    found = markup.read(html.encode(), "https://site.example/post")
    shown = [(d.not_before, d.not_after, d.basis) for d in found.dates]
    return [(a.isoformat() if a else None, b.isoformat() if b else None, basis) for a, b, basis in shown]


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def test_each_kind_of_date_keeps_who_said_it() -> None:
    html = (
        '<meta property="article:published_time" content="2022-04-01T05:51:00+03:00">'
        '<meta itemprop="uploadDate" content="2022-04-01">'
        '<meta property="article:modified_time" content="2022-04-02T00:00:00Z">'
        '<time itemprop="datePublished" datetime="2022-04-01T03:00:00Z">morning</time>'
        '<time datetime="1986-04-26T01:23:00Z">of something else</time>'
        + ld('{"@graph": [{"@type": ["VideoObject", "Thing"], "uploadDate": "2022-04-01T02:51:00Z"}]}')
        + ld('{"@type": "Person", "dateCreated": "1980-01-01"}')
    )
    found = dates(html)
    assert [basis for _, _, basis in found] == [
        "page: article:published_time",
        "page: uploaddate",
        "page: article:modified_time (last change, so there by then)",
        "page: <time> marked as date of publication",
        "page: JSON-LD VideoObject.uploadDate",
    ]
    assert found[0][0] == found[4][0] == "2022-04-01T02:51:00+00:00"
    assert found[1][:2] == ("2022-03-31T10:00:00+00:00", "2022-04-02T11:59:59.999999+00:00")  # a day of any zone
    assert found[2][0] is None


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2022", "2022-13-01", "2022-04-01T99:00:00Z", "0001-01-01", "1970-01-01T00:00:00Z",
     "9999-12-31T23:59:59-14:00", "9999-12-31", "2022-04-01T05:51:00+99:99", "20220401"],
)  # fmt: skip
def test_what_is_no_believable_date_is_none(text: str) -> None:
    assert all(d.not_after is None or d.not_after.year >= 1990 for d in [markup.stated(text, "x")] if d)


def test_a_clock_without_a_zone_stays_without_one() -> None:
    found = markup.stated("2022-04-01 05:51", "x")
    assert found is not None and found.zone == "unknown" and found.clock == "2022-04-01 05:51:00"
    assert found.not_before == datetime(2022, 3, 31, 15, 51, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00", b"<" * 100_000, b"<script type='application/ld+json'>" + b"[" * 100_000,
     b"<a " + b"x='" * 50_000, b"<meta charset='no-such'>x", b"<meta charset=utf-7>+ADw-script+AD4-", b"<!--" * 10_000,
     b"<![CDATA[" * 1000, b"<!DOCTYPE [" * 100],
)  # fmt: skip
def test_broken_markup_gives_what_could_be_read(body: bytes) -> None:
    markup.read(body, "https://site.example/")


@pytest.mark.parametrize("unit", [b"<", b"<a ", b"<meta a=b>", b"<title>x</title>"])
def test_markup_made_to_be_slow_is_given_up_in_time(unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "SECONDS", 0.5)
    began = time.monotonic()
    assert not markup.read(unit * (markup.LIMIT // len(unit)), "https://site.example/").whole
    assert time.monotonic() - began < 20


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for form in (
        text,
        f'<meta property="article:published_time" content="{text}">',
        ld(text),
        f'<base href="{text}"><img src="{text}">',
    ):
        markup.read(form.encode("utf-8", "surrogatepass"), "https://site.example/")


def test_the_parts_of_a_page_are_whole_addresses_of_the_web() -> None:
    html = (
        '<base href="/deep/"><img src="a.png"><link rel="stylesheet" href="//cdn.example/s.css">'
        '<script src="x.js"></script>'
        '<img src="data:image/png,x"><img src="javascript:x"><img src="file:///etc/passwd">'
        '<video poster="p.jpg"></video>'
        '<link rel="alternate" href="feed.xml">'
    )
    found = markup.read(html.encode(), "https://site.example/post")
    at = "https://site.example/deep/"
    assert found.parts == [at + "a.png", "https://cdn.example/s.css", at + "x.js", at + "p.jpg"]
    assert markup.style_parts(b"@import 'b.css'; a{background:url( \"c.png\" )} b{src:url(data:x)}", at) == [
        at + "c.png",
        at + "b.css",
    ]


FORWARD = (
    '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from '
    '<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/first/5">'
    '<span dir="auto">First\n channel</span></a></div>'
)


def test_a_forwarded_telegram_message_names_the_channel_that_had_it_first() -> None:
    telegram = platform_of("https://t.me/chan/7")
    assert telegram.told_by_page(FORWARD) == {
        "forwarded_from": "First channel",
        "forwarded_from_url": "https://t.me/first/5",
    }
    hidden = '<span class="tgme_widget_message_forwarded_from_name">Hidden author</span> later words'
    assert telegram.told_by_page(hidden) == {"forwarded_from": "Hidden author"}
    evil = '<a class="tgme_widget_message_forwarded_from_name" href="javascript:alert(1)">x</a>'
    assert telegram.told_by_page(evil) == {"forwarded_from": "x"}
    assert telegram.told_by_page("<p>nothing") == {}
    assert telegram.page_address("https://t.me/s/chan/7?single") == "https://t.me/chan/7?embed=1"
    assert telegram.page_address("https://t.me/chan") == "https://t.me/chan"


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL123", True),
        ("https://www.youtube.com/playlist?list=PL123", False),
        ("https://t.me/vorposte/29342", False),
        ("https://x.com/a/status/1509825175573778433", False),
        ("https://www.instagram.com/stories/someone/123/", True),
    ],
)
def test_an_address_of_one_video_in_a_list_means_the_video(url: str, one: bool) -> None:
    assert means_one_video(url) is one


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.from_regex(r"(https?://)?[a-z.]{1,12}(/[@\w\-?=&/]{0,30})?", fullmatch=True)))
def test_any_text_is_a_post_or_no_web_address(text: str) -> None:
    try:
        post = post_from_url(text)
    except UsageError:
        return
    assert post.url.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize("platform", platforms(), ids=lambda p: p.name)
@pytest.mark.parametrize("junk", ["", "x", "9" * 500, "-1", "٣٤", "../..", "\x00", "A" * 11])
def test_every_platform_takes_junk(platform: object, junk: str) -> None:
    assert hasattr(platform, "id_dates")
    for bounds in platform.id_dates(junk):
        assert bounds.not_before and bounds.not_before.year >= 2010
    platform.post_id(f"https://x.com/{junk}")  # type: ignore[attr-defined]
    platform.dates({"timestamp": junk, "upload_date": junk, "extractor_key": None})  # type: ignore[attr-defined]
    platform.told_by_page(junk)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("head", "ending"),
    [
        (b"\x00\x00\x00\x18ftypmp42", ".mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", ".mov"),
        (b"\x00\x00\x00\x18ftyp3gp5", ".3gp"),
        (b"\x1a\x45\xdf\xa3\x01\x00webm", ".webm"),
        (b"\x1a\x45\xdf\xa3\x01\x00matroska", ".mkv"),
        (b"RIFF....AVI LIST", ".avi"),
        (b"FLV\x01", ".flv"),
        (b"OggS\x00", ".ogv"),
        (b"G" + b"\x00" * 187 + b"G" + b"\x00" * 187, ".ts"),
        (b"\x00\x00\x00\x00G" + (b"\x00" * 191 + b"G") * 2, ".ts"),
        (b"\xff\xd8\xff\xe0", ".jpg"),
        (b"\x89PNG\r\n\x1a\n", ".png"),
        (b"\x00\x00\x00\x18ftypheic", ".heic"),
        (b"<!doctype html>", ""),
        (b"#EXTM3U\n", ""),
        (b"ffconcat version 1.0", ""),
        (b"", ""),
        (b"G", ""),
        (b"GIF89a", ".gif"),
        (b"Good morning", ""),
        (b"\xff\xf1\x50\x80", ".aac"),
    ],
)
def test_bytes_are_named_for_what_they_are(head: bytes, ending: str) -> None:
    assert kinds.ending(head) == ending


def test_doctor_names_what_is_there_and_what_its_absence_costs() -> None:
    rows = {name: (state, meaning) for name, state, meaning in doctor()}
    assert rows["yt-dlp"][0] == "ok" and rows["ffmpeg"][0] == "ok"
    assert set(rows) == {"yt-dlp", "ffmpeg", "Chromium", "JavaScript engine"}
    assert all(meaning for _, meaning in rows.values())


def test_an_old_yt_dlp_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    from pathlib import Path

    from verify.errors import MissingExtraError
    from verify.settings import Settings
    from verify.sources import url

    monkeypatch.setattr(url, "yt_dlp_version", lambda: "2026.7.3")
    assert ("yt-dlp", "old") in [row[:2] for row in doctor()]
    with pytest.raises(MissingExtraError, match="yt-dlp is old"):
        next(url.UrlSource().fetch("https://x.com/a/status/1", Path(str(tmp_path)), Settings(), lambda *_: None))
    monkeypatch.setattr(url, "yt_dlp_version", lambda: "2026.7.4")
    assert ("yt-dlp", "ok") in [row[:2] for row in doctor()]


@pytest.mark.parametrize("odd", [b"<![", b"<!x[", b"<![if IE]>", b"<!DOCTYPE [<!ENTITY", b"<!-", b"<?", b"<![CDATA["])
def test_markup_that_the_parser_gives_up_on_keeps_what_came_before(odd: bytes) -> None:
    head = b'<html><head><title>A post</title><meta property="article:published_time" content="2022-04-01T05:00:00Z">'
    found = markup.read(head + odd + b" <p>more" * 9000, "http://example.org/")
    assert found.title == "A post"
    assert len(found.dates) == 1
