"""A shared part is told once however many clips show it, joins no recording, and makes nothing a montage."""

from __future__ import annotations

from dataclasses import replace

from stories.made_matches import clip, group, match, members
from verify.stories.common_parts import common_parts


def part(a, b, a_span=(0.0, 4.0), b_span=(0.0, 4.0)):
    return match(a, b, a_span, b_span, kind="shared part")


def test_clips_with_one_intro_stand_alone():
    found, alone = group([clip("a"), clip("b"), clip("c")], [part("a", "b"), part("b", "c"), part("a", "c")])
    assert found == []
    assert alone == ["a", "b", "c"]


def test_what_two_compilations_show_stays_one_recording():
    clips = [clip("x"), clip("y"), clip("z"), clip("one", 20.0), clip("two", 20.0)]
    pairs = [
        match("one", "x", (0, 10), (0, 10)),
        match("one", "y", (10, 20), (0, 10)),
        match("two", "x", (0, 10), (0, 10)),
        match("two", "z", (10, 20), (0, 10)),
        part("one", "two", (0, 10), (0, 10)),
    ]
    found, alone = group(clips, pairs, cuts={"one": [10.0], "two": [10.0]})
    assert members(found) == [["x"], ["y"], ["z"]]
    assert alone == []
    (x,) = (one for one in found if one.members == ("x",))
    assert sorted(x.containers) == ["one", "two"]


def test_a_hundred_clips_with_one_intro_are_one_part():
    names = [f"clip{n:03}" for n in range(100)]
    pairs = [part(a, b, b_span=(0.0, 3.75)) for n, a in enumerate(names) for b in names[n + 1 :]]
    (told,) = common_parts(pairs)
    assert [shown.sha256 for shown in told] == names
    assert {(shown.start, shown.end) for shown in told[:-1]} == {(0.0, 4.0)}


def test_two_parts_of_one_clip_are_two():
    told = common_parts([part("a", "b"), part("a", "c", (8.0, 11.0), (2.0, 5.0))])
    assert [[(s.sha256, s.start) for s in one] for one in told] == [
        [("a", 0.0), ("b", 0.0)],
        [("a", 8.0), ("c", 2.0)],
    ]


def test_a_part_of_the_picture_is_not_the_part_that_was_cut_in_there():
    beside = replace(part("a", "c"), apart=0.5)
    told = common_parts([part("a", "b"), beside])
    assert [[(s.sha256, s.of_picture) for s in one] for one in told] == [
        [("a", False), ("b", False)],
        [("a", True), ("c", True)],
    ]


def test_copies_are_no_parts():
    assert common_parts([replace(part("a", "b"), kind="same picture")]) == []
