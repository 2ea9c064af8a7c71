"""How far away was the explosion? Rule: light comes at once, sound at a known speed; a delay is a distance or nothing.

Speed of sound in dry air: 331.3 m/s x sqrt(1 + T / 273.15 °C), the ideal gas with a heat ratio of 7/5. Sound and
picture of a clip may be apart by what viewers accept, 90 ms early to 185 ms late (ITU-R BT.1359-1, end user).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from verify import coordinates
from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.claims import Claim
from verify.records.findings import Evidence, Finding

_ZERO_CELSIUS = 273.15
_AT_ZERO = 331.3  # metres a second
_COLDEST, _HOTTEST = -20.0, 40.0  # degrees Celsius, when nobody gives the temperature: 319 to 355 m/s
_GIVEN_TEMPERATURE_ERROR = 5.0
_WIND = 10.0  # metres a second along the way, a fresh breeze: it carries the sound
_SOUND_LATE, _SOUND_EARLY = 0.185, 0.090  # seconds, ITU-R BT.1359-1
_PICTURE_STEP = 0.125  # seconds: the flash began at most this long before the picture that shows it
_SHORTEST, _LONGEST = 0.3, 20.0  # seconds: nearer than 100 m is lost in the error, farther than 7 km in other noise
_SAME = 0.25  # seconds within which two pairs have the same delay
_MOST_TOLD = 5

_LIMITS = (
    "A bang need not belong to the flash before it; hills and houses send echoes, a supersonic round is heard before "
    "its gun, sound can be laid over a picture, and editing or re-encoding can shift it. The distance is that from the "
    "camera to the light, in a straight line."
)
_RECHECK = (
    "Step through the clip frame by frame to the first bright picture, find the start of the bang in the waveform (for "
    "example in Audacity), and multiply the difference in seconds by 340 m. Where a distance is given, the sums with "
    "every error stand beside it."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A flash and a bang after it, seconds of the clip; `support` is how many flashes have a bang at that delay."""

    flash: float
    bang: float
    support: int

    @property
    def delay(self) -> float:
        """Seconds from flash to bang."""
        return self.bang - self.flash


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """Metres, from the nearest to the farthest that the errors allow."""

    nearest: float
    farthest: float

    def words(self) -> str:
        """Return `300 m to 470 m`."""
        return f"{wording.tell_distance(self.nearest)} to {wording.tell_distance(self.farthest)}"

    def is_close(self, measured: Reach) -> bool:
        """Whether this is known closely enough that a fit says something: not wider than the distance it is held to."""
        return self.farthest - self.nearest <= (measured.nearest + measured.farthest) / 2

    def meets(self, other: Reach) -> bool:
        """Whether both can be the same distance."""
        return self.nearest <= other.farthest and other.nearest <= self.farthest


class FlashToBang(Check):
    """Turns the delay between a flash and its bang into a distance, and holds it against the claimed points."""

    name = "flash and bang"
    question = "Does the delay between flash and bang fit the claimed points of camera and explosion?"
    part = "where"
    order = 45
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the distance from the camera to the light."""
        flashes = [float(f["time"]) for f in measured.rows(measured.values(case, "flash"), "flashes", "time")]
        bangs = [float(i["time"]) for i in measured.rows(measured.values(case, "sound"), "impulses", "time")]
        if not flashes or not bangs:
            missing = " and ".join(["no flash"] * (not flashes) + ["no sudden sound"] * (not bangs))
            return (self.not_tested(f"The clip has {missing}, so there is no delay to measure.", _RECHECK),)
        pairs = paired(flashes, bangs)
        if not pairs:
            return (
                self.not_tested(
                    f"No sudden sound follows a flash within {_SHORTEST:.1f} to {_LONGEST:.0f} s, so there is no "
                    "delay to measure.",
                    _RECHECK,
                ),
            )
        if len(pairs) > 1 and pairs[0].support < 2:
            return (self._ambiguous(case, pairs),)
        return (self._measured(case, pairs[0]),)

    def _ambiguous(self, case: Case, pairs: list[Pair]) -> Finding:
        shown = sorted(pairs, key=lambda p: p.delay)[:_MOST_TOLD]
        reaches = [f"{p.delay:.1f} s ({reach(p.delay, case.claim).words()})" for p in shown]
        return self.neutral(
            f"{wording.count(len(pairs), 'pair')} of a flash and a later bang are possible, with delays of "
            f"{wording.listed(reaches, _MOST_TOLD)}; which bang belongs to which flash is for a person to hear.",
            *(e for p in shown for e in _evidence(case, p)),
            limits=_LIMITS,
            recheck=_RECHECK,
        )

    def _measured(self, case: Case, pair: Pair) -> Finding:
        away = reach(pair.delay, case.claim)
        claimed = _claimed(case.claim)
        again = f" (the same delay {pair.support} times)" if pair.support > 1 else ""
        told = (
            f"A bang follows a flash after {pair.delay:.2f} s{again}: if they belong together, the explosion was "
            f"{away.words()} from the camera"
        )
        evidence = _evidence(case, pair)
        if claimed is None:
            return self.neutral(
                f"{told}; no points of camera and explosion are claimed to compare it with.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        if away.meets(claimed) and not claimed.is_close(away):
            return self.neutral(
                f"{told}; the claimed points lie {claimed.words()} apart, too loosely known for a test.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        if away.meets(claimed):
            return self.supports(
                f"{told}; the claimed points lie {claimed.words()} apart, which fits.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="moderate" if pair.support > 1 else "weak",
            )
        return self.questions(
            f"{told}; the claimed points lie {claimed.words()} apart, which does not fit.",
            *evidence,
            limits=_LIMITS,
            recheck=_RECHECK,
            weight="moderate" if pair.support > 1 else "weak",
        )


def paired(flashes: Sequence[float], bangs: Sequence[float]) -> list[Pair]:
    """Return the pairs worth telling, best first: all that are possible, or one where several flashes agree on it."""
    possible = [(f, b) for f in flashes for b in bangs if _SHORTEST <= b - f <= _LONGEST]
    pairs = [
        Pair(flash=f, bang=b, support=len({g for g, c in possible if abs((c - g) - (b - f)) <= _SAME}))
        for f, b in possible
    ]
    pairs.sort(key=lambda p: (-p.support, p.flash, p.delay))
    if pairs and pairs[0].support > 1:
        best = [p for p in pairs if p.support == pairs[0].support]
        if max(p.delay for p in best) - min(p.delay for p in best) <= 2 * _SAME:
            return best[:1]
        return [Pair(flash=p.flash, bang=p.bang, support=1) for p in pairs]  # two delays fit equally well: neither
    return pairs


def speed(celsius: float) -> float:
    """Return the speed of sound in dry air, metres a second."""
    return _AT_ZERO * math.sqrt(1 + celsius / _ZERO_CELSIUS)


def speeds(claim: Claim | None) -> tuple[float, float]:
    """Return the slowest and the fastest that sound may have been on its way, metres a second, wind included."""
    given = claim.temperature if claim else None
    coldest = _COLDEST if given is None else given - _GIVEN_TEMPERATURE_ERROR
    hottest = _HOTTEST if given is None else given + _GIVEN_TEMPERATURE_ERROR
    slow, fast = (speed(max(celsius, -_ZERO_CELSIUS)) for celsius in (coldest, hottest))
    return max(0.0, slow - _WIND), fast + _WIND


def reach(delay: float, claim: Claim | None) -> Reach:
    """Return how far away a sound began that came `delay` seconds after its light."""
    slowest, fastest = speeds(claim)
    shortest, longest = max(0.0, delay - _SOUND_LATE), delay + _SOUND_EARLY + _PICTURE_STEP
    return Reach(nearest=shortest * slowest, farthest=longest * fastest)


def sums(delay: float, claim: Claim | None) -> str:
    """Return the two multiplications behind `reach`, with their numbers, for a reader to do again."""
    slowest, fastest = speeds(claim)
    away = reach(delay, claim)
    return (
        f"nearest ({delay:.2f} s − {_SOUND_LATE:.3f} s) × {slowest:.1f} m/s = {away.nearest:.0f} m; "
        f"farthest ({delay:.2f} s + {_SOUND_EARLY:.3f} s + {_PICTURE_STEP:.3f} s) × {fastest:.1f} m/s = "
        f"{away.farthest:.0f} m (sound up to 185 ms late or 90 ms early against the picture, the flash up to 125 ms "
        f"before its picture, 331.3 m/s × √(1 + T / 273.15 °C), wind {_WIND:.0f} m/s)"
    )


def _claimed(claim: Claim | None) -> Reach | None:
    if claim is None or claim.camera is None or claim.blast is None:
        return None
    camera, blast = claim.camera, claim.blast
    apart = coordinates.distance((camera.latitude, camera.longitude), (blast.latitude, blast.longitude))
    slack = camera.radius + blast.radius
    return Reach(nearest=max(0.0, apart - slack), farthest=apart + slack)


def _evidence(case: Case, pair: Pair) -> tuple[Evidence, ...]:
    given = case.claim.temperature if case.claim else None
    air = f"{given:.0f} °C as given" if given is not None else f"{_COLDEST:.0f} to {_HOTTEST:.0f} °C, none given"
    return (
        Evidence(label="Flash", value="the picture brightens at once and fades", place=wording.clock(pair.flash)),
        Evidence(
            label="Bang",
            value=f"sudden sound {pair.delay:.2f} s after the flash; air {air}",
            place=wording.clock(pair.bang),
        ),
        Evidence(label="Distance", value=sums(pair.delay, case.claim), place=f"delay {pair.delay:.2f} s"),
        *measured.nearest_keyframe(case, pair.flash),
    )
