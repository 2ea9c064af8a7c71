"""All dates of a clip on one line, and readers that read different ones."""

from dataclasses import replace

import pytest

from verify.checks.dates import AllDates
from verify.checks.readers_agree import ReadersAgree
from verify.records.media import Tag


def named(case, name):
    media = replace(case.item.media, name=name)
    return replace(case, item=replace(case.item, media=media, files=(media,)))


def test_a_post_before_its_own_recording_questions_the_source(made):
    recorded = made.tag("recording time", "2022-04-01T05:10:00+03:00")
    (found,) = AllDates().run(made.case(tags=(recorded,), post=made.post(made.YEAR_EARLIER)))
    assert (found.bearing, found.part, found.weight) == ("questions", "source", "weak")
    assert "before it was recorded by its own account" in found.sentence
    assert len(found.evidence) == 2


def test_two_recording_times_of_one_file_that_lie_apart_are_told_and_question_nothing(made):
    """Honest files hold such dates: of 340 real ones 24, so that none is held against whoever published them."""
    tags = (
        made.tag("recording time", "2022-04-01T05:10:00+03:00"),
        made.tag("gps time", "2022-03-01T02:10:00Z"),
    )
    (found,) = AllDates().run(made.case(tags=tags))
    assert (found.bearing, found.weight) == ("neutral", "moderate")
    assert "cannot both be right for one recording" in found.sentence and "24 of 340" in found.limits
    assert (
        "A clock was set wrong, or the two date different acts." in found.sentence
    )  # a wrong clock is no false footage


def test_a_camera_set_a_whole_day_wrong_is_explained(made):
    """As in real stills of a camera whose date was a day behind the satellites' (22 and 23 October 2008)."""
    tags = (made.tag("recording time", "2008-10-22T16:29:49"), made.tag("gps time", "2008-10-23T14:28:17Z"))
    (found,) = AllDates().run(made.case(tags=tags))
    assert found.bearing == "neutral"
    assert "as of a camera whose date was set a whole day wrong" in found.sentence


def test_a_zone_that_a_program_did_not_know_is_explained_and_one_clock_in_two_zones_is_none(made):
    tags = (
        made.tag("recording time", "2015-11-22T11:55:47Z"),
        made.tag("gps time", "2015-11-22T07:55:41Z"),
        made.tag("digitized time", "2015-11-22T11:55:47.110"),
    )
    (found,) = AllDates().run(made.case(tags=tags))
    assert found.sentence.count("cannot both be right") == 1
    assert "wrote a zone which it did not know" in found.sentence


def test_contradictions_that_are_only_counted_stand_in_the_evidence(made):
    """It said `N more contradictions stand in the evidence`, and the evidence was a list of dates."""
    tags = tuple(
        made.tag(name, value)
        for name, value in (
            ("recording time", "2011-01-01T10:00:00Z"),
            ("gps time", "2012-02-01T10:00:00Z"),
            ("digitized time", "2013-03-01T10:00:00Z"),
        )
    )
    (found,) = AllDates().run(made.case(tags=tags))
    assert "1 more pair of dates excludes each other: see the evidence." in found.sentence
    listed = [e.value for e in found.evidence if e.label == "Dates that exclude each other"]
    assert len(listed) == 1 and "2012-02-01" in listed[0] and "2013-03-01" in listed[0]
    assert "cannot both be right for one recording" in listed[0]


def test_dates_that_fit_are_counted(made):
    recorded = made.tag("recording time", "2022-04-01T05:10:00+03:00")
    (found,) = AllDates().run(made.case(tags=(recorded,), post=made.post(made.DAY_LATER)))
    assert found.bearing == "neutral" and found.sentence.startswith("2 different dates of the clip are known")


def test_a_date_in_the_files_name_before_the_event_questions_weakly(made):
    case = named(made.case(), "VID_20210312_101500.mp4")
    line, name = AllDates().run(case)
    assert line.bearing == "neutral"
    assert (name.bearing, name.part, name.weight) == ("questions", "when", "weak")
    assert "Android camera" in name.sentence


def test_a_header_after_the_post_is_of_a_file_that_was_saved_and_questions_nothing(made):
    """A post saved by hand bore the day of saving, and was called published before it was recorded."""
    for name in ("creation time", "digitized time"):
        case = made.case(tags=(made.tag(name, "2022-04-16T09:00:00Z"),), post=made.post(made.DAY_LATER))
        (found,) = AllDates().run(case)
        assert found.bearing == "neutral" and "The file was written again after the post" in found.sentence


def test_one_date_that_post_and_library_both_tell_is_told_once(made):
    recorded = made.tag("recording time", "2022-04-01T05:10:00+03:00")
    case = made.case(tags=(recorded,), post=made.post(made.YEAR_EARLIER), dated={made.OURS: (made.YEAR_EARLIER,)})
    (found,) = AllDates().run(case)
    assert found.sentence.count("The clip was published") == 1 and "number of the post" in found.sentence


@pytest.mark.parametrize(
    ("name", "apart"),
    [
        ("PXL_20200101_101010123.mp4", "later"),
        ("PXL_20230101_101010123.mp4", "earlier"),
        ("VID-20200101-WA0001.mp4", "later"),
        ("VID-20230101-WA0001.mp4", ""),
        ("PXL_20220401_021000000.mp4", ""),
    ],
)
def test_a_name_that_the_files_own_recording_time_excludes_is_named(made, name, apart):
    """A name of 2020 and a recording of 2022 were called dates of which none excludes another."""
    case = named(made.case(tags=(made.tag("recording time", "2022-04-01T05:10:00+03:00"),)), name)
    found = AllDates().run(case)[0]
    assert found.bearing == "neutral"
    assert ("none excludes another" in found.sentence) is not bool(apart)
    assert ("both cannot be right" in found.sentence) is bool(apart)
    assert not apart or f" {apart}: both" in found.sentence


@pytest.mark.parametrize(("header", "apart"), [("2019-04-01T02:10:00Z", True), ("2023-04-01T02:10:00Z", False)])
def test_a_header_excludes_a_recording_after_it_and_none_before_it(made, header, apart):
    case = named(made.case(tags=(made.tag("creation time", header),)), "PXL_20220401_021000000.mp4")
    assert ("both cannot be right" in AllDates().run(case)[0].sentence) is apart


def test_the_clips_arrival_here_is_no_date_of_the_clip(made):
    arrived = replace(made.DAY_LATER, not_before=None, basis="it had been received by firstseen then")
    recorded = made.tag("recording time", "2022-04-01T05:10:00+03:00")
    (found,) = AllDates().run(made.case(tags=(recorded,), dated={made.OURS: (arrived,)}))
    assert found.sentence.startswith("One date of the clip is known,")
    (alone,) = AllDates().run(made.case(dated={made.OURS: (arrived,)}))
    assert alone.bearing == "not tested"


def test_a_clock_that_was_never_set_contradicts_no_post(made):
    tag = made.tag("recording time", "2024-01-01T00:00:10Z")
    (found,) = AllDates().run(made.case(tags=(tag,), post=made.post(made.DAY_LATER)))
    assert found.bearing == "neutral" and "not every clock can be believed" in found.sentence


def test_a_number_that_x_may_have_given_is_a_lead_and_questions_nothing(made):
    _, name = AllDates().run(named(made.case(), "Clip [1382350606417817604].mp4"))
    assert (name.bearing, name.part) == ("neutral", "when")
    assert "2021-04-14 15:10:42" in name.sentence and "not established" in name.sentence
    both = AllDates().run(named(made.case(), "VID_20210312_101500 [1382350606417817604].mp4"))
    assert both[1].bearing == "questions" and "Android camera" in both[1].sentence


def test_an_id_of_tiktok_in_the_name_questions_weakly(made):
    _, name = AllDates().run(named(made.case(), "snaptik_7059698374567611694.mp4"))
    assert (name.bearing, name.weight) == ("questions", "weak") and "2022-02-01" in name.sentence


def test_a_saving_date_in_the_name_is_not_a_recording(made):
    case = named(made.case(post=made.post(made.YEAR_EARLIER)), "video_2022-04-01_05-43-22.mp4")
    (found,) = AllDates().run(case)
    assert found.bearing == "neutral"


def test_no_date_at_all_is_not_tested(made):
    (found,) = AllDates().run(made.case())
    assert found.bearing == "not tested"


def read(name, value, reader):
    return Tag(name=name, value=value, reader=reader, place="moov/mvhd")


def test_readers_that_disagree_are_quoted_with_their_names(made):
    tags = (read("make", "Apple", "boxes"), read("make", "macOS", "streams"))
    (found,) = ReadersAgree().run(made.case(tags=tags))
    assert found.bearing == "neutral"
    assert "“Apple” (boxes)" in found.sentence and "“macOS” (streams)" in found.sentence
    assert len(found.evidence) == 2


def test_readers_that_agree_and_a_reader_alone(made):
    agreeing = (read("make", "Apple", "boxes"), read("make", "apple", "streams"))
    (found,) = ReadersAgree().run(made.case(tags=agreeing))
    assert found.bearing == "neutral" and "2 readers" in found.sentence
    (alone,) = ReadersAgree().run(made.case(tags=agreeing[:1]))
    assert alone.bearing == "not tested"
