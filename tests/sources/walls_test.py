"""Posts that cannot be had: which wall it is, in one sentence, with what to do. Messages are yt-dlp's own."""

from __future__ import annotations

import os
import ssl
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from verify.errors import (
    DiskFullError,
    FirstseenError,
    NetworkError,
    NotAccessibleError,
    NotFoundError,
    NotVideoError,
    RefusedAddressError,
    SourceError,
    UsageError,
)
from verify.settings import Settings
from verify.sources.egress import Guard
from verify.sources.fetch import get
from verify.sources.outcomes import classify, clean, explain
from verify.sources.url import UrlSource

# As yt-dlp 2026.10.26 words them in its extractors (read there, shortened), with what they must become.
MESSAGES = [
    (
        "[youtube] abc: Private video. Sign in if you've been granted access to this video",
        NotAccessibleError,
        "private",
    ),
    ("[youtube] abc: Video unavailable. This video has been removed by the uploader", NotFoundError, "gone"),
    ("[youtube] abc: This video is no longer available because the account has been terminated", NotFoundError, "gone"),
    ("[youtube] abc: Sign in to confirm your age. This video may be inappropriate", NotAccessibleError, "age"),
    ("[youtube] abc: Sign in to confirm you're not a bot. Use --cookies", NotAccessibleError, "login"),
    ("[youtube] abc: The uploader has not made this video available in your country", NotAccessibleError, "region"),
    ("[youtube] abc: Video unavailable", NotFoundError, "not available"),
    ("[youtube] abc: Join this channel to get access to members-only content", NotAccessibleError, "login"),
    ("[twitter] 1: No video could be found in this tweet", NotVideoError, "no video"),
    ("[twitter] 1: You are not authorized to view this protected tweet", NotAccessibleError, "private"),
    ("[twitter] 1: NSFW tweet requires authentication. Use --cookies", NotAccessibleError, "age"),
    ("[twitter] 1: Requested tweet is unavailable: Suspended", NotFoundError, "gone"),
    (
        "[Instagram] x: Requested content is not available, rate-limit reached or login required",
        NotAccessibleError,
        "login",
    ),
    ("[TikTok] 1: Your IP address is blocked from accessing this post", NotAccessibleError, "blocked"),
    ("[TikTok] 1: Video not available, status code 10204", NotFoundError, "not available"),
    ("[facebook] 1: This video is only available for registered users. Use --cookies", NotAccessibleError, "login"),
    ("[youtube] abc: This live event will begin in 3 days", NotVideoError, "not on air"),
    ("[youtube] abc: Premieres in 20 minutes", NotVideoError, "not on air"),
    ("[vimeo] 1: This video is DRM protected", NotAccessibleError, "DRM"),
    ("[generic] Unsupported URL: https://example.org/", NotVideoError, "no video"),
    (
        "ERROR: [generic] x: Unable to extract video url; please report this issue on https://...",
        NotVideoError,
        "no video",
    ),
]


@pytest.mark.parametrize(("message", "kind", "word"), MESSAGES)
def test_a_wall_is_told_apart(message: str, kind: type[FirstseenError], word: str) -> None:
    outcome = classify(
        {"names": ["DownloadError", "ExtractorError"], "status": None, "errno": None, "message": message}
    )
    assert outcome is not None
    assert outcome[0] is kind and word in outcome[1]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotAccessibleError), (403, NotAccessibleError), (404, NotFoundError), (410, NotFoundError),
     (429, NetworkError), (451, NotAccessibleError), (500, NetworkError), (503, NetworkError)],
)  # fmt: skip
def test_a_status_is_told_apart(status: int, kind: type[FirstseenError]) -> None:
    outcome = classify(
        {"names": ["HTTPError"], "status": status, "errno": None, "message": f"HTTP Error {status}: Words"}
    )
    assert outcome is not None and outcome[0] is kind and str(status) in outcome[1]


@pytest.mark.parametrize(
    "failure",
    [
        {
            "names": ["DownloadError"],
            "status": None,
            "errno": None,
            "message": "unable to write data: [Errno 28] No space left",
        },
        {"names": ["OSError"], "status": None, "errno": 28, "message": "writing the record"},
    ],
)
def test_a_full_disk_is_told_as_one(failure: dict[str, Any]) -> None:
    with Guard(Settings()) as guard:
        error = explain("https://site.example/p", [failure], guard)
    assert isinstance(error, DiskFullError) and "no room" in error.message


def test_what_nobody_foresaw_is_told_in_its_own_words_with_a_way_out() -> None:
    with Guard(Settings()) as guard:
        odd = {"names": ["KeyError"], "status": None, "errno": None, "message": "ERROR: [x] 1: odd\x1b[0m thing"}
        error = explain("https://site.example/p", [odd], guard)
    assert type(error) is SourceError
    assert error.message == "https://site.example/p could not be fetched: 1: odd thing."
    assert "--post https://site.example/p" in error.advice


def test_a_message_is_cleaned_of_colours_prefixes_and_trailers() -> None:
    raw = (
        "\x1b[0;31mERROR:\x1b[0m [youtube] abc: Something \x1b]0;OWNED\x07 odd; please report this issue on  https://x"
    )
    assert clean(raw) == "abc: Something ‹U+001B›]0;OWNED‹U+0007› odd"


@pytest.mark.parametrize(
    ("path", "kind", "word"),
    [
        ("/nothing-here", NotFoundError, "404"),
        ("/denied", NotAccessibleError, "403"),
        ("/gone", NotFoundError, "410"),
        ("/broken", NetworkError, "503"),
        ("/text", NotVideoError, "no video"),
        ("/live.m3u8", NotAccessibleError, "live stream"),
        ("/thumb.jpg", NotVideoError, "no video"),
        ("/text-as.mp4", NotVideoError, "no video"),
    ],
)
def test_each_wall_over_real_http(fetch: Any, site: Any, path: str, kind: type[FirstseenError], word: str) -> None:
    with pytest.raises(kind) as caught:
        fetch(site.url(path), page=False)
    error = caught.value
    assert type(error) is kind
    assert word in error.message and error.message.count("\n") == 0 and error.message.endswith(".")
    assert error.advice and "Traceback" not in error.message
    if kind in {NotFoundError, NotAccessibleError} and "live" not in word:
        assert f"firstseen check FILE --post {site.url(path)}" in error.advice
    assert fetch.left() == []


def test_no_answer_at_all_is_a_network_error(fetch: Any, closed_port: int) -> None:
    with pytest.raises(NetworkError, match="does not answer"):
        fetch(f"http://127.0.0.1:{closed_port}/x", page=False, allow_hosts=("127.0.0.1",))


def test_an_unknown_name_is_a_network_error(fetch: Any) -> None:
    with pytest.raises(NetworkError, match="is not known"):
        fetch("http://no-such-host.invalid/x", page=False)


def test_a_certificate_that_does_not_hold_is_a_network_error(fetch: Any, tls_site: str) -> None:
    with pytest.raises(NetworkError, match="certificate"):
        fetch(tls_site, page=False, allow_hosts=("127.0.0.1",))


def test_tls_goes_end_to_end_through_the_guard(
    tls_site: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """With its certificate trusted, the same server is reached; the guard sees a tunnel and none of its bytes."""
    monkeypatch.setenv("SSL_CERT_FILE", os.environ["FIRSTSEEN_TEST_CERTIFICATE"])
    with Guard(replace(settings, allow_hosts=("127.0.0.1",))) as guard:
        answer = get(tls_site, guard, limit=1000, seconds=10)[-1]
        assert answer.status == 501 and answer.sent.startswith(b"GET /x.mp4 HTTP/1.1\r\n")  # inside the tunnel
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({"https": guard.url}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        )
        with pytest.raises(urllib.error.HTTPError, match="501"):
            opener.open(tls_site)


def test_this_machine_is_refused_unless_allowed(fetch: Any, site: Any) -> None:
    before = len(site.asked)
    with pytest.raises(RefusedAddressError, match="not fetched"):
        fetch(site.url("/one"), page=True, allow_hosts=())
    assert len(site.asked) == before  # nothing was sent


@pytest.mark.parametrize(
    ("target", "takes"),
    [
        ("pic.twitter.com/HhHkirNJWk", True), ("t.me/chan/5", True), ("X.com/a/status/1", True), ("x.com", False),
        ("clips/x.com", False), ("example.org/video.mp4", False), ("clip.mp4", False), ("./t.me/chan/5", False),
    ],
)  # fmt: skip
def test_a_known_platform_may_be_named_without_its_scheme(target: str, takes: bool) -> None:
    assert UrlSource().takes(target) is takes


def test_a_file_that_is_there_is_a_file_whatever_its_name(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.me").mkdir()
    (tmp_path / "t.me" / "clip.mp4").write_bytes(b"x")
    assert not UrlSource().takes("t.me/clip.mp4")


@pytest.mark.parametrize("target", ["ftp://example.org/x.mp4", "file:///etc/passwd", "magnet:?xt=1", "rtmp://x/y"])
def test_other_schemes_are_refused_in_one_sentence(fetch: Any, target: str) -> None:
    with pytest.raises(FirstseenError) as caught:
        fetch(target)
    assert isinstance(caught.value, UsageError) or "There is no file" in caught.value.message
