"""Positions in the metadata against the claimed place."""

from dataclasses import replace

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


def test_beside_a_radius_that_was_only_assumed_question_nothing(made):
    """Kherson, 66,000 people, was given 3.2 km: a clip from its outskirts, 5 km away, questioned the claimed place."""
    assumed = replace(made.BELGOROD, radius=3200, basis="GeoNames; radius assumed from 66,000 people")
    outskirts = made.tag("gps", "50.645, 36.59")  # 5 km north
    claim = replace(made.CLAIM, where=assumed)
    (found,) = PositionInFile().run(made.case(claim=claim, tags=(outskirts,)))
    assert found.bearing == "neutral" and "near enough to be its outskirts" in found.sentence
    given = replace(claim, where=replace(assumed, basis="GeoNames"))
    (found,) = PositionInFile().run(made.case(claim=given, tags=(outskirts,)))
    assert (found.bearing, found.weight) == ("questions", "moderate")
    (far,) = PositionInFile().run(made.case(claim=claim, tags=(made.tag("gps", "50.70, 36.59"),)))
    assert far.bearing == "questions"  # 11 km


def test_at_another_place_of_the_claimed_name_question_nothing(made):
    """Of 34 Springfields the largest was taken, and a clip from another one questioned the claimed place."""
    others = ("Springfield, IL, United States (39.8017, -89.6437; 114,394 people)",)
    claim = replace(made.CLAIM, where=replace(made.BELGOROD, others=others))
    (found,) = PositionInFile().run(made.case(claim=claim, tags=(made.tag("gps", "39.79, -89.65"),)))
    assert found.bearing == "neutral" and "near another place of that name, Springfield, IL" in found.sentence
    (found,) = PositionInFile().run(made.case(claim=claim, tags=(made.tag("gps", "40.63, -111.8"),)))
    assert (found.bearing, found.weight) == ("questions", "weak")
    assert "At least 1 other place is called so" in found.sentence
