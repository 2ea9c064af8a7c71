"""Beats of repeated pictures and timecodes beside pictures, made on purpose, through the real encoder and decoder."""

from __future__ import annotations

import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest

from verify.measures import cadence

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def beats(look, made, tmp_path, draw):
    found = look(made.write(tmp_path / "clip.mp4", draw)).extra["cadence"]
    return [(s["every"], s["repeats"]) for s in found["stretches"]], found


def test_a_camera_that_simply_runs_has_no_beat(look, made, tmp_path):
    found, values = beats(look, made, tmp_path, made.panned)
    assert found == [] and values["moving_share"] > 0.9


@pytest.mark.parametrize(("every", "repeats"), [(6, 1), (5, 3), (2, 1), (4, 1), (3, 1)])
def test_pictures_that_repeat_at_a_beat_are_found_after_encoding(look, made, tmp_path, every, repeats):
    share = (every - repeats) / every
    found, values = beats(look, made, tmp_path, lambda at: made.panned(int(round(at * made.RATE) * share) / made.RATE))
    assert found == [(every, repeats)]
    assert values["stretches"][0]["end"] > 9 and values["stretches"][0]["examples"]


def test_a_part_that_was_slowed_down_is_found_where_it_is(look, made, tmp_path):
    def slow(at):
        number = round(at * made.RATE)
        return made.panned((number if number < 75 else 75 + (number - 75) // 2) / made.RATE)

    found, values = beats(look, made, tmp_path, slow)
    assert found == [(2, 1)] and values["stretches"][0]["start"] > 3.0


def test_pictures_that_repeat_without_a_beat_are_not_told(look, made, tmp_path):
    stands = np.random.default_rng(5).random(200) < 0.25
    shown = np.maximum.accumulate(np.where(stands, 0, np.arange(200)))
    assert beats(look, made, tmp_path, lambda at: made.panned(shown[round(at * made.RATE)] / made.RATE))[0] == []


def test_where_nothing_moves_no_beat_is_told(look, made, tmp_path):
    found, values = beats(look, made, tmp_path, made.blank)
    assert found == [] and values["moving_share"] == 0


def test_a_beat_is_only_told_of_enough_pictures():
    flags = np.tile([False, False, False, True], 10)
    assert cadence.beat(flags, np.ones(40, bool)) is None
    flags = np.tile(flags, 4)
    assert cadence.beat(flags, np.ones(160, bool)) == cadence.Beat(every=4, repeats=1, hit=1.0)
    assert cadence.beat(flags, np.zeros(160, bool)) is None


def escaped(raw):
    out = bytearray()
    for byte in raw:
        if byte <= 3 and out[-2:] == b"\0\0":
            out.append(3)
        out.append(byte)
    return bytes(out)


def clock(number):
    """Return a picture timing message (ITU-T H.264, D.1.3) with the time of picture `number` at 25 a second."""
    seconds = number // 25
    fields = [(0, 4), (1, 1), (0, 2), (0, 1), (0, 5), (1, 1), (0, 1), (0, 1), (number % 25, 8)]
    fields += [(seconds % 60, 6), (seconds // 60 % 60, 6), (seconds // 3600, 5), (0, 24), (1, 1)]
    bits = "".join(f"{value:0{width}b}" for value, width in fields)
    bits += "0" * (-len(bits) % 8)
    payload = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return b"\0\0\1\6" + escaped(bytes([1, len(payload)]) + payload + b"\x80")


@pytest.mark.parametrize(("jump", "jumps"), [(0, 0), (25 * 600, 1)])
def test_timecodes_beside_pictures_are_followed(look, tmp_path, jump, jumps):
    raw = tmp_path / "raw.h264"
    source = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=6", "-c:v", "libx264", "-bf", "0"]
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", *source, "-x264-params", "pic-struct=1", "-threads", "1", raw]
    subprocess.run(list(map(str, command)), check=True)
    counter = iter(range(10_000))

    def stamped(found):
        number = next(counter)
        return clock(36_000 * 25 + number + (jump if number >= 75 else 0))

    made, count = re.subn(rb"\x00\x00\x01\x06\x01\x01.\x80", stamped, raw.read_bytes(), flags=re.DOTALL)
    assert count == 150
    raw.write_bytes(made)
    clip = tmp_path / "clip.mp4"
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", "-r", "25", "-i", raw, "-c", "copy", clip]
    subprocess.run(list(map(str, command)), check=True)
    found = look(clip).extra["timecode"]
    assert found["first"] == "10:00:00:00" and len(found["timecode_jumps"]) == jumps
    if jumps:
        assert found["timecode_jumps"][0]["second"] == pytest.approx(3.0, abs=0.15)
        assert found["timecode_jumps"][0]["after"].startswith("10:10:0")
