"""One animation over many clips: it moves alike in all of them, and makes no clip a copy of another."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf


def marked(pictures):
    """Draw a label that wanders over the whole picture, on the same way in every clip."""
    found = []
    for number, picture in enumerate(pictures):
        picture = picture.copy()
        high, wide = picture.shape
        x = int((wide - 190) * (0.5 + 0.45 * np.sin(number / 8 * 0.7)))
        y = int((high - 60) * (0.5 + 0.45 * np.cos(number / 8 * 0.9)))
        cv2.rectangle(picture, (x, y), (x + 190, y + 60), 70, -1)
        cv2.putText(picture, "TG ALERTS", (x + 8, y + 42), cv2.FONT_HERSHEY_DUPLEX, 1.1, 255, 2)
        found.append(picture)
    return found


@pytest.fixture(scope="module")
def shelf(film, prints):
    found = MemoryShelf()
    for scene in (11, 12, 13, 14):
        found.add(f"marked {scene}", prints(marked(film(scene, scene))))
    found.add("unmarked 11", prints(film(11, 11)))
    found.add("half of marked 11", prints(marked(film(11, 11))[24:64]))
    return found


def test_no_two_scenes_under_it_are_copies(shelf):
    engine = Engine(shelf)
    for scene in (12, 13, 14):
        assert engine.search(f"marked {scene}") == []


def test_what_is_a_copy_under_it_is_still_found(shelf):
    assert {m.b for m in Engine(shelf).search("marked 11")} == {"unmarked 11", "half of marked 11"}
