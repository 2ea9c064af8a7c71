"""IPTC in a JPEG: a newsroom's dates and places, a platform's mark, and sizes that lie."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from verify.readers.collect import Collector
from verify.readers.iptc import HEADER, tags
from verify.readers.packets import Packets
from verify.signs import engine


def dataset(number, text):
    raw = text.encode()
    return struct.pack(">BBBH", 0x1C, 2, number, len(raw)) + raw


def segment(*sets, name=b""):
    body = b"".join(sets)
    named = bytes([len(name)]) + name + bytes((len(name) + 1) & 1)
    return HEADER + b"8BIM" + struct.pack(">H", 0x0404) + named + struct.pack(">I", len(body)) + body


def jpeg(path, raw):
    Image.new("RGB", (8, 8)).save(path)
    plain = path.read_bytes()
    path.write_bytes(plain[:2] + b"\xff\xed" + struct.pack(">H", len(raw) + 2) + raw + plain[2:])
    return path


def test_dates_places_and_authors_with_their_places_in_the_bytes(tmp_path):
    sets = [dataset(55, "20220401"), dataset(60, "051233+0300"), dataset(90, "Белгород"), dataset(80, "A. Reporter")]
    path = jpeg(tmp_path / "made.jpg", segment(*sets))
    found = {t.name: t for t in Packets().read(path, "jpeg").tags}
    assert found["recording time"].value == "2022-04-01T05:12:33+03:00"
    assert found["place name"].value == "Белгород"
    assert path.read_bytes()[found["author"].offset :].startswith(b"A. Reporter")


def test_a_day_without_a_clock_stays_a_day(tmp_path):
    found = Packets().read(jpeg(tmp_path / "made.jpg", segment(dataset(55, "20220401"))), "jpeg").tags
    assert [t.value for t in found if t.name == "recording time"] == ["2022-04-01"]


@pytest.mark.parametrize("name", [b"", b"ab", b"abc"])
def test_resources_with_names_of_any_length(name):
    out = Collector("packets")
    tags(segment(dataset(105, "Headline"), name=name), "APP13", 0, out)
    assert [t.value for t in out.tags] == ["Headline"]


def test_the_mark_of_facebook_and_instagram(tmp_path):
    path = jpeg(tmp_path / "made.jpg", segment(dataset(40, "FBMD0f00075a0100005d530000")))
    hits = engine.read(Packets().read(path, "jpeg").tags)
    assert [h.id for h in hits] == ["meta-still"]
    assert "at some time processed by Facebook or Instagram" in hits[0].sentence


def test_instagrams_own_files(shared):
    files = sorted((shared / "metadata").glob("techandcheck__instagram*.jpg"))
    marked = [p for p in files if any(h.id == "meta-still" for h in engine.read(Packets().read(p, "jpeg").tags))]
    assert len(marked) == 10


@given(st.binary(max_size=200))
def test_any_bytes_end(raw):
    tags(HEADER + b"8BIM\x04\x04" + raw, "APP13", 0, Collector("packets"))
