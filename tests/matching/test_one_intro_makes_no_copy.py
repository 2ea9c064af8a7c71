"""Clips that were given the same intro, ident or shot share a part; copies that are cut short, or cut up, do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from verify.matching.engine import Engine
from verify.matching.partings import known_part, only_a_part, parted_by_three
from verify.matching.shelf import MemoryShelf
from verify.matching.turned import turned

RATE = 8  # pictures a second of the drawn films


def seconds(pictures, start, end):
    return pictures[round(start * RATE) : round(end * RATE)]


@pytest.fixture(scope="module")
def footage(film):
    return {"ident": film(1, 1, 4.0), "one": film(5, 9, 12.0), "two": film(8, 3, 12.0)}


@pytest.fixture(scope="module")
def matched(prints):
    """`matched(a, b)`: the match of two clips, each given as its pieces of pictures, and the facts of both."""

    def match(a, b):
        shelf = MemoryShelf()
        lengths, cuts = {}, {}
        for name, pieces in (("a", a), ("b", b)):
            shelf.add(name, prints([picture for piece in pieces for picture in piece]))
            ends = [sum(map(len, pieces[: n + 1])) / RATE for n in range(len(pieces))]
            lengths[name], cuts[name] = ends[-1], ends[:-1]
        (found,) = Engine(shelf).search("a", among=["b"])
        return found, lengths, cuts

    return match


PARTS = {
    "an intro": lambda f: ([f["ident"], seconds(f["one"], 0, 8)], [f["ident"], seconds(f["two"], 0, 9)]),
    "an ident at the end": lambda f: ([seconds(f["one"], 0, 8), f["ident"]], [seconds(f["two"], 0, 9), f["ident"]]),
    "in front of one, behind the other": lambda f: (
        [f["ident"], seconds(f["one"], 0, 8)],
        [seconds(f["two"], 0, 9), f["ident"]],
    ),
    "one shot used in two programmes": lambda f: (
        [seconds(f["one"], 0, 4), f["ident"], seconds(f["one"], 6, 11)],
        [seconds(f["two"], 0, 5), f["ident"], seconds(f["two"], 6, 10)],
    ),
}

COPIES = {
    "a trim": lambda f: ([f["one"]], [seconds(f["one"], 2, 8)]),
    "an excerpt between other footage": lambda f: (
        [f["one"]],
        [seconds(f["two"], 0, 4), seconds(f["one"], 3, 8), seconds(f["two"], 8, 12)],
    ),
    "a copy with an intro": lambda f: ([f["one"]], [f["ident"], f["one"]]),
    "two that overlap": lambda f: ([seconds(f["one"], 0, 8)], [seconds(f["one"], 4, 12)]),
    "other footage cut in": lambda f: (
        [f["one"]],
        [seconds(f["one"], 0, 4), f["ident"], seconds(f["one"], 4, 12)],
    ),
    "one of two shots left out": lambda f: (
        [seconds(f["one"], 0, 8), f["ident"]],
        [seconds(f["one"], 0, 8)],
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_both_were_given_is_no_copy(name, footage, matched):
    match, lengths, cuts = matched(*PARTS[name](footage))
    assert only_a_part(match, lengths, cuts)
    assert only_a_part(turned(match), lengths, cuts)


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_stays_one(name, footage, matched):
    match, lengths, cuts = matched(*COPIES[name](footage))
    assert not only_a_part(match, lengths, cuts)
    assert not only_a_part(turned(match), lengths, cuts)


def test_what_goes_on_alike_is_a_copy_of_which_less_was_matched(footage, matched):
    match, lengths, cuts = matched(*PARTS["an intro"](footage))
    assert match.partings
    assert all(parting.alike < 0.5 for parting in match.partings)
    alike = replace(match, partings=tuple(replace(p, alike=0.9) for p in match.partings))
    assert not only_a_part(alike, lengths, cuts)


def test_where_neither_cut_nor_jump_is_known_nothing_is_said(footage, matched):
    match, lengths, cuts = matched(*PARTS["an intro"](footage))
    smooth = replace(match, jumps_a=(), jumps_b=())
    assert only_a_part(smooth, lengths, cuts)
    assert not only_a_part(smooth, lengths, {"a": cuts["a"]})
    assert not only_a_part(smooth, lengths, {"a": cuts["a"], "b": []})


def test_a_jump_of_the_picture_stands_in_for_a_cut_that_was_not_found(footage, matched):
    match, lengths, _ = matched(*PARTS["an intro"](footage))
    assert match.jumps_a == pytest.approx([4.0], abs=0.5)
    assert match.jumps_b == pytest.approx([4.0], abs=0.5)
    assert only_a_part(match, lengths, {})
    match, _, _ = matched(*COPIES["a trim"](footage))
    assert match.jumps_a == match.jumps_b == ()


def test_three_ways_from_one_part_need_no_cut(film, prints):
    ident, rest = film(1, 1, 4.0), [film(5, 9, 8.0), film(8, 3, 8.0), film(11, 6, 8.0)]
    shelf = MemoryShelf()
    for name, more in zip("abc", rest, strict=True):
        shelf.add(name, prints([*ident, *more]))
    matches = [m for name, others in (("a", "bc"), ("b", "c")) for m in Engine(shelf).search(name, among=others)]
    assert len(matches) == 3
    left = parted_by_three(matches)
    assert all(any(abs(second - 4.0) <= 0.75 for second in left[name]) for name in "abc")
    lengths = dict.fromkeys("abc", 12.0)
    assert all(only_a_part(match, lengths, left) for match in matches)


def test_two_copies_of_one_montage_do_not_make_three_ways(film, prints):
    source, other = film(1, 1, 14.0), film(5, 9, 8.0)
    montage = [*seconds(source, 0, 5), *other]
    shelf = MemoryShelf()
    for name, pictures in (("source", source), ("montage", montage), ("repost", montage)):
        shelf.add(name, prints(pictures))
    matches = [*Engine(shelf).search("source"), *Engine(shelf).search("montage", among=["repost"])]
    assert len(matches) == 3
    assert parted_by_three(matches) == {}


def test_who_cuts_all_the_time_cuts_by_chance_where_an_excerpt_begins_and_ends(footage, matched):
    match, lengths, cuts = matched(
        [seconds(footage["two"], 0, 4), footage["ident"], seconds(footage["two"], 4, 8)],
        [seconds(footage["one"], 0, 4), footage["ident"], seconds(footage["one"], 4, 8)],
    )
    assert only_a_part(match, lengths, cuts)
    for clip in (match.a, match.b):
        often = [n * 1.5 for n in range(1, 8)]  # the edges are at 4 and 8 seconds of twelve
        assert not only_a_part(match, lengths, {**cuts, clip: [*often, 4.0, 8.0]})


def test_what_is_most_of_a_clip_is_no_part_of_it(footage, matched):
    match, lengths, cuts = matched(
        [footage["two"], footage["ident"], seconds(footage["two"], 4, 8)],
        [seconds(footage["one"], 0, 1.5), footage["ident"], seconds(footage["one"], 4, 5.5)],
    )
    assert not only_a_part(match, lengths, cuts)
    assert only_a_part(match, {**lengths, match.a: 20.0, match.b: 20.0}, cuts)


def test_two_that_go_dark_do_not_part(footage, matched):
    dark = [np.full_like(footage["one"][0], 3)] * round(6 * RATE)
    match, lengths, cuts = matched([footage["ident"], dark], [footage["ident"], dark])
    assert not only_a_part(match, lengths, cuts)


def test_a_part_that_is_known_of_one_clip_is_one_of_all_that_share_just_that(footage, matched):
    match, lengths, _ = matched(*PARTS["an intro"](footage))
    smooth = replace(match, jumps_a=(), jumps_b=())
    assert known_part(smooth, lengths, {"a": [(0.0, 4.0)]})
    assert not known_part(smooth, lengths, {"a": [(2.0, 8.0)]})
    assert not known_part(smooth, lengths, {"c": [(0.0, 4.0)]})
    trim, lengths, _ = matched(*COPIES["a trim"](footage))
    assert not known_part(trim, lengths, {"a": [(2.0, 8.0)], "b": [(0.0, 6.0)]})
