"""The light of the picture against the sun over Belgorod, before dawn and by day."""

from dataclasses import replace

import pytest

from verify.checks.light import LightAgainstSun
from verify.claims.parse import when as claimed

DARK = {"kind": "dark with lamps", "reason": "dark, with small bright lights", "mean": 0.08, "dark_share": 0.8}
BLUE = {"kind": "blue sky", "reason": "", "mean": 0.5, "blue_top": 0.9}
LIT = {"kind": "lit throughout", "reason": "", "mean": 0.5, "middle": 0.45}
FOG = {"kind": "cannot tell", "reason": "the picture has no colour (thermal, infrared or black-and-white)"}


def only(made, measured, when, **changes):
    claim = replace(made.CLAIM, when=when, where=replace(made.BELGOROD, radius=5000), **changes)
    case = made.case(claim=claim)
    case = replace(case, examination=replace(case.examination, extra={"light": measured}))
    (found,) = LightAgainstSun().run(case)
    return found


def test_a_dark_sky_fits_five_and_strains_nine_minutes_to_six(made):
    at_five = only(made, DARK, made.at("2022-04-01T05:00:00+03:00"))
    assert (at_five.bearing, at_five.weight) == ("supports", "weak")
    assert "−11.6° (nautical twilight)" in at_five.sentence
    at_nine_to_six = only(made, DARK, made.at("2022-04-01T05:51:00+03:00"))
    assert (at_nine_to_six.bearing, at_nine_to_six.weight) == ("questions", "weak")
    assert "−3.9° (civil twilight)" in at_nine_to_six.sentence and "strains" in at_nine_to_six.sentence


def test_a_dark_sky_fits_one_part_of_the_whole_interval(made):
    found = only(made, DARK, made.FIVE)
    assert (found.bearing, found.weight) == ("neutral", "moderate")
    assert "fits 2022-04-01 02:00 UTC (05:00 Europe/Moscow)" in found.sentence and "−11.6°" in found.sentence
    assert "strains 2022-04-01 02:51 UTC (05:51 Europe/Moscow)" in found.sentence and "−3.9°" in found.sentence
    assert "passed at 2022-04-01 02:3" in found.sentence  # civil dawn 02:37 UTC
    assert [e.label for e in found.evidence].count("Sun and moon") == 2


def between(made, first, last):
    return replace(made.FIVE, not_before=made.at(first).not_before, not_after=made.at(last).not_after)


def test_darkness_by_dusk_fits_the_later_end(made):
    found = only(made, DARK, between(made, "2022-04-01T19:20:00+03:00", "2022-04-01T20:10:00+03:00"))
    assert "fits 2022-04-01 17:10 UTC" in found.sentence and "strains 2022-04-01 16:20 UTC" in found.sentence


def test_a_night_between_two_days_names_neither_end(made):
    found = only(made, DARK, between(made, "2022-04-01T19:20:00+03:00", "2022-04-02T06:10:00+03:00"))
    assert found.bearing == "neutral" and "fits the part of the claimed time" in found.sentence


def test_a_dark_picture_by_day_may_be_a_room_and_questions_nothing(made):
    """An audience in a theatre, claimed for one o'clock, was questioned; at night a lit room was not."""
    found = only(made, DARK, made.at("2022-04-01T12:00:00+03:00"))
    assert (found.bearing, found.weight) == ("neutral", "moderate")
    assert "fits a room, a cellar" in found.sentence and "strains the open air" in found.sentence


@pytest.mark.parametrize(
    ("clock", "bearing"),
    [("02:00", "questions"), ("05:00", "neutral"), ("05:51", "supports"), ("12:00", "supports")],
)
def test_a_blue_sky_questions_only_the_dead_of_night(made, clock, bearing):
    assert only(made, BLUE, made.at(f"2022-04-01T{clock}:00+03:00")).bearing == bearing


@pytest.mark.parametrize(("clock", "weight"), [("02:00", "moderate"), ("05:00", "weak"), ("12:00", "weak")])
def test_even_light_neither_supports_nor_questions_an_hour(made, clock, weight):
    """A room at midnight and a street under lamps are lit throughout, and questioned honest claims of the night."""
    found = only(made, LIT, made.at(f"2022-04-01T{clock}:00+03:00"))
    assert (found.bearing, found.weight) == ("neutral", weight)
    assert ("fits a lit room" if weight == "moderate" else "lit rooms all look so") in found.sentence
    assert "fits a sun from −12° to 90°, if the open sky lights it" in found.evidence[0].value


def test_a_thermal_picture_cannot_tell(made):
    found = only(made, FOG, made.at("2022-04-01T12:00:00+03:00"))
    assert found.bearing == "neutral" and "cannot be told" in found.sentence


def test_too_wide_a_claim_is_not_tested(made):
    from datetime import date

    from verify.records.times import whole_day

    found = only(made, DARK, whole_day(date(2022, 4, 1), "day"))
    assert found.bearing == "not tested" and "stays dark" in found.sentence


def test_near_the_limit_a_wide_place_is_not_decided(made):
    claim = replace(made.CLAIM, when=made.at("2022-04-01T05:40:00+03:00"), where=replace(made.BELGOROD, radius=300_000))
    case = made.case(claim=claim)
    case = replace(case, examination=replace(case.examination, extra={"light": DARK}))
    assert LightAgainstSun().run(case)[0].bearing == "neutral"


def test_a_long_clip_tells_its_trend(made):
    values = DARK | {"trend": {"seconds": 1500.0, "first": 0.02, "last": 0.2}}
    case = made.case(claim=replace(made.CLAIM))
    case = replace(case, examination=replace(case.examination, extra={"light": values}))
    _, trend = LightAgainstSun().run(case)
    assert trend.bearing == "neutral" and "from 2% to 20%" in trend.sentence and "rose" in trend.sentence


def test_without_a_measure_or_a_claim(made):
    (unmeasured,) = LightAgainstSun().run(made.case())
    (unclaimed,) = LightAgainstSun().run(made.case(claim=None))
    assert unmeasured.bearing == unclaimed.bearing == "not tested"


def test_where_the_sun_cannot_be_told_the_reason_is(made):
    """A point in the ocean has no zone: the report asked for a shorter time than 05:00."""
    case = made.case(claim=replace(made.CLAIM, when=claimed("2022-06-21T05:00"), where=replace(made.BELGOROD, zone="")))
    case = replace(case, examination=replace(case.examination, extra={"light": BLUE}))
    (found,) = LightAgainstSun().run(case)
    assert found.bearing == "not tested" and "add an offset such as +03:00" in found.sentence
    day = replace(case, claim=replace(made.CLAIM, when=claimed("2022-06-21", "Europe/Moscow")))
    (found,) = LightAgainstSun().run(day)
    assert "the claimed time is longer than 12 h" in found.sentence
    (found,) = LightAgainstSun().run(replace(case, claim=replace(made.CLAIM, when=None)))
    assert "needs a claimed place and a claimed time" in found.sentence


def test_a_name_that_may_mean_a_far_place_is_not_held_against_the_sun_of_one(made):
    """Bare Tripoli is taken for Libya: its night questioned a blue sky at dawn in Lebanon."""
    at = made.at("2022-06-21T02:15:00+00:00")
    lebanon = ("Tripoli, Lebanon (34.4335, 35.8441; 229,398 people)",)
    libya = replace(
        made.BELGOROD, name="Tripoli", latitude=32.887, longitude=13.191, zone="Africa/Tripoli", radius=5000
    )

    def found(**changes):
        case = made.case(claim=replace(made.CLAIM, when=at, where=replace(libya, **changes)))
        case = replace(case, examination=replace(case.examination, extra={"light": BLUE}))
        return LightAgainstSun().run(case)[0]

    assert found().bearing == "questions"
    assert found(others=lebanon).bearing == "questions", "a namesake that is not comparable decides nothing"
    unsure = found(others=lebanon, zones=("Asia/Beirut",))
    assert unsure.bearing == "not tested" and "give its country or coordinates" in unsure.sentence
    near = ("Elsewhere, Libya (32.9000, 13.3000; 9,000 people)",)
    assert found(others=near, zones=("Asia/Beirut",)).bearing == "questions"
