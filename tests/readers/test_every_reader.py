"""What holds for every reader, those not yet written included."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import verify.readers
from verify import catalog
from verify.readers.base import Reader
from verify.tagnames import NAMES

READERS = catalog.offer(verify.readers, Reader).found
EVERY = ("mp4", "mov", "3gp", "m4a", "heic", "avif", "jpeg", "png", "tiff", "webp", "avi", "wav", "mkv", "webm",
         "mpegts", "mpegps", "flv", "ogg", "asf", "mxf", "gif", "bmp", "mp3", "flac")  # fmt: skip


def each():
    return [(r, c) for r in READERS for c in EVERY if r.handles(c) and r.name != "exiftool"]


def test_names_are_of_one_reader_each():
    names = [r.name for r in READERS]
    assert len(names) == len(set(names))
    assert {"boxes", "streams", "exif", "pictures", "matroska", "riff", "packets"} <= set(names)


@pytest.mark.parametrize(("reader", "container"), each(), ids=lambda v: getattr(v, "name", v))
@pytest.mark.parametrize("raw", [b"", b"\0", b"hello world\n" * 20, bytes(5000), os.urandom(0) + b"\xff\xd8\xff" * 9],
                         ids=["empty", "zero", "text", "zeros", "almost"])  # fmt: skip
def test_what_is_no_such_file_is_a_problem_or_nothing(tmp_path, reader, container, raw):
    path = tmp_path / "bad"
    path.write_bytes(raw)
    reading = reader.read(path, container)
    assert all(p.part == reader.name and p.reason for p in reading.problems)
    assert all(t.name in NAMES for t in reading.tags)


@pytest.mark.parametrize(("reader", "container"), each(), ids=lambda v: getattr(v, "name", v))
def test_a_file_that_is_gone_is_a_problem(tmp_path, reader, container):
    reading = reader.read(tmp_path / "gone", container)
    assert reading.problems
    assert not reading.tags


def test_every_name_of_a_tag_stands_in_the_documentation():
    text = (Path(__file__).resolve().parents[2] / "docs" / "metadata.md").read_text(encoding="utf-8")
    missing = [name for name in NAMES if f"| `{name}` |" not in text]
    assert not missing


def test_every_reader_stands_in_the_documentation():
    text = (Path(__file__).resolve().parents[2] / "docs" / "metadata.md").read_text(encoding="utf-8")
    assert not [r.name for r in READERS if f"| `{r.name}` |" not in text]


def test_our_own_readers_take_less_than_a_third_of_a_second_a_clip(clip):
    import time

    begun = time.process_time()
    for reader in READERS:
        if reader.handles("mp4") and reader.name != "exiftool":
            reader.read(clip, "mp4")
    assert time.process_time() - begun < 0.3
