"""Scores become rates that fall as scores rise, and the rates hold for footage that was not used to state them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest

from verify.matching.align import Aligned
from verify.matching.clips import clip_of, kind
from verify.matching.compare import compare
from verify.matching.strength import LOWEST, SERIES, background, false_rate, rated, score


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


def line(**other):
    """Ten seconds that move alike, plainly, as filmed."""
    usual = Aligned(
        speed=1.0,
        offset=0.0,
        movement=0.7,
        evidence=12.0,
        still=0.98,
        energy_a=8.0,
        energy_b=8.0,
        lively_a=12.0,
        lively_b=12.0,
        start=0.0,
        end=10.0,
        rank=3.0,
        points=700,
        shorter=10.0,
    )
    return replace(usual, **other)


def test_a_line_among_many_like_it_weighs_less_far_from_the_usual_speed():
    weak, clear = (score(line(speed=2.0, evidence=e), None) / score(line(evidence=e), None) for e in (4.5, 12.0))
    assert weak < 0.7 * clear


def test_neither_places_nor_a_clear_moment_weighs_less_than_either():
    few, many = (SimpleNamespace(weight=weight, places=30) for weight in (5.0, 30.0))
    faint = score(line(evidence=2.0), few) / score(line(evidence=2.0), many)
    clear = score(line(evidence=8.0), few) / score(line(evidence=8.0), many)
    assert faint < 0.6 * clear


@pytest.mark.parametrize(
    ("reached", "moved", "words"),
    [
        (1.6, {"evidence": 4.0, "lively_a": 4.0, "lively_b": 3.0}, "possible"),  # as two cards of one series have
        (2.1, {"evidence": 4.0, "lively_a": 4.0, "lively_b": 3.0}, "practically certain"),
        (1.6, {"evidence": 7.0, "lively_a": 4.0, "lively_b": 3.0}, "practically certain"),
        (1.6, {"evidence": 4.0, "lively_a": 9.0, "lively_b": 3.0}, "practically certain"),
        (0.8, {"evidence": 7.0}, "possible"),
    ],
)
def test_what_little_moves_and_stands_out_little_is_possible_at_most(reached, moved, words):
    told = rated(reached, line(**moved), "lively")
    assert told.words == words
    assert (SERIES in told.basis) == (words == "possible" and reached > 1)
