"""The engine on drawn footage whose truth is known to the frame."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf

EDITS = {
    "as it is": lambda p: p,
    "half the size": lambda p: [cv2.resize(x, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for x in p],
    "heavily compressed": lambda p: [
        cv2.imdecode(cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, 15])[1], cv2.IMREAD_GRAYSCALE) for x in p
    ],
    "letterboxed": lambda p: [cv2.copyMakeBorder(x, 100, 100, 0, 0, cv2.BORDER_CONSTANT) for x in p],
    "cropped": lambda p: [x[40:230, 80:400].copy() for x in p],
    "mirrored": lambda p: [x[:, ::-1].copy() for x in p],
    "on its side": lambda p: [np.rot90(x).copy() for x in p],
    "upside down": lambda p: [x[::-1, ::-1].copy() for x in p],
    "a few degrees off": lambda p: [
        cv2.warpAffine(x, cv2.getRotationMatrix2D((240, 135), 5, 1.0), (480, 270)) for x in p
    ],
    # A sixth of the picture each side is cut away, and the rest is squeezed from 16:9 to 4:3.
    "cropped and squeezed": lambda p: [cv2.resize(x[30:240, 80:400], (360, 315)) for x in p],
    "darkened": lambda p: [(255 * (x / 255.0) ** 2.0).astype(np.uint8) for x in p],
    "trimmed": lambda p: p[24:56],
    "backwards": lambda p: p[::-1],
    "half as fast": lambda p: [x for x in p for _ in range(2)],
    "half again as fast": lambda p: [p[int(i * 1.5)] for i in range(int(len(p) / 1.5))],
}


@pytest.fixture(scope="module")
def shelf(film, prints):
    shelf = MemoryShelf()
    shelf.add("source", prints(film(1, 1)))
    shelf.add("same room", prints(film(1, 2)))
    shelf.add("same room again", prints(film(1, 3)))
    shelf.add("elsewhere", prints(film(2, 1)))
    return shelf


@pytest.mark.parametrize("edit", EDITS)
def test_edited_copy_matches_its_source_only(shelf, film, prints, edit):
    shelf.add("copy", prints(EDITS[edit](film(1, 1))))
    try:
        assert [m.b for m in Engine(shelf).search("copy")] == ["source"]
    finally:
        shelf.remove("copy")


def test_two_takes_of_one_room_are_no_match(shelf):
    assert Engine(shelf).search("source") == []
    assert Engine(shelf).search("source", among=["same room", "elsewhere"]) == []


@pytest.mark.parametrize(
    ("edit", "speed", "backwards", "span"),
    [
        ("trimmed", 1.0, False, (3.0, 7.0)),
        ("half as fast", 0.5, False, (0.0, 10.0)),
        ("half again as fast", 1.5, False, (0.0, 10.0)),
        ("backwards", 1.0, True, (0.0, 10.0)),
    ],
)
def test_says_which_seconds_how_fast_and_which_way(shelf, film, prints, edit, speed, backwards, span):
    shelf.add("copy", prints(EDITS[edit](film(1, 1))))
    try:
        (match,) = Engine(shelf).search("source", among=["copy"])
    finally:
        shelf.remove("copy")
    (segment,) = match.segments
    assert segment.speed == pytest.approx(speed, rel=0.05)
    assert segment.reversed is backwards
    assert (segment.a_start, segment.a_end) == pytest.approx(span, abs=0.5)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("mirrored", "mirrored"),
        ("on its side", "rotated 90° counter-clockwise"),
        ("letterboxed", "above or below"),
        ("cropped", "cropped to 4"),
    ],
)
def test_says_what_was_done_to_the_picture(shelf, film, prints, edit, words):
    shelf.add("copy", prints(EDITS[edit](film(1, 1))))
    try:
        (match,) = Engine(shelf).search("source", among=["copy"])
    finally:
        shelf.remove("copy")
    assert words in " / ".join(match.geometry.words)


def test_a_squeezed_picture_is_laid_out_squeezed(shelf, film, prints):
    shelf.add("copy", prints(EDITS["cropped and squeezed"](film(1, 1))))
    try:
        (match,) = Engine(shelf).search("source", among=["copy"])
    finally:
        shelf.remove("copy")
    wide, high = match.geometry.matrix[0], match.geometry.matrix[4]
    assert (wide, high) == pytest.approx((480 / 320, 270 / 210), rel=0.03)


def test_a_clip_taken_away_is_found_no_more(film, prints):
    shelf = MemoryShelf()
    pictures = film(3, 1)
    for name in ("one", "two"):
        shelf.add(name, prints(pictures))
    engine = Engine(shelf)
    assert [m.b for m in engine.search("one")] == ["two"]
    shelf.remove("two")
    assert engine.search("one") == []
    shelf.add("three", prints(pictures))
    assert [m.b for m in engine.search("one")] == ["three"]
    with pytest.raises(KeyError):
        engine.search("two")


def test_a_still_picture_proves_nothing(film, prints):
    shelf = MemoryShelf()
    still = film(4, 1)[:1] * 80
    shelf.add("one", prints(still))
    shelf.add("two", prints([x.copy() for x in still]))
    assert all(m.strength.words == "possible" for m in Engine(shelf).search("one"))


def sky(seed, seconds=10.0):
    """A plain sky that something small crosses: nothing in it can be found again."""
    rng = np.random.default_rng(seed)
    x, y, pictures = 60.0, 120.0, []
    for _ in range(round(seconds * 8)):
        x, y = x + rng.uniform(-2, 10), y + rng.uniform(-6, 6)
        picture = np.full((270, 480), 150, np.uint8)
        cv2.circle(picture, (round(x) % 480, round(y) % 270), 8, 90, -1)
        pictures.append(picture)
    return pictures


def test_a_sky_without_anything_to_hold_on_to_is_found_by_what_moves(prints):
    shelf = MemoryShelf()
    shelf.add("source", prints_without_places(prints, sky(1)))
    shelf.add("another sky", prints_without_places(prints, sky(2)))
    shelf.add("copy", prints_without_places(prints, [x[:, ::-1].copy() for x in sky(1)]))
    shelf.add("overhead", prints_without_places(prints, [x[::-1].copy() for x in sky(1)]))
    engine = Engine(shelf)
    assert {m.b for m in engine.search("copy")} == {"source", "overhead"}
    assert engine.search("another sky") == []


def prints_without_places(prints, pictures):
    # What is kept of pictures that all count as showing nothing.
    return {name: kept for name, kept in prints(pictures).items() if name not in {"patches", "moments"}}


def test_two_lamps_that_are_faded_in_are_not_one_recording(prints):
    def faded(seed, slow):
        rng = np.random.default_rng(seed)
        lamp = np.zeros((270, 480), np.float32)
        cv2.circle(lamp, (240, 135), 40, 220, -1)
        for x, y in rng.integers(-24, 24, (14, 2)):  # what is on it differs
            cv2.circle(lamp, (240 + int(x), 135 + int(y)), 6, float(rng.integers(120, 250)), -1)
        light = 0.5 - 0.5 * np.cos(np.arange(80) / 80 * 2 * np.pi * slow)
        return [(lamp * share + rng.normal(0, 1.0, lamp.shape)).clip(0, 255).astype(np.uint8) for share in light]

    shelf = MemoryShelf()
    shelf.add("one", prints(faded(1, 2.0)))
    shelf.add("other", prints(faded(2, 2.0)))
    assert Engine(shelf).search("one", among=["other"]) == []
