"""What is said of a beat of repeated pictures, from values as the measure gives them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verify.checks.cadence import RepeatedPictures

SIXTH = {"start": 0.0, "end": 9.5, "every": 6, "repeats": 1, "share": 0.97, "examples": [0.2, 0.4]}


def ask(made, **values):
    case = made.case(claim=replace(made.CLAIM, original=True))
    extra = {"cadence": {"pictures": 300, "moving_share": 1.0, **values}} if values else {}
    (found,) = RepeatedPictures().run(replace(case, examination=replace(case.examination, extra=extra)))
    return found


def test_a_beat_is_told_with_what_it_may_mean_and_questions_nothing(made):
    found = ask(made, stretches=[SIXTH])
    assert (found.bearing, found.weight) == ("neutral", "moderate")
    assert found.sentence.startswith("One in 6 pictures repeats the one before from 0:00.0 to 0:09.5")
    assert "25 pictures a second made into 30" in found.sentence and "slowed down" in found.sentence
    assert "0.200 and 0.400" in found.evidence[0].value


def test_beats_of_several_repeats_and_unknown_rates(made):
    found = ask(made, stretches=[{**SIXTH, "every": 7, "repeats": 3}])
    assert "3 in 7 pictures repeat the one before" in found.sentence and "as after" not in found.sentence


@pytest.mark.parametrize(
    ("values", "bearing"),
    [
        ({}, "not tested"),
        ({"stretches": [], "moving_share": 0.1}, "not tested"),
        ({"stretches": []}, "neutral"),
        ({"stretches": [{**SIXTH, "repeats": 9}]}, "neutral"),
        ({"stretches": [{**SIXTH, "examples": "x"}]}, "neutral"),
    ],
)
def test_where_nothing_can_be_told_it_is_said(made, values, bearing):
    assert ask(made, **values).bearing == bearing
