"""One camera, one throw, thrown again: the pictures are those of a copy, the thrower moves alike, the rest does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from verify.matching import standing
from verify.matching.clips import clip_of
from verify.matching.codes import TURNS
from verify.matching.compare import compare
from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf


@pytest.fixture(scope="module")
def throw(background):
    """`throw(seed)`: pictures of a throw before one camera; the seed says how it goes, and who walks about behind."""
    scene = cv2.GaussianBlur(background(4), (0, 0), 12)
    scene = np.clip(128 + (scene - scene.mean()) / scene.std() * 55, 0, 255)

    def pictures(seed, count=20):
        rng = np.random.default_rng(seed)
        off = np.cumsum(rng.normal(0, 3 / count**0.5, (count, 2)), axis=0)
        behind = rng.uniform(0.1, 0.9, (2, 2)) * (480, 270) + np.cumsum(rng.normal(0, 5, (count, 2, 2)), axis=0)
        made = []
        for number, (right, down) in enumerate(off):
            t, picture = number / count, scene.copy()
            at = np.array([150 + 180 * np.sin(t * 5) + right, 150 + 60 * np.cos(t * 9) + down])
            hand = at + 34 * np.array([np.cos(t * 12), -np.sin(t * 12)])
            cv2.circle(picture, at.astype(int).tolist(), 11, 30, -1)
            cv2.line(picture, at.astype(int).tolist(), hand.astype(int).tolist(), 240, 8)
            for x, y in behind[number]:
                cv2.circle(picture, (int(x) % 480, int(y) % 270), 9, 220, -1)
            made.append(picture.astype(np.uint8))
        return made

    return pictures


def poor(pictures):
    """The pictures as a messenger would pass them on."""
    small = [cv2.resize(picture, (240, 136), interpolation=cv2.INTER_AREA) for picture in pictures]
    return [cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], 0) for p in small]


def searched(prints, *clips):
    shelf = MemoryShelf()
    for number, pictures in enumerate(clips):
        shelf.add(str(number), prints(pictures))
    return {m.b: m for m in Engine(shelf).search("0")}


def test_another_throw_is_no_copy(prints, throw):
    assert searched(prints, throw(1), throw(2)) == {}


def test_it_would_have_been_one(prints, throw, monkeypatch):
    monkeypatch.setattr(standing, "NEARLY", 2.0)
    assert set(searched(prints, throw(1), throw(2))) == {"1"}


def test_a_poor_copy_of_one_throw_is_found_and_the_other_is_not(prints, throw):
    found = searched(prints, poor(throw(1)), throw(2), throw(1))
    assert set(found) == {"2"}
    assert found["2"].strength.score > 1.3


def test_a_cut_that_one_of_them_has_says_nothing(prints, throw):
    dark = [np.full((270, 480), 15, np.uint8)] * 24
    copy = [*dark, *throw(1, 40), *dark]
    assert set(searched(prints, copy, throw(1, 40))) == {"1"}


def test_a_caption_is_left_out_of_what_moves_alike(prints, throw, monkeypatch):
    captioned = [picture.copy() for picture in throw(1, 40)]
    for picture in captioned:
        picture[180:] = 25
        cv2.putText(picture, "SEEN TODAY", (90, 245), cv2.FONT_HERSHEY_DUPLEX, 1.6, 240, 2, cv2.LINE_AA)
    one, other = clip_of("", prints(captioned)), clip_of("", prints(throw(1, 40)))
    found = compare(one, other, TURNS, True)
    seen = standing.answered(found.matrix, found.aligned, one, other)
    monkeypatch.setattr(standing, "unhidden", lambda a, b: np.ones(a.shape[1], bool))
    assert seen > standing.answered(found.matrix, found.aligned, one, other) + 0.05
