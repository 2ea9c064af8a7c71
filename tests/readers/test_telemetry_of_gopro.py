"""GoPro's own telemetry: model, position with its scale, and what stands there before the satellites are found."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.readers.collect import Collector
from verify.readers.isobmff import gpmf
from verify.tagnames import NOT_SET


def payload(made, fix=3, name=b"Hero5 Black"):
    scale = made.klv("SCAL", "l", 4, struct.pack(">5i", 10_000_000, 10_000_000, 1000, 1000, 100))
    gps = made.klv("GPS5", "l", 20, struct.pack(">5i", 331_267_700, -1_173_273_400, 21_500, 0, 0))
    stream = made.klv("GPSF", "L", 4, struct.pack(">I", fix)) + made.klv("GPSU", "c", 16, b"220401020304.000")
    strm = made.klv("STRM", "\0", 1, stream + scale + gps)
    return made.klv("DEVC", "\0", 1, made.klv("DVNM", "c", 1, name) + strm)


def read(raw):
    out = Collector("boxes")
    gpmf.tags(raw, "track", 1000, out)
    return {t.name: t for t in out.tags}


def test_model_position_and_time_of_the_satellites(made):
    said = read(payload(made))
    assert said["model"].value == "Hero5 Black"
    assert said["gps"].value == "33.126770, -117.327340"
    assert said["gps altitude"].value == "21.5"
    assert said["gps time"].value == "2022-04-01T02:03:04Z"


def test_numbers_before_a_satellite_fix_are_no_position(made):
    assert read(payload(made, fix=0))["gps"].value == NOT_SET


def test_a_generic_name_is_no_model(made):
    said = read(payload(made, name=b"Camera"))
    assert "model" not in said
    assert said["device name"].value == "Camera"


@pytest.mark.parametrize("cut", [1, 7, 20, 45, 90])
def test_a_payload_cut_anywhere_gives_what_stood_before(made, cut):
    read(payload(made)[:-cut])


@given(st.binary(max_size=400))
def test_any_bytes_end(raw):
    read(raw)
