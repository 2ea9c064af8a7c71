"""Which clips are put together from others: by cuts, jumps, places in the picture, and what the other copies show."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from verify.descriptors.grid import median_change
from verify.records.cases import OtherClip
from verify.records.findings import Decision
from verify.records.matches import Appearance, Geometry, Match, Segment, Strength
from verify.records.times import moment
from verify.stories.holding import recordings
from verify.stories.montages import Facts, sort_out

STEP = 0.25
FULL = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def match(a, b, spans, score=4.0, outline=FULL):
    """Return a match of `a` and `b`: spans of (a_start, a_end, b_start, b_end), `outline` in a's picture."""
    return Match(
        a=a, b=b, kind="same picture", strength=Strength(score=score, false_rate=1e-6),
        geometry=Geometry(outline_a=outline, outline_b=FULL),
        segments=tuple(Segment(a_start=s, a_end=e, b_start=f, b_end=t) for s, e, f, t in spans),
    )  # fmt: skip


def facts(lengths, cuts=None, changes=None):
    return Facts(lengths=lengths, cuts=cuts or {}, changes=changes or {}, step=STEP)


def clip(name, duration, day=None):
    at = moment(datetime(2022, 4, day, tzinfo=UTC), "posted") if day else None
    seen = (Appearance(sha256=name, label=name, bounds=at),) if at else ()
    return OtherClip(sha256=name, item=name, label=name, duration=duration, appearances=seen)


def copies(*names, score=4.0):
    return [match(a, b, [(0, 10, 0, 10)], score) for n, a in enumerate(names) for b in names[n + 1 :]]


ONE_AFTER_OTHER = [match("m", "a", [(0, 10, 0, 10)]), match("m", "b", [(10, 20, 0, 10)])]


def test_two_clips_in_a_third_without_a_seam_are_parts_of_it():
    still = {"m": np.full(80, 0.1)}
    assert sort_out(ONE_AFTER_OTHER, facts({"m": 20, "a": 10, "b": 10}, changes=still)).montages == {}


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"cuts": {"m": [10.1]}}, "cuts at 10.1 s"),
        ({"changes": {"m": np.where(np.arange(80) == 39, 2.0, 0.2)}}, "jumps at 10.0 s"),
    ],
)
def test_a_cut_or_a_jump_between_them_makes_it_a_montage(known, words):
    found = sort_out(ONE_AFTER_OTHER, facts({"m": 20, "a": 10, "b": 10}, **known))
    assert list(found.montages) == ["m"] and words in found.montages["m"]


def test_excerpts_that_share_too_little_to_be_matched_make_no_montage_of_their_original():
    # The original cuts at 6 s; one excerpt has its seconds 0 to 3 and 6 to 9, the other 1.5 to 6.
    cut = facts({"m": 9, "a": 6, "b": 4.5}, cuts={"m": [6.0]})
    pieces = match("m", "a", [(0, 3, 0, 3), (6, 9, 3, 6)])
    assert sort_out([pieces, match("m", "b", [(1.5, 6, 0, 4.5)])], cut).montages == {}
    assert list(sort_out([pieces, match("m", "b", [(3, 6, 0, 3)])], cut).montages) == ["m"]


def test_a_jump_that_is_no_larger_than_others_of_the_clip_is_none():
    shaky = {"m": np.where(np.arange(80) % 20 == 19, 2.0, 0.2)}
    assert sort_out(ONE_AFTER_OTHER, facts({"m": 20, "a": 10, "b": 10}, changes=shaky)).montages == {}


def test_a_cut_elsewhere_does_not_part_them():
    assert sort_out(ONE_AFTER_OTHER, facts({"m": 20, "a": 10, "b": 10}, cuts={"m": [3.0, 17.0]})).montages == {}


def test_a_clip_that_goes_on_where_it_is_left_makes_it_a_montage():
    found = sort_out(ONE_AFTER_OTHER, facts({"m": 20, "a": 30, "b": 10}, cuts={"m": []}))
    assert "before that ends" in found.montages["m"]


def test_two_in_one_picture_at_once_make_it_a_montage():
    sides = [match("m", "a", [(0, 10, 0, 10)], 1.0, LEFT), match("m", "b", [(0, 10, 0, 10)], 0.8, RIGHT)]
    assert "different parts" in sort_out(sides, facts({})).montages["m"]


def test_halves_that_reach_into_each_other_as_far_as_they_were_cropped_are_beside_each_other():
    left = ((0.0, 0.0), (0.75, 0.0), (0.75, 1.0), (0.0, 1.0))
    right = ((0.25, 0.0), (1.0, 0.0), (1.0, 1.0), (0.25, 1.0))
    sides = [match("m", "a", [(0, 10, 0, 10)], 1.0, left), match("m", "b", [(0, 10, 0, 10)], 0.8, right)]
    assert set(sort_out(sides, facts({})).montages) == {"m"}


def test_two_surely_seen_in_one_place_at_once_are_two_takes_of_it():
    both = [match("m", "a", [(0, 10, 0, 10)]), match("m", "b", [(2, 10, 0, 8)])]
    assert set(sort_out(both, facts({})).montages) == {"m"}
    unsure = [match("m", "a", [(0, 10, 0, 10)]), match("m", "b", [(2, 10, 0, 8)], 0.7)]
    assert sort_out(unsure, facts({})).montages == {}, "a copy that missed the other is the likelier"


def test_a_crop_and_a_copy_that_missed_each_other_make_no_montage_of_the_whole():
    middle = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    links = [match("w", "crop", [(0, 10, 0, 10)], 1.4, middle), match("w", "small", [(0, 10, 0, 10)], 0.8)]
    assert sort_out(links, facts({})).montages == {}
    inset = ((0.7, 0.0), (1.0, 0.0), (1.0, 0.3), (0.7, 0.3))
    links = [match("w", "inset", [(0, 10, 0, 10)], 1.4, inset), match("w", "small", [(0, 10, 0, 10)], 0.8)]
    assert set(sort_out(links, facts({})).montages) == {"w"}


def test_clips_whose_cuts_nobody_knows_are_not_joined_by_what_holds_both():
    assert "not known" in sort_out(ONE_AFTER_OTHER, facts({"m": 20, "a": 10, "b": 10})).montages["m"]


def test_copies_that_missed_each_other_make_no_montage_of_those_between():
    whole = [match(a, b, [(0, 10, 0, 10)], 1.5) for a, b in ("pw", "px", "py", "wx", "wy", "wq", "xq", "yq", "xy")]
    assert sort_out(whole, facts({})).montages == {}


def test_a_montage_posted_again_is_told_beside_the_copies_of_both_sides():
    sides = [*copies("a", "a2", "a3"), *copies("b", "b2", "b3")]
    again = [match(m, x, [(0, 10, 0, 10)], 1.5) for m in "mn" for x in ("a", "a2", "a3", "b", "b2", "b3")]
    assert set(sort_out([*sides, *again, match("m", "n", [(0, 10, 0, 10)])], facts({})).montages) == {"m", "n"}


def test_an_inset_is_not_put_to_those_who_show_what_lies_behind_it():
    corner = ((0.7, 0.0), (1.0, 0.0), (1.0, 0.3), (0.7, 0.3))
    behind = [*copies("c", "c2", "c3"), *(match("m", c, [(0, 10, 0, 10)]) for c in ("c", "c2", "c3"))]
    inset = [match("m", d, [(0, 10, 0, 10)], 0.8, corner) for d in ("d", "d2")]
    found = sort_out([*behind, *inset, *copies("d", "d2")], facts({}))
    assert found.aside == [] and set(found.montages) == {"m"}


def test_a_copy_that_stands_in_two_montages_is_no_montage():
    cuts = {"m": [10.0], "n": [10.0]}
    found = sort_out(
        [
            match("m", "a", [(0, 10, 0, 10)]), match("m", "b", [(10, 20, 0, 10)]),
            match("n", "a", [(0, 10, 0, 10)]), match("n", "c", [(10, 20, 0, 10)]),
        ],
        facts({}, cuts=cuts),
    )  # fmt: skip
    assert set(found.montages) == {"m", "n"}


def test_longer_clips_that_hold_a_copy_are_not_asked():
    held = [match("m", a, [(0, 10, 0, 10)]) for a in ("a", "a2")]
    weak = [match("a", "b", [(0, 4, 0, 4)], 0.7), match("a2", "b", [(0, 4, 0, 4)], 0.7)]
    lengths = {"a": 10, "a2": 10, "b": 4, "m": 60}
    assert sort_out([*copies("a", "a2"), *held, *weak], facts(lengths)).aside == []


def test_a_link_that_the_other_copies_do_not_bear_out_is_set_aside():
    links = [*copies("a", "a2", "a3"), *copies("b", "b2"), match("a3", "b2", [(0, 4, 1, 5)], 0.7)]
    found = sort_out(links, facts({}))
    assert [(m.a, m.b) for m, _ in found.aside] == [("a3", "b2")]
    assert found.aside[0][1].startswith("0 of 3")
    assert found.montages == {}


def test_a_link_that_they_bear_out_stays():
    borne = [match(a, b, [(0, 8, 0, 8)], 0.7) for a in ("a", "a2", "a3") for b in ("b", "b2")]
    assert sort_out([*copies("a", "a2", "a3"), *copies("b", "b2"), *borne], facts({})).aside == []


def test_a_strong_link_and_one_that_nobody_else_can_speak_of_stay():
    alone = [match("a", "b", [(0, 4, 0, 4)], 0.7)]
    assert sort_out(alone, facts({})).aside == []
    strong = [*copies("a", "a2", "a3"), match("a3", "b", [(0, 4, 0, 4)], 3.0)]
    assert sort_out(strong, facts({})).aside == []


def test_what_a_person_joined_is_neither_set_aside_nor_a_montage():
    links = [*copies("a", "a2", "a3"), match("a3", "b", [(0, 4, 1, 5)], 0.7)]
    assert sort_out(links, facts({}), [frozenset(("a3", "b"))]).aside == []
    cut = facts({"m": 20}, cuts={"m": [10.0]})
    assert sort_out(ONE_AFTER_OTHER, cut, [frozenset(("m", "a"))]).montages == {}


def test_recordings_are_numbered_with_their_montages_and_the_earliest_may_be_one():
    clips = [clip("a", 10, 3), clip("a2", 10, 4), clip("b", 10, 5), clip("m", 20, 1), clip("z", 5, 2)]
    links = [*copies("a", "a2"), *ONE_AFTER_OTHER, match("m", "a2", [(0, 10, 0, 10)])]
    found, told = recordings(clips, links, [], facts({"m": 20}, cuts={"m": [10.0]}))
    assert [(r.id, r.members, r.containers) for r in found] == [
        ("R1", ("a", "a2"), ("m",)),
        ("R2", ("b",), ("m",)),
        ("R3", ("z",), ()),
    ]
    assert [r.earliest.sha256 for r in found] == ["m", "m", "z"]
    assert set(told.montages) == {"m"}


def test_what_holds_one_recording_only_is_a_copy_of_it():
    """`m` stands between `a` and `b` alone; the longer `c`, which it was not matched with, holds both without a cut."""
    clips = [clip("a", 10), clip("b", 10), clip("c", 20), clip("m", 10)]
    between = [match("m", "a", [(0, 10, 0, 10)]), match("m", "b", [(0, 10, 0, 10)])]
    apart, told = recordings(clips, between, [], facts({}))
    assert {("a",), ("b",)} <= {r.members for r in apart} and set(told.montages) == {"m"}
    ties = [match("c", "a", [(0, 10, 0, 10)]), match("c", "b", [(10, 20, 0, 10)])]
    whole = facts({"a": 10, "b": 10, "c": 20}, cuts={"c": []})
    found, told = recordings(clips, [*between, *ties], [], whole)
    assert [r.members for r in found] == [("a", "b", "c", "m")] and told.montages == {}


def test_a_person_may_join_what_was_set_aside():
    clips = [clip(n, 10) for n in ("a", "a2", "a3", "b")]
    links = [*copies("a", "a2", "a3"), match("a3", "b", [(0, 4, 1, 5)], 0.7)]
    assert len(recordings(clips, links, [], facts({}))[0]) == 2
    said = Decision(subject="a b", category="same recording", by="A. Editor", note="", at="2022-04-02T00:00:00Z")
    assert len(recordings(clips, links, [said], facts({}))[0]) == 1


def test_the_whole_picture_changes_at_another_take_and_not_when_somebody_walks_by():
    room = np.tile(np.linspace(0, 200, 432), (40, 1))
    walking = room.copy()
    for n in range(40):
        walking[n, n * 8 : n * 8 + 60] += 80
    assert median_change(walking).max() < 1
    taken_again = walking.copy()
    taken_again[20:] += np.random.default_rng(1).normal(0, 6, 432)
    assert median_change(taken_again).argmax() in {19, 20}
    assert not median_change(room[:2]).any()
