"""A copy that was not sped up is not said to be; one that was, is; and half a row of the film is no obstacle."""

from __future__ import annotations

import numpy as np
import pytest

from verify.matching import align
from verify.matching.lines import Line, Side, levelled, liveliest


@pytest.fixture(scope="module")
def film():
    """What a film of `count` rows (quarters of a second) shows at any time, in rows: smooth, of 60 points."""
    rng = np.random.default_rng(8)
    waves = rng.normal(0, 1, (40, 60))
    times, phases = rng.uniform(0.2, 2.2, 40), rng.uniform(0, 7, 40)
    return lambda at: (np.sin(at[:, None] * times + phases) @ waves * 6 + 120).astype(np.float32)


def side(rows):
    change = np.gradient(rows, axis=0).astype(np.float32)
    return Side(rows, change, levelled(change), lambda: liveliest(change))


@pytest.mark.parametrize("late", [0.0, 0.5])
def test_half_a_row_is_found(film, late):
    one, other = side(film(np.arange(60.0))), side(film(np.arange(12 + late, 48)))
    found = align.measured(one, other, Line(5.0, 1.0, 12), 1.0)
    assert found.speed == 1.0
    assert found.offset == pytest.approx((12 + late) * align.STEP, abs=0.01)
    assert found.movement > 0.95
    assert (found.start, found.end) == pytest.approx((late * align.STEP, len(other.rows) * align.STEP), abs=0.26)


def test_half_a_row_is_found_backwards(film):
    one, other = side(film(np.arange(60.0))), side(film(np.arange(12.5, 48))[::-1])
    found = align.measured(one, other, Line(5.0, -1.0, 12), 1.0)
    assert found.speed == -1.0
    at_b = np.array([10.0, 20.0])  # rows of the copy, and of the film
    at_a = (found.offset + found.speed * (at_b + 0.5) * align.STEP) / align.STEP - 0.5
    assert at_a == pytest.approx(12.5 + len(other.rows) - 1 - at_b, abs=0.51)


def test_what_was_played_faster_is_said_to_be(film):
    one, other = side(film(np.arange(60.0))), side(film(np.arange(0, 59, 1.05)))
    found = align.measured(one, other, Line(5.0, 1.05, 0), 1.0)
    assert found.speed == pytest.approx(1.05)


def test_nearly_as_good_as_filmed_is_as_filmed():
    rank, speed = (lambda one: one[0]), (lambda one: one[1])
    assert align.as_filmed([(2.9, 1.0), (2.95, 1.025)], rank, speed) == (2.9, 1.0)
    assert align.as_filmed([(2.9, -1.0), (2.95, 1.025)], rank, speed) == (2.9, -1.0)
    assert align.as_filmed([(2.5, 1.0), (2.95, 1.025)], rank, speed) == (2.95, 1.025)
    assert align.as_filmed([(2.5, 0.95)], rank, speed) == (2.5, 0.95)
    assert align.as_filmed([], rank, speed) is None
