"""Scores become rates that fall as scores rise, and the rates hold for footage that was not used to state them."""

from __future__ import annotations

import itertools

import pytest

from verify.matching.clips import clip_of, kind
from verify.matching.compare import compare
from verify.matching.strength import LOWEST, background, false_rate, score


@pytest.mark.parametrize("sort", ["lively", "plain", "dark", "still"])
def test_a_higher_score_is_never_a_higher_rate(sort):
    rates = [false_rate(s / 50, sort)[0] for s in range(0, 200)]
    assert all(later <= earlier + 1e-12 for earlier, later in itertools.pairwise(rates))
    assert 0 < rates[-1] < 1e-3
    assert false_rate(LOWEST, sort)[0] < 0.02


def test_the_basis_says_from_how_many_pairs():
    rate, basis = false_rate(0.9, "lively")
    assert str(background()["lively"]["pairs"]) in basis
    assert rate < 0.01


def test_stated_rates_hold_on_drawn_footage_never_used_for_them(film, prints):
    takes = [clip_of(f"{s}/{t}", prints(film(s, 10 * s + t, 5.0))) for s in range(20, 24) for t in (1, 2, 3)]
    reached = []
    for a, b in itertools.combinations(takes, 2):
        found = compare(a, b)
        reached.append(false_rate(score(found.aligned, found.fit), kind(a, b))[0] if found else 1.0)
    # Of 66 unrelated pairs, takes of one room among them, none may be called one in a thousand.
    assert min(reached) > 1e-3
