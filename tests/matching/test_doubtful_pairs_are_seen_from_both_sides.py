"""A faint match is looked at from its other side: copies lie the same way both times, what chance laid does not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from verify.checks.strength import chance
from verify.matching import both_ways, strength
from verify.matching.both_ways import AGREED, DOUBTFUL, PLAIN, agree, backwards, seen_from_both
from verify.matching.clips import clip_of
from verify.matching.codes import TURNS
from verify.matching.compare import compare
from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf


@pytest.fixture(scope="module")
def faint(prints):
    """Two clips of one bird in a plain sky, one with a caption: a match, and no plain one."""
    rng = np.random.default_rng(3)
    way = np.array([240, 130]) + np.cumsum(rng.normal(0, 9, (80, 2)), axis=0)
    shown = {"bare": [], "captioned": []}
    for x, y in way:
        picture = np.full((270, 480), 200, np.uint8)
        cv2.circle(picture, (int(x), int(y)), 16, 40, -1)
        shown["bare"].append(picture)
        shown["captioned"].append(cv2.putText(picture.copy(), "WATCH THIS", (20, 160), 0, 2.2, 0, 8))
    return {name: prints(pictures) for name, pictures in shown.items()}


@pytest.fixture(scope="module")
def found(faint):
    a, b = (clip_of(name, prints) for name, prints in faint.items())
    return compare(a, b), compare(b, a)


def score(one):
    return strength.score(one.aligned, one.fit)


def test_each_turn_is_undone():
    for turn, undone in zip(TURNS, backwards(TURNS), strict=True):
        assert undone.linear @ turn.linear == pytest.approx(np.eye(2))


def test_a_faint_copy_lies_the_same_way_from_both_sides(found):
    there, back = found
    assert DOUBTFUL < score(there) < PLAIN and DOUBTFUL < score(back) < PLAIN
    assert agree(there, back)
    seen = seen_from_both(there, lambda: back)
    assert seen.score == pytest.approx((score(there) + score(back)) / 2)
    assert seen.back is back and seen.clearer_back == (score(back) > score(there))


def test_what_lies_elsewhere_or_at_another_second_the_second_time_is_no_match(found, monkeypatch):
    there, back = found
    moved = np.array([[1.0, 0.0, 0.4], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    elsewhere = replace(back, matrix=moved)
    later = replace(back, aligned=replace(back.aligned, offset=back.aligned.offset + 4))
    monkeypatch.setattr(both_ways.strength, "score", lambda aligned, fit: (AGREED + both_ways.ALONE) / 2)
    assert seen_from_both(there, lambda: back) is not None
    for other in (elsewhere, later):
        assert not agree(there, other)
        assert seen_from_both(there, lambda other=other: other) is None
    assert seen_from_both(there, lambda: None) is None


def test_a_plain_match_is_looked_at_once_and_nothing_not_at_all(found, monkeypatch):
    def never():
        raise AssertionError

    monkeypatch.setattr(both_ways.strength, "score", lambda aligned, fit: PLAIN)
    assert seen_from_both(found[0], never).score == PLAIN
    monkeypatch.setattr(both_ways.strength, "score", lambda aligned, fit: DOUBTFUL - 0.01)
    assert seen_from_both(found[0], never) is None


def test_from_either_side_it_is_one_match(faint):
    shelf = MemoryShelf()
    for name, prints in faint.items():
        shelf.add(name, prints)
    (one,), (other,) = Engine(shelf).search("bare"), Engine(shelf).search("captioned")
    assert one.strength.score == pytest.approx(other.strength.score, abs=1e-3)
    assert one.strength.basis.endswith(both_ways.BOTH) and both_ways.BOTH in chance(one.strength)
    assert one.segments[0].a_start == pytest.approx(other.segments[0].b_start, abs=0.5)
