"""Positions in the metadata against the claimed place."""

from dataclasses import replace

import pytest

from verify.checks.place import PositionInFile
from verify.records.claims import Place


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
    outskirts = made.tag("gps", "50.6731, 36.59")  # 8.1 km north: past the sight of a standing person
    claim = replace(made.CLAIM, where=assumed)
    (found,) = PositionInFile().run(made.case(claim=claim, tags=(outskirts,)))
    assert found.bearing == "neutral" and "near enough to be its outskirts" in found.sentence
    given = replace(claim, where=replace(assumed, basis="GeoNames"))
    (found,) = PositionInFile().run(made.case(claim=given, tags=(outskirts,)))
    assert (found.bearing, found.weight) == ("questions", "weak")
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


CAMERA = Place(name="50.6400, 36.6500", latitude=50.64, longitude=36.65, radius=500.0)
BLAST = Place(name="50.60452, 36.66292", latitude=50.604523, longitude=36.662919, radius=500.0)


def test_is_held_against_the_claimed_camera_and_not_against_the_event(made):
    """The position was the claimed camera's own, and questioned the claim because the event lay 4 km off."""
    claim = replace(made.CLAIM, where=BLAST, camera=CAMERA)
    found = only(made.case(claim=claim, tags=(made.tag("gps", "50.640000, 36.650000"),)))
    assert (found.bearing, found.part, found.weight) == ("supports", "where", "moderate")
    assert "0 m from the claimed point of the camera" in found.sentence and "4.0 km" in found.sentence
    at_the_blast = only(made.case(claim=claim, tags=(made.tag("gps", "50.604523, 36.662919"),)))
    assert (at_the_blast.bearing, at_the_blast.weight) == ("questions", "moderate")
    without_a_place = only(made.case(claim=replace(claim, where=None), tags=(made.tag("gps", "50.64, 36.65"),)))
    assert without_a_place.bearing == "supports"


def test_that_contradict_each_other_beside_a_claimed_camera_are_neutral(made):
    tags = (made.tag("gps", "50.64, 36.65"), made.tag("gps", "50.4501, 30.5234"))
    found = only(made.case(claim=replace(made.CLAIM, where=BLAST, camera=CAMERA), tags=tags))
    assert found.bearing == "neutral" and "contradict" in found.sentence


@pytest.mark.parametrize(
    ("latitude", "bearing", "weight"),
    [(50.640, "neutral", "moderate"), (50.700, "questions", "weak"), (50.800, "questions", "moderate")],
)  # 4, 11 and 22 km north of the blast
def test_within_sight_of_the_event_is_no_question(made, latitude, bearing, weight):
    case = made.case(claim=replace(made.CLAIM, where=BLAST), tags=(made.tag("gps", f"{latitude}, 36.6629"),))
    found = only(case)
    assert (found.bearing, found.weight) == (bearing, weight)
    assert "km from the middle of the claimed place" in found.sentence
