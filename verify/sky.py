"""Where the sun and the moon stood. Rule: pure geometry of a place and a time; what a picture shows is not its concern.

Positions come from the library astral (sun: NOAA's formulas; moon: van Flandern and Pulkkinen 1979). Against the sun
times computed for Belgorod on 1 April 2022 the sun agrees to 0.1 degree and one minute; at five solar eclipses the two
bodies agree to 0.7 degrees (tests/checks/test_the_sky.py), so the moon is good to about a degree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from astral import Observer, moon, sun

from verify.records.times import TimeBounds

# Limits of twilight, degrees of the sun's centre under the horizon (USNO, Rise, Set and Twilight Definitions).
CIVIL, NAUTICAL, ASTRONOMICAL = -6.0, -12.0, -18.0
HORIZON = -0.833  # the sun's upper edge on the horizon: 34' of refraction and 16' of radius (same source)
_MOST_STEPS = 145  # of an interval: every 10 minutes of a day, both ends included


@dataclass(frozen=True, kw_only=True, slots=True)
class Sky:
    """Sun and moon over a place at a moment: degrees above the horizon (no refraction), degrees from north by east.

    `illuminated` is the lit share of the moon's disc, 0..1.
    """

    at: datetime
    sun_altitude: float
    sun_azimuth: float
    moon_altitude: float
    moon_azimuth: float
    illuminated: float

    @property
    def phase(self) -> str:
        """Return `day`, `civil twilight`, `nautical twilight`, `astronomical twilight` or `night`."""
        return phase(self.sun_altitude)


def phase(altitude: float) -> str:
    """Return the name of the light for a sun's altitude in degrees."""
    if altitude >= HORIZON:
        return "day"
    if altitude >= CIVIL:
        return "civil twilight"
    if altitude >= NAUTICAL:
        return "nautical twilight"
    return "astronomical twilight" if altitude >= ASTRONOMICAL else "night"


def over(latitude: float, longitude: float, at: datetime) -> Sky:
    """Return the sky over a point (degrees north and east) at an aware moment. Raises ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a zone")
    # astral divides by the cosine of the latitude: a pole is moved by 11 m.
    place = Observer(max(-89.9999, min(89.9999, latitude)), longitude, 0.0)
    sun_up, sun_round = sun.elevation(place, at, with_refraction=False), sun.azimuth(place, at)
    moon_up, moon_round = moon.elevation(place, at), moon.azimuth(place, at)
    apart = separation(sun_up, sun_round, moon_up, moon_round)
    return Sky(
        at=at,
        sun_altitude=sun_up,
        sun_azimuth=sun_round,
        moon_altitude=moon_up,
        moon_azimuth=moon_round,
        illuminated=(1 - math.cos(math.radians(apart))) / 2,
    )


def separation(altitude: float, azimuth: float, other_altitude: float, other_azimuth: float) -> float:
    """Return the angle in degrees between two directions given in degrees (spherical law of cosines)."""
    a, b = math.radians(altitude), math.radians(other_altitude)
    turn = math.radians(other_azimuth - azimuth)
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn)
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def through(latitude: float, longitude: float, when: TimeBounds) -> tuple[Sky, ...]:
    """Return the sky from the beginning to the end of closed bounds, every ten minutes or closer; none if open.

    Bounds of more than a day hold every light there is, so only their first day is returned.
    """
    if when.not_before is None or when.not_after is None:
        return ()
    length = min(when.not_after - when.not_before, timedelta(days=1))
    steps = max(1, min(_MOST_STEPS, math.ceil(length / timedelta(minutes=10))))
    moments = [when.not_before + length * k / steps for k in range(steps + 1)] if length else [when.not_before]
    return tuple(over(latitude, longitude, at) for at in moments)
