"""Pictures that no clip may be known by, black or card-like, still hold places where a clip has no other pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from verify.descriptors.base import ClipInfo, Frame
from verify.descriptors.patches import Patches

SIZE = (480, 270)


def night(seed):
    """A black picture with a few small lamps: all but two levels of brightness are next to nothing of it."""
    rng = np.random.default_rng(seed)
    picture = np.full(SIZE[::-1], 6, np.uint8)
    for x, y, r in zip(rng.integers(20, 460, 12), rng.integers(20, 250, 12), rng.integers(4, 10, 12), strict=True):
        cv2.circle(picture, (int(x), int(y)), int(r), int(rng.integers(120, 255)), -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.2)


@pytest.fixture
def places():
    """`places(pictures)`: the number of places in each picture kept of one picture a second, (picture, informative)."""

    def kept(pictures):
        descriptor = Patches()
        descriptor.begin(ClipInfo(width=SIZE[0], height=SIZE[1], duration=float(len(pictures))))
        for second, (picture, informative) in enumerate(pictures):
            frame = Frame(time=float(second), gray=picture, colour=cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB),
                          index=second, first_of_shot=False, informative=informative)  # fmt: skip
            descriptor.add(frame)
        prints = descriptor.end()
        return {} if prints is None else dict(zip(prints.times.tolist(), prints.arrays["count"].tolist(), strict=True))

    return kept


def test_a_night_street_is_known_by_its_lamps(places):
    found = places([(night(second // 4), False) for second in range(16)])
    assert found
    assert min(found.values()) >= 4


def test_black_and_one_colour_have_no_places(places):
    plain = [(np.full(SIZE[::-1], level, np.uint8), False) for level in (0, 0, 0, 90, 90, 90)]
    assert places(plain) == {}


def test_where_there_are_pictures_to_know_it_by_the_others_do_not_count(places):
    card, picture = (night(1), False), (night(2), True)
    found = places([card] * 6 + [picture] * 4 + [card] * 6)
    assert found
    assert set(found) <= {6.0, 7.0, 8.0, 9.0}
