"""A compilation joins none; a longer copy joins its pieces; people go before machines; dates order what they can."""

from __future__ import annotations

from dataclasses import replace

from stories.made_matches import clip, group, match, members
from verify.records.findings import Decision
from verify.records.matches import Segment

HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
OTHER_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def test_copies_of_copies_are_one_recording():
    found, alone = group([clip("a"), clip("b"), clip("c"), clip("d")], [match("a", "b"), match("b", "c", score=0.8)])
    assert members(found) == [["a", "b", "c"]]
    assert alone == ["d"]


def test_a_compilation_holds_two_and_joins_none():
    clips = [clip("a"), clip("c"), clip("comp", 20.0)]
    pairs = [match("comp", "a", (0, 10), (0, 10)), match("comp", "c", (10, 20), (0, 10))]
    found, alone = group(clips, pairs, cuts={"comp": [10.0]})
    assert members(found) == [["a"], ["c"]]
    assert all(r.containers == ("comp",) for r in found)
    assert alone == []


def test_a_compilation_of_a_and_its_copy_and_c_holds_both_sets():
    clips = [clip("a"), clip("a2"), clip("c"), clip("comp", 20.0)]
    pairs = [
        match("a", "a2"),
        match("comp", "a", (0, 10)),
        match("comp", "a2", (0, 10)),
        match("c", "comp", (0, 10), (10, 20)),
    ]
    found, _ = group(clips, pairs, cuts={"comp": [10.0]})
    assert members(found) == [["a", "a2"], ["c"]]


def test_a_longer_copy_without_a_cut_is_the_recording_of_both_pieces():
    pairs = [match("long", "first", (0, 9)), match("long", "second", (11, 20))]
    found, _ = group([clip("long", 20.0), clip("first"), clip("second")], pairs, cuts={"long": []})
    assert members(found) == [["first", "long", "second"]]
    assert found[0].best == "long"
    assert "longest" in found[0].best_reason


def test_without_knowing_the_cuts_nothing_is_joined_on_a_guess():
    pairs = [match("long", "first", (0, 9)), match("long", "second", (11, 20))]
    found, _ = group([clip("long", 20.0), clip("first"), clip("second")], pairs)
    assert members(found) == [["first"], ["second"]]


def test_a_split_screen_joins_none():
    pairs = [match("split", "a", outline_a=HALF), match("split", "c", outline_a=OTHER_HALF)]
    found, _ = group([clip("split"), clip("a"), clip("c")], pairs, cuts={"split": []})
    assert members(found) == [["a"], ["c"]]


def test_a_shared_soundtrack_is_no_recording():
    found, alone = group([clip("a"), clip("b")], [match("a", "b", kind="same soundtrack")])
    assert found == []
    assert alone == ["a", "b"]


def test_people_part_and_join():
    clips = [clip("a"), clip("b"), clip("c")]
    said = [
        Decision(subject="a b", category="not a match", by="A", note="", at=""),
        Decision(subject="b c", category="same recording", by="B", note="", at=""),
    ]
    found, alone = group(clips, [match("a", "b")], said)
    assert members(found) == [["b", "c"]]
    assert found[0].decided_by == "B"
    assert alone == ["a"]


def test_the_earliest_is_the_one_that_was_there_first_for_sure():
    found, _ = group([clip("a", day=3), clip("b", day=1), clip("c")], [match("a", "b"), match("b", "c", score=0.8)])
    assert found[0].earliest.sha256 == "b"
    assert [x.sha256 for x in found[0].appearances] == ["b", "a", "c"]


def test_what_a_copy_changed_is_said():
    pairs = [match("best", "piece", (3.0, 7.0), (0.0, 4.0))]
    found, _ = group([clip("best"), clip("piece", 4.0, size=(320, 180))], pairs)
    assert found[0].changes["piece"] == "seconds 3.0 to 7.0 of it, 320 x 180 pixels"


def test_two_posts_of_one_day_have_no_earliest():
    found, _ = group([clip("a", day=1), clip("b", day=1)], [match("a", "b")])
    assert found[0].earliest is None


MIDDLE = ((0.0, 0.34), (1.0, 0.34), (1.0, 0.66), (0.0, 0.66))


def test_bars_are_no_picture_when_the_best_copy_is_chosen():
    # The upright one has most pixels, and two thirds of them are blurred bars: every other copy covers its middle only.
    clips = [clip("upright", size=(1080, 1920)), clip("wide", size=(1280, 720)), clip("small", size=(640, 360))]
    links = [match("upright", "wide", outline_a=MIDDLE), match("upright", "small", outline_a=MIDDLE)]
    (found,), _ = group(clips, [*links, match("wide", "small")])
    assert found.best == "wide"


def test_a_little_enlarged_is_not_the_best_copy():
    clips = [clip("upright", size=(360, 640)), clip("first", size=(320, 256)), clip("again", size=(320, 256))]
    links = [
        match("upright", n, outline_a=((0, 0.275), (1, 0.275), (1, 0.725), (0, 0.725))) for n in ("first", "again")
    ]
    (found,), _ = group(clips, [*links, match("first", "again")])
    assert found.best == "first"


def test_what_is_cut_to_a_copy_does_not_make_it_the_longest():
    """A programme that shows the clip whole, between its own pictures, is a copy of it, and not the best one."""
    clips = [clip("programme", 60.0, size=(1920, 1080)), clip("posted", 10.0)]
    shown = match("programme", "posted", (20.0, 30.0))
    cuts = {"programme": [20.1, 29.9, 45.0], "posted": []}
    (found,), _ = group(clips, [shown], cuts=cuts)
    assert found.best == "programme", "as long in it, and larger"
    (found,), _ = group([replace(clips[0], width=640, height=360), clips[1]], [shown], cuts=cuts)
    assert found.best == "posted"
    assert found.changes["programme"] == "its seconds 20.0 to 30.0 of 60.0; the rest is other footage"
    (found,), _ = group([clip("whole", 60.0), clips[1]], [match("whole", "posted", (20.0, 30.0))], cuts={"whole": []})
    assert found.best == "whole" and found.best_reason == "longest (60.0 s)"


def test_a_replay_does_not_make_it_longer():
    replay = match("replay", "posted", (0.0, 10.0), (0.0, 10.0))
    slow = Segment(a_start=10.0, a_end=18.0, b_start=3.0, b_end=7.0, speed=0.5)
    (found,), _ = group([clip("replay", 18.0), clip("posted")], [replace(replay, segments=(*replay.segments, slow))])
    assert "longest" not in found.best_reason


def test_every_part_that_a_copy_has_is_named():
    parts = match("whole", "parts", (0.0, 4.0), (0.0, 4.0))
    again = Segment(a_start=8.0, a_end=10.0, b_start=4.0, b_end=6.0)
    parts = replace(parts, segments=(*parts.segments, again))
    (found,), _ = group([clip("whole"), clip("parts", 6.0)], [parts])
    assert found.changes["parts"] == "seconds 0.0 to 4.0, 8.0 to 10.0 of it"


def test_one_crop_does_not_make_bars_of_what_it_leaves_out():
    clips = [clip("whole", size=(1280, 720)), clip("cropped", size=(720, 720))]
    (found,), _ = group(clips, [match("whole", "cropped", outline_a=HALF)])
    assert found.best == "whole"
    third = clip("again", size=(640, 360))
    links = [match("whole", "cropped", outline_a=HALF), match("whole", "again")]
    (found,), _ = group([*clips, third], links)
    assert found.best == "whole"
