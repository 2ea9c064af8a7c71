"""A camera that moves all the time: places of two clips seldom come from the same moment, and lie elsewhere at each."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from verify.matching import compare as comparing
from verify.matching import settle
from verify.matching.clips import clip_of
from verify.matching.compare import compare
from verify.matching.strength import LOWEST, score


def walked(scene, seed, seconds=10.0):
    """Film `scene` with a camera that wanders and turns a little; pictures are half as wide as the scene."""
    rng = np.random.default_rng(seed)
    count = round(seconds * 8)
    drift = cv2.GaussianBlur(rng.normal(size=(count + 60, 3)).astype(np.float32), (1, 31), 5)[30:-30]
    drift = np.cumsum(drift, axis=0)
    drift = (drift - drift.mean(axis=0)) / drift.std(axis=0)
    pictures = []
    for right, down, turn in drift:
        matrix = cv2.getRotationMatrix2D((480 + 45 * right, 270 + 30 * down), 2.5 * turn, 1.0)
        matrix[:, 2] += (240 - 480 - 45 * right, 135 - 270 - 30 * down)
        pictures.append(cv2.warpAffine(scene, matrix, (480, 270)).astype(np.uint8))
    return pictures


@pytest.fixture(scope="module")
def clips(prints, background):
    scene = background(3, 960, 540)
    whole = walked(scene, 1)
    shown = {
        "whole": whole,
        "three seconds": whole[27:51],
        "three seconds cropped": [cv2.resize(p[20:-20, 36:-36], (480, 270)) for p in whole[43:67]],
        "another take": walked(scene, 2),
    }
    return {name: clip_of(name, prints(pictures)) for name, pictures in shown.items()}


def reached(clips, name):
    found = compare(clips[name], clips["whole"])
    return (score(found.aligned, found.fit), found) if found is not None else (0.0, None)


@pytest.mark.parametrize("name", ["three seconds", "three seconds cropped"])
def test_a_part_is_found_at_its_moment(clips, name):
    strength, found = reached(clips, name)
    assert strength > 2 * LOWEST
    begins = {"three seconds": 27, "three seconds cropped": 43}[name] / 8
    # Second t of the whole is second `offset + speed * t` of the part.
    assert -found.aligned.offset / found.aligned.speed == pytest.approx(begins, abs=0.3)


def test_it_is_found_for_that_reason_alone(clips, monkeypatch):
    monkeypatch.setattr(comparing, "PLENTY", 0.0)
    assert min(reached(clips, name)[0] for name in ("three seconds", "three seconds cropped")) < LOWEST


def test_another_take_of_the_room_is_none(clips):
    for name in ("whole", "three seconds", "three seconds cropped"):
        found = compare(clips["another take"], clips[name])
        assert found is None or score(found.aligned, found.fit) < LOWEST


def test_a_way_along_which_nothing_agrees_is_left_as_it_is(clips, monkeypatch):
    found = compare(clips["three seconds"], clips["whole"])
    asked = []

    def never(matrix, *_):
        asked.append(matrix)
        assert len(asked) < 500, "it goes to and fro for ever"
        return -0.7

    monkeypatch.setattr(settle, "_agreed", never)
    film = (clips["three seconds"].change, clips["whole"].change)
    assert settle.settled(found.matrix, *film, found.aligned, 0.1) is found.matrix
