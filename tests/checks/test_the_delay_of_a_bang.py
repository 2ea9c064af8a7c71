"""Flash and bang against the claimed points."""

from dataclasses import replace

import pytest

from verify.checks import flash_to_bang
from verify.checks.flash_to_bang import FlashToBang
from verify.records.claims import Place

CAMERA = Place(name="camera", latitude=50.601556, longitude=36.659211, radius=20)
BLAST = Place(name="tank", latitude=50.604523, longitude=36.662919, radius=20)  # 421 m from the camera
FAR = Place(name="elsewhere", latitude=50.65, longitude=36.66, radius=20)


def only(made, flashes, bangs, **claim):
    case = made.case(claim=replace(made.CLAIM, **claim))
    extra = {"flash": {"flashes": [{"time": t} for t in flashes]}, "sound": {"impulses": [{"time": t} for t in bangs]}}
    (found,) = FlashToBang().run(replace(case, examination=replace(case.examination, extra=extra)))
    return found


def test_that_fits_the_claimed_points_supports_weakly(made):
    found = only(made, [5.0], [6.26], camera=CAMERA, blast=BLAST, temperature=5.0)
    assert (found.bearing, found.part, found.weight) == ("supports", "where", "weak")
    assert "after 1.26 s" in found.sentence and "381 m to 461 m apart" in found.sentence
    assert "5 °C as given" in found.evidence[1].value


def test_the_sums_of_the_distance_can_be_done_again(made):
    found = only(made, [5.0], [6.26], camera=CAMERA, blast=BLAST, temperature=5.0)
    told = next(e.value for e in found.evidence if e.label == "Distance")
    near, far = (
        (331.3 * (1 + 0.0 / 273.15) ** 0.5 - 10) * (1.26 - 0.185),
        (331.3 * (1 + 10.0 / 273.15) ** 0.5 + 10) * (1.26 + 0.090 + 0.125),
    )
    assert f"(1.26 s − 0.185 s) × 321.3 m/s = {near:.0f} m" in told
    assert f"(1.26 s + 0.090 s + 0.125 s) × 347.3 m/s = {far:.0f} m" in told
    assert f"{near:.0f} m to {far:.0f} m" in found.sentence


def test_that_does_not_fit_questions(made):
    found = only(made, [5.0], [6.26], camera=CAMERA, blast=FAR)
    assert (found.bearing, found.weight) == ("questions", "weak")


def test_heard_twice_weighs_more(made):
    found = only(made, [5.0, 7.6], [6.26, 8.9], camera=CAMERA, blast=BLAST)
    assert (found.bearing, found.weight) == ("supports", "moderate") and "2 times" in found.sentence


def test_of_several_possible_bangs_is_left_to_a_person(made):
    found = only(made, [5.0], [6.26, 8.0], camera=CAMERA, blast=BLAST)
    assert found.bearing == "neutral" and "2 pairs" in found.sentence


def test_with_two_delays_that_fit_equally_is_left_to_a_person(made):
    found = only(made, [5.0, 8.0], [6.0, 7.0, 9.0, 10.0], camera=CAMERA, blast=BLAST)
    assert found.bearing == "neutral"


def test_without_claimed_points_is_only_told(made):
    found = only(made, [5.0], [8.0])
    assert found.bearing == "neutral" and "no points" in found.sentence


@pytest.mark.parametrize(("flashes", "bangs"), [([], [3.0]), ([3.0], []), ([], []), ([9.0], [3.0]), ([3.0], [3.1])])
def test_that_is_not_there_is_not_tested(made, flashes, bangs):
    assert only(made, flashes, bangs).bearing == "not tested"


@pytest.mark.parametrize(("celsius", "metres"), [(0, 331.3), (20, 343.2), (-20, 319.0), (40, 354.7)])
def test_speed_of_sound(celsius, metres):
    assert flash_to_bang.speed(celsius) == pytest.approx(metres, abs=0.1)


def test_reach_holds_the_error_of_clock_air_and_wind():
    far = flash_to_bang.reach(3.0, None)
    assert far.nearest == pytest.approx((3 - 0.185) * (319.0 - 10), abs=1)
    assert far.farthest == pytest.approx((3 + 0.215) * (354.7 + 10), abs=1)


def test_with_points_known_only_roughly_is_no_test(made):
    rough = replace(CAMERA, radius=500)
    found = only(made, [5.0], [6.26], camera=rough, blast=replace(BLAST, radius=500))
    assert found.bearing == "neutral" and "too loosely known" in found.sentence
