"""The index against a full scan, over its own files, and with files that are damaged or of another library."""

from __future__ import annotations

import numpy as np
import pytest

from verify.matching import codes as codes_module
from verify.matching import index as index_module
from verify.matching.codes import MIRROR, TURNS, UPRIGHT, turned
from verify.matching.index import Index, Segment


def distances(left, right):
    return np.bitwise_count(left[:, None] ^ right[None, :])


def clips(seed, count=60, places=300):
    rng = np.random.default_rng(seed)
    return {n + 1: rng.integers(0, 1 << 63, places, dtype=np.uint64) for n in range(count)}


def copy_of(codes, seed, flipped=4):
    rng = np.random.default_rng(seed)
    copied = codes.copy()
    for k in range(len(copied)):
        for bit in rng.choice(64, flipped, replace=False):
            copied[k] ^= np.uint64(1) << np.uint64(bit)
    return copied


@pytest.mark.parametrize("turn", TURNS)
def test_finds_a_copy_in_every_turn(turn):
    held = clips(1)
    index = Index()
    index.add(1, held.items())
    asked = turned(copy_of(held[17], 2), turn)
    back = index.candidates(asked, TURNS, 5)
    assert back[0][0] == 17
    assert np.median(np.diag(distances(turned(asked, back[0][1]), held[17]))) == 4


def test_most_of_what_a_full_scan_finds_is_found():
    held = clips(3)
    every = np.concatenate(list(held.values()))
    segment = Segment.build(0, 1, every, np.repeat(np.arange(60, dtype=np.int32), 300))
    asked = copy_of(held[5], 4)
    query, _, gap = segment.near(asked)
    scanned = distances(asked, every) <= index_module.NEAR
    assert (gap <= index_module.NEAR).all()
    assert len(np.unique(query)) >= 0.9 * scanned.any(axis=1).sum()


def test_a_clip_that_is_not_live_is_left_out():
    held = clips(5)
    index = Index()
    index.add(1, held.items())
    assert index.candidates(held[9], (UPRIGHT,), 3, {n: "x" for n in held if n != 9}) != []
    assert 9 not in [c for c, _, _ in index.candidates(held[9], (UPRIGHT,), 60, {n: "x" for n in held if n != 9})]


def test_large_segments_are_read_back_from_their_files(tmp_path, monkeypatch):
    monkeypatch.setattr(index_module, "KEPT", 1000)
    held = clips(6)
    first = Index(tmp_path)
    for n, codes in held.items():
        first.add(n, [(n, codes)])
    second = Index(tmp_path)
    assert 0 < second.generation <= 60
    second.add(60, [(n, c) for n, c in held.items() if n > second.generation])
    assert second.candidates(held[3], (UPRIGHT, MIRROR), 4) == first.candidates(held[3], (UPRIGHT, MIRROR), 4)
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) < 3_000_000  # what was merged is gone


@pytest.mark.parametrize("harm", ["cut short", "emptied", "other words"])
def test_a_damaged_file_is_thrown_away_and_made_again(tmp_path, monkeypatch, harm):
    monkeypatch.setattr(index_module, "KEPT", 1000)
    held = clips(7)
    Index(tmp_path).add(1, held.items())
    (path,) = tmp_path.glob("*.seg")
    whole = path.read_bytes()
    path.write_bytes({"cut short": whole[:-5000], "emptied": b"", "other words": b"x" * len(whole)}[harm])
    index = Index(tmp_path)
    assert index.generation == 0
    index.add(1, held.items())
    assert index.candidates(held[2], (UPRIGHT,), 1)[0][0] == 2


def test_an_index_without_clips_answers_with_nothing():
    index = Index()
    assert index.candidates(np.zeros(0, np.uint64), TURNS, 5) == []
    index.add(1, [])
    assert index.candidates(np.arange(5, dtype=np.uint64), TURNS, 5) == []


def test_near_codes_are_the_same_in_blocks_and_thinned_evenly_when_there_are_too_many(monkeypatch):
    rng = np.random.default_rng(3)
    left = rng.integers(0, 2**63, 900, dtype=np.uint64)
    right = np.concatenate([left[::3] ^ np.uint64(5), rng.integers(0, 2**63, 100, dtype=np.uint64)])
    every = distances(left, right)
    i, j = np.nonzero(every <= 14)
    monkeypatch.setattr(codes_module, "BLOCK", 7 * len(right))
    monkeypatch.setattr(codes_module, "TILE", 3 * len(right))
    found = codes_module.near(left, right, 14)
    assert [f.tolist() for f in found] == [i.tolist(), j.tolist(), every[i, j].tolist()]
    monkeypatch.setattr(codes_module, "HITS", 100)
    few = codes_module.near(left, right, 14)
    assert 50 <= len(few[0]) <= 100 and set(zip(few[0], few[1], strict=True)) <= set(zip(i, j, strict=True))
    assert np.histogram(few[0], 4, (0, 900))[0].min() >= 8  # from all over, not from the beginning
    assert [len(f) for f in codes_module.near(left[:0], right, 14)] == [0, 0, 0]
