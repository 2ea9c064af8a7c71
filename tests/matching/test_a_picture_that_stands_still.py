"""A photograph shown as a video: its copies are named, as possible only, and the reason for that stands beside it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf
from verify.matching.strength import MOVELESS


@pytest.fixture
def photograph(film):
    def one(room):
        return cv2.GaussianBlur(film(room, 1, 1.0)[0], (0, 0), 1.2)

    return one


def shown(picture, seconds=10.0):
    rng = np.random.default_rng(int(picture.mean() * 100))
    return [
        np.clip(picture + rng.normal(0, 0.6, picture.shape), 0, 255).astype(np.uint8) for _ in range(int(seconds * 8))
    ]


@pytest.fixture
def shelf(photograph, prints):
    found, picture = MemoryShelf(), photograph(5)
    height, width = picture.shape
    cropped = cv2.resize(picture[height // 12 : -height // 12, width // 12 : -width // 12], (width, height))
    found.add("photograph", prints(shown(picture)))
    found.add("cropped and short", prints(shown(cropped, 4.0)))
    found.add("mirrored", prints(shown(picture[:, ::-1].copy())))
    found.add("another", prints(shown(photograph(6))))
    return found


def test_its_copies_are_possible_and_the_reason_is_said(shelf):
    found = {m.b: m for m in Engine(shelf).search("photograph")}
    assert set(found) == {"cropped and short", "mirrored"}
    for match in found.values():
        assert match.strength.words == "possible"
        assert MOVELESS in match.strength.basis
        assert not match.segments[0].reversed
        assert match.segments[0].speed == pytest.approx(1.0, abs=0.03)


def test_another_photograph_is_none_of_them(shelf):
    assert Engine(shelf).search("another") == []


def test_what_moves_is_told_from_a_photograph_of_it(shelf, film, prints):
    shelf.add("the room, filmed", prints(film(5, 1, 10.0)))
    assert Engine(shelf).search("the room, filmed") == []
