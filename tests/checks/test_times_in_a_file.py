"""Times in the metadata against the claimed time."""

from dataclasses import replace

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
    tags = (made.tag("recording time", "2022-04-01T05:10:00+03:00"), made.tag("creation time", "2015-01-01T00:00:00Z"))
    found = only(made.case(tags=tags))
    assert (found.bearing, found.weight) == ("questions", "weak")
    assert "Another time in the file lies within it: 2022-04-01 02:10:00 UTC" in found.sentence


def test_of_an_editor_after_the_event_may_be_an_export(made):
    found = only(made.case(tags=(made.tag("digitized time", "2022-04-09T05:10:00+03:00"),)))
    assert found.bearing == "neutral"


def test_of_a_header_after_the_event_may_be_an_export(made):
    found = only(made.case(tags=(made.tag("creation time", "2022-04-09T05:10:00Z"),)))
    assert found.bearing == "neutral" and "exported or processed" in found.sentence


@pytest.mark.parametrize("value", ["not set", "", "1904-01-01T00:00:00Z", "2022-13-45T09:00:00Z", "yesterday"])
def test_that_are_unset_or_no_time_are_not_tested(made, value):
    assert only(made.case(tags=(made.tag("creation time", value),))).bearing == "not tested"


def test_of_other_acts_are_not_taken_for_recording(made):
    assert only(made.case(tags=(made.tag("processing date", "2021-04-01"),))).bearing == "not tested"


def test_without_claim_or_examination(made):
    tags = (made.tag("creation time", "2022-04-01T02:10:00Z"),)
    assert only(made.case(claim=None, tags=tags)).bearing == "neutral"
    assert only(made.case(examination=None)).bearing == "not tested"


def test_of_a_clock_that_was_never_set_is_shown_and_not_believed(made):
    found = only(made.case(tags=(made.tag("recording time", "1980-01-01T00:00:00"),)))
    assert found.bearing == "not tested" and "that can be believed" in found.sentence


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
