"""One clock from many offsets, loops that do not close, and flashes that fit by chance."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.records.stories import Alignment
from verify.sync import flashes
from verify.sync.clock import one_clock


def offset(a, b, seconds, error=0.04, declined=""):
    return Alignment(a=a, b=b, way="sound", offset=seconds, error=error, declined=declined)


def starts(clock):
    return {place.sha256: place.start for place in clock.places}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-500, 500), min_size=2, max_size=8), st.integers(0, 2**32 - 1))
def test_known_starts_come_back(times, seed):
    rng = np.random.default_rng(seed)
    names = [f"c{n}" for n in range(len(times))]
    edges = [offset(names[i], names[j], times[j] - times[i] + rng.uniform(-0.02, 0.02))
             for i, j in combinations(range(len(times)), 2)]  # fmt: skip
    clock = one_clock(edges)
    found = starts(clock)
    assert min(found.values()) == 0
    for name, time in zip(names, times, strict=True):
        assert found[name] == pytest.approx(time - min(times), abs=0.05)
    assert not clock.contradicted and {place.group for place in clock.places} == {0}


def test_a_chain_adds_its_errors():
    clock = one_clock([offset("a", "b", 1.0), offset("b", "c", 2.0), offset("c", "d", 3.0)])
    assert starts(clock) == {"a": 0.0, "b": 1.0, "c": 3.0, "d": 6.0}
    errors = {place.sha256: place.error for place in clock.places}
    assert max(errors.values()) == pytest.approx(0.04 * 2**0.5, abs=0.002)


def test_a_loop_of_three_that_does_not_close_is_declined_whole():
    clock = one_clock([offset("a", "b", 1.0), offset("b", "c", 2.0), offset("a", "c", 9.0)])
    assert len(clock.contradicted) == 3 and not clock.used
    assert {place.group for place in clock.places} == {0, 1, 2}


def test_one_wrong_answer_among_many_is_found_and_left_out():
    true = {"a": 0.0, "b": 1.5, "c": 4.0, "d": 9.0}
    edges = [offset(x, y, true[y] - true[x]) for x, y in combinations("abcd", 2)]
    edges[2] = offset("a", "d", 2.0)
    clock = one_clock(edges)
    assert clock.contradicted == (edges[2],)
    assert starts(clock) == true


def test_what_was_declined_joins_nothing_and_every_clip_has_a_place():
    clock = one_clock([offset("a", "b", 1.0), offset("b", "c", 0.0, declined="no")], clips=["a", "b", "c", "x"])
    groups = {place.sha256: place.group for place in clock.places}
    assert groups["a"] == groups["b"] and len({groups[n] for n in "acx"}) == 3
    assert len(clock.declined) == 1


def test_nothing_gives_an_empty_clock():
    assert one_clock([]).places == ()


def test_a_burst_of_flashes_aligns():
    a = [1.0, 2.9, 4.3, 8.6, 10.0, 15.7, 17.1, 21.9]
    b = [t - 0.9 + d for t, d in zip(a[1:], [0.05, -0.06, 0, 0.03, -0.02, 0.06, 0], strict=True)]
    found = flashes.align(a, b, 25, 23, "a", "b")
    assert not found.declined and abs(found.offset - 0.9) <= found.error
    assert flashes.supports(found, a, b) == 7


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([], [1.0]),
        ([1.0], [4.0]),
        ([1.0, 3.6], [0.2, 2.8]),
        ([float(n) for n in range(10)], [n + 0.5 for n in range(10)]),
    ],
)
def test_few_or_regular_flashes_are_declined(a, b):
    assert flashes.align(a, b, 12, 12, "a", "b").declined


def test_flashes_at_random_hardly_ever_align():
    rng = np.random.default_rng(3)
    answered = 0
    for _ in range(400):
        a, b = (sorted(rng.uniform(0, 20, rng.integers(1, 9))) for _ in "ab")
        answered += not flashes.align(a, b, 20, 20, "a", "b").declined
    assert answered <= 6, "the stated chance is one in a hundred at most"
