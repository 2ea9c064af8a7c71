"""Whether two aligned clips carry one soundtrack: one sound file, not two microphones. Rule: seconds, not averages.

Two microphones agree where the event is loud and disagree where each has its own surroundings; a soundtrack that was
copied agrees in every second, its noise included. Sound copied and then drowned in other noise can look like two
microphones: that a soundtrack is *not* shared is never a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from verify.descriptors.onsets import STEP, unpack
from verify.records.fingerprints import Fingerprint
from verify.records.matches import Geometry, Match, Segment, Strength
from verify.records.stories import Alignment
from verify.sync.correlation import Series, normalised

ALIKE = 0.55  # correlation of one second; tests/bench/sound_alignment.py: copies through AAC stay above 0.65
LEAST_SECONDS = 3
_QUIET = 0.3  # decibels, as in `sound`
_NAME = "onsets/1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Seconds of both clips that carry one sound, with the middle correlation of its seconds."""

    a_start: float
    b_start: float
    seconds: float
    likeness: float


def shared(a: Fingerprint, b: Fingerprint, found: Alignment) -> tuple[Stretch, ...]:
    """Return the stretches of at least LEAST_SECONDS in which the two aligned clips carry one sound."""
    if found.declined:
        return ()
    begins_a, begins_b = float(a.times[0]), float(b.times[0])
    shift = round((found.offset - found.travel - begins_a + begins_b) / STEP)
    x, y = normalised(unpack(a), _QUIET), normalised(unpack(b), _QUIET)
    first = max(0, shift)
    likeness = _each_second(x[first:], y[max(0, first - shift) :])
    stretches = []
    at = 0
    for alike, run in groupby(likeness, key=lambda value: value >= ALIKE):
        values = list(run)
        if alike and len(values) >= LEAST_SECONDS:
            start = first * STEP + at
            stretches.append(
                Stretch(
                    a_start=round(start + begins_a, 2),
                    b_start=round(start - shift * STEP + begins_b, 2),
                    seconds=float(len(values)),
                    likeness=round(float(np.median(values)), 2),
                )
            )
        at += len(values)
    return tuple(stretches)


def _each_second(x: Series, y: Series) -> list[float]:
    steps = round(1 / STEP)
    whole = min(len(x), len(y)) // steps * steps
    p, q = x[:whole].reshape(-1, steps * x.shape[1]), y[:whole].reshape(-1, steps * y.shape[1])
    power = np.sqrt((p**2).sum(1) * (q**2).sum(1))
    return [float(v) for v in (p * q).sum(1) / np.maximum(power, 1.0)]


def as_match(found: Alignment, stretches: tuple[Stretch, ...]) -> Match:
    """Return shared stretches as a match of sound alone."""
    seconds = sum(one.seconds for one in stretches)
    middle = float(np.median([one.likeness for one in stretches]))
    return Match(
        a=found.a,
        b=found.b,
        kind="same soundtrack",
        segments=tuple(
            Segment(
                a_start=one.a_start,
                a_end=one.a_start + one.seconds,
                b_start=one.b_start,
                b_end=one.b_start + one.seconds,
            )
            for one in stretches
        ),
        geometry=Geometry(),
        strength=Strength(
            score=round(middle, 2),
            false_rate=None,
            kind="sound",
            basis=f"{found.basis}; {seconds:.0f} s in which every second correlates by {ALIKE} or more",
            words="strong" if seconds >= 2 * LEAST_SECONDS else "possible",
        ),
        descriptors=(_NAME,),
        notes=("A match of sound alone: nothing is said of the picture.",),
    )
