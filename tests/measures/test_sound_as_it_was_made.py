"""Level, silence and repeats of sounds with known truth, through AAC."""

import numpy as np
import pytest


@pytest.fixture
def hear(look, made, tmp_path):
    def heard(sound):
        return look(made.write(tmp_path / "clip.mp4", made.blank, sound))

    return heard


def tone(made, level):
    times = np.arange(int(10 * made.SOUND_RATE)) / made.SOUND_RATE
    return (level * np.sqrt(2) * np.sin(2 * np.pi * 440 * times)).astype(np.float32)


def test_level_is_in_decibels_of_full_scale(hear, made):
    seen = hear(tone(made, 0.1))
    assert np.median(seen.sound.envelope.values) == pytest.approx(-20.0, abs=0.7)
    assert seen.sound.envelope.step == 0.1
    assert len(seen.sound.envelope.values) == pytest.approx(100, abs=2)
    assert seen.sound.impulses == ()


def test_silence_is_told_apart_from_no_sound(hear, made, look, tmp_path):
    silent = hear(np.zeros(10 * made.SOUND_RATE, np.float32))
    assert silent.sound.silent and silent.extra["sound"]["all_digital_silence"]
    without = look(made.write(tmp_path / "mute.mp4", made.blank))
    assert without.sound is None and "sound" not in without.extra


def test_a_stretch_of_digital_silence_is_found(hear, made):
    sound = made.hum()
    sound[int(3 * made.SOUND_RATE) : int(5 * made.SOUND_RATE)] = 0
    (quiet,) = hear(sound).extra["sound"]["digital_silences"]
    assert (quiet["start"], quiet["end"]) == pytest.approx((3.0, 5.0), abs=0.15)


def speechlike(made, seed):
    """Return noise whose pitch and loudness wander, ten seconds."""
    rng = np.random.default_rng(seed)
    knots = np.linspace(0, 10, 80)
    times = np.arange(10 * made.SOUND_RATE) / made.SOUND_RATE
    pitch = np.interp(times, knots, rng.uniform(150, 3000, 80))
    loud = np.interp(times, knots, rng.uniform(0.01, 0.3, 80))
    return (loud * np.sin(2 * np.pi * np.cumsum(pitch) / made.SOUND_RATE)).astype(np.float32)


def test_a_stretch_that_comes_again_is_found(hear, made):
    once = speechlike(made, 7)
    rate = made.SOUND_RATE
    again = np.concatenate([once[: 6 * rate], once[int(1.3 * rate) : int(5.3 * rate)]])
    found = hear(again).extra["sound"]["repeats"]
    assert found and found[0]["again"] - found[0]["start"] == pytest.approx(4.7, abs=0.2)
    assert hear_once(hear, once) == []


def hear_once(hear, sound):
    return hear(sound).extra["sound"]["repeats"]


def test_sound_that_begins_after_the_picture_is_told_on_the_pictures_clock(look, made, tmp_path):
    clip = made.write(tmp_path / "clip.mkv", made.blank, made.bang(made.hum(6.0), 3.0), seconds=8.0, sound_late=0.8)
    seen = look(clip)
    assert seen.sound.impulses == pytest.approx((3.8,), abs=0.06)
    assert seen.sound.envelope.start == pytest.approx(0.8, abs=0.06)
