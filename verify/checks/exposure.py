"""How much light did the camera need? Rule: only a light that no lamp gives says anything; a room is dim at every hour.

Shutter, aperture and sensitivity of a still give the light it was exposed for: EV = log2(N² / t) - log2(ISO / 100),
with N the f-number and t seconds (ISO 2720). Measured on the 14 real stills whose position and satellite clock give the
sun's altitude (13° to 64° up) and that show the open air: 11.1 to 15.4; rooms by day 4.6 to 6.2; a sky with the sun 4°
down 3.4 (tests/bench/light.py). Brightness in the picture says less: cameras make every scene equally bright.
"""

from __future__ import annotations

import math

from verify import sky
from verify.checks.base import Check
from verify.checks.light import Sun, sun_over, why_no_sun
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.media import Tag

# ANSI PH2.7-1986 (guide to exposures): open shade, heavy overcast and sunset 12; galleries 8 to 11; burning buildings
# and floodlit sports 9; bright streets 8; homes 5 to 7; night traffic 5; floodlit buildings 3 to 5.
_DAYLIGHT = 12.0
_LAMPS = 5.0
_HIGH_SUN = 10.0  # degrees; below it hills and houses make deep shade
_LIMITS = (
    "A camera that points at flames, a lamp, a screen or the moon exposes for that light; a dark filter, a long "
    "exposure chosen by hand, a room or deep shade do the opposite. The values are the file's own and can be changed "
    "by anyone with free tools."
)
_RECHECK = (
    "Read ExposureTime, FNumber and ISO with another tool (exiftool FILE), compute EV = log2(N² / t) - "
    "log2(ISO / 100), and look whether the picture shows the open air or a light."
)


class ExposureAgainstSun(Check):
    """Compares the light that a still was exposed for with the sun over the claimed place."""

    name = "exposure"
    question = "Do the camera's settings fit the light at the claimed place and time?"
    part = "when"
    order = 51

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the exposure."""
        tags = case.examination.tags if case.examination else ()
        used = [t for t in (_only(tags, name) for name in ("shutter", "aperture", "sensitivity")) if t is not None]
        if len(used) < 3:
            return (
                self.not_tested("The file states no exposure (shutter, aperture and sensitivity); films seldom do."),
            )
        if any(t.name == "flash" and t.value == "fired" for t in tags):
            return (self.not_tested("A flash was fired, so the exposure says nothing of the light of the day."),)
        value = exposure_value(*(float(t.value) for t in used))
        evidence = tuple(Evidence(label=f"{t.name} ({t.reader})", value=t.value, place=t.place) for t in used)
        told = f"The picture was exposed for a light of EV {value:.1f} at ISO 100"
        sun = sun_over(case)
        if sun is None:
            return (self.not_tested(f"{told}; it cannot be compared with the sun: {why_no_sun(case)}.", _RECHECK),)
        return (self._compared(value, told, sun, evidence),)

    def _compared(self, value: float, told: str, sun: Sun, evidence: tuple[Evidence, ...]) -> Finding:
        at = f"at the claimed place the sun stood at {sun.words()}"
        if value >= _DAYLIGHT and sun.highest < sky.CIVIL:
            says = f"{told}, as daylight gives, but {at}."
            return self.questions(says, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
        if value >= _DAYLIGHT and sun.lowest >= sky.HORIZON:
            says = f"{told}, as daylight gives, and {at}; that fits this and every other hour of daylight."
            return self.supports(says, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="weak")
        if value <= _LAMPS and sun.lowest >= _HIGH_SUN:
            # Neutral: rooms by day are exposed so (4.6 to 6.2 measured), and nothing here says that this is none.
            says = f"{told}, as lamps or dusk give, and {at}: that fits a room or a cellar, and strains the open air."
            return self.neutral(says, *evidence, limits=_LIMITS, recheck=_RECHECK)
        return self.neutral(
            f"{told}; {at}, and either is possible with the other.", *evidence, limits=_LIMITS, recheck=_RECHECK
        )


def exposure_value(shutter: float, aperture: float, sensitivity: float) -> float:
    """Return the exposure value at ISO 100 of seconds, f-number and ISO, all above 0. Raises ValueError if not."""
    if min(shutter, aperture, sensitivity) <= 0:
        raise ValueError("shutter, aperture and sensitivity are above 0")
    return math.log2(aperture**2 / shutter) - math.log2(sensitivity / 100)


def _only(tags: tuple[Tag, ...], name: str) -> Tag | None:
    """Return the one value that is stated under a name; none if two differ (a second picture's)."""
    found = [t for t in tags if t.name == name and t.reader != "exiftool" and _positive(t.value)]
    return found[0] if found and len({t.value for t in found}) == 1 else None


def _positive(text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and number > 0
