"""Directories made to hold a parser: they are left in time, and what stood in the first of them is kept."""

from __future__ import annotations

import io
import struct
import time

import pytest

from verify.readers.exif import Exif
from verify.readers.rationed import Rationed


def entry(tag, kind, count, value):
    return struct.pack("<HHII", tag, kind, count, value)


def directory(entries, following):
    return struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)


def chain(pages, later):
    """A TIFF that names its maker in its first directory, and then has `pages` directories of the entries `later`."""
    first = [entry(0x010F, 2, 4, int.from_bytes(b"Ace\0", "little"))]
    at, made = 8, [b"II*\0" + struct.pack("<I", 8)]
    for number in range(pages + 1):
        entries = later if number else first
        at += 6 + 12 * len(entries)
        made.append(directory(entries, at if number < pages else 0))
    return b"".join(made)


@pytest.mark.parametrize(
    ("pages", "later"),
    [
        (40, [entry(0x9000 + n, 4, 999, 8) for n in range(60)]),  # 2.4 million numbers to read
        (3, [entry(0x4000 + n % 0x4000, 3, 1, 1) for n in range(60_000)]),  # 180,000 entries
        (12, [entry(0x5000 + n, 2, 400_000, 8) for n in range(3000)]),  # 36,000 texts to the end of the file
    ],
)
def test_are_left_in_time_with_what_was_found(tmp_path, pages, later):
    path = tmp_path / "greedy.tif"
    path.write_bytes(chain(pages, later))
    begun = time.process_time()
    reading = Exif().read(path, "tiff")
    assert time.process_time() - begun < 1.0  # 0.1 to 0.2 alone; without the ration 1 to 60
    assert [t.value for t in reading.tags if t.name == "make"] == ["Ace"]
    assert any("read in part" in p.reason for p in reading.problems)


def test_a_picture_of_two_hundred_pages_is_read_whole(tmp_path):
    path = tmp_path / "pages.tif"
    path.write_bytes(chain(200, [entry(0x0100 + n, 3, 1, 1) for n in range(20)]))
    reading = Exif().read(path, "tiff")
    assert [t.value for t in reading.tags if t.name == "make"] == ["Ace"]
    assert not reading.problems


def test_a_ration_ends_like_a_file():
    file = Rationed(io.BytesIO(b"abcdef"), reads=3, size=5)
    assert (file.read(2), file.read(99), file.spent) == (b"ab", b"cde", True)
    assert file.read(1) == b""
    by_calls = Rationed(io.BytesIO(b"abcdef"), reads=2)
    assert (by_calls.read(1), by_calls.read(1), by_calls.spent) == (b"a", b"b", False)
    assert (by_calls.read(1), by_calls.spent) == (b"", True)
    assert [by_calls.read(2) for _ in range(3000)][-1] == b"\xff\xff"  # the tag at which exifread leaves a directory
    assert by_calls.read(4) == b""
