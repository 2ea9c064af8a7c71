"""Edit lists and the first timecode."""

from __future__ import annotations

import struct

import pytest

from verify.readers.isobmff.samples import timecode


@pytest.mark.parametrize(
    ("number", "rate", "drop", "shown"),
    [  # SMPTE ST 12-1's own examples: minute 1 begins at ;02, minute 10 at ;00
        (0, 30, True, "00:00:00;00"),
        (1799, 30, True, "00:00:59;29"),
        (1800, 30, True, "00:01:00;02"),
        (17981, 30, True, "00:09:59;29"),
        (17982, 30, True, "00:10:00;00"),
        (107892, 30, True, "01:00:00;00"),
        (215784, 60, True, "01:00:00;00"),
        (2100244, 30, False, "19:26:48:04"),  # GoPro HERO5, karma.mp4
        (90000, 25, False, "01:00:00:00"),
    ],
)
def test_frame_numbers_as_timecode(number, rate, drop, shown):
    assert timecode(number, rate, drop) == shown


def test_the_first_sample_of_a_timecode_track(say, made):
    # Some cameras write 29 frames for 29.97: the rate itself is right.
    entry = bytes(6) + b"\0\1" + bytes(4) + struct.pack(">IIIB", 1, 30000, 1001, 29) + b"\0"
    start = len(made.ftyp()) + 8
    table = made.box(
        "stbl",
        made.full("stsd", struct.pack(">I", 1), made.box("tmcd", entry)),
        made.full("stco", struct.pack(">II", 1, start)),
    )
    mdhd = made.full("mdhd", struct.pack(">IIIIHH", 0, 0, 30000, 1001, 0x55C4, 0))
    mdia = made.box("mdia", mdhd, made.hdlr("tmcd", b"TimeCodeHandler"), made.box("minf", table))
    said = say(made.movie(made.mvhd(), made.box("trak", mdia), media=struct.pack(">I", 17982) + bytes(60)))
    assert said["timecode"] == ["00:10:00;00"]


def test_edit_lists_are_told_in_seconds(say, made):
    entries = struct.pack(">Iihh", 1000, -1, 1, 0) + struct.pack(">Iihh", 4000, 90000, 1, 0)
    edits = made.box("edts", made.full("elst", struct.pack(">I", 2), entries))
    said = say(made.movie(made.mvhd(scale=1000), made.trak(edits=edits, scale=30000)))
    assert said["edit list"] == ["nothing for 1.000 s; from 3.000 s for 4.000 s"]


def test_an_edit_list_that_claims_more_entries_than_it_has(say, made):
    edits = made.box("edts", made.full("elst", struct.pack(">I", 2**32 - 1), struct.pack(">Iihh", 1000, 0, 1, 0)))
    said = say(made.movie(made.mvhd(), made.trak(edits=edits)))
    assert said["edit list"] == ["from 0.000 s for 1.000 s"]
