"""Sun and moon against times and events that others computed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from verify import sky
from verify.records.times import TimeBounds, whole_day

BELGOROD = (50.60, 36.59)
FIRST_OF_APRIL = datetime(2022, 4, 1, tzinfo=UTC)

# Points and instants of greatest eclipse (NASA, Five Millennium Catalog): sun and moon stand in one place there.
ECLIPSES = [
    (datetime(2017, 8, 21, 18, 25, 31, tzinfo=UTC), 37.0, -87.7),
    (datetime(2019, 7, 2, 19, 22, 57, tzinfo=UTC), -17.4, -109.0),
    (datetime(2020, 12, 14, 16, 13, 28, tzinfo=UTC), -40.3, -67.9),
    (datetime(2023, 4, 20, 4, 16, 45, tzinfo=UTC), -9.6, 125.8),
    (datetime(2024, 4, 8, 18, 17, 16, tzinfo=UTC), 25.3, -104.1),
]


@pytest.mark.parametrize(("hour", "minute", "altitude"), [(2, 0, -11.6), (2, 43, -5.1), (2, 51, -3.9)])
def test_sun_over_belgorod_stands_where_the_noaa_formula_puts_it(hour, minute, altitude):
    found = sky.over(*BELGOROD, FIRST_OF_APRIL + timedelta(hours=hour, minutes=minute))
    assert found.sun_altitude == pytest.approx(altitude, abs=0.1)


@pytest.mark.parametrize(
    ("clock", "limit"),
    [("01:15", sky.ASTRONOMICAL), ("01:57", sky.NAUTICAL), ("02:37", sky.CIVIL), ("03:11", sky.HORIZON)],
)
def test_twilights_over_belgorod_begin_when_computed(clock, limit):
    at = datetime.fromisoformat(f"2022-04-01T{clock}:00+00:00")
    step = timedelta(minutes=2)
    before, after = (sky.over(*BELGOROD, t).sun_altitude for t in (at - step, at + step))
    assert before < limit < after


@pytest.mark.parametrize(("at", "latitude", "longitude"), ECLIPSES)
def test_moon_covers_the_sun_in_an_eclipse(at, latitude, longitude):
    found = sky.over(latitude, longitude, at)
    apart = sky.separation(found.sun_altitude, found.sun_azimuth, found.moon_altitude, found.moon_azimuth)
    assert apart < 0.7
    assert found.illuminated < 0.001


def test_full_moon_is_lit_and_opposite_the_sun():
    eclipse = sky.over(*BELGOROD, datetime(2022, 5, 16, 4, 11, 28, tzinfo=UTC))  # total eclipse of the moon (NASA)
    assert eclipse.illuminated > 0.999


def test_phases_have_names():
    named = [sky.phase(a) for a in (10, -0.5, -3.9, -11.6, -15, -30)]
    assert named == ["day", "day", "civil twilight", "nautical twilight", "astronomical twilight", "night"]


def test_an_interval_is_walked_from_end_to_end():
    claimed = TimeBounds(
        not_before=FIRST_OF_APRIL + timedelta(hours=2),
        not_after=FIRST_OF_APRIL + timedelta(hours=2, minutes=51),
        precision="interval",
        zone="utc",
        basis="",
    )
    found = sky.through(*BELGOROD, claimed)
    assert (found[0].sun_altitude, found[-1].sun_altitude) == pytest.approx((-11.6, -3.9), abs=0.1)
    assert len(found) == 7
    open_end = TimeBounds(not_before=None, not_after=claimed.not_after, precision="interval", zone="utc", basis="")
    assert sky.through(*BELGOROD, open_end) == ()
    assert len(sky.through(*BELGOROD, whole_day(date(2022, 4, 1), ""))) == 145


def test_poles_dateline_and_far_years_have_a_sky():
    for latitude, longitude in ((90, 0), (-90, 180), (0, -180)):
        for year in (1, 1900, 2040, 9999):
            found = sky.over(latitude, longitude, datetime(year, 6, 1, tzinfo=UTC))
            assert -90 <= found.sun_altitude <= 90 and -91 <= found.moon_altitude <= 91
    with pytest.raises(ValueError, match="zone"):
        sky.over(0, 0, datetime(2022, 4, 1))
