"""Dates of processing that platforms leave in files, against the claimed time."""

from datetime import UTC, datetime

import pytest

from verify import filenames
from verify.asset_ids import bytedance
from verify.checks.processed import ProcessedByAPlatform
from verify.checks.recording_time import RecordingTime
from verify.readers.collect import Collector

TIKTOK = "vid:v0f044gc0000cnu6147og65ss6ecvlpg"


def only(case):
    (found,) = ProcessedByAPlatform().run(case)
    return found


@pytest.mark.parametrize(
    ("text", "second", "post"),
    [  # ids that public code holds beside the number of their post, whose high 32 bits are the post's second
        ("v0f044gc0000cp5mh1fog65lc36b9u1g", "2024-05-20T15:13:09", 7371101961053048097),
        ("v0f025gc0000cffjkvrc77u2m9md15g0", "2023-02-05T05:11:27", 7196535329103400218),
        ("v12044gd0000cohbuanog65ltpj9jdpg", "2024-04-19T18:59:54", 7359655005701311786),
        ("v14033g50000d2jed4vog65sp3hesl60", "2025-08-21T09:27:47", 7540968798585670968),
    ],
)
def test_the_second_in_an_id_lies_just_before_the_post(text, second, post):
    made = bytedance(text)
    assert made == datetime.fromisoformat(second).replace(tzinfo=UTC)
    assert 0 <= (post >> 32) - made.timestamp() <= 660


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vid:1234",
        "v0f044gc0000" + "z" * 20,
        "v0f044gc0000" + "0" * 20,  # of 1970
        "v0f044gc00000cnu6147og65ss6ecvlpgx",
        "my holiday v2",
    ],
)
def test_other_names_carry_no_second(text):
    assert bytedance(text) is None and not [d for d in filenames.dates(text) if "TikTok" in d.program]


def test_a_comment_gives_its_second_and_a_name_too():
    out = Collector("boxes")
    out.add("comment", TIKTOK, "moov/udta/meta/ilst/comment", 7)
    assert [(t.name, t.value) for t in out.tags] == [
        ("comment", TIKTOK),
        ("processing date", "2024-03-21T16:30:08Z"),
    ]
    (named,) = filenames.dates("v0f044gc0000cnu6147og65ss6ecvlpg.MP4")
    assert named.bounds.not_before == datetime(2024, 3, 21, 16, 30, 8, tzinfo=UTC)
    assert named.meaning == "given its id by the service"


def test_processed_before_the_event_questions_it(made):
    found = only(made.case(tags=(made.tag("processing date", "2021-03-21T16:30:08Z"),)))
    assert (found.bearing, found.part, found.weight) == ("questions", "when", "moderate")
    assert "what it processed was recorded by then" in found.sentence and "2021-03-21 16:30:08 UTC" in found.sentence


@pytest.mark.parametrize("day", ["2022-04-01", "2024-01-01"])
def test_processed_on_the_day_or_later_says_nothing(made, day):
    assert only(made.case(tags=(made.tag("processing date", day),))).bearing == "neutral"


def test_processed_minutes_before_a_claimed_minute_questions_nothing(made):
    assert only(made.case(tags=(made.tag("processing date", "2022-04-01T01:59:42Z"),))).bearing == "neutral"
    assert only(made.case(tags=(made.tag("processing date", "2022-04-01T01:49:42Z"),))).bearing == "questions"


def test_without_a_date_a_claim_or_a_file(made):
    assert only(made.case(tags=())).bearing == "not tested"
    assert only(made.case(examination=None)).bearing == "not tested"
    assert only(made.case(claim=None, tags=(made.tag("processing date", "2021-03-21"),))).bearing == "neutral"


@pytest.mark.parametrize(("day", "bearing"), [("2022-03-31", "neutral"), ("2022-04-01", "neutral"), ("", "supports")])
def test_a_header_of_the_day_of_processing_supports_nothing(made, day, bearing):
    """Old footage that YouTube processes on the claimed day bears that day in its header."""
    tags = (
        made.tag("creation time", "2022-04-01T02:10:00Z"),
        made.tag("handler", "ISO Media file produced by Google Inc."),
        *((made.tag("processing date", day),) if day else ()),
    )
    (found,) = RecordingTime().run(made.case(tags=tags))
    assert found.bearing == bearing
    assert ("a platform processed it" in found.sentence) is bool(day)
