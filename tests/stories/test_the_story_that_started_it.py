"""The story of 1 April 2022, as scraped: eight quoted posts, seven links, none invented."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from verify.records.stories import StoryText
from verify.stories.posts import in_order, posts
from verify.stories.read import read

QUOTED = tomllib.loads((files("samples") / "belgorod" / "posts.toml").read_text("utf-8"))["quoted"]


@pytest.fixture(scope="module")
def story(shared) -> StoryText:
    path = shared / "story" / "000_5d174e8dcbf4622c.txt"
    return read(path.read_bytes(), name=path.name)


def test_title_and_day(story):
    assert story.kind == "text"
    assert story.title.startswith("Ukrainian Forces Reportedly Blow Up Fuel Depot")
    assert story.date.precision == "day" and story.date.clock == "2022-04-01" and story.date.zone == "unknown"


def test_eight_quoted_posts_with_author_handle_and_day(story):
    assert [(q.author.rstrip("🇺🇦"), q.handle) for q in story.quotes] == [(q["author"], q["handle"]) for q in QUOTED]
    for quote in story.quotes:
        assert quote.date_text == "April 1, 2022"
        assert quote.date.precision == "day" and quote.date.zone == "unknown"
        assert quote.date.not_before.date() == date(2022, 3, 31), "a day of an unknown zone begins east of it"


def test_seven_links_each_with_its_post(story):
    assert len(story.references) == 7
    assert sum("pic.twitter.com" in one.url for one in story.references) == 5
    for quote, told in zip(story.quotes, QUOTED, strict=True):
        found = [one.url for one in story.references if one.number in quote.references]
        assert found == told["links"]
    assert not story.other_links and not story.problems


def test_every_post_is_a_row_and_those_without_a_link_say_so(story):
    rows = posts(story)
    assert [row.quote for row in rows] == list(range(1, 9))
    assert [row.state for row in rows] == ["no link"] * 2 + ["not tried"] * 5 + ["no link"]
    assert all(row.reason and row.next_step for row in rows if row.state == "no link")


def test_the_media_link_is_tried_before_the_other_link(story):
    third = posts(story)[2]
    assert in_order(third, story.references)[0].url == "https://pic.twitter.com/HhHkirNJWk"


def test_words_are_the_storys_own(story):
    for quote in story.quotes:
        assert quote.text in story.text and len(quote.text) > 20


def test_our_own_summary_has_the_same_posts_and_lists_its_sources_apart():
    ours = read((files("samples") / "belgorod" / "story.md").read_bytes(), name="story.md")
    assert ours.kind == "markdown" and ours.date.clock == "2022-04-01"
    assert [q.handle for q in ours.quotes] == [q["handle"] for q in QUOTED]
    assert [one.url for one in ours.references] == [link for q in QUOTED for link in q["links"]]
    assert len(ours.other_links) == 5
