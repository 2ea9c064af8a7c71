"""A copy that was public before the claimed time questions it; nothing else does."""

from dataclasses import replace

from verify.checks.earlier_copy import EarlierCopy
from verify.records.cases import Item, Searched
from verify.records.findings import Decision
from verify.records.matches import Strength
from verify.records.media import Problem


def only(case):
    findings = EarlierCopy().run(case)
    assert len(findings) == 1
    return findings[0]


def test_from_a_year_before_questions_strongly(made):
    found = only(made.case(matches=(made.match(),), dated={made.THEIRS: (made.YEAR_EARLIER,)}))
    assert (found.bearing, found.part, found.weight) == ("questions", "when", "strong")
    assert "dated at least 365 days before the claimed time" in found.sentence
    assert "2021-04-01 02:00:00 UTC (05:00 Europe/Moscow)" in found.sentence
    assert "0:01.0 to 0:09.5" in found.sentence
    assert [e.label for e in found.evidence] == ["post by @b", "Match"]
    assert "about 1 in 1,000,000 unrelated pairs" in found.evidence[1].value


def test_the_oldest_of_two_is_named(made):
    case = made.case(
        matches=(made.match(), made.match(made.THIRD)),
        dated={
            made.THEIRS: (made.at("2022-03-01T00:00:00+00:00"),),
            made.THIRD: (made.at("2020-01-01T00:00:00+00:00"),),
        },
    )
    assert "post by @c" in only(case).sentence


def test_that_is_only_a_possible_match_questions_less(made):
    weak = made.match(strength=Strength(score=1.0, false_rate=None, words="possible"))
    found = only(made.case(matches=(weak,), dated={made.THEIRS: (made.YEAR_EARLIER,)}))
    assert (found.bearing, found.weight) == ("questions", "moderate")
    assert "not measured" in found.evidence[1].value
    assert found.sentence.startswith("A possible copy of this footage")


def test_that_is_sure_speaks_before_an_older_one_that_is_only_possible(made):
    weak = made.match(made.THIRD, strength=Strength(score=1.0, false_rate=None, words="possible"))
    found = only(
        made.case(
            matches=(made.match(), weak),
            dated={made.THEIRS: (made.YEAR_EARLIER,), made.THIRD: (made.at("2015-01-01T00:00:00+00:00"),)},
        )
    )
    assert found.sentence.startswith("A copy of this footage")
    assert "post by @c" not in found.sentence


def test_that_is_only_possible_is_a_copy_when_a_person_said_so(made):
    weak = made.match(strength=Strength(score=1.0, false_rate=None, words="possible"))
    said = Decision(
        subject=f"{made.THEIRS} {made.OURS}", category="same recording", by="editor", note="", at="2022-04-02T00:00:00Z"
    )
    given = {"matches": (weak,), "dated": {made.THEIRS: (made.YEAR_EARLIER,)}}
    assert only(made.case(decisions=(said,), **given)).sentence.startswith("A copy of this footage")


def test_that_is_only_possible_and_undated_is_possibly_known(made):
    weak = made.match(strength=Strength(score=1.0, false_rate=None, words="possible"))
    assert "is possibly known from" in only(made.case(matches=(weak,))).sentence
    assert "possibly" not in only(made.case(matches=(made.match(),))).sentence


def test_that_is_a_strong_match_of_unknown_error_questions_less(made):
    given = {"dated": {made.THEIRS: (made.YEAR_EARLIER,)}}
    unknown = made.match(strength=Strength(score=2.0, false_rate=None, words="strong"))
    known = made.match(strength=Strength(score=2.0, false_rate=1e-4, words="strong"))
    weights = [only(made.case(matches=(m,), **given)).weight for m in (unknown, known)]
    assert weights == ["moderate", "strong"]


def test_that_a_person_ruled_out_does_not_count_until_undone(made):
    ruled_out = Decision(
        subject=f"{made.THEIRS} {made.OURS}", category="not a match", by="editor", note="", at="2022-04-02T00:00:00Z"
    )
    given = {"matches": (made.match(),), "dated": {made.THEIRS: (made.YEAR_EARLIER,)}}
    assert only(made.case(decisions=(ruled_out,), **given)).bearing == "neutral"
    undone = Decision(subject=ruled_out.subject, category="not a match", by="e", note="", at="", undone=True)
    assert only(made.case(decisions=(undone,), **given)).bearing == "questions"


def test_of_the_same_bytes_in_another_item_questions_strongly(made):
    found = only(made.case(dated={made.OURS: (made.YEAR_EARLIER,)}))
    assert (found.bearing, found.weight) == ("questions", "strong")
    assert found.sentence.startswith("The same file")


def test_of_a_post_that_was_tied_by_hand_says_so_and_questions_less(made):
    def with_post(by_hand, *matches):
        case = made.case(matches=matches, dated={(made.THEIRS if matches else made.OURS): (made.YEAR_EARLIER,)})
        return only(replace(case, appearances=tuple(replace(a, by_hand=by_hand) for a in case.appearances)))

    for matches in ((), (made.match(),)):
        fetched, told = with_post(False, *matches), with_post(True, *matches)
        assert (fetched.weight, told.weight) == ("strong", "moderate")
        assert "tied by hand" in told.sentence
        assert "tied by hand" in told.evidence[0].value
        assert "tied by hand" not in str(fetched)


def test_from_after_the_event_is_neutral_and_named(made):
    found = only(made.case(matches=(made.match(),), dated={made.THEIRS: (made.DAY_LATER,)}))
    assert found.bearing == "neutral"
    assert "none is known to be older" in found.sentence and "post by @b" in found.sentence


def test_whose_bounds_overlap_the_claimed_time_is_not_put_in_order(made):
    overlapping = made.at("2022-04-01T05:30:00+03:00")
    found = only(made.case(matches=(made.match(),), dated={made.THEIRS: (overlapping,)}))
    assert found.bearing == "neutral"


def test_without_any_date_is_neutral(made):
    found = only(made.case(matches=(made.match(),)))
    assert found.bearing == "neutral"
    assert found.sentence == (
        "This footage is known from 1 other file of the library; no date of its publication is known, which may be "
        "before the claimed time (31 other clips were searched)."
    )


def test_that_shares_only_the_sound_is_never_a_copy(made):
    sound = made.match(kind="same soundtrack")
    none, shared = EarlierCopy().run(made.case(matches=(sound,), dated={made.THEIRS: (made.YEAR_EARLIER,)}))
    assert none.bearing == shared.bearing == "neutral"
    assert none.sentence.startswith("No earlier copy was found")
    assert "not the picture" in shared.sentence


def test_that_was_not_found_says_how_much_was_searched(made):
    assert "31 other clips were searched" in only(made.case()).sentence
    assert "1 other clip was searched" in only(made.case(clips=1)).sentence
    assert "holds no other clip" in only(made.case(clips=0)).sentence
    partly = Searched(clips=3, frames=9, not_searched=(Problem(part="sound", reason="x"),))
    assert "1 part of the search could not be done" in only(made.case(searched=partly)).sentence


def test_in_no_library_is_not_tested(made):
    assert only(made.case(clips=None)).bearing == "not tested"


def test_without_a_claimed_time_is_named_and_neutral(made):
    found = only(made.case(claim=None, matches=(made.match(),), dated={made.THEIRS: (made.YEAR_EARLIER,)}))
    assert found.bearing == "neutral" and "no time is claimed" in found.sentence


def test_of_the_clips_own_item_is_not_another_copy(made):
    case = made.case(dated={made.OURS: (made.YEAR_EARLIER,)})
    own = Item(id="a", target="clip.mp4", media=case.item.media)
    assert only(made.case(item=own, dated={made.OURS: (made.YEAR_EARLIER,)})).bearing == "neutral"


def test_the_same_copy_is_listed_once_with_all_its_posts(made):
    """A clip whose one copy was posted twice, and brought in twice from one post, listed that copy three times."""
    case = made.case(matches=(made.match(),), dated={made.THEIRS: (made.YEAR_EARLIER,)})
    first = case.appearances[0]
    again = replace(first, item="the same post, brought in again")
    other = replace(
        first, label="another post", url="https://x.example/other", bounds=made.at("2021-05-01T05:00:00+03:00")
    )
    found = only(replace(case, appearances=(first, again, other)))
    assert [e.label for e in found.evidence] == ["post by @b", "Match"]
    assert found.evidence[0].value.count("2021-04-01 02:00:00 UTC") == 1
    assert "; also known as “another post”, 2021-05-01 02:00:00 UTC" in found.evidence[0].value


def test_of_the_same_file_brought_in_twice_is_no_other_file(made):
    """It read: `known from 1 file of the library`, and in brackets `the library holds no other clip`."""
    basis = "it had been received by firstseen then; no earlier date is known"
    arrived = replace(made.at("2026-11-23T05:23:56Z", basis), not_before=None)
    found = only(made.case(dated={made.OURS: (arrived,)}, clips=0))
    assert found.sentence == (
        "This very file is in the library already; no date of its publication is known, which may be before the "
        "claimed time (the library holds no other clip to compare with)."
    )


def test_a_part_of_an_earlier_clip_says_how_it_is_no_more_than_that(made):
    def told(**given):
        case = made.case(matches=(made.match(kind="shared part", **given),), dated={made.THEIRS: (made.YEAR_EARLIER,)})
        return next(f for f in EarlierCopy().run(case) if f.sentence.startswith("A part of this clip"))

    cut, beside = told(), told(apart=0.5)
    assert cut.bearing == beside.bearing == "neutral"
    assert "Both cut to it" in cut.sentence and "of its own in the rest" not in cut.sentence
    assert "of its own in the rest" in beside.sentence and "Both cut to it" not in beside.sentence


def test_that_is_minutes_older_than_a_claimed_minute_questions_nothing(made):
    """A copy posted 18 s before the claimed minute was held strongly against it; claimed minutes are rounded."""
    near, early = made.at("2022-04-01T04:59:42+03:00", "number of the post"), made.YEAR_EARLIER
    found, *_ = EarlierCopy().run(made.case(matches=(made.match(),), dated={made.THEIRS: (near,)}))
    assert found.bearing == "neutral" and "none is known to be more than 10 min older" in found.sentence
    found, *_ = EarlierCopy().run(made.case(matches=(made.match(),), dated={made.THEIRS: (near, early)}))
    assert found.bearing == "questions" and "365 days" in found.sentence
