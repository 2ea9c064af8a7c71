"""Music, and what sound does at cuts: tones of known pitch and phase, noise of known level, through H.264 and AAC."""

from itertools import pairwise

import numpy as np
import pytest

from measures import made_clips
from verify.descriptors.base import ClipInfo
from verify.measures.music import Music
from verify.measures.sound_at_cuts import SoundAtCuts, at_cut

RATE = made_clips.SOUND_RATE
CUTS = (2.4, 4.8, 7.2)
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def tune(seconds, off=lambda rng: 0.0, seed=1):
    """Return three voices of 0.6 s notes on one scale, each note `off` semitones beside it."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(0.6 * RATE)) / RATE
    fade = np.minimum(1, np.minimum(times, times[::-1]) / 0.02)
    voices = np.zeros(round(seconds * RATE), np.float32)
    for octave in (220.0, 440.0, 880.0):
        for at in np.arange(0, seconds - 0.6, 0.6):
            pitch = octave * 2 ** ((rng.choice(SCALE) + off(rng)) / 12)
            first = round(at * RATE)
            voices[first : first + len(times)] += 0.1 * fade * np.sin(2 * np.pi * pitch * times)
    return voices


def music(sound, block=RATE):
    measure = Music()
    measure.begin(ClipInfo(width=0, height=0, duration=None))
    measure.start_sound(0.0)
    for at in range(0, len(sound), block):
        measure.add_sound(sound[at : at + block], RATE)
    return measure.end().values


def shots(at):
    """Return a picture that is another one after each cut, and moves."""
    shot = sum(at >= cut - 1e-6 for cut in CUTS)
    y, x = 20 * shot + int(10 * at), 900 - 200 * shot
    return np.ascontiguousarray(made_clips._WORLD[y : y + made_clips.HEIGHT, x : x + made_clips.WIDTH])


def test_music_is_told_from_where_to_where_and_noise_beside_it_is_not(look, made, tmp_path):
    sound = np.concatenate([made.hum(2.0), tune(10.0), made.hum(10.0)])
    found = look(made.write(tmp_path / "clip.mp4", made.blank, sound, seconds=22.0)).extra["music"]
    (stretch,) = found["stretches"]
    assert stretch["start"] <= 4.0 and 10.0 <= stretch["end"] <= 16.0  # in blocks of eight seconds
    assert stretch["pitches"] >= 12
    assert found["searched_seconds"] == pytest.approx(21.8, abs=0.3)


def test_tones_that_keep_to_no_tuning_are_no_music():
    assert music(tune(12.0))["stretches"]
    beside = music(tune(12.0, off=lambda rng: rng.uniform(-0.5, 0.5)))
    assert beside["stretches"] == [] and beside["most_tuned"] < 6


def glide(seconds, low, high, period):
    times = np.arange(round(seconds * RATE)) / RATE
    pitch = low * (high / low) ** (0.5 - 0.5 * np.cos(2 * np.pi * times / period))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    return sum(0.1 * np.sin(k * phase) for k in (1, 2, 3)).astype(np.float32)


def beeps(seconds):
    times = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * k * 700 * times) for k in (1, 2, 3, 4))
    return (0.05 * tone * (times % 0.8 < 0.45)).astype(np.float32)


@pytest.mark.parametrize(
    "sound",
    [
        glide(16, 500, 1500, 3.0),
        beeps(16),
        sum(0.05 * np.sin(2 * np.pi * 50 * k * np.arange(16 * RATE) / RATE) for k in range(1, 20)).astype(np.float32),
        made_clips.hum(16),
    ],
    ids=["siren", "alarm", "mains hum", "wind"],
)
def test_a_siren_an_alarm_a_hum_and_wind_are_no_music(sound):
    assert music(sound)["stretches"] == []


def test_how_sound_arrives_does_not_change_what_is_found():
    sound = tune(14.0)
    assert music(sound) == music(sound, 1000) == music(sound, len(sound))


def test_a_bed_runs_on_through_cuts_and_the_same_tones_put_together_do_not(look, made, tmp_path):
    times = np.arange(10 * RATE) / RATE
    bed = sum(0.08 * np.sin(2 * np.pi * f * times) for f in (261.6, 329.6, 392.0, 523.3)).astype(np.float32)
    bed += made.hum(10.0)
    whole = look(made.write(tmp_path / "bed.mp4", shots, bed))
    assert [s.start for s in whole.shots[1:]] == pytest.approx(CUTS, abs=0.14)
    on = whole.extra["sound_at_cuts"]["cuts"]
    assert [row["time"] for row in on] == pytest.approx(CUTS, abs=0.07)
    assert all(row["through"] >= 3 and row["step"] < 1 for row in on)
    assert min(on[0]["hertz"], key=lambda h: abs(h - 392)) == pytest.approx(392, abs=3)
    # The same chord, taken up again at each cut at another place of its course.
    places = [0, *(round(cut * RATE) for cut in CUTS), len(bed)]
    rng = np.random.default_rng(4)
    pieces = [np.roll(bed, int(rng.integers(RATE, 5 * RATE)))[a:b] for a, b in pairwise(places)]
    joined = look(made.write(tmp_path / "joined.mp4", shots, np.concatenate(pieces)))
    put = joined.extra["sound_at_cuts"]["cuts"]
    assert len(put) == 3 and all(row["through"] < 2 for row in put)


def test_noise_of_another_room_steps_at_the_cut_and_noise_of_one_does_not(look, made, tmp_path):
    loud = [0.02, 0.08, 0.02, 0.08]
    places = [0, *(round(cut * RATE) for cut in CUTS), 10 * RATE]
    noise = made.hum(10.0) * 100
    rooms = np.concatenate([noise[a:b] * g for a, b, g in zip(places, places[1:], loud, strict=False)])
    cut = look(made.write(tmp_path / "rooms.mp4", shots, rooms)).extra["sound_at_cuts"]["cuts"]
    assert all(row["step"] >= 3 and row["bands"] >= 8 and row["through"] == 0 for row in cut) and len(cut) == 3
    one = look(made.write(tmp_path / "room.mp4", shots, noise * 0.05)).extra["sound_at_cuts"]["cuts"]
    assert len(one) == 3 and all(row["step"] < 1 and row["through"] == 0 for row in one)


def test_a_mute_clip_and_a_clip_without_cuts_leave_nothing(look, made, tmp_path):
    mute = look(made.write(tmp_path / "mute.mp4", shots))
    assert "sound_at_cuts" not in mute.extra and "music" not in mute.extra
    still = look(made.write(tmp_path / "still.mp4", made.blank, made.hum()))
    assert "sound_at_cuts" not in still.extra and still.extra["music"]["stretches"] == []
    assert at_cut(np.zeros(2 * RATE, np.float32), 0.9, 1.0) is None


def test_sound_that_lies_far_from_its_picture_is_kept_for_a_minute_and_no_longer():
    measure = SoundAtCuts()
    measure.begin(ClipInfo(width=0, height=0, duration=None))
    measure.start_sound(0.0)
    for _ in range(600):
        measure.add_sound(np.full(RATE, 0.1, np.float32), RATE)
    assert 59 * RATE <= measure._held <= 61 * RATE
    assert measure._start == pytest.approx(540.0, abs=1.1) and measure._end == pytest.approx(600.0)
