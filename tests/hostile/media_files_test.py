"""Hostile media: each ends in an examination or in one clear sentence, reads no other file, and stays within limits.

The controls show that the libraries below us do fall for these files, so that a test that sees nothing would show.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import struct
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from verify.errors import DecoderCrashError, LimitError, MediaError, UnreadableMediaError
from verify.records.media import Examination
from verify.settings import MIB, Settings
from verify.worker import Workers

SETTINGS = Settings(worker_memory=1024 * MIB, worker_wall_seconds=60, worker_cpu_seconds=60, workers=1)


@pytest.fixture(scope="module")
def workers() -> Workers:
    """One nursery for all."""
    with Workers(SETTINGS) as found:
        yield found


def draw(
    path: Path, *, codec: str = "libx264", size: tuple[int, int] = (64, 48), count: int = 12, level: int = 200
) -> Path:
    """Write a small clip."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(count):
            picture = np.full((size[1], size[0], 3), level, np.uint8)
            picture[number : number + 8, number * 3 : number * 3 + 8] = 20
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=stream.pix_fmt)
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def examine(workers: Workers, path: Path, tmp_path: Path) -> Examination:
    """Examine `path` and return the record."""
    return workers.examine(path, tmp_path / "out", path.name)


def plays(path: Path) -> int:
    """Return how many frames plain PyAV shows of `path`, without any of our rules: the control."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


TEXTS = {
    "concat.mp4": "ffconcat version 1.0\nfile other.mp4\n",
    "list.mp4": "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
    "session.mp4": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n",
    "manifest.mp4": '<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>',
    "page.mp4": "<!DOCTYPE html><html><body>404 not found</body></html>",
    "smil.mp4": "<smil><body><video src='other.mp4'/></body></smil>",
    "drawing.mp4": "<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "plain.mp4": "This is not a video.",
    "wide.mp4": "This is not a video either.".encode("utf-16").decode("latin-1"),
    "zeros.mp4": "\0" * 4096,
    "archive.mp4": "PK\x03\x04" + "\0" * 60,
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_no_media_is_named_and_not_followed(workers: Workers, tmp_path: Path, name: str) -> None:
    draw(tmp_path / "other.mp4")
    (tmp_path / name).write_bytes(TEXTS[name].encode("latin-1"))
    with pytest.raises(UnreadableMediaError) as caught:
        examine(workers, tmp_path / name, tmp_path)
    assert caught.value.message.startswith(f"{name} is ")
    assert caught.value.message.count(".") <= 3
    assert not list(tmp_path.glob("out/**/*.jpg"))


def test_control_plain_pyav_plays_the_file_that_a_concat_names(tmp_path: Path) -> None:
    draw(tmp_path / "other.mp4")
    (tmp_path / "concat.mp4").write_text(TEXTS["concat.mp4"], encoding="ascii")
    assert plays(tmp_path / "concat.mp4") == 12


def test_an_mp4_head_before_a_playlist_opens_no_other_demuxer(workers: Workers, tmp_path: Path) -> None:
    draw(tmp_path / "other.mp4")
    (tmp_path / "x.mp4").write_bytes(b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + TEXTS["concat.mp4"].encode())
    with pytest.raises(UnreadableMediaError):
        examine(workers, tmp_path / "x.mp4", tmp_path)


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "device", "missing", "empty"])
def test_what_is_no_plain_file_is_refused_at_once(workers: Workers, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "clip.mp4"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(draw(tmp_path / "other.mp4"))
    elif kind == "device":
        path = Path("/dev/zero")
    elif kind == "empty":
        path.touch()
    workers.run("verify.examine:nothing", {}, tmp_path / "start")
    begun = time.monotonic()
    with pytest.raises(UnreadableMediaError) as caught:
        examine(workers, path, tmp_path)
    assert time.monotonic() - begun < 5
    assert path.name in caught.value.message


def test_control_a_pipe_hangs_plain_pyav(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "clip.mp4")
    script = f"import av; av.open({str(tmp_path / 'clip.mp4')!r}, timeout=1)"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", script], timeout=4, check=False)


def widened(path: Path, width: int, height: int) -> Path:
    """Make the key frames of a VP8 clip claim another size (RFC 6386, 9.1)."""
    data = bytearray(path.read_bytes())
    at = data.find(b"\x9d\x01\x2a")
    assert at > 0
    while at > 0:
        data[at + 3 : at + 7] = struct.pack("<HH", width, height)
        at = data.find(b"\x9d\x01\x2a", at + 1)
    path.write_bytes(data)
    return path


def test_a_video_of_gigantic_pictures_costs_little(workers: Workers, tmp_path: Path) -> None:
    path = widened(draw(tmp_path / "bomb.webm", codec="libvpx"), 16_000, 16_000)
    with pytest.raises((LimitError, UnreadableMediaError)):
        examine(workers, path, tmp_path)
    assert workers.usage.memory < 250 * MIB


def test_control_plain_pyav_takes_the_memory(tmp_path: Path) -> None:
    path = widened(draw(tmp_path / "bomb.webm", codec="libvpx"), 16_000, 16_000)
    script = f"""
import av, resource
try:
    next(iter(av.open({str(path)!r}).decode(video=0)))
except av.FFmpegError:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert int(found.stdout) * 1024 > 300 * MIB


def test_a_stated_size_beyond_the_limit_is_refused_with_the_size(workers: Workers, tmp_path: Path) -> None:
    path = draw(tmp_path / "large.mp4", size=(1024, 768), count=2)
    with Workers(replace(SETTINGS, max_pixels=500_000)) as strict, pytest.raises(LimitError, match="1024 x 768"):
        examine(strict, path, tmp_path)
    assert examine(workers, path, tmp_path).frames_decoded == 2  # the control: only the limit stood in the way


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """Return a PNG that says it is `width` x `height`."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(100_000, 100_000), (20_000, 20_000), (8_000, 8_000)])
def test_a_picture_of_gigantic_size_is_refused_before_a_pixel(
    workers: Workers, tmp_path: Path, width: int, height: int
) -> None:
    (tmp_path / "bomb.png").write_bytes(png(width, height, zlib.compress(bytes(1 << 20))))
    with pytest.raises(LimitError, match="pixels"):
        examine(workers, tmp_path / "bomb.png", tmp_path)
    assert workers.usage.memory < 250 * MIB


def patched(data: bytes, box: bytes, offset: int, value: bytes) -> bytes:
    """Return `data` with the bytes at `offset` after the name of the first `box` replaced."""
    at = data.index(box) + 4 + offset
    return data[:at] + value + data[at + len(value) :]


@pytest.mark.parametrize(
    ("box", "offset", "value"),
    [
        (b"stts", 8, struct.pack(">I", 0x7FFFFFFF)),  # two thousand million frames
        (b"stts", 12, struct.pack(">I", 0x7FFFFFFF)),  # that last for ever
        (b"mdhd", 12, struct.pack(">I", 1_000_000_000)),  # a clock of nanoseconds
        (b"mdhd", 12, struct.pack(">I", 0)),  # a clock that stands
        (b"mdhd", 12, struct.pack(">I", 1)),  # a frame every 512 seconds
        (b"mvhd", 16, struct.pack(">I", 0xFFFFFFFF)),  # 49 days
        (b"stsz", 8, struct.pack(">I", 0xFFFFFFFF)),
        (b"stco", 4, struct.pack(">I", 0xFFFFFFFF)),
        (b"stsc", 4, struct.pack(">I", 0xFFFFFFFF)),
        (b"tkhd", 76, struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF)),
        (b"elst", 8, struct.pack(">IiI", 0xFFFFFFFF, -1, 0x10000)),
        (b"ctts", 4, struct.pack(">I", 0xFFFFFFFF)),
    ],
)
def test_numbers_that_lie_are_not_believed(
    workers: Workers, tmp_path: Path, box: bytes, offset: int, value: bytes
) -> None:
    data = draw(tmp_path / "a.mp4", count=30).read_bytes()
    (tmp_path / "a.mp4").write_bytes(patched(data, box, offset, value))
    begun = time.monotonic()
    try:
        found = examine(workers, tmp_path / "a.mp4", tmp_path)
    except (UnreadableMediaError, LimitError) as error:
        assert "a.mp4" in error.message
    else:
        assert found.frames_decoded <= 31
        assert found.duration is not None and found.duration <= SETTINGS.max_duration * 2
    assert time.monotonic() - begun < 20
    assert workers.usage.memory < 400 * MIB


@pytest.mark.parametrize("depth", [1_000, 5_000])
def test_nested_boxes_end_in_words(workers: Workers, tmp_path: Path, depth: int) -> None:
    body = b""
    for _ in range(depth):
        body = struct.pack(">I", len(body) + 8) + b"moov" + body
    (tmp_path / "deep.mp4").write_bytes(b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + body)
    with pytest.raises(UnreadableMediaError, match=r"deep\.mp4"):
        examine(workers, tmp_path / "deep.mp4", tmp_path)


def test_a_picture_whose_side_data_kills_pyav_is_read(workers: Workers, tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6
    Image.effect_noise((64, 48), 50).convert("RGB").save(tmp_path / "a.jpg", exif=exif)
    found = examine(workers, tmp_path / "a.jpg", tmp_path)
    assert (found.keyframes[0].width, found.keyframes[0].height) == (48, 64)
    with av.open(str(tmp_path / "a.jpg")) as container:  # the control: the property we never touch does fail
        frame = next(container.decode(video=0))
        with pytest.raises(ValueError, match="not a valid Type"):
            list(frame.side_data)


def test_mutants_of_real_codecs_end_in_a_record_or_in_words(workers: Workers, tmp_path: Path) -> None:
    """Bytes flipped, cut and repeated at random (seeded), over four codecs."""
    seeds = [
        draw(tmp_path / "a.mp4").read_bytes(),
        draw(tmp_path / "b.avi", codec="mpeg4").read_bytes(),
        draw(tmp_path / "c.webm", codec="libvpx").read_bytes(),
        draw(tmp_path / "d.ts", codec="mpeg2video").read_bytes(),
    ]
    chance = random.Random(20220401)
    outcomes = {"record": 0, "words": 0}
    for number in range(40):
        data = bytearray(seeds[number % 4])
        for _ in range(chance.choice([1, 4, 32])):
            at = chance.randrange(len(data))
            data[at] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data) // 4, len(data)) :]
        path = tmp_path / f"mutant{number}"
        path.write_bytes(data)
        try:
            found = examine(workers, path, tmp_path)
            outcomes["record"] += 1
            assert found.sha256 == hashlib.sha256(data).hexdigest()
        except MediaError as error:
            assert not isinstance(error, DecoderCrashError), error.message
            outcomes["words"] += 1
            assert "Traceback" not in error.message and "\n" not in error.message
    assert outcomes["record"] >= 10 and outcomes["words"] >= 2, outcomes


def test_every_bad_file_ends_in_a_record_or_in_words(workers: Workers, shared: Path, tmp_path: Path) -> None:
    bad = [path for path in sorted((shared / "bad").iterdir()) if path.suffix != ".csv"]
    full = bool(os.environ.get("FIRSTSEEN_FULL"))
    bad = bad if full else bad[::5]  # the whole corpus takes minutes where exiftool is on the PATH
    outcomes: dict[str, list[str]] = {}
    for path in bad:
        begun = time.monotonic()
        try:
            examine(workers, path, tmp_path)
            outcomes.setdefault("record", []).append(path.name)
        except MediaError as error:
            outcomes.setdefault(type(error).__name__, []).append(path.name)
            assert error.message.endswith(".") and "Traceback" not in error.message, error.message
        assert time.monotonic() - begun < (30 if full else 120), path.name
        assert workers.usage is None or workers.usage.memory < 600 * MIB, path.name
    assert outcomes.get("DecoderCrashError", []) == []
    assert len(outcomes["record"]) > (40 if full else 8)
    assert len(outcomes["UnreadableMediaError"]) > (40 if full else 8)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < 600 * MIB
