"""Could it have been that light, then and there? Rule: a kind of light is a range of sun altitudes, never an hour.

Where the ranges come from: a blue sky was still measured with the sun 4.2 degrees down, and an evenly lit motorway
4.5 degrees down (tests/bench/light.py), so both rule out only what lies below nautical twilight; and in civil twilight
the light suffices to tell things on the ground apart without lamps (USNO, Rise, Set and Twilight Definitions), so a
picture that stays dark strains it. Darkness and even light say nothing of the sun in a room.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verify import coordinates, sky
from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.claims import Place
from verify.records.findings import Evidence, Finding
from verify.records.times import TimeBounds

_LONGEST = timedelta(hours=12)  # a longer claim holds day and night alike at most latitudes
_FAR = 300_000.0  # metres between namesakes: some 3 degrees of the sun's altitude
_METRES_A_DEGREE = 111_195.0  # of a great circle on the mean Earth radius
_ASTRAL_ERROR = 0.1  # degrees, see verify/sky.py
_DEGREES_A_MINUTE = 0.25  # 360 degrees a day: what the sun moves at most in the minute that a time is told to
_LIMITS = (
    "Cameras lighten and darken by themselves; a dark picture may be a room, a cellar or a covered lens, smoke and "
    "heavy cloud darken, night modes brighten, and an editor can change it all. Sun and twilight are computed for flat "
    "land and clear air. On the test clips no daylight clip was called dark, no night a blue sky, and one night, a "
    "street under lamps, lit; rooms are called dark or lit, and a fire, floodlights or long exposures may light a "
    "night (docs/checks.md)."
)
_RECHECK = (
    "Compute the sun's altitude for the place and time with another tool (for example NOAA's solar calculator or "
    "SunCalc) and look at the keyframes: is there open sky, which way do shadows fall, are lamps lit?"
)
_SHOWS = {
    "blue sky": "shows a blue sky",
    "lit throughout": "is lit throughout, its shadows too",
    "dark": "stays dark",
    "dark with lamps": "stays dark around small bright lights",
}
# Degrees of the sun's altitude that each kind of light fits; the last two and even light, in the open air only.
_FITS = {
    "blue sky": (sky.NAUTICAL, 90.0),
    "lit throughout": (sky.NAUTICAL, 90.0),
    "dark": (-90.0, sky.CIVIL),
    "dark with lamps": (-90.0, sky.CIVIL),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sun:
    """The sun over the claimed place through the claimed time: lowest and highest altitude, widened by its error."""

    lowest: float
    highest: float
    skies: tuple[sky.Sky, ...]
    zone: str

    def words(self) -> str:
        """Return `-11.6° (nautical twilight) at ... and -3.9° (civil twilight) at ...`."""
        first, last = self.skies[0], self.skies[-1]
        told = [f"{_degrees(s.sun_altitude)} ({s.phase}) at {self.clock(s.at)}" for s in (first, last)]
        return told[0] if len(self.skies) == 1 or first.at == last.at else f"{told[0]} and {told[1]}"

    def crossing(self, limit: float) -> str:
        """Return when the sun passes `limit` degrees inside the claimed time, or nothing."""
        for before, after in zip(self.skies, self.skies[1:], strict=False):
            a, b = before.sun_altitude - limit, after.sun_altitude - limit
            if (a < 0) != (b < 0):
                return self.clock(before.at + (after.at - before.at) * (a / (a - b)))
        return ""

    def clock(self, at: datetime) -> str:
        """Return a moment to the minute, in UTC and in the zone of the place."""
        return wording.tell_moment(at, self.zone, "minute")


class LightAgainstSun(Check):
    """Compares the light in the picture with the sun over the claimed place at the claimed time."""

    name = "light"
    question = "Does the light in the picture fit the sun at the claimed place and time?"
    part = "when"
    order = 50
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the light, and one on its trend where the clip is long enough."""
        values = measured.values(case, "light")
        if not values:
            return (self.not_tested("The light in the picture was not measured."),)
        sun = sun_over(case)
        kind = str(values.get("kind"))
        if sun is None:
            seen = f" The picture {_SHOWS[kind]}." if kind in _SHOWS else ""
            return (self.not_tested(f"The light cannot be compared with the sun: {why_no_sun(case)}.{seen}", _RECHECK),)
        evidence = (*_evidence(values, sun), *measured.nearest_keyframe(case))
        if kind == "blue sky":
            found = self._blue(sun, evidence)
        elif kind == "lit throughout":
            found = self._lit(sun, evidence)
        elif kind in _SHOWS:
            found = self._dark(kind, sun, evidence)
        else:
            reason = wording.plain(str(values.get("reason") or "no reason recorded"))
            found = self._neutral(f"The light cannot be told ({reason}); the sun stood at {sun.words()}.", evidence)
        return (found, *self._trend(values, sun, evidence))

    def _blue(self, sun: Sun, evidence: tuple[Evidence, ...]) -> Finding:
        if sun.highest < sky.NAUTICAL:
            return self.questions(
                f"The picture shows a blue sky, but at the claimed place the sun stood at {sun.words()}, too low to "
                "light the sky.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="moderate",
            )
        if sun.lowest >= sky.CIVIL:
            return self.supports(
                f"The picture shows a blue sky, and at the claimed place the sun stood at {sun.words()}; that fits "
                "this and every other hour of daylight and of bright twilight.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="weak",
            )
        return self._neutral(
            f"The picture shows a blue sky; with the sun at {sun.words()} that cannot be told apart from daylight.",
            evidence,
        )

    def _lit(self, sun: Sun, evidence: tuple[Evidence, ...]) -> Finding:
        if sun.highest < sky.NAUTICAL:
            # Neutral: three honest clips of 82 unseen ones were rooms or a lamp-lit street at night (docs/checks.md).
            return self.neutral(
                f"The picture {_SHOWS['lit throughout']}, and at the claimed place the sun stood at {sun.words()}: "
                "that fits a lit room, and outdoors strong lamps, a fire or a long exposure, and nothing else. Look "
                "at the keyframes for which of these it is.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="moderate",
            )
        return self._neutral(
            f"The picture {_SHOWS['lit throughout']}. Daylight, bright twilight and lit rooms all look so: nothing "
            f"follows for the claimed time, when the sun stood at {sun.words()}.",
            evidence,
        )

    def _dark(self, kind: str, sun: Sun, evidence: tuple[Evidence, ...]) -> Finding:
        seen = f"The picture {_SHOWS[kind]}"
        if sun.lowest >= sky.CIVIL:
            told = (
                f"{seen}; at the claimed place the sun stood at {sun.words()}: that fits a room, a cellar or a covered "
                "lens, and strains the open air."
            )
            if sun.lowest >= sky.HORIZON:
                # Neutral, as a lit room at night is: of 127 clips by day none was called dark, of 82 rooms 4 were.
                return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
            return self.questions(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="weak")
        if sun.highest < sky.CIVIL:
            return self.supports(
                f"{seen}; at the claimed place the sun stood at {sun.words()}: that fits this and every other hour of "
                "darkness.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="weak",
            )
        return self.neutral(f"{seen}: {_split(sun)}.", *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")

    def _trend(self, values: dict[str, object], sun: Sun, evidence: tuple[Evidence, ...]) -> tuple[Finding, ...]:
        trend = values.get("trend")
        given = trend if isinstance(trend, dict) else {}
        length, first, last = (measured.number(given, k) for k in ("seconds", "first", "last"))
        if length is None or first is None or last is None:
            return ()
        rises = sun.skies[-1].sun_altitude > sun.skies[0].sun_altitude
        return (
            self._neutral(
                f"Over {wording.tell_span(timedelta(seconds=length))} the top of the picture goes from {first:.0%} to "
                f"{last:.0%} of full brightness, while the sun {'rose' if rises else 'sank'} in the claimed time.",
                evidence,
            ),
        )

    def _neutral(self, sentence: str, evidence: tuple[Evidence, ...]) -> Finding:
        return self.neutral(sentence, *evidence, limits=_LIMITS, recheck=_RECHECK)


def sun_over(case: Case) -> Sun | None:
    """Return the sun over the claimed place through the claimed time, None where either is missing or too wide."""
    claim = case.claim
    if claim is None or claim.when is None or claim.where is None or not _short(claim.when):
        return None
    if _elsewhere(claim.where):
        return None
    where = claim.where
    skies = sky.through(where.latitude, where.longitude, _to_the_minute(claim.when))
    if not skies:
        return None
    slack = where.radius / _METRES_A_DEGREE + _ASTRAL_ERROR + _DEGREES_A_MINUTE
    altitudes = [s.sun_altitude for s in skies]
    return Sun(lowest=min(altitudes) - slack, highest=max(altitudes) + slack, skies=skies, zone=where.zone)


def _elsewhere(where: Place) -> bool:
    """Return whether the name may mean a far place: a comparable namesake has another zone, and not just one near by.

    Tripoli in Libya and in Lebanon: at sunrise in the one the sun is 20 degrees down in the other.
    """
    points = [point for other in where.others if (point := wording.point_of(other))]
    here = (where.latitude, where.longitude)
    return bool(where.zones) and any(coordinates.distance(here, point) > _FAR for point in points)


def why_no_sun(case: Case) -> str:
    """Return what is missing where `sun_over` returns None, to go on after a colon."""
    claim = case.claim
    if claim is None or claim.when is None or claim.where is None:
        return f"that needs a claimed place and a claimed time of less than {wording.tell_span(_LONGEST)}"
    if claim.when.zone == "unknown" and not claim.where.zone:
        return (
            "the claimed time states no zone and that of the claimed place is not known, so that the sun may have "
            "stood anywhere; add an offset such as +03:00 to the time"
        )
    if _elsewhere(claim.where):
        return (
            f"the name of the claimed place, taken as {wording.plain(claim.where.name)}, may as well mean one under "
            "another sun; give its country or coordinates"
        )
    if not _short(claim.when):
        return f"the claimed time is longer than {wording.tell_span(_LONGEST)}"
    return "the sun over the claimed place could not be computed"


def _split(sun: Sun) -> str:
    """Return which end of the claimed time darkness fits and which it strains, or that it cannot tell them apart."""
    first, last = sun.skies[0], sun.skies[-1]
    crossed = sun.crossing(sky.CIVIL)
    if not crossed or (first.sun_altitude < sky.CIVIL) == (last.sun_altitude < sky.CIVIL):
        return (
            f"with the sun at {sun.words()} that fits the part of the claimed time with the sun below "
            f"{_degrees(sky.CIVIL)} and strains the part above it"
        )
    dark, light = (first, last) if first.sun_altitude < last.sun_altitude else (last, first)
    return (
        f"that fits {sun.clock(dark.at)}, when the sun at the claimed place stood at {_degrees(dark.sun_altitude)} "
        f"({dark.phase}), and strains {sun.clock(light.at)}, at {_degrees(light.sun_altitude)} ({light.phase}), if the "
        f"open sky is in view; the limit, {_degrees(sky.CIVIL)}, was passed at {crossed}"
    )


def _short(when: TimeBounds) -> bool:
    return when.width is not None and when.width <= _LONGEST


def _to_the_minute(when: TimeBounds) -> TimeBounds:
    """Return `when` up to the beginning of its last minute: a claim of 05:51 is told and computed as 05:51:00."""
    if when.not_before is None or when.not_after is None:
        return when
    end = when.not_after.replace(second=0, microsecond=0)
    return replace(when, not_after=max(end, when.not_before))


def _degrees(altitude: float) -> str:
    return f"{altitude:.1f}°".replace("-", "−")


def _evidence(values: dict[str, object], sun: Sun) -> tuple[Evidence, ...]:
    shown = [
        ("mean", "mean brightness"),
        ("middle", "median brightness"),
        ("dark_share", "share of the picture in the dark"),
        ("blue_top", "blue share"),
    ]
    told = [(words, measured.number(values, key)) for key, words in shown]
    seen = "; ".join(f"{words} {value:.0%}" for words, value in told if value is not None)
    rows = []
    for over in dict.fromkeys((sun.skies[0], sun.skies[-1])):
        moon = "up" if over.moon_altitude > 0 else "down"
        rows.append(
            Evidence(
                label="Sun and moon",
                value=f"sun {_degrees(over.sun_altitude)}, azimuth {over.sun_azimuth:.0f}° ({over.phase}); moon {moon} "
                f"({_degrees(over.moon_altitude)}), {over.illuminated:.0%} lit",
                place=wording.tell_moment(over.at, sun.zone, "minute"),
            )
        )
    kind = str(values.get("kind"))
    if kind in _FITS:
        low, high = _FITS[kind]
        where = "" if kind == "blue sky" else ", if the open sky lights it"
        seen += f"; fits a sun from {low:.0f}° to {high:.0f}°{where}".replace("-", "−")
    return (Evidence(label="Light in the picture", value=f"{kind}: {seen}", place="all frames"), *rows)
