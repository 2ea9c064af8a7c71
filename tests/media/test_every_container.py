"""Every container and codec we say we read: the right frames, times, light and sound come out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from media import drawn
from verify.errors import UnreadableMediaError
from verify.media import frames
from verify.media.sniff import sniff
from verify.media.sound import SOUND_RATE
from verify.settings import Settings

# name, sniffed as, codec, sound, pixels, more
CLIPS = [
    ("h264.mp4", "mp4", "libx264", "aac", {}),
    ("hevc.mp4", "mp4", "libx265", "aac", {"options": {"x265-params": "log-level=none"}}),
    ("av1.mp4", "mp4", "libsvtav1", None, {"options": {"preset": "12", "svtav1-params": "lp=1"}}),
    ("tenbit.mp4", "mp4", "libx265", None, {"pixels": "yuv420p10le", "options": {"x265-params": "log-level=none"}}),
    ("444.mp4", "mp4", "libx264", None, {"pixels": "yuv444p"}),
    ("fullrange.mp4", "mp4", "libx264", None, {"pixels": "yuvj420p"}),
    ("mpeg4.mov", "mov", "mpeg4", "aac", {}),
    ("prores.mov", "mov", "prores_ks", "pcm_s16le", {"pixels": "yuv422p10le"}),
    ("h264.mkv", "mkv", "libx264", "pcm_s16le", {}),
    ("ffv1.mkv", "mkv", "ffv1", None, {"pixels": "yuv420p"}),
    ("rgb.mkv", "mkv", "ffv1", None, {"pixels": "bgr0"}),
    ("vp8.webm", "webm", "libvpx", "libopus", {"options": {"deadline": "realtime"}, "sound_rate": 48_000}),
    ("vp9.webm", "webm", "libvpx-vp9", "libopus", {"options": {"deadline": "realtime"}, "sound_rate": 48_000}),
    ("mjpeg.avi", "avi", "mjpeg", "pcm_s16le", {"pixels": "yuvj420p"}),
    ("mpeg4.avi", "avi", "mpeg4", "libmp3lame", {}),
    ("raw.avi", "avi", "rawvideo", None, {"pixels": "bgr24"}),
    ("cinepak.avi", "avi", "cinepak", None, {"pixels": "rgb24"}),
    ("flv1.flv", "flv", "flv", "libmp3lame", {}),
    ("h264.flv", "flv", "libx264", "aac", {}),
    ("mpeg4.3gp", "3gp", "mpeg4", "aac", {}),
    ("mpeg2.ts", "mpegts", "mpeg2video", "mp2", {}),
    ("h264.ts", "mpegts", "libx264", "aac", {}),
    ("mpeg1.mpg", "mpegps", "mpeg1video", "mp2", {"container": "mpeg"}),
    ("wmv2.wmv", "asf", "wmv2", None, {}),
    ("mxf.mxf", "mxf", "mpeg2video", "pcm_s16le", {"sound_rate": 48_000}),
    ("moving.gif", "gif", "gif", None, {"pixels": "rgb8", "size": (160, 120)}),
]


def look(path: Path, settings: Settings | None = None, sound: bool = True):
    """Return (clip, pictures as (time, gray), samples) of one decode."""
    settings = settings or Settings()
    seen, heard = [], []
    with frames.opened(path, sniff(path), settings, path.name) as clip:
        for thing in clip.run(sound=sound):
            if isinstance(thing, frames.Picture):
                seen.append((thing.time, thing.planes.gray()))
            else:
                heard.append(thing.samples)
        clip.found = clip.streams()
    return clip, seen, np.concatenate(heard) if heard else np.zeros(0, np.float32)


def fields(gray: np.ndarray) -> list[float]:
    """Return the mean light near the four corners."""
    high, wide = gray.shape[0] // 5, gray.shape[1] // 5
    return [
        float(part.mean())
        for part in (gray[:high, :wide], gray[:high, -wide:], gray[-high:, :wide], gray[-high:, -wide:])
    ]


@pytest.mark.parametrize(("name", "container", "codec", "sound", "more"), CLIPS, ids=[c[0] for c in CLIPS])
def test_frames_times_light_and_sound(
    tmp_path: Path, name: str, container: str, codec: str, sound: str, more: dict
) -> None:
    draw = drawn.clip_apart if codec == "libsvtav1" else drawn.clip
    path = draw(tmp_path / name, codec=codec, sound=sound, **more)
    assert sniff(path).container == container
    clip, seen, heard = look(path)
    assert clip.problems == []
    assert 48 <= len(seen) <= 51
    times = [time for time, _ in seen]
    assert times[0] == 0
    assert times == sorted(times)
    assert 1.85 <= times[-1] + clip.usual_step <= 2.1
    wide, high = more.get("size", (160, 120))
    assert seen[0][1].shape == (high, wide)
    assert fields(seen[-1][1]) == pytest.approx(drawn.FIELDS, abs=8)
    if sound:
        assert 1.8 <= len(heard) / SOUND_RATE <= 2.2
        middle = heard[8000:24000]
        assert np.abs(middle).max() == pytest.approx(12_000 / 32_768, abs=0.08)
        crossings = np.count_nonzero(np.diff(np.signbit(middle)))
        assert crossings == pytest.approx(880, abs=12)  # 440 Hz over one second
    video = next(s for s in clip.found if s.kind == "video")
    assert (video.width, video.height) == (wide, high)


@pytest.mark.parametrize(
    ("turn", "order"),
    [(0, (0, 1, 2, 3)), (90, (1, 3, 0, 2)), (180, (3, 2, 1, 0)), (270, (2, 0, 3, 1))],
)
def test_a_rotation_flag_turns_the_picture_upright(tmp_path: Path, turn: int, order: tuple[int, ...]) -> None:
    path = drawn.clip(tmp_path / "turned.mp4", turn=turn)
    clip, seen, _ = look(path)
    assert seen[0][1].shape == ((160, 120) if turn % 180 else (120, 160))
    assert fields(seen[0][1]) == pytest.approx([drawn.FIELDS[i] for i in order], abs=8)
    assert clip.found[0].rotation == (360 - turn) % 360
    assert (clip.found[0].display_width, clip.found[0].display_height) == seen[0][1].shape[::-1]
    with frames.opened(path, sniff(path), Settings(), "x") as again:
        first = next(t for t in again.run() if isinstance(t, frames.Picture))
        planes = first.planes
        for small in (
            planes.tiny(),
            planes.picture(*seen[0][1].shape[::-1])[..., 1],
            planes.colour(planes.gray())[..., 1],
        ):
            assert fields(small) == pytest.approx([drawn.FIELDS[i] for i in order], abs=10)


def test_wide_pixels_are_shown_wide(tmp_path: Path) -> None:
    clip, seen, _ = look(drawn.clip(tmp_path / "wide.mp4", aspect=Fraction(4, 3), size=(720, 576)))
    assert seen[0][1].shape == (360, 600)
    assert clip.found[0].display_width == 960


def test_an_absurd_pixel_aspect_is_not_believed(tmp_path: Path) -> None:
    _, seen, _ = look(drawn.clip(tmp_path / "absurd.mp4", aspect=Fraction(1, 200)))
    assert seen[0][1].shape == (120, 160)


def test_variable_frame_rate_keeps_real_times(tmp_path: Path) -> None:
    stated = [0, 40, 80, 1000, 1033, 5000, 5500, 9000]
    _, seen, _ = look(drawn.clip(tmp_path / "screen.mp4", times=stated))
    assert [round(time * 1000) for time, _ in seen] == stated


def test_times_count_from_the_first_frame_shown(tmp_path: Path) -> None:
    _, seen, _ = look(drawn.clip(tmp_path / "late.mkv", times=[5000 + 40 * n for n in range(20)]))
    assert [round(time * 1000) for time, _ in seen] == [40 * n for n in range(20)]


def test_sound_only_and_picture_only(tmp_path: Path) -> None:
    clip, seen, heard = look(drawn.clip(tmp_path / "voice.m4a", codec=None, sound="aac"))
    assert (len(seen), clip.video) == (0, None)
    assert len(heard) == pytest.approx(32_000, abs=1600)
    for name, codec in (
        ("voice.wav", "pcm_s16le"),
        ("voice.mp3", "libmp3lame"),
        ("voice.flac", "flac"),
    ):
        _, seen, heard = look(drawn.clip(tmp_path / name, codec=None, sound=codec))
        assert not seen
        assert len(heard) == pytest.approx(32_000, abs=2000), name


def test_limited_and_full_range_show_the_same_light(tmp_path: Path) -> None:
    _, limited, _ = look(drawn.clip(tmp_path / "limited.mp4"))
    _, full, _ = look(drawn.clip(tmp_path / "full.mp4", pixels="yuvj420p"))
    assert np.abs(limited[0][1].astype(int) - full[0][1]).mean() < 2


def test_colours_come_out_as_drawn(tmp_path: Path) -> None:
    def draw(number: int) -> np.ndarray:
        rgb = np.zeros((120, 160, 3), np.uint8)
        rgb[:, :80], rgb[:, 80:] = (200, 40, 40), (40, 60, 200)
        return rgb

    for name, pixels in (("a.mp4", "yuv420p"), ("b.mp4", "yuvj420p"), ("c.mp4", "yuv444p"), ("d.mkv", "bgr0")):
        path = drawn.clip(tmp_path / name, draw=draw, pixels=pixels, codec="ffv1" if pixels == "bgr0" else "libx264")
        with frames.opened(path, sniff(path), Settings(), "x") as clip:
            first = next(t for t in clip.run() if isinstance(t, frames.Picture))
            planes = first.planes
            for shown in (planes.picture(160, 120), planes.colour(planes.gray())):
                wide = shown.shape[1]
                assert shown[5, wide // 4].astype(int) == pytest.approx((40, 40, 200), abs=14), name
                assert shown[5, 3 * wide // 4].astype(int) == pytest.approx((200, 60, 40), abs=14), name


def test_the_picture_size_may_change_inside_a_clip(tmp_path: Path) -> None:
    first = drawn.clip(tmp_path / "a.ts", size=(160, 120)).read_bytes()
    second = drawn.clip(tmp_path / "b.ts", size=(320, 240)).read_bytes()
    (tmp_path / "both.ts").write_bytes(first + second)
    clip, seen, _ = look(tmp_path / "both.ts")
    assert {gray.shape for _, gray in seen} == {(120, 160), (240, 320)}
    assert any("size changes" in p.reason for p in clip.problems)
    assert [t for t, _ in seen] == sorted(t for t, _ in seen)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", ["a.mkv", "a.ts", "a.avi", "a.flv"])
def test_what_is_there_of_a_truncated_file_is_kept(tmp_path: Path, name: str, part: float) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    noise = np.random.default_rng(1).integers(0, 255, (100, 120, 160, 3), np.uint8)
    whole = drawn.clip(tmp_path / name, codec=codec, seconds=4, draw=lambda n: noise[n]).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * part)])
    _, seen, _ = look(tmp_path / name)
    assert 100 * part * 0.7 <= len(seen) <= 100 * part + 2


def test_a_truncated_mp4_without_its_index_is_refused_in_words(tmp_path: Path) -> None:
    whole = drawn.clip(tmp_path / "a.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableMediaError, match=r"a\.mp4 looks like MP4 and cannot be opened"):
        look(tmp_path / "a.mp4")


def test_tags_that_are_no_utf8_do_not_stop_anything(tmp_path: Path) -> None:
    path = drawn.clip(tmp_path / "a.mp4", tags={"title": "XXXXXXXX", "comment": "YYYYYYYY"})
    data = path.read_bytes()
    assert data.count(b"XXXXXXXX") == 1
    path.write_bytes(
        data.replace(b"XXXXXXXX", b"\xff\xfe\x80\x81\xc3\x28\xa0\xa1").replace(
            b"YYYYYYYY", b"\xed\xa0\x80\x00\x00\xf5\x81\x82"
        )
    )
    _, seen, _ = look(path)
    assert len(seen) == 50
