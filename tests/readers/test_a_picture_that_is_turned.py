"""Rotation in degrees clockwise, as exiftool and players take it: from a track's matrix, EXIF and HEIC properties."""

from __future__ import annotations

import pytest

TURNS = [((1, 0, 0, 1), "0"), ((0, 1, -1, 0), "90"), ((-1, 0, 0, -1), "180"), ((0, -1, 1, 0), "270")]


@pytest.mark.parametrize(("matrix", "degrees"), TURNS)
def test_the_matrix_of_a_track(say, made, matrix, degrees):
    said = say(made.movie(made.mvhd(), made.trak(head=made.tkhd(matrix))))
    assert said["rotation"] == [degrees]
    assert "mirrored" not in said


@pytest.mark.parametrize(("matrix", "degrees"), [((1, 0, 0, -1), "0"), ((0, 1, 1, 0), "90"), ((-1, 0, 0, 1), "180")])
def test_a_mirrored_track_is_flipped_upside_down_and_then_turned(say, made, matrix, degrees):
    said = say(made.movie(made.mvhd(), made.trak(head=made.tkhd(matrix))))
    assert (said["mirrored"], said["rotation"]) == (["across the horizontal axis"], [degrees])


def test_a_track_of_sound_has_no_turn(say, made):
    said = say(made.movie(made.mvhd(), made.trak("soun", b"SoundHandler", head=made.tkhd(size=(0, 0)))))
    assert "rotation" not in said


@pytest.mark.parametrize(("value", "degrees"), [(0, "0"), (1, "270"), (2, "180"), (3, "90")])
def test_the_property_of_a_heic_turns_the_other_way(say, made, value, degrees):
    properties = made.box(
        "iprp", made.box("ipco", made.box("irot", bytes([value]))), made.full("ipma", b"\0\0\0\1\0\1\1\1")
    )
    meta = made.full("meta", made.hdlr("pict", b""), made.full("pitm", b"\0\1"), properties)
    said = say(made.ftyp("heic", 0, ["mif1", "heic"]) + meta, container="heic")
    assert said["rotation"] == [degrees]


def test_a_property_that_belongs_to_another_item_does_not_count(say, made):
    properties = made.box("iprp", made.box("ipco", made.box("irot", b"\3")), made.full("ipma", b"\0\0\0\1\0\2\1\1"))
    meta = made.full("meta", made.hdlr("pict", b""), made.full("pitm", b"\0\1"), properties)
    assert "rotation" not in say(made.ftyp("heic", 0, ["mif1"]) + meta, container="heic")
