"""Broken media: each file ends in an examination or in one clear sentence, within limits, and nothing else happens.

The control shows that the libraries below us do crash on one of them, so that a test that sees nothing would show.
"""

from __future__ import annotations

import hashlib
import os
import random
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from hostile.made_media import boundaries, draw, mutant, patched, png, sing
from verify.errors import DecoderCrashError, LimitError, MediaError, UnreadableMediaError
from verify.media.sniff import sniff
from verify.settings import MIB
from verify.worker import Workers

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"


def outcome(workers: Workers, path: Path, out: Path, score: object) -> str:
    """Examine `path`; return `record` or the kind of error, and see to it that the error is one clear sentence."""
    begun = time.monotonic()
    try:
        found = workers.examine(path, out, path.name)
    except MediaError as error:
        assert not isinstance(error, DecoderCrashError), error.message
        assert error.message.endswith(".") and "Traceback" not in error.message, error.message
        assert "\n" not in error.message and path.name in error.message, error.message
        kind = type(error).__name__
    else:
        assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        kind = "record"
    finally:
        score.used(workers)
    assert time.monotonic() - begun < 120
    assert workers.usage is None or workers.usage.memory < 700 * MIB
    return kind


def test_every_bad_file_ends_in_a_record_or_in_words(workers: Workers, shared: Path, tmp_path: Path, score) -> None:
    bad = [path for path in sorted((shared / "bad").iterdir()) if path.suffix != ".csv"]
    outcomes: list[str] = []
    for path in bad if FULL else bad[::8]:  # the whole corpus takes minutes where exiftool is on the PATH
        with score.case(path.name):
            outcomes.append(outcome(workers, path, tmp_path / "out", score))
    assert outcomes.count("record") > (40 if FULL else 4)
    assert outcomes.count("UnreadableMediaError") > (40 if FULL else 4)


def test_control_a_library_alone_dies_of_a_file_of_the_corpus(shared: Path) -> None:
    """`frame.side_data` of PyAV, which we never touch, kills the process that asks."""
    path = shared / "bad" / "debian-source__1242778-1.png"
    names = [path, *sorted((shared / "bad").glob("*.png"))]
    script = (
        "import av, sys\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n"
        "        for f in av.open(name).decode(video=0): list(f.side_data)\n"
        "    except (av.FFmpegError, ValueError, IndexError, UnicodeDecodeError): pass\n"
    )
    ended = {
        p.name: subprocess.run([sys.executable, "-c", script, str(p)], timeout=60, capture_output=True) for p in names
    }
    assert any(one.returncode for one in ended.values())


def real_files(shared: Path, most: int) -> Iterator[list[Path]]:
    """Yield the smallest real files of each kind there is among the samples."""
    kinds: dict[str, list[Path]] = {}
    for path in sorted([*(shared / "videos").iterdir(), *(shared / "metadata").iterdir()]):
        if path.is_file():
            try:
                kinds.setdefault(sniff(path).container, []).append(path)
            except UnreadableMediaError:
                continue
    for paths in kinds.values():
        yield sorted(paths, key=lambda p: p.stat().st_size)[:most]


def test_mutants_of_real_files_of_every_kind(workers: Workers, shared: Path, tmp_path: Path, score) -> None:
    """Bytes flipped, cut, doubled, swapped, spliced, sizes changed (seeded), over every format of the samples."""
    chance = random.Random(20260411)
    groups = list(real_files(shared, 8 if FULL else 1))
    assert len(groups) >= 12
    everything = [path for group in groups for path in group]
    outcomes: list[str] = []
    for path in everything:
        data, other = path.read_bytes(), chance.choice(everything).read_bytes()
        for number in range((6 if len(data) < 600_000 else 2) if FULL else 1):
            bent = tmp_path / f"{number}-{path.name}"
            bent.write_bytes(mutant(data, other, chance))
            with score.case(bent.name):
                outcomes.append(outcome(workers, bent, tmp_path / "out", score))
            bent.unlink()
    assert outcomes.count("record") > len(outcomes) // 8
    assert outcomes.count("record") < len(outcomes)


def test_files_cut_at_every_box(workers: Workers, tmp_path: Path, score) -> None:
    """Where a parser has just read a size and expects the body: the end of each box, and within its head."""
    fragmented = {"movflags": "frag_keyframe+empty_moov", "frag_size": "400"}
    files = [
        draw(tmp_path / "plain.mp4"),
        draw(tmp_path / "front.mov", options={"movflags": "faststart"}),
        draw(tmp_path / "pieces.mp4", options=fragmented),
        draw(tmp_path / "old.avi", codec="mpeg4"),
        sing(tmp_path / "tone.m4a", "aac"),
    ]
    tried = 0
    for path in files:
        data = path.read_bytes()
        cuts = {min(len(data) - 1, at + more) for at in boundaries(data) for more in (0, 4, 8, 12)} - {0}
        assert len(cuts) > 20
        for at in sorted(cuts) if FULL else sorted(cuts)[::29]:
            cut = tmp_path / f"cut-{at}-{path.name}"
            cut.write_bytes(data[:at])
            tried += 1
            with score.case(cut.name):
                outcome(workers, cut, tmp_path / "out", score)
            cut.unlink()
    assert tried > (200 if FULL else 8)


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "libvpx", "mpeg2video"])
def test_mutants_of_one_codec_are_often_read_all_the_same(workers: Workers, tmp_path: Path, codec: str, score) -> None:
    endings = {"libx264": "mp4", "mpeg4": "avi", "libvpx": "webm", "mpeg2video": "ts"}
    data = draw(tmp_path / f"seed.{endings[codec]}", codec=codec).read_bytes()
    chance = random.Random(20220401)
    outcomes = []
    for number in range(40 if FULL else 10):
        bent = bytearray(data)
        for _ in range(chance.choice([1, 4, 32])):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        path = tmp_path / f"mutant{number}"
        path.write_bytes(bent)
        with score.case(f"{codec} {number}"):
            outcomes.append(outcome(workers, path, tmp_path / "out", score))
    assert "record" in outcomes


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
        found = workers.examine(tmp_path / "a.mp4", tmp_path / "out", "a.mp4")
    except (UnreadableMediaError, LimitError) as error:
        assert "a.mp4" in error.message
    else:
        assert found.frames_decoded <= 31
        assert found.duration is not None and found.duration <= workers.settings.max_duration * 2
    assert time.monotonic() - begun < 20
    assert workers.usage.memory < 400 * MIB


@pytest.mark.parametrize("depth", [1_000, 5_000])
def test_nested_boxes_end_in_words(workers: Workers, tmp_path: Path, depth: int) -> None:
    body = b""
    for _ in range(depth):
        body = struct.pack(">I", len(body) + 8) + b"moov" + body
    (tmp_path / "deep.mp4").write_bytes(b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + body)
    with pytest.raises(UnreadableMediaError, match=r"deep\.mp4"):
        workers.examine(tmp_path / "deep.mp4", tmp_path / "out", "deep.mp4")


def test_a_picture_whose_side_data_kills_pyav_is_read(workers: Workers, tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6
    Image.effect_noise((64, 48), 50).convert("RGB").save(tmp_path / "a.jpg", exif=exif)
    found = workers.examine(tmp_path / "a.jpg", tmp_path / "out", "a.jpg")
    assert (found.keyframes[0].width, found.keyframes[0].height) == (48, 64)
    with av.open(str(tmp_path / "a.jpg")) as container:  # the control: the property we never touch does fail
        frame = next(container.decode(video=0))
        with pytest.raises(ValueError, match="not a valid Type"):
            list(frame.side_data)


def test_one_bad_file_does_not_stop_the_next(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png(100_000, 100_000))
    with pytest.raises(MediaError):
        workers.examine(tmp_path / "bomb.png", tmp_path / "out", "bomb.png")
    assert workers.examine(draw(tmp_path / "good.mp4"), tmp_path / "out2", "good.mp4").frames_decoded == 12
