"""One game beside two faces, one frame around two clips: a part of the picture is shared, and neither is a copy."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf
from verify.matching.turned import turned


def beside(left, right):
    """Show the left half of one film beside the left half of another."""
    half = left[0].shape[1] // 2
    return [np.hstack([one[:, :half], other[:, :half]]) for one, other in zip(left, right, strict=True)]


def around(frame, inner, share):
    """Show a film in the middle of another, `share` of its width and height."""
    high, wide = (round(side * share) for side in inner[0].shape)
    top, left = (frame[0].shape[0] - high) // 2, (frame[0].shape[1] - wide) // 2
    found = []
    for whole, picture in zip(frame, inner, strict=True):
        laid = whole.copy()
        laid[top : top + high, left : left + wide] = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA)
        found.append(laid)
    return found


@pytest.fixture(scope="module")
def films(film):
    return {name: film(scene, scene + 20) for name, scene in (("game", 41), ("one", 42), ("two", 43))}


@pytest.fixture(scope="module")
def matched(prints):
    def match(a, b):
        shelf = MemoryShelf()
        shelf.add("a", prints(a))
        shelf.add("b", prints(b))
        (found,) = Engine(shelf).search("a", among=["b"])
        return found

    return match


def test_of_two_that_share_a_half_it_is_said(films, matched):
    match = matched(beside(films["game"], films["one"]), beside(films["game"], films["two"]))
    assert match.apart == pytest.approx(0.5, abs=0.15)
    assert turned(match).apart == match.apart
    for outline in (match.geometry.outline_a, match.geometry.outline_b):
        assert np.array(outline).min(axis=0) == pytest.approx((0.0, 0.0), abs=0.1)
        assert np.array(outline).max(axis=0) == pytest.approx((0.5, 1.0), abs=0.1)


def test_the_half_is_outlined_in_a_smaller_copy_too(films, matched):
    one = beside(films["game"], films["one"])
    small = [cv2.resize(p, (240, 135), interpolation=cv2.INTER_AREA) for p in beside(films["game"], films["two"])]
    framed = [cv2.copyMakeBorder(p, 60, 40, 100, 20, cv2.BORDER_CONSTANT) for p in small]
    match = matched(one, framed)
    assert np.array(match.geometry.outline_a).max(axis=0) == pytest.approx((0.5, 1.0), abs=0.1)
    assert np.array(match.geometry.outline_b).min(axis=0) == pytest.approx((100 / 360, 60 / 235), abs=0.06)
    assert np.array(match.geometry.outline_b).max(axis=0) == pytest.approx((220 / 360, 195 / 235), abs=0.06)


def test_of_two_in_one_frame_it_is_said(films, matched):
    match = matched(around(films["game"], films["one"], 0.75), around(films["game"], films["two"], 0.75))
    assert match.apart == pytest.approx(0.55, abs=0.2)


@pytest.mark.parametrize("share", [0.3, 0.4])
def test_a_picture_laid_over_a_copy_leaves_it_one(films, matched, share):
    assert matched(films["game"], around(films["game"], films["one"], share)).apart == 0


def test_who_shows_the_whole_of_another_beside_other_footage_is_no_part(films, matched):
    small = {
        name: [cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for p in films[name]] for name in films
    }
    both = [np.hstack([one, other]) for one, other in zip(small["one"], small["two"], strict=True)]
    assert matched(films["one"], both).apart == 0


def test_a_box_over_nearly_half_leaves_it_a_copy(films, matched):
    boxed = [p.copy() for p in films["game"]]
    for picture in boxed:
        cv2.rectangle(picture, (0, int(picture.shape[0] * 0.6)), (picture.shape[1], picture.shape[0]), 60, -1)
        cv2.putText(picture, "LIVE  Oil facility on fire", (20, 240), cv2.FONT_HERSHEY_DUPLEX, 0.9, 255, 2)
    assert matched(films["game"], boxed).apart == 0
