"""Times in the metadata against the claimed time."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from verify.checks.recording_time import RecordingTime
from verify.claims.parse import when


def only(case):
    (found,) = RecordingTime().run(case)
    return found


def test_before_the_event_questions(made):
    found = only(made.case(tags=(made.tag("creation time", "2021-04-01T02:00:00Z"),)))
    assert (found.bearing, found.weight) == ("questions", "moderate")
    assert found.evidence[0].place == "moov/mvhd, byte 44"


def test_of_the_camera_within_the_claimed_time_supports(made):
    found = only(made.case(tags=(made.tag("recording time", "2022-04-01T05:10:00+03:00"),)))
    assert (found.bearing, found.weight) == ("supports", "moderate")
    assert "05:10 Europe/Moscow" in found.sentence


def test_without_a_zone_supports_weakly_when_read_in_the_zone_of_the_place(made):
    found = only(made.case(tags=(made.tag("recording time", "2022-04-01T05:10:00"),)))
    assert (found.bearing, found.weight) == ("supports", "weak")
    assert "if that clock was set to" in found.sentence


def test_without_a_zone_and_at_another_local_hour_is_neutral(made):
    found = only(made.case(tags=(made.tag("recording time", "2022-04-01T09:10:00"),)))
    assert found.bearing == "neutral" and "neither be placed inside nor outside" in found.sentence


def test_of_the_camera_after_the_event_questions(made):
    found = only(made.case(tags=(made.tag("recording time", "2022-04-03T05:10:00+03:00"),)))
    assert (found.bearing, found.part) == ("questions", "when")


def test_of_satellites_that_fit_are_not_questioned_by_a_clock_set_a_day_wrong(made):
    """Real stills of one camera say 22 October by its own clock, 23 October by the satellites; the 23rd was right."""
    tags = (made.tag("recording time", "2022-03-31T05:10:00"), made.tag("gps time", "2022-04-01T02:10:02Z"))
    found = only(made.case(tags=tags))
    assert (found.bearing, found.weight) == ("neutral", "moderate")
    assert "The file's own times disagree: 2022-04-01 02:10:02 UTC" in found.sentence
    assert found.sentence.endswith("as its recording time lies before it.")


def test_of_the_camera_that_fits_supports_nothing_where_the_satellites_say_later(made):
    tags = (made.tag("recording time", "2022-04-01T05:10:00+03:00"), made.tag("gps time", "2022-04-09T02:10:02Z"))
    found = only(made.case(tags=tags))
    assert found.bearing == "neutral" and found.sentence.endswith("as its GPS time lies after it.")


def test_before_the_event_questions_weakly_where_another_fits_and_says_so(made):
    tags = (made.tag("recording time", "2022-04-01T05:10:00+03:00"), made.tag("creation time", "2015-06-01T00:00:00Z"))
    found = only(made.case(tags=tags))
    assert (found.bearing, found.weight) == ("questions", "weak")
    assert "Another time in the file lies within it: 2022-04-01 02:10:00 UTC" in found.sentence


def test_of_an_editor_after_the_event_may_be_an_export(made):
    found = only(made.case(tags=(made.tag("digitized time", "2022-04-09T05:10:00+03:00"),)))
    assert found.bearing == "neutral"


def test_of_a_header_after_the_event_may_be_an_export(made):
    found = only(made.case(tags=(made.tag("creation time", "2022-04-09T05:10:00Z"),)))
    assert found.bearing == "neutral" and "exported or processed" in found.sentence


@pytest.mark.parametrize("value", ["not set", "", "2022-13-45T09:00:00Z", "yesterday"])
def test_that_are_unset_or_no_time_are_not_tested(made, value):
    assert only(made.case(tags=(made.tag("creation time", value),))).bearing == "not tested"


def test_of_other_acts_are_not_taken_for_recording(made):
    assert only(made.case(tags=(made.tag("processing date", "2021-04-01"),))).bearing == "not tested"


def test_without_claim_or_examination(made):
    tags = (made.tag("creation time", "2022-04-01T02:10:00Z"),)
    assert only(made.case(claim=None, tags=tags)).bearing == "neutral"
    assert only(made.case(examination=None)).bearing == "not tested"


@pytest.mark.parametrize("year", [1904, 1980])
def test_of_a_clock_that_was_never_set_is_shown_and_not_believed(made, year):
    found = only(made.case(tags=(made.tag("recording time", f"{year}-01-01T00:00:00"),)))
    assert found.bearing == "neutral" and f"that can be believed: {year}-01-01 00:00:00" in found.sentence
    assert len(found.evidence) == 1


def of_a_minute(made, *tags, length=12.0, first="2022-04-01T02:10:00", last="2022-04-01T02:10:59"):
    """Return a case that claims the minute 05:10 in Belgorod, or from `first` to `last` (UTC); `length` is seconds."""
    begin, end = (datetime.fromisoformat(at).replace(tzinfo=UTC) for at in (first, last))
    case = made.case(tags=tags, claim=replace(made.CLAIM, when=replace(made.FIVE, not_before=begin, not_after=end)))
    return replace(case, examination=replace(case.examination, duration=length))


def test_of_a_clip_that_ran_into_the_claimed_minute_supports(made):
    """A clip of 12 s that began 10 s before the claimed minute was held against it."""
    found = only(of_a_minute(made, made.tag("recording time", "2022-04-01T05:09:50+03:00")))
    assert found.bearing == "supports" and "the clip is 12 s long: it ran into the claimed time" in found.sentence


@pytest.mark.parametrize(
    ("clock", "bearing"), [("05:08:30", "neutral"), ("05:19:30", "neutral"), ("04:50:00", "questions")]
)
def test_within_minutes_of_a_claimed_minute_say_nothing(made, clock, bearing):
    found = only(of_a_minute(made, made.tag("recording time", f"2022-04-01T{clock}+03:00")))
    assert found.bearing == bearing and ("usually rounded" in found.sentence) is (bearing == "neutral")


@pytest.mark.parametrize("clock", ["01:40:00", "02:40:00"])
def test_of_a_header_may_be_the_end_or_the_beginning_and_do_not_support_by_the_length_alone(made, clock):
    """Either may date a clip of an hour that ran at 02:10 UTC, so neither questions, and neither supports."""
    tags = (made.tag("creation time", f"2022-04-01T{clock}Z"), made.tag("handler", "Core Media Video"))
    assert only(of_a_minute(made, *tags, length=3600.0)).bearing == "neutral"


def test_of_a_clip_whose_length_is_impossible_stand_for_themselves(made):
    tag = made.tag("recording time", "2022-03-01T05:10:00+03:00")
    assert only(of_a_minute(made, tag, length=1e18)).bearing == "questions"


@pytest.mark.parametrize(
    ("clock", "local", "universal"), [("05:10:20", "05:10", "08:10"), ("02:10:20", "02:10", "05:10")]
)
def test_of_a_header_read_in_one_zone_alone_support_nothing(made, clock, local, universal):
    """The format asks for UTC and many cameras write local time: either reading alone would fit what was claimed."""
    found = only(of_a_minute(made, made.tag("creation time", f"2022-04-01T{clock}Z")))
    assert found.bearing == "neutral"
    assert f"{local} in Europe/Moscow if that clock was local, {universal} if it was UTC, as the" in found.sentence


def test_of_a_header_whose_both_readings_fit_support_weakly(made):
    tag = made.tag("creation time", "2022-04-01T05:10:20Z")
    found = only(of_a_minute(made, tag, first="2022-03-31T21:00:00", last="2022-04-01T21:00:00"))
    assert (found.bearing, found.weight) == ("supports", "weak")


def test_of_satellites_that_fell_back_an_era_do_not_question(made):
    tags = (made.tag("recording time", "2022-04-01T05:10:10"), made.tag("gps time", "2002-08-16T02:10:10Z"))
    found = only(made.case(tags=tags))
    assert (found.bearing, found.weight) == ("supports", "weak")
    assert any("GPS week rollover" in e.value for e in found.evidence)


def test_of_a_header_after_the_event_are_counted_from_where_the_clip_may_have_begun(made):
    tags = (made.tag("creation time", "2022-04-01T05:10:59Z"), made.tag("handler", "Core Media Video"))
    found = only(of_a_minute(made, *tags, length=3600.0))
    assert found.bearing == "neutral" and "at least 2 h after the claimed time" in found.sentence


def near_a_border(made):
    """The claim of 05:10 at a place that may lie in the zone of Kyiv or of Moscow, an hour ahead."""
    where = replace(made.BELGOROD, zone="Europe/Kyiv", zones=("Europe/Moscow",))
    return replace(made.CLAIM, when=when("2024-11-10T05:10", where.zone, *where.zones), where=where)


@pytest.mark.parametrize("offset", ["+02:00", "+03:00"])
def test_in_either_zone_of_a_place_near_a_border_fits_and_the_doubt_is_said(made, offset):
    """Sudzha lies in Russia; the hour of the nearest larger town, in Ukraine, was taken, and 05:10 questioned 05:10."""
    tags = (made.tag("recording time", f"2024-11-10T05:10:20{offset}"),)
    found = only(made.case(claim=near_a_border(made), tags=tags))
    assert found.bearing == "supports"
    assert "is not sure (Europe/Kyiv or Europe/Moscow)" in found.limits


def test_an_hour_off_without_a_zone_supports_nothing_near_a_border(made):
    """04:10 in Kyiv is 05:10 in Moscow, and yet no clock of the place that shows 04:10 shows the claimed 05:10."""
    found = only(made.case(claim=near_a_border(made), tags=(made.tag("recording time", "2024-11-10T04:10:20"),)))
    assert found.bearing == "neutral"
    found = only(made.case(claim=near_a_border(made), tags=(made.tag("recording time", "2024-11-10T05:10:20"),)))
    assert (found.bearing, found.weight) == ("supports", "weak")
    assert "(Europe/Kyiv or Europe/Moscow)" in found.sentence
