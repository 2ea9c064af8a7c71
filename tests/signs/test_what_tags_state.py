"""Times, places and devices as the tags state them: zones believed only where something bears them out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify import statements
from verify.records.media import Tag
from verify.tagnames import NAMES, NOT_SET


def tag(name, value, reader="boxes", place=None, note=""):
    return Tag(name=name, value=value, reader=reader, place=place or f"moov/{name}", note=note)


def only(tags, **known):
    found = statements.times(tags, **known)
    assert len(found) == 1
    return found[0]


HEADER = {"name": "creation time", "place": "moov/mvhd"}


def test_a_header_alone_is_a_clock_without_a_zone():
    stated = only([tag("creation time", "2017-02-22T08:20:28Z", place="moov/mvhd")])
    assert stated.bounds.zone == "unknown"
    assert stated.bounds.not_before == datetime(2017, 2, 21, 18, 20, 28, tzinfo=UTC)
    assert any("nothing in the file bears it out" in d for d in stated.doubts)


def test_a_header_borne_out_by_a_time_with_a_zone_is_utc():
    found = statements.times(
        [
            tag("creation time", "2019-07-24T08:25:57Z", place="moov/mvhd"),
            tag("recording time", "2019-07-24T11:25:40+03:00"),
        ]
    )
    assert [t.name for t in found] == ["recording time", "creation time"], "the recording's own time stands first"
    assert [t.bounds.zone for t in found] == ["offset", "utc"]
    assert "borne out" in found[1].bounds.basis


def test_a_header_hours_away_from_the_recordings_time_is_not_borne_out():
    found = statements.times(
        [
            tag("creation time", "2019-07-24T11:25:57Z", place="moov/mvhd"),  # the local clock in a field for UTC
            tag("recording time", "2019-07-24T11:25:40+03:00"),
        ]
    )
    assert found[1].bounds.zone == "unknown"


@pytest.mark.parametrize("writer", ["Core Media Video", "ISO Media file produced by Google Inc.", "Twitter-vork muxer"])
def test_a_header_of_a_writer_known_for_utc(writer):
    found = only([tag("creation time", "2022-03-22T18:09:44Z", place="moov/mvhd"), tag("handler", writer)])
    assert found.bounds.zone == "utc"


@pytest.mark.parametrize("name", ["handler", "make", "model"])
def test_an_action_cameras_header_is_its_own_clock_whatever_else_is_there(name):
    tags = [tag("creation time", "2017-04-17T19:27:57Z", place="moov/mvhd"), tag(name, "GoPro AVC")]
    stated = only(tags)
    assert stated.bounds.zone == "unknown"
    assert any("camera clock by GoPro" in d for d in stated.doubts)


@pytest.mark.parametrize(
    ("clock", "satellites", "offset"),
    [
        ("2018-02-05T15:11:44", "2018-02-05T07:11:43Z", "+08:00"),
        ("2018-02-05T12:56:10", "2018-02-05T07:11:43Z", "+05:45"),
        ("2018-02-05T02:41:43", "2018-02-05T07:11:43Z", "-04:30"),
        (
            "2008-10-22T16:29:49",
            "2008-10-23T14:28:17Z",
            None,
        ),  # a day apart: the fix is an old one, or a clock is wrong
        ("2018-02-05T15:20:00", "2018-02-05T07:11:43Z", None),  # eight minutes off any zone
    ],
)
def test_a_zone_is_inferred_from_the_satellites_only_where_one_fits(clock, satellites, offset):
    found = statements.times([tag("recording time", clock, "exif"), tag("gps time", satellites, "exif")])
    stated = next(t for t in found if t.name == "recording time")
    if offset is None:
        assert stated.bounds.zone == "unknown"
    else:
        assert stated.bounds.zone != "unknown"
        assert f"offset {offset} inferred" in stated.bounds.basis
        assert any("inferred" in d for d in stated.doubts)


def test_unset_times_state_nothing():
    assert not statements.times([tag("creation time", NOT_SET), tag("recording time", "gibberish")])


def test_one_reading_by_several_readers_is_one_statement():
    stated = only(
        [
            tag("recording time", "2023-10-31T11:44:43.432+01:00", "exif"),
            tag("recording time", "2023-10-31T11:44:43+01:00", "pictures"),
            tag("recording time", "2023-10-31T11:44:43", "exiftool"),
        ]
    )
    assert stated.bounds.zone == "offset"
    assert [t.reader for t in stated.tags] == ["exif", "pictures", "exiftool"]


def test_two_different_zones_of_one_clock_stay_two():
    found = statements.times(
        [tag("recording time", "2023-10-31T11:44:43+01:00"), tag("recording time", "2023-10-31T11:44:43+02:00", "exif")]
    )
    assert len(found) == 2


@pytest.mark.parametrize(("value", "precision"), [("2010", "year"), ("2010-12", "month"), ("2010-12-31", "day")])
def test_a_year_a_month_and_a_day_are_as_wide_as_they_are(value, precision):
    stated = only([tag("recording time", value)])
    assert (stated.bounds.precision, stated.bounds.zone) == (precision, "unknown")
    assert stated.bounds.not_after > datetime(2010, 12, 31, 12, tzinfo=UTC)


def test_doubts_of_old_late_and_overflowing_clocks():
    known = datetime(2022, 4, 2, tzinfo=UTC)
    old = only([tag("recording time", "1980-01-01T00:00:00")])
    late = only([tag("recording time", "2031-01-01T00:00:00Z")], known_by=known)
    over = only([tag("recording time", "2040-02-06T06:28:15Z")])
    assert any("never set" in d for d in old.doubts)
    assert any("already here" in d for d in late.doubts)
    assert any("overflow" in d for d in over.doubts)


@pytest.mark.parametrize("value", ["2000-01-01T00:00:10Z", "2016-01-01T00:00:20", "2016-01-01T03:00:20+03:00"])
@pytest.mark.parametrize("name", ["recording time", "creation time", "digitized time"])
def test_a_clock_where_cameras_begin_is_doubted(name, value):
    """A camera with an empty cell said 1 January 2000, and the clip was called 22 years older than claimed."""
    assert only([tag(name, value)]).broken


@pytest.mark.parametrize("value", ["2016-01-01T00:40:00", "2016-01-02T00:00:20", "2015-12-31T23:59:50", "2016-01-01"])
def test_other_hours_about_new_year_are_not_doubted(value):
    assert not only([tag("recording time", value)]).broken


def test_the_first_minutes_of_a_year_on_a_phone_or_by_satellites_are_not_doubted():
    at = tag("recording time", "2023-01-01T00:04:00+03:00")
    assert not only([at, tag("handler", "Core Media Video")]).broken
    with_fix = statements.times([at, tag("gps time", "2022-12-31T21:04:00Z")])
    assert len(with_fix) == 2 and not any(t.broken for t in with_fix)


@pytest.mark.parametrize(("fix", "doubted"), [("2002-08-16", True), ("1982-12-31", True), ("2002-08-23", False)])
def test_satellites_a_whole_era_behind_the_cameras_clock_are_doubted(fix, doubted):
    """1 April 2022 less 1024 weeks is 16 August 2002, as old receivers write since 2019."""
    tags = [tag("recording time", "2022-04-01T05:10:10"), tag("gps time", f"{fix}T02:10:10Z")]
    found = next(t for t in statements.times(tags) if t.kind == "satellites")
    assert found.broken is doubted and any("week rollover" in d for d in found.doubts) is doubted
    for sentence in statements.conflicts(statements.times(tags)):  # a date before 1990 is none to compare with
        assert ("GPS week rollover" in sentence) is doubted


def test_a_header_of_androids_recorder_is_utc_and_one_that_inherits_its_handlers_is_not():
    header, handler = tag("creation time", "2017-02-22T08:20:28Z", place="moov/mvhd"), tag("handler", "VideoHandle")
    version = tag("system version", "6.0.1", place="moov/meta/ilst/com.android.version")
    assert only([header, handler, version]).bounds.zone == "utc"
    assert only([header, handler]).bounds.zone == "unknown"
    assert only([header, version]).bounds.zone == "unknown"


def test_times_of_one_file_that_exclude_each_other_are_named_once():
    tags = [
        tag("recording time", "2002-07-28T15:50:05", "exif"),
        tag("recording time", "2002-09-16", "packets"),
        tag("creation time", NOT_SET),
    ]
    sentences = statements.conflicts(statements.times(tags))
    assert len(sentences) == 1
    assert "2002-07-28T15:50:05" in sentences[0]
    assert "at least 48 days" in sentences[0]


def test_times_that_can_be_of_one_recording_are_no_conflict():
    tags = [
        tag("recording time", "2019-07-24T11:25:40+03:00"),
        tag("creation time", "2019-07-24T08:25:57Z", place="moov/mvhd"),
        tag("modification time", "2021-01-01T00:00:00Z", place="moov/mvhd"),
    ]
    assert not statements.conflicts(statements.times(tags))


def test_places_within_25_metres_are_one_and_null_island_none():
    tags = [
        tag("gps", "50.603600, 36.580900"),
        tag("gps", "50.603612, 36.580910", "exif"),
        tag("gps", "50.700000, 36.580900", "packets"),
        tag("gps", NOT_SET, "streams"),
        tag("gps", "0.000000, 0.000000", "other"),
    ]
    found = statements.positions(tags)
    assert [(p.latitude, len(p.tags)) for p in found] == [(50.6036, 2), (50.7, 1)]


def test_devices_of_several_readers_are_one():
    tags = [
        tag("make", "Apple", "boxes", "moov/meta/make"),
        tag("model", "iPhone 6", "boxes", "moov/meta/model"),
        tag("make", "Apple", "streams", "container/make"),
        tag("model", "iPhone 6", "streams", "container/model"),
    ]
    found = statements.devices(tags)
    assert [(d.make, d.model, len(d.tags)) for d in found] == [("Apple", "iPhone 6", 4)]


def test_readers_that_disagree_and_readers_that_only_differ_in_form():
    tags = [
        tag("make", "Apple"),
        tag("make", "apple ", "streams"),
        tag("rotation", "90"),
        tag("rotation", "270", "exif"),
        tag("recording time", "2019-07-24T11:25:40+03:00"),
        tag("recording time", "2019-07-24T11:25:40", "exiftool"),
        tag("gps", "50.603600, 36.580900"),
        tag("gps", "50.603601, 36.580901", "exif"),
        tag("title", "one"),
        tag("title", "two", "exif"),
    ]
    found = statements.disagreements(tags)
    assert [d.name for d in found] == ["rotation"]
    assert found[0].sentence == "Readers disagree on the rotation: '90' (boxes); '270' (exif)."


def test_a_value_that_one_reader_does_not_know_is_no_disagreement():
    assert not statements.disagreements([tag("make", "Apple"), tag("make", NOT_SET, "exif")])


@given(
    st.lists(
        st.builds(
            Tag,
            name=st.sampled_from(sorted(NAMES)),
            value=st.text(max_size=25)
            | st.sampled_from(["9999-12-31T23:59:59", "0001-01-01", "0000", NOT_SET, "1e999, 2"]),
            reader=st.sampled_from(["boxes", "exif"]),
            place=st.just("x"),
        ),
        max_size=8,
    )
)
def test_any_tags_end(tags):
    statements.conflicts(statements.times(tags))
    statements.positions(tags)
    statements.devices(tags)
    statements.disagreements(tags)
