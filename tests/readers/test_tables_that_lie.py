"""Sample tables whose numbers contradict each other: no key picture is read where none can be, and nothing raises."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.readers.boxes import Boxes
from verify.readers.opening import UNFORESEEN

NUMBER = st.one_of(st.integers(0, 40), st.sampled_from([2**31 - 1, 2**31, 2**32 - 1]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


def rows(made, kind, numbers, wide, lie=0):
    count = len(numbers) // wide + lie
    body = struct.pack(f">I{len(numbers)}I", count & 0xFFFFFFFF, *numbers)
    return made.full(kind, body)


@settings(max_examples=150, deadline=None)
@given(
    runs=st.lists(NUMBER, min_size=3, max_size=12),
    chunks=st.lists(NUMBER, max_size=8),
    sizes=st.lists(NUMBER, max_size=20),
    steps=st.lists(NUMBER, max_size=8),
    keys=st.lists(NUMBER, max_size=8),
    common=NUMBER,
    lie=st.sampled_from([-1, 0, 1, 2**31]),
)
def test_are_survived(made, folder, runs, chunks, sizes, steps, keys, common, lie):
    table = made.box(
        "stbl",
        made.stsd("avc1"),
        rows(made, "stsc", runs[: len(runs) // 3 * 3], 3, lie),
        rows(made, "stco", chunks, 1, lie),
        made.full("stsz", struct.pack(f">II{len(sizes)}I", common, len(sizes), *sizes)),
        rows(made, "stts", steps[: len(steps) // 2 * 2], 2, lie),
        rows(made, "stss", keys, 1, lie),
    )
    media = made.box("mdia", made.hdlr("vide", b"V"), made.box("minf", table))
    path = folder / "lies.mp4"
    path.write_bytes(made.ftyp() + made.box("moov", made.mvhd(), made.box("trak", made.tkhd(), media)) + bytes(64))
    reading = Boxes().read(path, "mp4")
    assert not any(UNFORESEEN in p.reason for p in reading.problems), reading.problems
    for tag in reading.tags:
        if tag.name == "encoder restart":
            assert float(tag.value) >= 0


def test_another_sample_description_is_told_at_its_second(made, folder):
    table = made.box(
        "stbl",
        made.stsd("avc1"),
        rows(made, "stsc", [1, 10, 1, 3, 10, 2], 3),  # two chunks of ten pictures, then another description
        rows(made, "stco", [64, 64, 64], 1),
        made.full("stsz", struct.pack(">II", 1, 30)),
        rows(made, "stts", [30, 40], 2),
    )
    clock = made.full("mdhd", struct.pack(">IIIIHH", 0, 0, 1000, 1200, 0, 0))
    media = made.box("mdia", clock, made.hdlr("vide", b"V"), made.box("minf", table))
    path = folder / "two.mp4"
    path.write_bytes(made.ftyp() + made.box("moov", made.mvhd(), made.box("trak", made.tkhd(), media)) + bytes(64))
    (found,) = [t for t in Boxes().read(path, "mp4").tags if t.name == "encoder restart"]
    assert float(found.value) == pytest.approx(0.8)
    assert found.place.endswith("sample 21") and "another sample description" in found.note
