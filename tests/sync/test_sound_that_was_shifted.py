"""Sound put against sound: made signals with a known offset, and those that must be declined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.descriptors.base import ClipInfo
from verify.descriptors.onsets import BANDS, DECIBELS, STEP, Onsets, pack, unpack
from verify.records.fingerprints import Fingerprint
from verify.sync.sound import LEAST_OVERLAP, align, travel

RATE = 16000


def speech(seconds, seed):
    """Return noise that comes and goes in bands, about as speech does: syllables of 0.1 to 0.4 s."""
    rng = np.random.default_rng(seed)
    total = np.zeros(int(seconds * RATE))
    at = 0.0
    while at < seconds:
        long = rng.uniform(0.1, 0.4)
        low = rng.uniform(150, 2500)
        piece = rng.standard_normal(int(long * RATE))
        spectrum = np.fft.rfft(piece)
        hertz = np.fft.rfftfreq(len(piece), 1 / RATE)
        spectrum[(hertz < low) | (hertz > low * 2.5)] *= 0.05
        piece = np.fft.irfft(spectrum, len(piece)) * np.hanning(len(piece)) * rng.uniform(0.2, 1)
        first = int(at * RATE)
        end = min(len(total), first + len(piece))
        total[first:end] += piece[: end - first]
        at += long + rng.uniform(0, 0.25)
    return (total / np.abs(total).max() * 0.5).astype(np.float32)


def heard(sound, chunk=4096, rate=RATE):
    listener = Onsets()
    listener.begin(ClipInfo(width=2, height=2, duration=None))
    for first in range(0, len(sound), chunk):
        listener.add_sound(sound[first : first + chunk], rate)
    return listener.end()


def noisy(sound, seed, share=0.3):
    rng = np.random.default_rng(seed)
    return (sound * 0.6 + rng.standard_normal(len(sound)) * sound.std() * share).astype(np.float32)


@pytest.mark.parametrize(("start", "end"), [(0.0, 12.0), (3.217, 14.0), (8.004, 18.5), (11.9, 20.0)])
def test_a_second_microphone_is_put_where_it_was(start, end):
    event = speech(20, 5)
    a, b = heard(noisy(event[: 16 * RATE], 1)), heard(noisy(event[int(start * RATE) : int(end * RATE)], 2))
    found = align(a, b, "a", "b")
    assert not found.declined and abs(found.offset - start) < found.error
    assert found.overlap == pytest.approx(min(16, end) - start, abs=0.1)
    assert "overlap" in found.basis
    back = align(b, a, "b", "a")
    assert back.offset == pytest.approx(-found.offset, abs=0.005)


def test_other_talk_in_another_place_is_declined():
    for seed in range(6):
        assert align(heard(speech(15, seed)), heard(speech(15, 100 + seed)), "a", "b").declined


def test_one_bang_each_is_not_enough():
    sounds = []
    for seed, at in ((1, 3.0), (2, 5.5)):
        sound = noisy(speech(10, seed) * 0.02, seed)
        sound[int(at * RATE) : int(at * RATE) + 3000] += np.random.default_rng(9).standard_normal(3000) * 0.5
        sounds.append(heard(sound.astype(np.float32)))
    assert align(*sounds, "a", "b").declined


def test_a_sound_that_repeats_itself_is_declined():
    beat = np.tile(speech(0.5, 3), 40)
    assert align(heard(noisy(beat[: 12 * RATE], 1)), heard(noisy(beat[3 * RATE : 16 * RATE], 2)), "a", "b").declined


def test_less_than_three_seconds_shared_is_declined():
    event = speech(30, 8)
    found = align(heard(event[: 12 * RATE]), heard(event[int(10.2 * RATE) : 24 * RATE]), "a", "b")
    assert found.declined and LEAST_OVERLAP == 3.0


def test_silence_no_sound_and_other_versions_are_declined_with_the_reason():
    some = heard(speech(10, 1))
    assert heard(np.zeros(10 * RATE, np.float32)) is None
    assert align(some, None, "a", "b").declined == "one of the clips has no sound"
    other = Fingerprint(name="onsets", version=99, times=some.times, arrays=some.arrays, parameters=some.parameters)
    assert "different versions" in align(some, other, "a", "b").declined
    assert "shorter" in align(heard(speech(3.2, 1)), heard(speech(3.2, 1)), "a", "b").declined


def test_the_fingerprint_does_not_depend_on_how_the_sound_was_handed_over():
    sound = speech(7.3, 4)
    one, other = heard(sound, 100_000), heard(sound, 777)
    assert np.array_equal(one.arrays["levels"], other.arrays["levels"])
    assert abs(one.parameters["steps"] - 7.3 / STEP) <= 2


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000])
def test_rates_agree_with_each_other(rate):
    event = speech(16, 11)
    at = np.arange(int(16 * rate)) / rate
    other = np.interp(at, np.arange(len(event)) / RATE, event).astype(np.float32)[int(2.5 * rate) :]
    found = align(heard(event), heard(other, rate=rate), "a", "b")
    assert abs(found.offset - 2.5) < 0.02


def test_a_minute_takes_about_twelve_kilobytes():
    print_ = heard(np.tile(speech(10, 2), 6))
    assert print_.nbytes <= 62 * (50 * BANDS // 2 + 4)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_packing_keeps_levels_to_half_a_step(count, seed):
    levels = np.random.default_rng(seed).uniform(-21, 21, (count, BANDS)).astype(np.float32)
    packed = pack(levels)
    print_ = Fingerprint(name="onsets", version=1, times=np.zeros(len(packed), np.float32), arrays={"levels": packed},
                         parameters={"steps": count})  # fmt: skip
    assert np.abs(unpack(print_) - levels).max() <= DECIBELS / 2 + 1e-4


def test_sound_travel_is_taken_out_where_places_are_known():
    event = speech(20, 5)
    found = align(heard(event[: 15 * RATE]), heard(event[4 * RATE :]), "a", "b")
    far = travel(found, 421.4, 1240.5, 334.33, error=0.05)
    assert far.offset == pytest.approx(found.offset + 2.45, abs=0.01)
    assert far.travel == pytest.approx(2.45, abs=0.01) and far.error == pytest.approx(found.error + 0.05)
    with pytest.raises(ValueError, match="speed"):
        travel(found, 1, 2, 0)
