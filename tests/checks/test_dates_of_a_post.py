"""A post from before the event questions the claimed time; a later one only fits."""

from dataclasses import replace
from datetime import date

from verify.checks.dates import AllDates
from verify.checks.post_dates import PostDates
from verify.records.times import TimeBounds, whole_day


def test_before_the_event_questions_strongly(made):
    (found,) = PostDates().run(made.case(post=made.post(made.YEAR_EARLIER)))
    assert (found.bearing, found.part, found.weight) == ("questions", "when", "strong")
    assert "365 days before" in found.sentence and "number of the post" in found.sentence


def test_within_minutes_before_the_claimed_time_says_nothing(made):
    """A post 18 s before the claimed minute was held against it; claimed minutes are rounded."""
    (found,) = PostDates().run(made.case(post=made.post(made.at("2022-04-01T04:59:42+03:00", "number of the post"))))
    assert found.bearing == "neutral" and "usually rounded" in found.sentence
    (early,) = PostDates().run(made.case(post=made.post(made.at("2022-04-01T04:45:00+03:00", "number of the post"))))
    assert early.bearing == "questions"


def test_after_the_event_is_only_neutral(made):
    (found,) = PostDates().run(made.case(post=made.post(made.DAY_LATER)))
    assert found.bearing == "neutral" and "23 h 9 min after" in found.sentence


def test_of_a_day_that_holds_the_event_cannot_be_ordered(made):
    (found,) = PostDates().run(made.case(post=made.post(whole_day(date(2022, 4, 1), "upload day"))))
    assert found.bearing == "neutral" and "cannot be put in order" in found.sentence


def test_whose_exact_date_lies_after_the_event_is_not_undone_by_the_day_a_story_gives(made):
    """The number of a post said 14 h after, the story `1 April`: the report said that neither could be put in order."""
    exact = made.at("2022-04-01T20:00:00+03:00", "number of the post")
    day = whole_day(date(2022, 4, 1), "day given in the story", zone="unknown")
    (found,) = PostDates().run(made.case(post=made.post(exact, day)))
    assert found.bearing == "neutral" and "14 h 9 min after the claimed time; that fits" in found.sentence


def test_that_contradict_each_other_question_the_source(made):
    against, apart = PostDates().run(made.case(post=made.post(made.YEAR_EARLIER, made.DAY_LATER)))
    assert (against.bearing, against.weight) == ("questions", "moderate")
    assert "Another date of the same post" in against.sentence
    assert (apart.bearing, apart.part) == ("questions", "source")
    assert "366 days apart" in apart.sentence


def test_that_differ_by_minutes_are_neutral(made):
    close = made.at("2022-04-02T05:09:00+03:00", "the page")
    _, apart = PostDates().run(made.case(post=made.post(made.DAY_LATER, close)))
    assert apart.bearing == "neutral"


def test_of_an_edit_do_not_contradict_the_posting(made):
    edited = made.at("2023-04-02T05:09:00+03:00", "edited, as the platform states")
    assert len(PostDates().run(made.case(post=made.post(made.DAY_LATER, edited)))) == 1


def test_that_is_a_servers_last_modified_weighs_little(made):
    modified = made.at("2021-04-02T05:09:00+03:00", "Last-Modified of the server")
    (found,) = PostDates().run(made.case(post=made.post(modified)))
    assert (found.bearing, found.weight) == ("questions", "weak")


def test_tied_to_the_file_by_hand_weighs_less(made):
    (found,) = PostDates().run(made.case(post=made.post(made.YEAR_EARLIER, stated_by_user=True)))
    assert found.weight == "moderate" and "tied to the file by hand" in found.limits


def test_without_claim_post_or_dates(made):
    (no_claim,) = PostDates().run(made.case(claim=None, post=made.post(made.YEAR_EARLIER)))
    (no_post,) = PostDates().run(made.case())
    (no_date,) = PostDates().run(made.case(post=made.post()))
    assert [f.bearing for f in (no_claim, no_post, no_date)] == ["neutral", "not tested", "not tested"]


def test_known_only_as_no_later_than_does_not_hide_a_later_one(made):
    upper = TimeBounds(not_before=None, not_after=made.DAY_LATER.not_after, precision="second", zone="utc", basis="x")
    (found,) = PostDates().run(made.case(post=made.post(made.DAY_LATER, upper)))
    assert "after the claimed time" in found.sentence
    (alone,) = PostDates().run(made.case(post=made.post(upper)))
    assert alone.sentence.startswith("The date of the post (no later than 2022-04-02")


def test_that_an_archive_saw_before_its_own_date_is_no_slow_upload(made):
    captured = replace(made.at("2022-04-02T01:00:00+03:00", "first listed capture"), not_before=None)
    case = made.case(post=made.post(made.DAY_LATER, captured))
    against, apart = PostDates().run(case)
    assert "at least" not in against.sentence  # the capture denies the date that this would be counted from
    assert "cannot be put in order" in against.sentence
    assert (apart.bearing, apart.part) == ("questions", "source")
    assert "cannot be seen before it is published" in apart.sentence
    assert "slow upload" not in apart.sentence
    (line,) = (f for f in AllDates().run(case) if f.part == "source")
    assert "none excludes another" not in line.sentence
    assert "those of the post lie apart" in line.sentence


def test_that_an_archive_saw_later_agree(made):
    captured = replace(made.at("2022-04-03T01:00:00+03:00", "first listed capture"), not_before=None)
    case = made.case(post=made.post(made.DAY_LATER, captured))
    assert len(PostDates().run(case)) == 1
    (line,) = (f for f in AllDates().run(case) if f.part == "source")
    assert "none excludes another" in line.sentence


def test_that_fit_say_that_the_post_was_tied_to_the_file_by_hand(made):
    (by_hand,) = PostDates().run(made.case(post=made.post(made.DAY_LATER, stated_by_user=True)))
    (fetched,) = PostDates().run(made.case(post=made.post(made.DAY_LATER)))
    assert "tied to the file by hand" in by_hand.limits
    assert "tied to the file by hand" not in fetched.limits
