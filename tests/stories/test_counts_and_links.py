"""The headline's numbers and what ties recordings: a borrowed soundtrack makes no third witness."""

from __future__ import annotations

from dataclasses import replace

from verify.records.matches import Geometry, Match, Recording, Segment, Strength
from verify.records.stories import Alignment, EventClock, StoryClip, StoryCounts, StoryPost, StoryRecording
from verify.stories import tally

FOUND = [StoryRecording(recording=Recording(id=f"R{n}", members=members), uploaders=(f"u{n}",))
         for n, members in enumerate((("near", "copy"), ("far",), ("street",), ("fire",)), 1)]  # fmt: skip
CLIPS = {c: StoryClip(sha256=c, item=c, label=c) for c in ("near", "copy", "far", "street", "fire")}


def sound(a, b, offset=1.0):
    return Alignment(a=a, b=b, way="sound", offset=offset, error=0.02, basis="sound")


def track(a, b):
    segment = Segment(a_start=0, a_end=9, b_start=0, b_end=9)
    return Match(a=a, b=b, kind="same soundtrack", segments=(segment,), geometry=Geometry(),
                 strength=Strength(score=1, false_rate=None))  # fmt: skip


def counted(used, matches=()):
    return tally.counts([], list(CLIPS.values()), FOUND, EventClock(used=tuple(used)), matches)


def test_copies_of_one_recording_are_not_aligned_recordings():
    assert counted([sound("near", "copy")]).aligned == 0


def test_two_viewpoints_are_two():
    assert counted([sound("near", "far"), sound("copy", "far")]).aligned == 2


def test_a_borrowed_soundtrack_makes_no_third():
    used = [sound("near", "far"), sound("street", "far")]
    assert counted(used).aligned == 3
    assert counted(used, [track("street", "copy")]).aligned == 2
    assert counted([sound("near", "street")], [track("street", "copy")]).aligned == 0


def test_a_soundtrack_shared_over_many_copies_is_said_once_and_casts_its_doubt():
    told = tally.links(FOUND, CLIPS, [track("street", "near"), track("copy", "street")], [sound("street", "far")])
    assert [link.kind for link in told] == ["sound aligned", "same soundtrack"]
    assert "whose it is, is not known" in told[0].sentence
    assert "not known" not in tally.links(FOUND, CLIPS, [], [sound("near", "far")])[0].sentence


def test_the_summary_counts_in_words_that_fit_one_and_many():
    """It said `0 could be fetched`, `the 1 clips are 1 different recordings` and `What the posts 6 show`."""
    one = tally.summary(StoryCounts(posts=1, mapped=1, clips=1, recordings=1), [], [])
    assert one == [
        "Of 1 post in the story, 1 was given as files; 1 clip shows 1 recording (none seen under at least two "
        "different account names, none aligned in time with another)."
    ]
    assert tally.summary(StoryCounts(posts=2), [], []) == ["Of 2 posts in the story, 0 could be fetched."]
    missing = [StoryPost(number=6, state="gone", reason="", next_step="", references=(1,))]
    open_ = tally.not_established(StoryCounts(), missing, [])
    assert open_[0] == "What post 6 shows: no clip of it could be looked at."


def test_names_that_differ_are_told_as_names_and_not_as_people_who_have_nothing_to_do_with_each_other():
    clips = [replace(CLIPS["near"], uploaders=("@Night", "other_name"))]
    (shown,) = tally.recordings([FOUND[0].recording], clips, [])
    assert shown.unrelated
    counted = StoryCounts(posts=1, fetched=1, clips=1, recordings=1, unrelated=1)
    said = " ".join([*tally.summary(counted, [], []), *tally.not_established(counted, [], [])])
    assert "under at least two different account names" in said and "unrelated" not in said
    assert "only the names are known" in said


def test_the_summary_quotes_each_finding_once_and_counts_the_rest():
    told = tally.summary(StoryCounts(), [("questions", f"no {n}.") for n in range(5)], list("abcde"), ["The place: x."])
    assert told[1:5] == [f"Questions the claim: no {n}." for n in range(4)]
    assert told[5] == "1 more finding questions the claim." and told[6] == "The place: x."
    assert told[-1] == "The report names 2 more that is not established."
