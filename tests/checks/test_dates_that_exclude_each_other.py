"""All dates of a clip on one line, and readers that read different ones."""

from dataclasses import replace

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


def test_two_recording_times_of_one_file_that_lie_apart_question_the_source(made):
    tags = (
        made.tag("recording time", "2022-04-01T05:10:00+03:00"),
        made.tag("gps time", "2022-03-01T02:10:00Z"),
    )
    (found,) = AllDates().run(made.case(tags=tags))
    assert found.bearing == "questions" and "cannot both be right for one recording" in found.sentence
    assert (
        "A clock was set wrong, or the two date different acts." in found.sentence
    )  # a wrong clock is no false footage


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
