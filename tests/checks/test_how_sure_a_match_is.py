"""How sure a match is, in words: what was counted apart from what was read on, and no rate that nothing can show."""

import pytest

from verify.checks import strength
from verify.matching.strength import background, false_rate
from verify.records.matches import Strength


def measured(score: float, kind: str = "lively", words: str = "practically certain") -> Strength:
    """Return a strength as the engine states it for a score."""
    rate, basis = false_rate(score, kind)
    return Strength(score=score, false_rate=rate, kind=kind, basis=basis, words=words)


def test_no_rate_is_shown_that_no_background_of_this_size_can_show():
    """Reports said `practically certain: about 1 in 1,000,000,000 unrelated pairs scores this high` of 3,966 pairs."""
    found = measured(5.27)
    assert found.false_rate == pytest.approx(1e-9), "the engine's number stays"
    told = strength.told(found)
    table = background()["lively"]
    pairs, highest = f"{table['pairs']:,}", f"{table['top'][0]:.2f}"
    assert told.startswith(
        f"very strong (score 5.27): none of {pairs} unrelated pairs of lively footage that were measured"
    )
    assert f"the highest {highest}" in told and "not counted: fewer than 1 in 1,000,000 would" in told
    assert "1,000,000,000" not in told and "1e-09" not in told and "certain" not in told


def test_a_rate_that_is_read_on_is_told_with_its_number_where_that_is_no_smaller():
    found = Strength(
        score=0.7,
        false_rate=1 / 384_000,
        kind="lively",
        basis="0 of 3966 unrelated pairs of lively footage scored as high, the highest 0.10; "
        "the rate is read off the tail of the others",
        words="possible",
    )
    assert "not counted: about 1 in 380,000 would)" in strength.told(found)


def test_what_was_counted_is_told_as_counted():
    counted = Strength(
        score=0.2, false_rate=2 / 373, kind="dark", basis="1 of 373 unrelated pairs of dark footage scored as high"
    )
    assert strength.chance(counted) == "1 of 373 unrelated pairs of dark footage that were measured scored as high"


def test_what_the_engine_adds_to_the_basis_is_kept():
    found = measured(0.7, "still", "possible")
    moveless = Strength(score=0.7, false_rate=found.false_rate, basis=f"{found.basis}; nothing moves in either")
    assert strength.chance(moveless).endswith("would); nothing moves in either")


def test_a_rate_without_counts_is_called_an_estimate_with_its_basis():
    """1 / 1e-9 is 999999999.99…: pages said 1 in 990,000,000 beside `at most 1e-09`."""
    old = Strength(score=4, false_rate=1 / 373, kind="dark", basis="250,000 unrelated pairs", words="strong")
    assert (
        "by the estimate stored with the match about 1 in 370 unrelated pairs (dark footage) scores"
        in strength.told(old)
    )
    assert "(250,000 unrelated pairs)" in strength.told(old)
    assert "fewer than 1 in 1,000,000" in strength.told(Strength(score=4, false_rate=1e-9))


def test_what_was_not_measured_says_so():
    found = Strength(score=3.1, false_rate=None, words="possible")
    told = "possible (score 3.10): how often unrelated footage scores this high was not measured"
    assert strength.told(found) == told
    sound = Strength(
        score=0.7, false_rate=None, basis="likeness 0.70; none of 171 pairs came above 0.28", words="strong"
    )
    assert strength.told(sound) == "strong (score 0.70): likeness 0.70; none of 171 pairs came above 0.28"
