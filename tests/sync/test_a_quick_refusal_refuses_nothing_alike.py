"""Likeness worked out in single precision against the one that decides: no pair may be refused that would match."""

from __future__ import annotations

import numpy as np
import pytest

from verify.sync.correlation import Likeness, normalised, peak

STEP, OVERLAP = 0.02, 4.0


def heard(seed, seconds):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(size=(round(seconds / STEP), 8)), axis=0) * 0.3


@pytest.mark.parametrize(("first", "last", "noise"), [(0, 1500, 0.0), (300, 900, 0.5), (900, 1500, 2.0), (0, 260, 1.0)])
def test_it_is_the_likeness_that_the_peak_has(first, last, noise):
    whole = heard(1, 30)
    part = whole[first:last] + np.random.default_rng(2).normal(size=(last - first, 8)) * noise
    a, b = normalised(whole, 0.3), normalised(part, 0.3)
    top = peak(a, b, STEP, OVERLAP)
    assert top is not None
    assert Likeness(a).most(b, OVERLAP / STEP) >= top.likeness - 1e-3
    assert Likeness(b).most(a, OVERLAP / STEP) >= top.likeness - 1e-3
    if noise < 1:
        assert Likeness(a).most(b, OVERLAP / STEP) == pytest.approx(top.likeness, abs=1e-3)


def test_one_clip_asked_of_many_is_told_from_each():
    mine = Likeness(normalised(heard(3, 20), 0.3))
    alike = [mine.most(normalised(heard(seed, 10 + seed), 0.3), OVERLAP / STEP) for seed in range(4, 12)]
    assert max(alike) < 0.5
    assert mine.most(normalised(heard(3, 20), 0.3), OVERLAP / STEP) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("steps", [0, 1, 100])
def test_what_is_too_short_is_like_nothing(steps):
    a = normalised(heard(1, 30), 0.3)
    assert Likeness(a).most(a[:steps], OVERLAP / STEP) == -1.0
    assert Likeness(a[:steps]).most(a, OVERLAP / STEP) == -1.0
