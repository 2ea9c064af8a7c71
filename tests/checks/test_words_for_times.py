"""Times, spans and distances as sentences say them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from checks.made_cases import at
from verify.checks import asking, summary, wording
from verify.records.times import TimeBounds, clock_without_zone, moment, whole_day

AT = datetime(2022, 4, 1, 22, 30, 5, tzinfo=UTC)


def bounds(first, last, precision="interval"):
    return TimeBounds(not_before=first, not_after=last, precision=precision, zone="utc", basis="")


@pytest.mark.parametrize(
    ("given", "zone", "told"),
    [
        (moment(AT, ""), "", "at 2022-04-01 22:30:05 UTC"),
        (moment(AT, ""), "Europe/Moscow", "at 2022-04-01 22:30:05 UTC (01:30 on 2022-04-02 Europe/Moscow)"),
        (moment(AT, "", "minute"), "No/Where", "at 2022-04-01 22:30 UTC"),
        (whole_day(date(2022, 4, 1), ""), "Europe/Moscow", "on 2022-04-01 (the day in UTC)"),
        (bounds(None, AT), "", "no later than 2022-04-01 22:30:05 UTC"),
        (bounds(AT, None), "", "no earlier than 2022-04-01 22:30:05 UTC"),
        (bounds(None, None), "", "at a time nothing is known of"),
        (
            bounds(AT.replace(second=0), AT.replace(hour=23, second=59)),
            "",
            "between 2022-04-01 22:30 and 23:30 UTC",
        ),
        (
            clock_without_zone(datetime(2022, 4, 1, 5, 0), ""),
            "Europe/Moscow",
            "at 2022-04-01 05:00:00 on a clock whose zone is not stated",
        ),
    ],
)
def test_bounds(given, zone, told):
    assert wording.tell_when(given, zone) == told


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(seconds=12), "12 s"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=3, minutes=38), "3 h 38 min"),
        (timedelta(hours=-2), "2 h"),
        (timedelta(days=41), "41 days"),
        (timedelta(days=3650), "10.0 years"),
    ],
)
def test_spans(span, told):
    assert wording.tell_span(span) == told


@pytest.mark.parametrize(("metres", "told"), [(12.4, "12 m"), (1999, "1999 m"), (4912, "4.9 km"), (429_000, "429 km")])
def test_distances(metres, told):
    assert wording.tell_distance(metres) == told


def test_clocks_of_clips_and_lists():
    assert wording.seconds(3.04, 62.96) == "0:03.0 to 1:03.0"
    assert wording.clock(3599.96) == "60:00.0"
    assert wording.listed(["a"]) == "a" and wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed(list("abcdefg"), 3) == "a, b, c and 4 more"
    assert wording.count(1, "clip") == "1 clip" and wording.count(1200, "clip") == "1,200 clips"


def test_foreign_text_is_shown_not_obeyed():
    assert wording.quote("a\nb\x1b[31m\u202e") == "“a b‹U+001B›[31m‹U+202E›”"
    assert len(wording.plain("x" * 500, 50)) == 50


@pytest.mark.parametrize(
    "given",
    [
        {"tags": ["recording time", "2021-04-01T02:00:00Z"]},
        {"tags": ["recording time", "2022-04-03T05:10:00+03:00"]},
        {"tags": ["recording time", "2022-04-01T05:10:00+03:00", "creation time", "2021-04-01T02:00:00Z"]},
        {"tags": ["recording time", "2022-04-01T05:10:00+03:00"]},
        {"tags": ["recording time", "2022-04-01T09:10:00"]},
        {"posts": [at("2021-04-01T05:00:00+03:00", "number of the post")]},
        {"posts": [whole_day(date(2022, 4, 1), "upload day")]},
        {"posts": [at("2021-04-01T05:00:00+03:00"), at("2022-04-02T05:00:00+03:00")]},
        {"name": "VID_20210401_050000.mp4"},
        {},
    ],
)
def test_no_bracket_opens_within_another(given, made):
    tags = given.get("tags", [])
    named = replace(made.CLAIM.where, asked="belgorod", country="RU", basis="gazetteer; radius assumed")
    case = made.case(
        claim=replace(made.CLAIM, where=named),
        tags=tuple(made.tag(*tags[n : n + 2]) for n in range(0, len(tags), 2)),
        post=made.post(*given["posts"]) if "posts" in given else None,
    )
    if "name" in given:
        case = replace(case, item=replace(case.item, media=replace(case.item.media, name=given["name"])))
    findings = asking.run(case)
    said = [f.sentence for f in findings] + [*summary.summary(case, findings), *summary.not_established(case, findings)]
    assert [s for s in said if re.search(r"\([^()]*\(", s)] == []
    assert any("Europe/Moscow" in s for s in said)


def test_what_was_assumed_of_a_zone_stands_in_one_pair_of_brackets():
    basis = "given; no zone stated: taken as the claimed place's own time (Europe/Moscow)"
    told = wording.taken_zone(whole_day(date(2022, 4, 1), basis))
    assert told == " (no zone was stated: taken as the claimed place's own time, Europe/Moscow)"
