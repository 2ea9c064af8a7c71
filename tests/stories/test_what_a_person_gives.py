"""Media maps and marked claims: forms, and what is wrong with them."""

from __future__ import annotations

import pytest

from verify.errors import UsageError
from verify.stories.posts import camera_of, cameras_file, claims_file, file_for, media_map, posts, unused
from verify.stories.read import read

WORDS = "One pic.twitter.com/AbCdEf1234 — A (@a) April 1, 2022\n\nTwo — B (@b) April 1, 2022\n\nhttps://t.me/chan_nel/5"
STORY = read(WORDS.encode(), name="s.txt")


@pytest.fixture
def folder(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.csv", "post,file\n2,a.mp4\nhttps://t.me/s/chan_nel/5,b.mp4\n"),
        ("m.csv", "2 , a.mp4\n\nt.me/chan_nel/5,b.mp4"),
        ("m.toml", '[media]\n"2" = "a.mp4"\n"https://t.me/chan_nel/5" = "b.mp4"\n'),
    ],
)
def test_a_map_names_posts_by_number_or_address(folder, name, text):
    given = media_map(write(folder, name, text))
    rows = posts(STORY)
    assert [file_for(row, STORY, given) for row in rows] == [None, folder / "a.mp4", folder / "b.mp4"]
    assert unused(rows, STORY, given) == ()


def test_a_line_for_a_post_that_is_not_there_is_told(folder):
    given = media_map(write(folder, "m.csv", "9,a.mp4\n"))
    assert [one.line for one in unused(posts(STORY), STORY, given)] == ["9"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("m.csv", "", "no line"),
        ("m.csv", "3\n", "two parts"),
        ("m.csv", "3,missing.mp4\n", "no file"),
        ("m.csv", "three,a.mp4\n", "no post's number"),
        ("m.csv", "3,a.mp4\n3,b.mp4\n", "twice"),
        ("m.toml", "[media\n", "not TOML"),
        ("m.toml", "media = 3\n", "table"),
    ],
)
def test_a_wrong_map_is_one_sentence(folder, name, text, words):
    with pytest.raises(UsageError, match=words):
        media_map(write(folder, name, text))


def test_claims_are_as_many_as_marked(folder):
    path = write(
        folder, "c.toml", '[[claim]]\nwhat = "two helicopters"\n[[claim]]\nwhat = "a fire"\nwhen = 2022-04-01\n'
    )
    found = claims_file(path)
    assert [claim.what for claim in found] == ["two helicopters", "a fire"]
    assert found[1].when is not None and found[0].when is None


def test_a_claim_file_of_one_claim_is_taken_too(folder):
    assert [c.what for c in claims_file(write(folder, "c.toml", 'what = "a fire"\n'))] == ["a fire"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("[[claim]]\nwhatever = 1\n", "whatever"), ("[claim]\nwhat='x'\n", r"\[\[claim\]\]"), ("x", "not TOML")],
)
def test_wrong_claims_are_one_sentence(folder, text, words):
    with pytest.raises(UsageError, match=words):
        claims_file(write(folder, "c.toml", text))


def test_missing_files_are_one_sentence(folder):
    for reader in (media_map, claims_file):
        with pytest.raises(UsageError, match="cannot be read"):
            reader(folder / "no.toml")


def test_cameras_stand_where_a_person_says(folder):
    text = '[[claim]]\nwhat = "a fire"\nblast = "50.6045, 36.6629, 20"\n\n[cameras]\n'
    text += '2 = "50.6016, 36.6592, 20"\n"t.me/chan_nel/5" = "50°36′5.60″N 36°39′33.16″E"\n'
    path = write(folder, "c.toml", text)
    stood = cameras_file(path)
    places = [camera_of(row, STORY, stood) for row in posts(STORY)]
    assert places[0] is None and places[1].radius == 20 and places[2].latitude == pytest.approx(50.6015556)
    assert claims_file(path)[0].blast is not None
    assert [one.line for one in unused(posts(STORY), STORY, (*stood, *cameras_file(write(folder, "d.toml",
            '[[claim]]\nwhat="x"\n[cameras]\n9 = "1, 2"\n'))))] == ["9"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[cameras]\n2 = 5\n", "as text"),
        ('cameras = "x"\n', "as text"),
        ('[cameras]\nfour = "1, 2"\n', "no post's number"),
        ('[cameras]\n2 = "nowhere at all xyz"\n', "."),
        ('[cameras]\n"https://t.me/chan_nel/5" = "1, 2"\n"t.me/s/chan_nel/5" = "1, 2"\n', "twice"),
    ],
)
def test_wrong_cameras_are_one_sentence(folder, text, words):
    with pytest.raises(UsageError, match=words):
        cameras_file(write(folder, "c.toml", text))
