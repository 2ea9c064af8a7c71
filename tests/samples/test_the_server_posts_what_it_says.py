"""The sample's server over real HTTP, read by the real downloader."""

from __future__ import annotations

import http.client
import json
import tomllib
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.resources import files

import pytest
import yt_dlp

import samples

ONE_CLIP = [post for post in samples.POSTS if len(post.media) == 1]


@pytest.fixture(scope="module")
def demo():
    with samples.serve() as running:
        yield running


def get(demo, path, headers=None):
    connection = http.client.HTTPConnection(demo.host, timeout=10)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


class Quiet:
    def debug(self, message):
        pass

    warning = error = debug


def info(url):
    with yt_dlp.YoutubeDL({"quiet": True, "logger": Quiet(), "cachedir": False, "retries": 0}) as downloader:
        return downloader.extract_info(url, download=False)


@pytest.mark.parametrize("post", ONE_CLIP, ids=lambda p: p.name)
def test_a_post_with_one_clip_is_read_with_its_own_date_and_author(demo, post):
    found = info(demo.url(post.name))
    assert found["timestamp"] == datetime.fromisoformat(post.posted).timestamp()
    assert found["uploader"] == post.author
    assert found["url"] == demo.media_url(post.media[0])


def test_a_page_with_three_videos_gives_three_items(demo):
    found = info(demo.url("thread"))
    assert [entry["url"] for entry in found["entries"]] == [demo.media_url(n) for n in ("trimmed", "fire", "cropped")]


def test_a_short_link_leads_over_two_redirects(demo):
    first, _ = get(demo, "/s/short")
    assert first.status == 302
    second, _ = get(demo, first.getheader("Location"))
    assert (second.status, second.getheader("Location")) == (301, "/post/near")
    assert info(demo.url("short"))["url"] == demo.media_url("near")


@pytest.mark.parametrize(("name", "words"), [("gone", "404"), ("login", "403"), ("words", "Unsupported URL")])
def test_a_post_that_cannot_be_had_says_so(demo, name, words):
    with pytest.raises(yt_dlp.utils.DownloadError, match=words):
        info(demo.url(name))


def test_a_clip_is_served_whole_and_in_parts_under_its_posts_date(demo):
    answer, whole = get(demo, "/media/trimmed.mp4")
    assert answer.status == 200 and whole[4:8] == b"ftyp"
    posted = next(p.posted for p in samples.POSTS if p.name == "trimmed")
    assert parsedate_to_datetime(answer.getheader("Last-Modified")) == datetime.fromisoformat(posted)
    answer, part = get(demo, "/media/trimmed.mp4", {"Range": "bytes=100-199"})
    assert (answer.status, part) == (206, whole[100:200])
    answer, rest = get(demo, "/media/trimmed.mp4", {"Range": "bytes=nonsense"})
    assert (answer.status, rest) == (200, whole)


@pytest.mark.parametrize(
    "path", ["/media/../posts.toml", "/media/posts.toml", "/media/../../server.py", "/", "/post/no"]
)
def test_nothing_but_the_sample_is_served(demo, path):
    assert get(demo, path)[0].status == 404


def test_the_story_page_names_every_post_once(demo):
    answer, body = get(demo, "/story")
    assert answer.status == 200
    page = body.decode()
    for post in samples.POSTS:
        assert f'"{demo.url(post.name)}"' in page
    assert "<script" not in page


def test_a_json_ld_block_cannot_be_left(demo):
    post = samples.StandIn(
        name="x",
        author="</script><script>1",
        posted="2022-04-01T00:00:00+00:00",
        what="",
        text="</script>",
        media=("near",),
    )
    page = samples.server.post_page(post, demo)
    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert json.loads(block)["author"]["name"] == "</script><script>1"
    assert page.count("<script") == 1


def test_every_stand_in_is_marked_as_drawn_or_made_up():
    for post in samples.POSTS:
        assert not post.text or "drawn stand-in" in post.text or "made up" in post.text
        assert post.author.startswith("Sample") or not post.author


def test_the_truth_in_posts_toml_is_the_geometry_of_the_scene():
    numpy = pytest.importorskip("numpy")
    from samples import draw, happening, soundtrack

    scene = tomllib.loads((files("samples") / "belgorod" / "posts.toml").read_text("utf-8"))["scene"]
    assert scene["speed_of_sound"] == pytest.approx(soundtrack.SPEED)
    assert scene["blasts"] == [when for when, _, _ in happening.BLASTS]
    for view in (draw.NEAR, draw.FAR):
        told = scene[view.name]
        assert (told["start"], told["seconds"]) == (view.start, view.seconds)
        away = [numpy.linalg.norm(numpy.subtract(view.camera.place, where)) for _, where, _ in happening.BLASTS]
        assert told["distance"] == pytest.approx(away, abs=0.06)
