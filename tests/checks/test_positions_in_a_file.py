"""Positions in the metadata against the claimed place."""

from verify.checks.place import PositionInFile


def only(case):
    (found,) = PositionInFile().run(case)
    return found


def test_inside_the_claimed_radius_supports(made):
    found = only(made.case(tags=(made.tag("gps", "50.601557, 36.659211"),)))
    assert (found.bearing, found.part) == ("supports", "where")
    assert "4.9 km" in found.sentence  # CCTV position of the facts, great circle to 50.60 N 36.59 E


def test_in_another_town_questions(made):
    found = only(made.case(tags=(made.tag("gps", "50.450100, 30.523400"),)))  # Kyiv
    assert (found.bearing, found.weight) == ("questions", "moderate")
    assert "429 km" in found.sentence


def test_that_contradict_each_other_are_neutral(made):
    found = only(made.case(tags=(made.tag("gps", "50.450100, 30.523400"), made.tag("gps", "50.6, 36.59"))))
    assert found.bearing == "neutral" and "contradict" in found.sentence


def test_zero_zero_is_unset(made):
    assert only(made.case(tags=(made.tag("gps", "0.000000, 0.000000"),))).bearing == "not tested"


def test_without_claim_or_examination_or_position(made):
    assert only(made.case(claim=None, tags=(made.tag("gps", "50.6, 36.59"),))).bearing == "neutral"
    assert only(made.case(examination=None)).bearing == "not tested"
    assert only(made.case()).bearing == "not tested"
