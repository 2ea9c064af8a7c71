"""Matroska and RIFF made by hand: dates, programs, positions, unknown sizes, lists without an end."""

from __future__ import annotations

import struct

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verify.readers.matroska import Matroska
from verify.readers.riff import Riff
from verify.tagnames import NOT_SET

NANOSECONDS = 670_597_557_000_000_000  # 2022-04-02T13:05:57Z since 2001


def mkv(made, *segment, doc=b"matroska"):
    return made.element(0x1A45DFA3, made.element(0x4282, doc)) + made.element(0x18538067, b"".join(segment))


def info(made, date=NANOSECONDS):
    return made.element(
        0x1549A966,
        made.element(0x4461, struct.pack(">q", date))
        + made.element(0x4D80, b"Lavf58.76.100")
        + made.element(0x5741, b"mkvmerge v70")
        + made.element(0x2AD7B1, (1_000_000).to_bytes(4, "big"))
        + made.element(0x4489, struct.pack(">d", 12_500.0)),
    )


def tags(made, *pairs):
    simple = b"".join(made.element(0x67C8, made.element(0x45A3, k) + made.element(0x4487, v)) for k, v in pairs)
    return made.element(0x1254C367, made.element(0x7373, simple))


def test_date_programs_and_duration_of_matroska(say, made):
    said = say(mkv(made, info(made)), Matroska(), "mkv")
    assert said["creation time"] == ["2022-04-02T13:05:57Z"]
    assert said["encoder"] == ["Lavf58.76.100", "mkvmerge v70"]
    assert said["duration"] == ["12.500"]


def test_a_date_of_zero_is_unset(say, made):
    assert say(mkv(made, info(made, 0)), Matroska(), "mkv")["creation time"] == [NOT_SET]


def test_tags_of_matroska_under_other_formats_names(say, made):
    found = tags(
        made,
        (b"COM.APPLE.QUICKTIME.MAKE", b"Apple"),
        (b"location", b"+50.6036+036.5809/"),
        (b"MAJOR_BRAND", b"qt  "),
        (b"HANDLER_NAME", b"Vireo Eyes v2.6.2"),
    )
    said = say(mkv(made, info(made), found), Matroska(), "mkv")
    assert said["make"] == ["Apple"]
    assert said["gps"] == ["50.603600, 36.580900"]
    assert said["handler"] == ["Vireo Eyes v2.6.2"]
    assert said["major brand"] == ["matroska"]
    assert said["former brand"] == ["qt"]


def test_tags_behind_a_cluster_of_unknown_size_are_found_by_the_seek_head(say, made):
    head = info(made)
    cluster = bytes.fromhex("1f43b675") + b"\xff" + bytes(500)
    found = tags(made, (b"ARTIST", b"somebody"))
    seek_size = len(
        made.element(0x114D9B74, made.element(0x4DBB, made.element(0x53AB, b"1234") + made.element(0x53AC, bytes(4))))
    )
    at = seek_size + len(head) + len(cluster)
    seek = made.element(
        0x114D9B74,
        made.element(
            0x4DBB, made.element(0x53AB, bytes.fromhex("1254c367")) + made.element(0x53AC, at.to_bytes(4, "big"))
        ),
    )
    said = say(mkv(made, seek, head, cluster, found), Matroska(), "mkv")
    assert said["author"] == ["somebody"]


def test_the_turn_of_a_track_is_told_clockwise(say, made):
    roll = made.element(0x7670, made.element(0x7675, struct.pack(">f", -90.0)))
    track = made.element(0x1654AE6B, made.element(0xAE, made.element(0xE0, roll)))
    assert say(mkv(made, info(made), track), Matroska(), "mkv")["rotation"] == ["90"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_after_a_matroska_header_end(say, made, raw):
    say(mkv(made, raw), Matroska(), "mkv")


def avi(made, *more):
    avih = made.chunk("avih", struct.pack("<IIIIIIIIII", 40_000, 0, 0, 0, 250, 0, 0, 0, 640, 480) + bytes(16))
    return made.riff(
        "AVI ", made.chunk("LIST", b"hdrl" + avih + b"".join(more)), made.chunk("LIST", b"movi" + bytes(40))
    )


def test_an_avi_with_the_dates_that_cameras_write(say, made):
    said = say(avi(made, made.chunk("IDIT", b"Mon Mar 10 15:04:43 2003\n\0")), Riff(), "avi")
    assert said["recording time"] == ["2003-03-10T15:04:43"]
    assert said["duration"] == ["10.000"]
    assert said["size"] == ["640x480"]
    assert say(avi(made, made.chunk("IDIT", b"2005/11/28/ 09:19\0")), Riff(), "avi")["recording time"] == [
        "2005-11-28T09:19:00"
    ]


def test_info_chunks_and_the_name_in_the_padding(say, made):
    listed = made.chunk("LIST", b"INFO" + made.chunk("ISFT", b"CanonMVI01\0"))
    said = say(avi(made, listed, made.chunk("JUNK", b"OLYMDigital Camera\0" + bytes(30))), Riff(), "avi")
    assert said["software"] == ["CanonMVI01"]
    assert said["device name"] == ["OLYMDigital Camera"]


def test_lists_nested_a_thousand_deep_are_followed_to_a_bound(say):
    raw = b""
    for _ in range(1000):
        raw = b"LIST" + struct.pack("<I", 4 + len(raw)) + b"hdrl" + raw
    said = say(b"RIFF" + struct.pack("<I", 4 + len(raw)) + b"AVI " + raw, Riff(), "avi")
    assert "nested deeper" in said.problems


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_after_a_riff_header_end(say, made, raw):
    say(made.riff("AVI ", raw), Riff(), "avi")
