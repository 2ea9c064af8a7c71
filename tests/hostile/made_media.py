"""Small media files and parts of them, made here, to be bent by the tests of hostile media."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np


def draw(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (64, 48),
    count: int = 12,
    level: int = 200,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a small clip; `options` are the muxer's."""
    with av.open(str(path), "w", options=options or {}) as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = {"mjpeg": "yuvj420p", "gif": "rgb8", "apng": "rgb24"}.get(codec, "yuv420p")
        for number in range(count):
            picture = np.full((size[1], size[0], 3), level, np.uint8)
            picture[number : number + 8, number * 3 : number * 3 + 8] = 20
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=stream.pix_fmt)
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def sing(path: Path, codec: str, *, rate: int = 16_000) -> Path:
    """Write a second of a tone."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        wave = (0.3 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(wave[None, :], format="fltp", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate)
        for one in resampler.resample(frame):
            out.mux(stream.encode(one))
        out.mux(stream.encode(None))
    return path


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """Return a PNG that says it is `width` x `height`."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def patched(data: bytes, box: bytes, offset: int, value: bytes) -> bytes:
    """Return `data` with the bytes at `offset` after the name of the first `box` replaced."""
    at = data.index(box) + 4 + offset
    return data[:at] + value + data[at + len(value) :]


_INNER = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"udta", b"meta", b"iprp", b"ipco", b"moof"}
_INNER |= {b"traf", b"mvex", b"ilst", b"mfra"}


def boundaries(data: bytes) -> list[int]:
    """Return where the boxes of an ISO-BMFF file or the chunks of a RIFF file begin and end, down to the innermost."""
    if data[:4] == b"RIFF":
        return sorted(set(_chunks(data, 12, len(data))))
    return sorted(set(_boxes(data, 0, len(data), 0)))


def _boxes(data: bytes, at: int, end: int, depth: int) -> Iterator[int]:
    while at + 8 <= end and depth < 12:
        yield at
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        size = end - at if size == 0 else size
        if size < head or at + size > end:
            return
        if kind in _INNER:
            head += 4 if kind == b"meta" and data[at + head : at + head + 4] == bytes(4) else 0
            yield from _boxes(data, at + head, at + size, depth + 1)
        at += size
    yield at


def _chunks(data: bytes, at: int, end: int) -> Iterator[int]:
    while at + 8 <= end:
        yield at
        kind, size = struct.unpack_from("<4sI", data, at)
        if kind == b"LIST":
            yield from _chunks(data, at + 12, min(end, at + 8 + size))
        at += 8 + size + size % 2
    yield min(at, end)


def mutant(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return `data` bent in one of seven ways; `other` is what it may be spliced with."""
    found = bytearray(data)
    way = chance.choice(["noise", "noise", "cut", "sizes", "doubled", "swapped", "spliced", "zeros"])
    if way == "noise":
        # Three quarters of the bytes that steer a parser stand in the first kilobytes.
        reach = len(found) if chance.random() < 0.4 else min(len(found), 4096)
        for _ in range(chance.choice([1, 4, 32, 200])):
            found[chance.randrange(reach)] = chance.randrange(256)
    elif way == "cut":
        del found[chance.randrange(1, len(found)) :]
    elif way == "sizes":
        for _ in range(chance.choice([1, 3, 12])):
            at = chance.randrange(max(1, min(len(found), 8192) - 4))
            value = chance.choice([0, 1, 7, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, len(found), len(found) * 2])
            struct.pack_into(chance.choice([">I", "<I"]), found, at, value & 0xFFFFFFFF) if len(found) >= 4 else None
    elif way == "doubled":
        at = chance.randrange(len(found))
        found[at:at] = found[at : at + chance.choice([1, 16, 1000])] * chance.choice([1, 50])
    elif way == "swapped":
        a, b = sorted((chance.randrange(len(found)), chance.randrange(len(found))))
        found = found[:a] + found[b:] + found[a:b]
    elif way == "spliced":
        found = found[: chance.randrange(1, len(found))] + other[chance.randrange(len(other)) :]
    else:
        at = chance.randrange(len(found))
        found[at : at + 512] = bytes(min(512, len(found) - at))
    return bytes(found)
