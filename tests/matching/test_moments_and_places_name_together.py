"""In which order named clips are looked at: what happens counts beside what stands there; chance makes nobody sure."""

from __future__ import annotations

import numpy as np
import pytest

from verify.descriptors.moments import Moments
from verify.matching.engine import HAPPENED, MOMENT, TOLD, Engine
from verify.matching.round import MORE, MOST_PATIENCE, PATIENCE, Named, matches_of
from verify.matching.shelf import MemoryShelf


class Votes:
    """An index that gives the votes it was made with."""

    def __init__(self, votes):
        self.votes = votes

    def candidates(self, codes, turns, most, live):
        found = [(number, turns[0], many) for number, many in self.votes.items() if number in live]
        return sorted(found, key=lambda one: -one[2])[:most]


@pytest.fixture
def engine(examined):
    shelf = MemoryShelf()
    for number in range(1, 12):
        shelf.add(f"{number:064x}", examined)
    engine = Engine(shelf)
    engine.refresh()
    return engine


@pytest.fixture
def examined():
    from verify.descriptors.base import ClipInfo
    from verify.descriptors.film import HEIGHT, STEP, WIDTH
    from verify.descriptors.grid import Grid
    from verify.descriptors.patches import Patches
    from verify.records.fingerprints import Fingerprint

    rng = np.random.default_rng(1)
    clip, made = ClipInfo(width=WIDTH, height=HEIGHT, duration=5.0), (Grid(), Moments())
    for one in made:
        one.begin(clip)
        for row in range(20):
            one.add_tiny(row * STEP, np.random.default_rng(row).integers(0, 255, (HEIGHT, WIDTH)).astype(np.uint8))
    prints = {end.name: end for one in made if (end := one.end()) is not None}
    places = 60
    prints[Patches.name] = Fingerprint(
        name=Patches.name,
        version=Patches.version,
        times=np.zeros(1, np.float32),
        arrays={
            "x": rng.integers(0, 255, (1, places)).astype(np.uint8),
            "y": rng.integers(0, 255, (1, places)).astype(np.uint8),
            "scale": np.zeros((1, places), np.uint8),
            "codes": rng.integers(0, 1 << 63, (1, places)).astype(np.uint64),
            "count": np.array([places], np.uint8),
            "whole": rng.integers(0, 1 << 63, (1, 7)).astype(np.uint64),
        },
        parameters={},
    )
    return prints


def order(engine, places, moments):
    engine._index, engine._moments = Votes(places), Votes(moments)
    named = engine._named(engine.pairs.clip(f"{1:064x}"))
    return [int(sha256, 16) for sha256 in named.turns], named.sure


def test_a_moment_counts_as_some_places(engine):
    found, _ = order(engine, {2: 5.0, 3: 4.0, 4: 1.0, 5: 1.0}, {5: TOLD / 2, 4: (4.5 - 1.0) / MOMENT})
    assert found[0] == 4 and set(found) == {2, 3, 4, 5}  # first, because it is sure
    found, sure = order(engine, {2: 5.0, 3: 1.1, 4: 1.0}, {4: TOLD * 0.9})
    assert found == [2, 4, 3] and sure == 0


def test_what_moments_tell_by_chance_is_not_looked_at_whatever_comes_of_it(engine):
    _, sure = order(engine, {2: 5.0}, {n: TOLD * 0.9 for n in range(2, 12)})
    assert sure == 0
    found, sure = order(engine, {2: 5.0}, {n: TOLD * 1.1 for n in range(3, 12)})
    assert sure == HAPPENED and 2 not in found[:HAPPENED]


def test_a_round_ends_after_so_many_that_were_nothing():
    asked = []

    def look(a, b, turns, close):
        asked.append(b)

    matches_of("a", Named({str(n): () for n in range(PATIENCE * 3)}, 0, 5), look)
    assert len(asked) == 5 + PATIENCE


def test_a_round_goes_on_longer_for_a_clip_of_which_there_are_copies():
    asked = []
    named = Named({str(n): () for n in range(200)}, 0, 0)

    def nothing(a, b, turns, close):
        asked.append(b)

    matches_of("a", named, nothing, None, lambda sha256: ["known", "too"] if sha256 == "a" else [])
    assert len(asked) == PATIENCE + 2 * MORE  # as many are known
    asked.clear()
    many = [f"known {n}" for n in range(MOST_PATIENCE)]
    matches_of("a", named, nothing, None, lambda sha256: many if sha256 == "a" else [])
    assert len(asked) == MOST_PATIENCE
