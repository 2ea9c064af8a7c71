"""One animation or effect over many clips: it moves alike in all of them, and makes no clip a copy of another."""

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


def searched(prints, clips):
    """Return for each of the clips (pictures by name) what it matches among them."""
    found = MemoryShelf()
    for name, pictures in clips.items():
        found.add(name, prints(pictures))
    engine = Engine(found)
    return {name: {m.b for m in engine.search(name)} for name in clips}


def snowed(pictures):
    """Let snow fall over the picture, the same in every clip."""
    rng = np.random.default_rng(3)
    flakes = rng.uniform(0, 1, (90, 4))
    found = []
    for number, picture in enumerate(pictures):
        picture = picture.copy()
        high, wide = picture.shape
        for x, y, fast, large in flakes:
            at = (
                (x + 0.03 * np.sin(number / 4 + large * 6)) % 1 * wide,
                (y + number / 8 * (0.08 + 0.15 * fast)) % 1 * high,
            )
            cv2.circle(picture, (int(at[0]), int(at[1])), int(3 + 5 * large), 255, -1, cv2.LINE_AA)
        found.append(picture)
    return found


def lit(pictures):
    """Let two patches of light wander over the picture, the same in every clip."""
    found = []
    for number, picture in enumerate(pictures):
        high, wide = picture.shape
        y, x = np.mgrid[:high, :wide]
        light = np.zeros(picture.shape, np.float32)
        for which in (0, 1):
            at = (
                wide * (0.5 + 0.5 * np.sin(number / 8 * (0.7 + 0.3 * which) + 2 * which)),
                high * (0.5 + 0.5 * np.cos(number / 8 * (0.5 + 0.4 * which) + which)),
            )
            light += 120 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * 70**2))
        found.append(np.clip(picture + light, 0, 255).astype(np.uint8))
    return found


@pytest.mark.parametrize("effect", [snowed, lit])
def test_no_two_scenes_under_one_effect_are_copies_and_a_copy_under_it_is_one(film, prints, background, effect):
    still = [np.tile(background(scene).astype(np.uint8), (80, 1, 1)) for scene in (21, 22)]
    clips = {
        "a photograph": effect(still[0]),
        "another photograph": effect(still[1]),
        "filmed": effect(film(23, 23)),
        "another film": effect(film(24, 24)),
        "filmed, in part": effect(film(23, 23))[16:72],
    }
    matched = searched(prints, clips)
    assert matched.pop("filmed") == {"filmed, in part"}
    assert matched.pop("filmed, in part") == {"filmed"}
    assert not any(matched.values())


def tickered(pictures):
    """Let one line of news run through a strip at the foot of the picture."""
    line = np.zeros((44, 4000), np.uint8)
    words = "Missile hits market * Talks on grain deal * Bridge closed * Power cut in the east * Convoy reaches camp * "
    cv2.putText(line, words * 2, (0, 31), cv2.FONT_HERSHEY_DUPLEX, 1.0, 255, 2, cv2.LINE_AA)
    found = []
    for number, picture in enumerate(pictures):
        picture = picture.copy()
        picture[-44:] = np.maximum(30, line[:, number * 20 :][:, : picture.shape[1]])
        found.append(picture)
    return found


def test_a_ticker_makes_no_copy_of_what_it_runs_under(film, prints, background):
    still = [np.tile(background(scene).astype(np.uint8), (80, 1, 1)) for scene in (21, 22, 25)]
    clips = {f"picture {n}": tickered(pictures) for n, pictures in enumerate(still)}
    clips |= {"filmed": tickered(film(23, 23)), "another film": tickered(film(24, 24)), "bare": film(23, 23)}
    matched = searched(prints, clips)
    assert matched.pop("filmed") == {"bare"}
    assert matched.pop("bare") == {"filmed"}
    assert not any(matched.values())
