"""Sizes, counts and depths are the file's own claims: none may be believed further than its bytes."""

from __future__ import annotations

import io
import struct
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verify.readers.isobmff.walk import MAX_BOXES, MAX_DEPTH, Bytes, walk


def tree_of(raw):
    return walk(Bytes(io.BytesIO(raw), len(raw)))


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_boxes_nested_a_hundred_thousand_deep_are_followed_to_a_bound(say, depth):
    size = 8 * depth
    raw = b"".join(struct.pack(">I4s", size - 8 * i, b"moov") for i in range(depth))
    begun = time.process_time()
    said = say(raw)
    assert time.process_time() - begun < 2
    assert f"nested deeper than {MAX_DEPTH}" in said.problems


def test_a_million_tiny_boxes_stop_at_a_bound(say, made):
    raw = made.ftyp() + made.box("free") * 1_000_000
    begun = time.process_time()
    said = say(raw)
    assert time.process_time() - begun < 5
    assert f"more than {MAX_BOXES} boxes" in said.problems


def test_a_box_longer_than_its_parent_is_cut_and_told(made):
    inner = struct.pack(">I4s", 4000, b"mvhd") + bytes(20)
    tree = tree_of(made.box("moov", inner))
    assert [b.path for b in tree.boxes] == ["moov", "moov/mvhd"]
    assert tree.boxes[1].length == 20
    assert "its parent ends after 28" in tree.problems[0]


def test_a_file_cut_short_keeps_what_came_before_and_says_so(say, made):
    whole = made.ftyp() + made.box("moov", made.mvhd(made.NOW_1904)) + made.box("mdat", bytes(10_000))
    said = say(whole[:-9_000])
    assert said["creation time"] == ["2022-04-02T13:05:57Z"]
    assert "the file ends after" in said.problems


def test_sizes_of_64_bits_and_to_the_end_of_the_file(made):
    long = struct.pack(">I4sQ", 1, b"mdat", 16 + 100) + bytes(100)
    to_end = struct.pack(">I4s", 0, b"mdat") + bytes(50)
    tree = tree_of(made.ftyp() + long + to_end)
    assert [(b.type, b.length) for b in tree.boxes[1:]] == [("mdat", 100), ("mdat", 50)]
    assert not tree.problems


@pytest.mark.parametrize("size", [2, 7])
def test_a_size_smaller_than_a_header_ends_the_level(made, size):
    tree = tree_of(made.ftyp() + struct.pack(">I4s", size, b"moov") + bytes(40))
    assert [b.type for b in tree.boxes] == ["ftyp"]
    assert f"impossible size {size}" in tree.problems[0]


def test_the_zero_that_ends_a_quicktime_udta_is_no_problem(made):
    tree = tree_of(made.box("moov", made.box("udta", made.international("\xa9nam", "x"), bytes(4)), made.mvhd()))
    assert [b.path for b in tree.boxes] == ["moov", "moov/udta", "moov/udta/©nam", "moov/mvhd"]
    assert not tree.problems


def test_siblings_are_numbered_in_their_path(made):
    tree = tree_of(made.movie(made.mvhd(), made.trak(), made.trak("soun", b"SoundHandler")))
    assert [b.path for b in tree.boxes if b.type == "trak"] == ["moov/trak", "moov/trak[2]"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_make_a_tree_inside_the_file(raw):
    tree = tree_of(raw)
    for box in tree.boxes:
        assert 0 <= box.offset < len(raw)
        assert box.offset + box.size <= len(raw)
        assert box.depth < MAX_DEPTH


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_real_file_with_bytes_changed_is_read_or_refused_never_more(say, made, data):
    raw = bytearray(
        made.movie(
            made.mvhd(made.NOW_1904),
            made.trak(compressor=b"Lavc58 libx264", sample=40, edits=made.box("edts", made.full("elst", bytes(16)))),
            made.box("udta", made.loci(50.6, 36.6), made.international("\xa9xyz", "+50.6000+036.6000/")),
            made.keys_meta([("com.apple.quicktime.make", "Apple")]),
        )
    )
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), st.integers(0, 255)), max_size=12)):
        raw[at] = value
    cut = data.draw(st.integers(0, len(raw)))
    say(bytes(raw[:cut]))
