"""Small files that would be large once opened: each costs little, and is refused with the reason, or read as it is.

The control shows what the library below takes for one of them when nobody looks before decoding.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from hostile.made_media import draw, patched, png
from verify.errors import DecoderCrashError, LimitError, MediaError, UnreadableMediaError
from verify.settings import MIB
from verify.worker import Workers

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
LITTLE = 250 * MIB  # a child that has read an ordinary small clip holds some 80 MB
MOST = 1024 * MIB  # the limit these workers have; exiftool, where installed, unpacks 256 MB of text into 800 MB


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
        workers.examine(path, tmp_path / "out", path.name)
    assert workers.usage.memory < LITTLE


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
    strict = replace(workers.settings, max_pixels=500_000)
    with Workers(strict) as narrow, pytest.raises(LimitError, match="1024 x 768"):
        narrow.examine(path, tmp_path / "out", path.name)
    found = workers.examine(path, tmp_path / "out", path.name)
    assert found.frames_decoded == 2  # the control: only the limit stood in the way


def gif(width: int, height: int, frames: int) -> bytes:
    """Return an animated GIF of one-pixel frames on a screen that says it is `width` x `height`."""
    picture = b"\x21\xf9\x04\x00\x01\x00\x00\x00\x2c" + bytes(4) + b"\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + bytes(6) + picture * frames + b";"


def webp(width: int, height: int) -> bytes:
    """Return a lossless WebP head that says it is `width` x `height` (at most 16384), and has no pixels."""
    bits = (width - 1) | (height - 1) << 14
    body = b"WEBPVP8L" + struct.pack("<I", 5) + b"\x2f" + struct.pack("<I", bits) + b"\x00"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff(width: int, height: int) -> bytes:
    """Return a TIFF that says it is `width` x `height`, all of it in one strip that is not there."""
    tags = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1)]
    tags += [(278, 4, height), (279, 4, 0xFFFFFFF0)]
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\x00" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + rows + bytes(4)


def bmp(width: int, height: int) -> bytes:
    """Return a BMP head that says it is `width` x `height`."""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def jpeg(width: int, height: int) -> bytes:
    """Return a progressive JPEG head that says it is `width` x `height`."""
    return (
        b"\xff\xd8\xff\xc2\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"
    )


def text_bomb(kind: bytes) -> bytes:
    """Return a one-pixel PNG with a compressed text or profile of 256 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    body = {b"iCCP": b"x\0\0", b"zTXt": b"Comment\0\0", b"iTXt": b"Comment\0\x01\0\0\0"}[kind] + packed
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    plain = png(1, 1, zlib.compress(b"\0\0\0\0"))
    return plain[:33] + chunk + plain[33:]


def many_boxes() -> bytes:
    """Return an MP4 whose `moov` holds a million empty boxes."""
    body = struct.pack(">I4s", 8, b"free") * 1_000_000
    return b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + struct.pack(">I4s", len(body) + 8, b"moov") + body


def many_tracks(folder: Path) -> bytes:
    """Return an MP4 with its one track two thousand times."""
    data = draw(folder / "one.mp4", options={"movflags": "faststart"}).read_bytes()
    at = data.index(b"trak") - 4
    (size,) = struct.unpack_from(">I", data, at)
    more = data[at : at + size] * 2000
    moov = data.index(b"moov") - 4
    grown = bytearray(data[:at] + more + data[at:])
    struct.pack_into(">I", grown, moov, struct.unpack_from(">I", data, moov)[0] + len(more))
    return bytes(grown)


def many_frames(folder: Path) -> bytes:
    """Return six hours at a high rate in little space: one frame after the other, all alike."""
    path = folder / "long.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=1000)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        for number in range(20_000):
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path.read_bytes()


def sparse(path: Path, head: bytes) -> None:
    """Write a file of 1 GB that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(1 << 30)


BOMBS: dict[str, Callable[[Path], bytes]] = {
    "head.png": lambda _: png(100_000, 100_000),
    "wide.png": lambda _: png(2_000_000_000, 1),
    "packed.png": lambda _: png(20_000, 20_000, zlib.compress(bytes(20_000 * 60_001))),
    "medium.png": lambda _: png(8_000, 8_000, zlib.compress(bytes(1 << 20))),
    "profile.png": lambda _: text_bomb(b"iCCP"),
    "text.png": lambda _: text_bomb(b"zTXt"),
    "words.png": lambda _: text_bomb(b"iTXt"),
    "screen.gif": lambda _: gif(65_535, 65_535, 10),
    "frames.gif": lambda _: gif(400, 400, 20_000),
    "head.webp": lambda _: webp(16_384, 16_384),
    "head.tiff": lambda _: tiff(100_000, 100_000),
    "head.bmp": lambda _: bmp(60_000, 60_000),
    "head.jpg": lambda _: jpeg(65_500, 65_500),
    "boxes.mp4": lambda _: many_boxes(),
    "tracks.mp4": many_tracks,
    "frames.mkv": many_frames,
    "wide.mp4": lambda f: patched(draw(f / "one.mp4").read_bytes(), b"avc1", 24, struct.pack(">HH", 65_535, 65_535)),
}


# These take seconds each, most of them exiftool's; the short run has the others.
SLOW = {"profile.png", "words.png", "frames.gif", "boxes.mp4", "tracks.mp4", "frames.mkv"}


@pytest.mark.parametrize("name", [name for name in BOMBS if FULL or name not in SLOW])
def test_a_bomb_costs_little(workers: Workers, tmp_path: Path, name: str, score) -> None:
    path = tmp_path / name
    path.write_bytes(BOMBS[name](tmp_path))
    with score.case(name):
        begun = time.monotonic()
        try:
            workers.examine(path, tmp_path / "out", name)
        except MediaError as error:
            assert not isinstance(error, DecoderCrashError), error.message
            assert name in error.message
        finally:
            score.used(workers)
        assert time.monotonic() - begun < 60
        assert workers.usage.memory < (MOST if name in {"profile.png", "text.png", "words.png"} else LITTLE)


@pytest.mark.parametrize(("width", "height"), [(100_000, 100_000), (20_000, 20_000), (8_000, 8_000)])
def test_a_picture_of_gigantic_size_is_refused_before_a_pixel(
    workers: Workers, tmp_path: Path, width: int, height: int
) -> None:
    (tmp_path / "bomb.png").write_bytes(png(width, height, zlib.compress(bytes(1 << 20))))
    with pytest.raises(LimitError, match="pixels"):
        workers.examine(tmp_path / "bomb.png", tmp_path / "out", "bomb.png")
    assert workers.usage.memory < LITTLE


@pytest.mark.parametrize("head", ["zeros", "mp4", "moov", "avi", "mkv"] if FULL else ["zeros", "moov"])
def test_a_file_of_a_gigabyte_that_is_not_there(workers: Workers, tmp_path: Path, head: str) -> None:
    heads = {
        "zeros": b"",
        "mp4": b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + struct.pack(">I4sQ", 1, b"mdat", (1 << 30) - 16),
        "moov": b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + struct.pack(">I4sQ", 1, b"moov", (1 << 30) - 16),
        "avi": b"RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\xffhdrl",
        "mkv": b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska\x42\x87\x81\x01\x42\x85\x81\x01\x18\x53\x80\x67\x01"
        + b"\xff" * 7,
    }
    path = tmp_path / f"{head}.mp4"
    sparse(path, heads[head])
    try:
        with pytest.raises(MediaError) as caught:
            workers.examine(path, tmp_path / "out", path.name)
        assert not isinstance(caught.value, DecoderCrashError), caught.value.message
        # exiftool, where installed, reads an AVI's list of streams into memory, up to the limit of the worker.
        assert workers.usage.memory < (workers.settings.worker_memory * 1.4 if head == "avi" else LITTLE)
    finally:
        os.truncate(path, 0)


def test_a_picture_that_may_be_decoded_is(workers: Workers, tmp_path: Path) -> None:
    """The control of the row: a large but allowed picture is no bomb."""
    (tmp_path / "good.png").write_bytes(png(3_000, 2_000, zlib.compress(bytes(2_000 * 9_001))))
    assert workers.examine(tmp_path / "good.png", tmp_path / "out", "good.png").frames_decoded == 1
