"""Forwarded posts, broadcasts, tagged places, and files shorter than what was posted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verify.checks.platform_notes import PlatformNotes


def told(made, claim=None, author="", **info):
    one = made.case(post=made.post(author=author), **({"claim": claim} if claim else {}))
    return PlatformNotes().run(replace(one, item=replace(one.item, info=info)))


def test_a_forwarded_post_is_not_the_first_place(made):
    (found,) = told(made, forwarded_from="Channel One", forwarded_from_url="https://t.me/channelone/7")
    assert found.bearing == "neutral" and found.weight == "moderate"
    assert "forwarded from “Channel One”" in found.sentence and "before it was here" in found.sentence
    assert found.evidence[0].place == "https://t.me/channelone/7"


def test_a_claimed_source_that_forwarded_it_is_questioned(made):
    claim = replace(made.CLAIM, source="Yard Camera, on Telegram")
    (found,) = told(made, claim, author="Yard Camera", forwarded_from="Channel One")
    assert (found.bearing, found.part) == ("questions", "source")
    (other,) = told(made, claim, author="Somebody else", forwarded_from="Channel One")
    assert other.bearing == "neutral"
    named = replace(made.CLAIM, source="Yard Camera after Channel One")
    assert told(made, named, author="Yard Camera", forwarded_from="Channel One")[0].bearing == "neutral"


@pytest.mark.parametrize(
    ("stated", "words"),
    [(30.0, ""), (31.4, ""), (28.6, ""), (64.0, "not the whole"), (12, "longer than"), (float("nan"), ""), ("64", "")],
)
def test_the_files_length_against_the_platforms(made, stated, words):
    (found,) = told(made, duration=stated)  # the made clip lasts 30 s
    assert words in found.sentence and ("lasts 30.0 s" in found.sentence) is bool(words)


def test_broadcasts_and_tagged_places_are_the_platforms_words(made):
    live, place = told(made, live_status="was_live", location="Belgorod <b>")
    assert "recording of a broadcast" in live.sentence
    assert "“Belgorod <b>”" in place.sentence and "not by a device" in place.sentence
    assert told(made, live_status="not_live", was_live=False)[0].sentence.startswith("The post does not say")


def test_without_a_post_it_is_not_tested(made):
    assert PlatformNotes().run(made.case())[0].bearing == "not tested"
