"""Files put together without encoding again, by the real muxers, and counters, clocks and timecodes that break."""

from __future__ import annotations

import struct
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest

from verify.readers import rhythm, units
from verify.readers.course import Course

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def ffmpeg(*words):
    subprocess.run([FFMPEG, "-nostdin", "-v", "error", "-y", *map(str, words)], check=True)
    return words[-1]


def piece(path, seconds, named=False, crf=26, codec="libx264"):
    """A piece as a camera writes it: a key picture every 12, sound, and no name of the encoder unless `named`."""
    inputs = ["-f", "lavfi", "-i", f"testsrc2=size=160x120:rate=25:duration={seconds}"]
    inputs += ["-f", "lavfi", "-i", f"sine=440:duration={seconds}"]
    picture = ["-c:v", codec, "-preset", "ultrafast", "-crf", crf, "-g", 12, "-sc_threshold", 0, "-bf", 0]
    quiet = [] if named else ["-bsf:v", "filter_units=remove_types=6"]
    return ffmpeg(*inputs, *picture, *quiet, "-c:a", "aac", "-threads", 1, path)


def joined(folder, ending, *pieces, **how):
    names = [piece(folder / f"{n}.mp4", seconds, **how) for n, seconds in enumerate(pieces)]
    (folder / "list.txt").write_text("".join(f"file '{p}'\n" for p in names))
    return ffmpeg("-f", "concat", "-safe", "0", "-i", folder / "list.txt", "-c", "copy", folder / f"joined.{ending}")


def course(path, container):
    return Course().read(path, container)


@pytest.mark.parametrize(("ending", "container"), [("mp4", "mp4"), ("mkv", "mkv"), ("ts", "mpegts")])
def test_a_joint_breaks_sound_and_key_pictures_at_one_second(tmp_path, ending, container):
    found = course(joined(tmp_path, ending, 3.2, 3), container).extra
    assert found["key_every"] == 12
    assert [k["after"] for k in found["keys_out_of_turn"]] == [80 % 12]
    at = {k["second"] for k in found["keys_out_of_turn"]} | {b["second"] for b in found["sound_breaks"]}
    assert found["sound_breaks"] and all(second == pytest.approx(3.2, abs=0.4) for second in at)


@pytest.mark.parametrize(("ending", "container"), [("mp4", "mp4"), ("mkv", "mkv"), ("ts", "mpegts"), ("flv", "flv")])
def test_one_recording_shows_no_break(tmp_path, ending, container):
    whole = piece(tmp_path / "one.mp4", 6)
    found = course(ffmpeg("-i", whole, "-c", "copy", tmp_path / f"whole.{ending}"), container)
    signs = ("gaps", "clock_set_anew", "sound_breaks", "clock_runs_back", "keys_out_of_turn", "timecode_jumps")
    assert [found.extra[s] for s in signs] == [[]] * len(signs)
    assert not found.extra.get("counters") and not found.problems
    assert found.extra["pictures"] == 150 and found.extra["step"] == pytest.approx(0.04, abs=1e-3)


@pytest.mark.parametrize(("ending", "container"), [("mkv", "mkv"), ("ts", "mpegts"), ("flv", "flv")])
def test_an_encoder_that_names_itself_again_is_a_restart(tmp_path, ending, container):
    read = course(joined(tmp_path, ending, 2, 2, named=True), container)
    (restart,) = [t for t in read.tags if t.name == "encoder restart"]
    assert float(restart.value) == pytest.approx(2.0, abs=0.05)
    assert restart.note == "the settings are the same" and restart.place == "key picture 51"
    assert [t.value[:4] for t in read.tags if t.name == "encoder settings"] == ["x264"]


def test_other_parameters_of_the_picture_are_a_restart_where_no_encoder_is_named(tmp_path):
    one = piece(tmp_path / "a.mp4", 2)
    other = ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2", "-c:v", "libx264", "-profile:v", "high",
        "-refs", "5", "-g", "12", "-bsf:v", "filter_units=remove_types=6", "-threads", "1", tmp_path / "b.mp4",
    )  # fmt: skip
    for name, path in (("a.ts", one), ("b.ts", other)):
        ffmpeg("-i", path, "-an", "-c", "copy", tmp_path / name)
    cat = tmp_path / "cat.ts"
    cat.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    (restart,) = [t for t in course(cat, "mpegts").tags if t.name == "encoder restart"]
    assert float(restart.value) == pytest.approx(2.0, abs=0.1) and "others" in restart.note


def test_transport_streams_laid_end_to_end_break_clock_and_counters(tmp_path):
    for name, seconds in (("a", 3.2), ("b", 3)):
        ffmpeg("-i", piece(tmp_path / f"{name}.mp4", seconds), "-c", "copy", tmp_path / f"{name}.ts")
    cat = tmp_path / "cat.ts"
    first = (tmp_path / "a.ts").read_bytes()
    cat.write_bytes(first + (tmp_path / "b.ts").read_bytes())
    found = course(cat, "mpegts").extra
    (back,) = found["clock_runs_back"]
    assert back["second"] == pytest.approx(3.2, abs=0.1) and back["from"] > back["to"]
    counters = found["counters"]
    assert counters[0]["second"] == pytest.approx(3.2, abs=0.3)
    assert min(p["byte"] for c in counters for p in c["packets"]) == len(first)


def test_lost_packets_break_only_the_counters(tmp_path):
    whole = ffmpeg("-i", piece(tmp_path / "a.mp4", 4), "-c", "copy", tmp_path / "a.ts")
    raw = whole.read_bytes()
    at = len(raw) // 188 // 2 * 188
    cut = tmp_path / "cut.ts"
    cut.write_bytes(raw[:at] + raw[at + 3 * 188 :])
    found = course(cut, "mpegts").extra
    assert found["counters"] and not found["clock_runs_back"]
    assert min(p["byte"] for c in found["counters"] for p in c["packets"]) >= at


def test_a_gap_is_told_with_what_the_sound_does(tmp_path):
    whole = piece(tmp_path / "a.mp4", 6)
    dropped = ffmpeg(
        "-i", whole, "-vf", "select='not(between(t,2,2.9))'", "-fps_mode", "passthrough", "-c:v", "libx264",
        "-preset", "ultrafast", "-bf", "0", "-c:a", "copy", "-threads", "1", tmp_path / "gap.mp4",
    )  # fmt: skip
    (gap,) = course(dropped, "mp4").extra["gaps"]
    assert (gap["start"], gap["end"]) == pytest.approx((1.96, 2.92), abs=0.05)
    assert gap["sound_goes_on"] is True


def test_timecodes_of_groups_of_pictures_that_jump_are_found(tmp_path):
    parts = []
    for name, code in (("a", "10:00:00:00"), ("b", "11:20:00:00")):
        made = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=3", "-c:v", "mpeg2video", "-g", "12"]
        parts.append(ffmpeg(*made, "-timecode" if name == "a" else "-gop_timecode", code, tmp_path / f"{name}.mpg"))
    cat = tmp_path / "cat.mpg"
    cat.write_bytes(b"".join(p.read_bytes() for p in parts))
    assert course(parts[0], "mpegps").extra["timecode_jumps"] == []
    (jump,) = course(cat, "mpegps").extra["timecode_jumps"]
    assert jump["second"] == pytest.approx(3.0, abs=0.1)
    assert jump["before"].startswith("10:00:02") and jump["after"] == "11:20:00:00"


def boxes(raw):
    at = 0
    while at + 8 <= len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        yield raw[at + 4 : at + 8], raw[at + 8 : at + size]
        at += size


def box(kind, payload):
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def with_second_timecode(raw, kind, offset, half):
    """Return a box of a timecode track anew, with two samples, the second at `offset`."""
    if kind in {b"moov", b"trak", b"mdia", b"minf", b"stbl"}:
        if kind == b"trak" and b"gmhd" not in raw:
            return box(kind, raw)
        return box(kind, b"".join(with_second_timecode(p, k, offset, half) for k, p in boxes(raw)))
    tables = {
        b"stts": struct.pack(">IIII", 0, 1, 2, half),
        b"stsz": struct.pack(">III", 0, 4, 2),
        b"stsc": struct.pack(">IIIII", 0, 1, 1, 1, 1),
        b"stco": struct.pack(">IIII", 0, 2, offset, offset + 4),
    }
    return box(kind, tables.get(kind, raw))


@pytest.mark.parametrize(("number", "jumps"), [(900_075, 0), (1_125_000, 1)])
def test_a_timecode_track_that_jumps_is_found(tmp_path, number, jumps):
    path = ffmpeg("-i", piece(tmp_path / "a.mp4", 6), "-c", "copy", "-timecode", "10:00:00:00", tmp_path / "t.mov")
    raw = path.read_bytes()
    tops = [box(kind, payload) for kind, payload in boxes(raw) if kind != b"moov"]
    moov = next(payload for kind, payload in boxes(raw) if kind == b"moov")
    before = b"".join(tops)
    codes = box(b"mdat", struct.pack(">II", 900_000, number))  # 10:00:00:00 at 25 a second, and three seconds later
    made = tmp_path / "two.mov"
    scale = moov[moov.index(b"mdhd") + 16 : moov.index(b"mdhd") + 20]
    half = 3 * int.from_bytes(scale, "big")
    made.write_bytes(before + codes + with_second_timecode(moov, b"moov", len(before) + 8, half))
    found = course(made, "mov").extra["timecode_jumps"]
    assert len(found) == jumps
    if jumps:
        assert (found[0]["before"], found[0]["after"]) == ("10:00:00:00", "12:30:00:00")
        assert found[0]["second"] == pytest.approx(3.0, abs=0.05)


def test_a_track_without_rhythm_has_no_odd_steps():
    rng = np.random.default_rng(1)
    assert rhythm.odd_steps(np.cumsum(rng.uniform(0.02, 0.06, 400))) == (0.0, [])
    steady = np.arange(400) / 25
    assert rhythm.odd_steps(steady) == (pytest.approx(0.04), [])
    steady[200:] += 0.013
    usual, (step,) = rhythm.odd_steps(steady)
    assert step.at == pytest.approx(7.96) and rhythm.set_anew(usual, [step]) == [step] and not rhythm.gaps([step])


def test_breaks_at_one_distance_are_the_containers_way():
    times = np.arange(2000) * 0.0232
    for second in range(1, 9):
        times[times > second * 5] += 0.02
    assert rhythm.odd_steps(times)[1] == []


def test_key_pictures_at_cuts_keep_no_distance():
    keys = np.array([0, 30, 60, 90, 101, 131, 150, 180, 199, 229])
    assert rhythm.broken_groups(keys, 240) == (0, [])
    assert rhythm.broken_groups(np.array([0, 30, 60, 90, 99, 129, 159, 189]), 200) == (30, [(99, 9)])


def test_timecodes_that_never_run_or_pass_midnight_do_not_jump():
    seconds = list(np.arange(20) * 0.5)
    assert rhythm.jumps(seconds, [0.0] * 20) == []
    assert rhythm.jumps(seconds, [(86_395 + s) % 86_400 for s in seconds]) == []
    assert rhythm.jumps(seconds, [s if s < 5 else s + 100 for s in seconds]) == [9]
    assert rhythm.jumps(seconds, list(np.random.default_rng(2).uniform(0, 9999, 20))) == []


def test_units_that_lie_about_their_length_end_the_search():
    assert units.parameters(struct.pack(">I", 2**31) + b"\x67" * 40, "h264") == b""
    assert units.parameters(b"\0\0\0\0" * 900, "h264") == b""
    assert units.parameters(b"\0\0\1\x67abc\0\0\1\x68def", "h264") == b"\x67abc"
    assert units.group_timecode(b"\0\0\1\xb8") is None
    assert units.group_timecode(b"\0\0\1\xb8" + b"\xff" * 4) is None


@pytest.mark.parametrize("keep", [200, 4000, 20_000])
def test_files_that_end_early_are_read_as_far_as_they_go(tmp_path, keep):
    whole = ffmpeg("-i", piece(tmp_path / "a.mp4", 3), "-c", "copy", tmp_path / "a.ts")
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole.read_bytes()[:keep])
    read = course(cut, "mpegts")
    assert read.problems or read.extra == {} or read.extra["pictures"] < 75


def test_noise_with_marks_of_a_transport_stream_is_bounded(tmp_path):
    rng = np.random.default_rng(3)
    rows = rng.integers(0, 256, (4000, 188), np.uint8)
    rows[:, 0] = 0x47
    path = tmp_path / "noise.ts"
    path.write_bytes(rows.tobytes())
    read = course(path, "mpegts")
    assert len(read.extra.get("counters", [])) <= 20 and len(read.tags) < 50
