"""Long clips are worked on stretch by stretch: the numbers must be those of one go, in a small part of the memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from verify.descriptors import film, grid, levels, moments, onsets, shrinking
from verify.descriptors.base import ClipInfo

CLIP = ClipInfo(width=640, height=360, duration=None)


def tinies(count, seed=0):
    random = np.random.default_rng(seed)
    walk = np.cumsum(random.normal(0, 9, (count, grid.HEIGHT, grid.WIDTH)), axis=0) + 128
    return np.clip(walk, 0, 255).astype(np.uint8)


def fingerprint_of(kind, pictures, times):
    one = kind()
    one.begin(CLIP)
    for time, picture in zip(times, pictures, strict=True):
        one.add_tiny(time, picture)
    return one.end()


@pytest.mark.parametrize("kind", [grid.Grid, moments.Moments])
@pytest.mark.parametrize("stretch", [8, 24, 64])
def test_films_in_short_stretches_give_the_same_bits(kind, stretch, monkeypatch):
    pictures = tinies(301)
    times = np.arange(301) * 0.125 + 0.4  # the first quarter second shows nothing
    times[150:] += 3.0  # and here the picture stands still
    whole = fingerprint_of(kind, pictures, times)
    assert film._STRETCH % levels.SPAN == 0  # parts have one share in a span: a stretch must not end within one
    monkeypatch.setattr(film, "_STRETCH", stretch)
    parts = fingerprint_of(kind, pictures, times)
    assert whole.times.tobytes() == parts.times.tobytes()
    for name, array in whole.arrays.items():
        assert array.shape == parts.arrays[name].shape
        assert array.tobytes() == parts.arrays[name].tobytes()


@pytest.mark.parametrize("kind", [grid.Grid, moments.Moments])
@pytest.mark.parametrize("block", [4, 7, 64])
def test_films_that_wait_in_a_file_give_the_same_bits(kind, block, monkeypatch):
    pictures, times = tinies(301, seed=5), np.arange(301) * 0.125
    times[100:140] -= 0.6  # times run back, to a block before
    times[200:] += 30.0  # and the picture stands still for some blocks
    whole = fingerprint_of(kind, pictures, times)
    monkeypatch.setattr(film, "_BLOCK", block)
    parts = fingerprint_of(kind, pictures, times)
    assert whole.times.tobytes() == parts.times.tobytes()
    assert all(parts.arrays[name].tobytes() == array.tobytes() for name, array in whole.arrays.items())


def test_what_stands_still_is_shown_again_until_something_else_is():
    shown = film.Film()
    one, other = tinies(2, seed=3)
    shown.add(0.5, one)
    shown.add(0.625, other)
    shown.add(1.5, one)
    rows = shown.rows()
    assert len(rows) == 7
    assert not rows[:2].any()
    mean = (one.ravel().astype(np.float32) + other.ravel()) / 2
    assert all((row == mean).all() for row in rows[2:6])
    assert (rows[6] == one.ravel()).all()


def test_two_who_share_a_film_find_what_each_would_alone():
    pictures, times = tinies(80), np.arange(80) * 0.125
    alone = [fingerprint_of(kind, pictures, times) for kind in (grid.Grid, moments.Moments)]
    both = [grid.Grid(), moments.Moments()]
    for one in both:
        one.begin(CLIP)
    assert both[0]._film is both[1]._film
    for time, picture in zip(times, pictures, strict=True):
        for one in both:
            one.add_tiny(time, picture)
    for one, other in zip(both, alone, strict=True):
        found = one.end()
        assert all(found.arrays[name].tobytes() == array.tobytes() for name, array in other.arrays.items())
    both[0].begin(CLIP)  # the next clip begins with nothing
    assert both[0].end() is None


@pytest.mark.parametrize("count", [50, 51, 999, 1000, 1001, 1037])
@pytest.mark.parametrize("stretch", [3, 60, 1000])
def test_sound_in_short_stretches_gives_the_same_bits(count, stretch, monkeypatch):
    levels = np.random.default_rng(count).normal(-40, 12, (count, onsets.BANDS)).astype(np.float32)
    around = round(1.0 / onsets.STEP) | 1
    padded = np.pad(levels.astype(np.float64), ((around // 2 + 1, around // 2), (0, 0)), mode="edge")
    total = np.cumsum(padded, axis=0)
    monkeypatch.setattr(onsets, "_STRETCH", stretch)
    assert (
        onsets.changes(levels).tobytes()
        == (levels - (total[around:] - total[:-around]) / around).astype("f4").tobytes()
    )


@pytest.mark.parametrize("size", [1, 17, 64, 203, 270, 360, 480, 640, 853])
def test_weights_of_pdq_are_those_of_two_boxes_one_after_the_other(size):
    window = (size + 2 * shrinking.PDQ_SIDE - 1) // (2 * shrinking.PDQ_SIDE)
    box = np.zeros((size, size))
    for i in range(size):
        first, last = max(0, i - (window - 1) // 2), min(size - 1, i + window // 2)
        box[i, first : last + 1] = 1 / (last - first + 1)
    points = ((np.arange(shrinking.PDQ_SIDE) + 0.5) * size / shrinking.PDQ_SIDE).astype(int)
    assert shrinking._tent(size).tobytes() == (box[points] @ box).astype(np.float32).tobytes()


def test_hours_of_film_take_no_more_than_a_few_minutes_of_it():
    pictures = tinies(64)
    tracemalloc.start()
    try:
        one = grid.Grid()
        one.begin(CLIP)
        for number in range(2 * 3600 * 4):
            one.add_tiny(number * 0.25, pictures[number % 64])
        assert one.end() is not None
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 50e6  # an hour as floats, stacked and made into changes, took 267e6; kept in memory, 60e6
