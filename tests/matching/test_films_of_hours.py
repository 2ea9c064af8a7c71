"""A long clip is read in stretches: what is found of it must be what is found when all of it is in memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from verify.descriptors import grid, levels
from verify.descriptors.grid import CELLS, HEIGHT, WIDTH, Grid
from verify.matching import align, codes, hours, index, lines, pairs, strips
from verify.matching.clips import clip_of
from verify.matching.codes import TURNS
from verify.matching.shelf import MemoryShelf
from verify.records.fingerprints import Fingerprint


def shrunk(monkeypatch, rows=40):
    monkeypatch.setattr(strips, "LONG", rows)


@pytest.fixture
def many(film, prints):
    source = film(1, 1, 30.0)
    there_and_back = source[:80] + source[120:]
    return {
        "source": prints(source),
        "copy": prints([x[:, ::-1].copy() for x in source[41:200]]),
        "faster": prints(source[::2]),
        "backwards": prints(source[::-1]),
        "two parts": prints(there_and_back),
        "other": prints(film(1, 2, 30.0)),
    }


def test_rows_of_a_strip_are_those_of_the_film(many, monkeypatch):
    whole = clip_of("source", many["source"])
    shrunk(monkeypatch)
    long = clip_of("source", many["source"])
    assert isinstance(long.grid, strips.Strip)
    some = np.array([0, 119, 7, 8, 41, 40, 39, 7])
    for read, held in ((long.grid, whole.grid), (long.change, whole.change)):
        assert len(read) == len(held) == 120
        assert read.shape == held.shape
        for part in (slice(0, 120), slice(3, 17), slice(39, 41), slice(119, 120), slice(5, 5)):
            assert np.allclose(read[part], held[part], atol=1e-3)
        assert np.allclose(read[some], held[some], atol=1e-3)
    assert np.allclose(long.mean, whole.mean, atol=1e-3)
    assert (long.size, long.liveliness) == (pytest.approx(whole.size), pytest.approx(whole.liveliness))


def test_matches_of_long_clips_are_those_of_whole_ones(many, monkeypatch):
    shelf = MemoryShelf()
    for name, kept in many.items():
        shelf.add(name, kept)
    asked = [(a, b) for a in ("source", "copy") for b in many if b != a]
    whole = {pair: pairs.Pairs(shelf).look(*pair, TURNS, True) for pair in asked}
    shrunk(monkeypatch)
    for pair, expected in whole.items():
        found = pairs.Pairs(shelf).look(*pair, TURNS, True)
        if expected is None:
            assert found is None
            continue
        assert found.strength.score == pytest.approx(expected.strength.score, rel=0.02)
        assert len(found.segments) == len(expected.segments)
        for one, other in zip(found.segments, expected.segments, strict=True):
            assert one == replace(
                other,
                a_start=pytest.approx(other.a_start, abs=0.26),
                a_end=pytest.approx(other.a_end, abs=0.26),
                b_start=pytest.approx(other.b_start, abs=0.26),
                b_end=pytest.approx(other.b_end, abs=0.26),
            )
    assert sum(match is not None for match in whole.values()) >= 6


@pytest.mark.parametrize("late", [0.0, 0.5])
@pytest.mark.parametrize("speed", [1.0, -1.0, 0.5, 1.25, -0.8, 2.0])
def test_what_is_slowed_down_in_stretches_is_what_is_slowed_down_whole(speed, late):
    rows = np.random.default_rng(3).normal(size=(97, 5)).astype(np.float32)
    whole = align.retimed(rows, speed, late)
    assert hours.retimed_length(len(rows), speed, late) == len(whole)
    for start, end in ((0, 10), (33, min(58, len(whole))), (len(whole) - 9, len(whole))):
        assert np.allclose(hours.retimed_part(rows, speed, start, end, late), whole[start:end], atol=1e-5)


def hour_of_film(count, seed=0):
    random = np.random.default_rng(seed)
    size = random.integers(40, 90, count).astype(np.uint8)
    level = random.integers(-2, 3, (count, CELLS)).astype(np.int8)
    packer, shares = levels.Packer(), levels.Packer()
    packer.add(level)
    shares.add_numbers(np.zeros((-(-count // levels.SPAN), levels.PARTS), np.int8))
    stills = random.integers(60, 200, (-(-count // grid.STILL_EVERY), HEIGHT, WIDTH)).astype(np.float32)
    return Fingerprint(
        name=Grid.name,
        version=Grid.version,
        times=np.zeros(1, np.float32),
        arrays={
            "changes": packer.end().reshape(1, -1),
            "shares": shares.end().reshape(1, -1),
            "size": size.reshape(1, -1),
            "middle": size.reshape(1, -1),
            "light": np.full((1, count), 128, np.uint8),
            "stills": np.frombuffer(grid.pack_stills(stills.reshape(len(stills), -1)), np.uint8).reshape(1, -1),
        },
        parameters={"aspect": 1.7778},
    )


def test_an_hour_is_compared_with_itself_in_a_part_of_its_numbers():
    kept = {"grid": hour_of_film(3600 * 4)}
    tracemalloc.start()
    try:
        clip = clip_of("hour", kept)
        side = hours.long_side(clip.grid, clip.change)
        found = hours.measured(side, side, lines.Line(50.0, 1.0, 0), 1.0)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.movement == pytest.approx(1.0, abs=1e-3)
    assert (found.start, found.end) == (0.0, 3600.0)
    assert most < 150e6  # its pictures and changes alone are 88e6, and each step made two more such arrays


def test_an_index_asked_in_blocks_answers_the_same(monkeypatch):
    random = np.random.default_rng(2)
    looks = random.integers(0, 1 << 63, (50, 90), dtype=np.uint64)
    held = index.Index()
    held.add(1, list(enumerate(looks)))
    asked = looks[7:12].ravel() ^ np.uint64(1 << 40)
    whole = held.candidates(asked, TURNS, 40)
    monkeypatch.setattr(index, "ASKED", 64)
    assert held.candidates(asked, TURNS, 40) == whole
    assert {number for number, _, _ in whole[:5]} == {7, 8, 9, 10, 11}


def test_of_too_many_pairs_evenly_spread_ones_are_looked_at(monkeypatch):
    own = np.random.default_rng(4).integers(0, 1 << 63, 300, dtype=np.uint64)
    i, j, _ = codes.near(own, own, 4)
    assert (i.tolist(), j.tolist()) == (list(range(300)), list(range(300)))
    monkeypatch.setattr(codes, "MOST_PAIRS", 30_000)
    i, j, _ = codes.near(own, own, 4)
    assert i.tolist() == j.tolist() == list(range(0, 300, 3))
