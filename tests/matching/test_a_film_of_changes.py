"""What the grid keeps, what it costs, and what happens when it is not what it should be."""

from __future__ import annotations

import itertools
import tracemalloc
from dataclasses import replace

import cv2
import numpy as np
import pytest

from verify.descriptors import grid, levels
from verify.descriptors.film import Film
from verify.descriptors.grid import CELLS, STEP, changes, read
from verify.matching.clips import clip_of
from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf


def correlation(a, b):
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def film_of(pictures):
    film = Film()
    for i, picture in enumerate(pictures):
        film.add(i * 0.125, cv2.resize(picture, (32, 24), interpolation=cv2.INTER_AREA))
    return film.rows()


def test_changes_and_pictures_come_back_nearly_as_they_were(film, prints):
    pictures = film(5, 1)
    rows = film_of(pictures)
    kept, change = read(prints(pictures)["grid"])
    assert kept.shape == change.shape == rows.shape
    assert correlation(change, changes(rows)) > 0.9
    assert correlation(kept - kept.mean(), rows - rows.mean()) > 0.95  # this room is full of the finest detail
    assert np.abs(kept.mean(axis=1) - rows.mean(axis=1)).max() < 1.5  # light is kept apart
    assert np.abs(grid.kept_median_change(prints(pictures)["grid"]) - grid.median_change(rows)).max() < 0.5


@pytest.mark.parametrize(("swing", "kept"), [(30.0, 0.85), (8.0, 0.8), (4.0, 0.7)])
def test_a_quiet_film_beside_a_lively_one_is_kept_as_well(swing, kept):
    # A slow swing in a corner, while the rest storms: the corner's own changes must survive, also where they are small.
    rng = np.random.default_rng(1)
    rows = np.cumsum(rng.normal(0, 6, (80, 24, 32)), axis=0).astype(np.float32)
    time = np.arange(80)[:, None, None]
    way = np.sin(time * 0.9 + np.arange(8)[None, :, None] + np.arange(8)[None, None, :])
    rows[:, 16:, 24:] = 128 + swing * way
    change = changes(rows.reshape(80, -1))
    level, steps = levels.measured(change)
    back = (level * steps.of(0, 80)).reshape(80, 24, 32)[1:-1, 16:, 24:]
    assert correlation(back, change.reshape(80, 24, 32)[1:-1, 16:, 24:]) > kept


@pytest.mark.parametrize("rows", [1, 7, 8, 9, 80])
def test_levels_and_shares_come_back_to_the_bit(rows):
    change = np.random.default_rng(rows).normal(0, 5, (rows, CELLS)) * np.linspace(0.01, 3, CELLS)
    level, steps = levels.measured(change.astype(np.float32))
    packer, shares = levels.Packer(), levels.Packer()
    packer.add(level)
    shares.add_numbers(steps.shares)
    assert np.array_equal(levels.unpacked(packer.end().tobytes(), rows), level)
    back = levels.Steps(steps.size, levels.unpacked_shares(shares.end().tobytes(), rows))
    assert np.array_equal(back.shares, steps.shares)
    for start, end in ((0, rows), (rows // 2, rows), (rows // 3, max(rows // 3 + 1, rows // 2))):
        assert np.array_equal(back.of(start, end), steps.of(0, rows)[start:end])


def test_an_hour_stays_within_its_bytes(film, prints):
    found = prints(film(6, 2))["grid"]
    seconds = found.arrays["size"].size * STEP
    assert sum(a.nbytes for a in found.arrays.values()) / seconds * 3600 < 1.6e6


@pytest.mark.parametrize("harm", ["version", "missing", "cut", "shares cut", "swollen", "none"])
def test_a_damaged_or_foreign_grid_is_nothing_to_compare(film, prints, harm):
    good = prints(film(1, 1, 4.0))
    kept = good["grid"]
    arrays = dict(kept.arrays)
    if harm == "missing":
        del arrays["stills"]
    elif harm == "cut":
        arrays["changes"] = arrays["changes"][:, :-20]
    elif harm == "shares cut":
        arrays["shares"] = arrays["shares"][:, :4]
    elif harm == "swollen":
        arrays["size"] = np.zeros((1, 7 * 3600 * 4), np.uint8)
    bad = replace(kept, arrays=arrays, version=1 if harm == "version" else kept.version)
    prints_bad = {**good, "grid": bad} if harm != "none" else {k: v for k, v in good.items() if k != "grid"}
    assert clip_of("x", prints_bad) is None
    shelf = MemoryShelf()
    shelf.add("bad", prints_bad)
    shelf.add("good", good)
    assert Engine(shelf).search("good") == []
    assert Engine(shelf).search("bad") == []


@pytest.mark.parametrize("count", [1, 2, 40])
def test_stills_come_back_as_they_were_but_for_the_finest(count):
    rng = np.random.default_rng(count)
    flashes = np.where(rng.random((count, 1)) < 0.3, 250.0, 20.0)  # waves that do not fit a byte
    smooth = [
        cv2.GaussianBlur(rng.uniform(-1, 1, (24, 32)).astype(np.float32), (0, 0), 2).ravel() for _ in range(count)
    ]
    stills = (flashes + 40 * np.stack(smooth)).astype(np.float32)
    packed = grid.pack_stills(stills)
    assert np.abs(grid.unpack_stills(packed, count) - stills).mean() < 1.5
    for wrong in (count + 1, count - 1):
        with pytest.raises(ValueError, match="hold"):
            grid.unpack_stills(packed, wrong)


def test_a_bomb_is_not_unpacked():
    packer = levels.Packer()
    for _ in range(50):
        packer.add_numbers(np.zeros(1_000_000, np.int8))
    bomb = packer.end().tobytes()
    for unpacked in (levels.unpacked, levels.unpacked_shares, grid.unpack_stills):
        tracemalloc.start()
        with pytest.raises(ValueError, match="not"):
            unpacked(bomb, 10)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
        tracemalloc.stop()


def test_big_text_over_a_plain_sky_is_found_by_what_happens(prints):
    sky = [np.full((270, 480), 200, np.uint8) for _ in range(80)]
    rng = np.random.default_rng(3)
    at = np.array([240, 130]) + np.cumsum(rng.normal(0, 9, (80, 2)), axis=0)
    other = np.array([200, 150]) + np.cumsum(rng.normal(0, 9, (80, 2)), axis=0)
    shelf = MemoryShelf()

    def with_bird(way, words=""):
        pictures = [p.copy() for p in sky]
        for picture, (x, y) in zip(pictures, way, strict=True):
            cv2.circle(picture, (int(x), int(y)), 16, 40, -1)
            if words:
                cv2.putText(picture, words, (20, 160), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 0, 8)
        return pictures

    shelf.add("bird", prints(with_bird(at)))
    shelf.add("another bird", prints(with_bird(other)))
    shelf.add("another bird, captioned", prints(with_bird(other, "WATCH THIS")))
    shelf.add("captioned", prints(with_bird(at, "WATCH THIS")))
    assert [m.b for m in Engine(shelf).search("captioned")] == ["bird"]


def test_a_stretch_of_a_long_clip_is_found_where_it_is(film, prints):
    # Longer than clips are compared whole: rooms follow one another, then comes what is looked for, then others.
    parts = [film(30 + n, n, 14.0) for n in range(6)]
    long = list(itertools.chain(*parts))
    shelf = MemoryShelf()
    shelf.add("long", prints(long))
    shelf.add("part", prints(parts[4][16:96]))
    (match,) = Engine(shelf).search("part")
    segment = match.segments[0]
    assert match.b == "long"
    assert segment.b_start == pytest.approx(4 * 14 + 2, abs=0.5)
    assert segment.b_end == pytest.approx(4 * 14 + 12, abs=0.5)
    assert segment.a_start == pytest.approx(0, abs=0.5)
    (back,) = Engine(shelf).search("long")
    assert back.segments[0].a_start == pytest.approx(4 * 14 + 2, abs=0.5)


def test_two_hours_compare_in_bounded_memory():
    # A table of every moment with every other would take gigabytes.
    import tracemalloc

    from verify.matching.align import align
    from verify.matching.lines import NATURAL, side
    from verify.matching.windows import guessed, hinted

    rng = np.random.default_rng(2)
    rows = rng.normal(128, 3, (4 * 1800, 48)).astype(np.float32)
    one = side(rows, changes(rows))
    tracemalloc.start()
    spans = hinted(np.array([[900.0, 900.0]] * 5), len(rows), len(rows))
    found = align(one, one, spans, NATURAL)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found is not None
    assert found.start == 0
    assert found.end == pytest.approx(1800, abs=1)
    assert peak < 80e6
    assert guessed(np.ones(4 * 1800), np.ones(40)) == []
    assert CELLS == 768
