"""Aligns two clips by what their microphones heard. Rule: thresholds are those of tests/bench/sound_alignment.py.

What lies between the clips is measured in the sound: a bang that reaches one microphone later by its longer way moves
the answer by that much (0.3 s for 100 m). Where the places are known, `travel` takes that out.
"""

from __future__ import annotations

from dataclasses import replace

from verify.descriptors.onsets import STEP, unpack
from verify.records.fingerprints import Fingerprint
from verify.records.stories import Alignment
from verify.sync.correlation import normalised, peak

# Measured with tests/bench/sound_alignment.py (seeds 1 and 7): 540 related pairs, 440 answered, none wrong; 6,000
# unrelated pairs and 400 pairs of disjoint stretches of one clip, none answered. Unrelated pairs reach a score of 4.8,
# but never more than 0.3 once their best second is left out.
LEAST_OVERLAP = 3.0  # seconds
LEAST_SCORE = 2.5
MOST_RIVAL = 0.7
LEAST_WITHOUT = 1.0
ERROR = 0.02  # seconds: one stored step; measured 95 % below 0.005
CONFIDENCE = 0.99  # no wrong one in 440 answers: by the rule of three below 1 in 140
_QUIET = 0.3  # decibels: the spread that a channel counts as having at least, so that silence does not shout
_BASIS = (
    "sound: rise and fall in eight bands, 50 steps a second; peak {score:.1f} deviations above chance, next best "
    "offset {rival:.0%} of it, {overlap:.1f} s overlap"
)


def align(a: Fingerprint | None, b: Fingerprint | None, a_name: str, b_name: str) -> Alignment:
    """Return how b lies against a (SHA-256 `b_name`, `a_name`), from their `onsets` fingerprints; or why not.

    `error` is the 95 % bound of the offset in the sound itself, measured on clips cut, degraded and shifted by
    script; the way of the sound through the air is not in it.
    """
    found = Alignment(a=a_name, b=b_name, way="sound")
    if a is None or b is None:
        return replace(found, declined="one of the clips has no sound")
    if (a.name, a.version) != (b.name, b.version):
        return replace(found, declined="the sound of the two was measured by different versions: examine one again")
    top = peak(normalised(unpack(a), _QUIET), normalised(unpack(b), _QUIET), STEP, LEAST_OVERLAP)
    if top is None:
        return replace(found, declined=f"the sound is shorter than {LEAST_OVERLAP:.0f} s and what it is judged against")
    found = replace(found, overlap=round(top.overlap, 2))
    if top.score < LEAST_SCORE:
        return replace(found, declined="no offset stands out: the sounds have nothing certain in common")
    if top.rival > MOST_RIVAL:
        return replace(found, declined="several offsets fit nearly as well: the sound repeats itself")
    if top.without < LEAST_WITHOUT:
        return replace(found, declined="the agreement rests on a single moment, which unrelated clips can share")
    return replace(
        found,
        offset=round(top.offset + float(a.times[0]) - float(b.times[0]), 3),  # sound may begin after the picture
        error=ERROR,
        confidence=CONFIDENCE,
        basis=_BASIS.format(score=top.score, rival=top.rival, overlap=top.overlap),
    )


def travel(found: Alignment, a_metres: float, b_metres: float, speed: float, error: float = 0.0) -> Alignment:
    """Return `found` with the sound's way to each camera taken out: metres from the source, metres a second.

    `error` is the uncertainty of the two distances together, in seconds of travel. Sound arrives late by its way, so
    b's clock, aligned by it, is early by the difference of the ways.
    """
    if found.declined or found.way != "sound":
        return found
    if speed <= 0 or a_metres < 0 or b_metres < 0:
        raise ValueError("distances are not below zero and sound has a speed")
    late = (b_metres - a_metres) / speed
    return replace(
        found,
        offset=round(found.offset + late, 3),
        travel=round(late, 3),
        error=round(found.error + error, 3),
        basis=f"{found.basis}; sound travel corrected by {late:+.2f} s",
    )
