"""The light that a still was exposed for, against the sun over Belgorod."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verify.checks.exposure import ExposureAgainstSun, exposure_value

DAYLIGHT = {"shutter": "0.002", "aperture": "8", "sensitivity": "100"}  # EV 15
LAMPS = {"shutter": "0.0666667", "aperture": "2.4", "sensitivity": "800"}  # EV 3.4
SHADE = {"shutter": "0.01", "aperture": "2.8", "sensitivity": "100"}  # EV 9.6


def ask(made, clock, values, **more):
    when = made.at(f"2022-04-01T{clock}:00+03:00")
    tags = tuple(made.tag(name, value) for name, value in (values | more).items())
    (found,) = ExposureAgainstSun().run(made.case(claim=replace(made.CLAIM, when=when), tags=tags))
    return found


@pytest.mark.parametrize(
    ("values", "ev"), [((1.0, 1.0, 100.0), 0.0), ((1 / 125, 16.0, 100.0), 15.0), ((1 / 15, 2.4, 800.0), 3.4)]
)
def test_exposure_values_of_the_tables(values, ev):
    assert exposure_value(*values) == pytest.approx(ev, abs=0.05)


@pytest.mark.parametrize(
    ("clock", "values", "bearing"),
    [
        ("05:00", DAYLIGHT, "questions"),
        ("05:51", DAYLIGHT, "neutral"),
        ("12:00", DAYLIGHT, "supports"),
        ("05:00", LAMPS, "neutral"),
        ("06:30", LAMPS, "neutral"),
        ("12:00", LAMPS, "neutral"),
        ("05:00", SHADE, "neutral"),
        ("12:00", SHADE, "neutral"),
    ],
)
def test_only_what_the_other_light_cannot_give_says_something(made, clock, values, bearing):
    assert ask(made, clock, values).bearing == bearing


def test_an_exposure_for_lamps_at_noon_is_told_as_a_room(made):
    found = ask(made, "12:00", LAMPS)
    assert "fits a room or a cellar, and strains the open air" in found.sentence
    assert "fits a room" not in ask(made, "06:30", LAMPS).sentence


def test_shows_the_number_and_how_to_compute_it(made):
    found = ask(made, "05:00", DAYLIGHT)
    assert "EV 15.0" in found.sentence and "log2" in found.recheck
    assert [e.value for e in found.evidence] == ["0.002", "8", "100"]


@pytest.mark.parametrize(
    "odd", [{"flash": "fired"}, {"shutter": "0"}, {"aperture": "nan"}, {"sensitivity": "auto"}], ids=str
)
def test_a_flash_or_a_value_that_is_none_is_not_tested(made, odd):
    assert ask(made, "05:00", DAYLIGHT, **odd).bearing == "not tested"


def test_two_exposures_in_one_file_say_nothing(made):
    tags = [made.tag(n, v) for n, v in DAYLIGHT.items()] + [made.tag("shutter", "0.5")]
    assert ExposureAgainstSun().run(made.case(tags=tuple(tags)))[0].bearing == "not tested"
