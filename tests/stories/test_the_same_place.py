"""Local features over two recordings: a room seen twice is told, a shared caption and another room are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from verify.descriptors.base import ClipInfo, Frame
from verify.descriptors.patches import Patches
from verify.stories.same_place import BOTTOM, TOP, same_place

WIDTH, HEIGHT = 640, 480


def room(seed):
    """Return a picture with as many things in it as a room has: boxes and discs of all sizes over a gradient."""
    random = np.random.default_rng(seed)
    picture = np.tile(np.linspace(90, 160, WIDTH), (HEIGHT, 1)).astype(np.uint8)
    for _ in range(160):
        x, y = int(random.integers(0, WIDTH)), int(random.integers(0, HEIGHT))
        size, gray = int(random.integers(4, 30)), int(random.integers(0, 255))
        if random.random() < 0.5:
            cv2.circle(picture, (x, y), size, gray, -1)
        else:
            cv2.rectangle(picture, (x, y), (x + size, y + int(size * random.uniform(0.4, 2))), gray, -1)
    return picture


def seen(picture, seconds=9.0, walker=0, caption=False):
    """Return the `patches` of a clip of `picture` in which somebody walks by (from `walker` on), maybe captioned."""
    reader = Patches()
    reader.begin(ClipInfo(width=WIDTH, height=HEIGHT, duration=seconds))
    random = np.random.default_rng(walker)
    for n in range(int(seconds * 4)):
        frame = picture.copy()
        x = (walker + 9 * n) % WIDTH
        cv2.ellipse(frame, (x, 300), (24, 90), 0, 0, 360, 30, -1)
        if caption:
            frame[400:] = 20
            for k in range(26):
                cv2.putText(frame, chr(65 + k), (10 + 24 * k, 450), cv2.FONT_HERSHEY_SIMPLEX, 1, 255, 2)
        noisy = np.clip(frame + random.normal(0, 3, frame.shape), 0, 255).astype(np.uint8)
        small = np.zeros((48, 64, 3), np.uint8)
        reader.add(Frame(time=n / 4, gray=noisy, colour=small, index=n, first_of_shot=n == 0, informative=True))
    return reader.end()


@pytest.fixture(scope="module")
def first():
    return seen(room(1), walker=10)


def test_a_room_seen_twice_is_told_with_points_that_are_the_same(first):
    found = same_place(first, seen(room(1), walker=300))
    assert found is not None and not found.mirrored and found.places >= 30 and found.parts >= 9
    assert len(found.a_points) == len(found.b_points) >= 10
    off = np.abs(np.array(found.a_points) - np.array(found.b_points))
    assert off.max() < 0.04, "the camera did not move, so neither do the points"
    assert all(TOP < y < BOTTOM for _, y in found.a_points)


def test_a_mirrored_one_is_told_as_mirrored(first):
    found = same_place(first, seen(np.fliplr(room(1)), walker=300))
    assert found is not None and found.mirrored
    across = np.array(found.a_points)[:, 0] + np.array(found.b_points)[:, 0]
    assert np.abs(across - 1).max() < 0.04


def test_another_room_is_not_told(first):
    assert same_place(first, seen(room(2), walker=300)) is None


def test_one_caption_under_two_rooms_is_not_a_place():
    assert same_place(seen(room(1), caption=True), seen(room(2), walker=300, caption=True)) is None


def test_a_clip_without_places_is_not_told(first):
    assert same_place(first, None) is None
    assert same_place(first, seen(np.full((HEIGHT, WIDTH), 128, np.uint8))) is None
