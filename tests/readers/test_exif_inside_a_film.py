"""EXIF that cameras put into films: bare TIFFs, JPEG thumbnails, AVI's header data, Samsung's own box."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from verify.readers.isobmff.walk import CANON
from verify.readers.riff import Riff


def exif():
    made = Image.Exif()
    made[0x010F], made[0x0110], made[0x0112] = "Canon", "Canon EOS 100D", 6
    details = made.get_ifd(0x8769)
    details[0x9003] = "2022:04:01 05:12:33"
    return made


def tiff():
    return exif().tobytes().removeprefix(b"Exif\0\0")


def jpeg():
    out = io.BytesIO()
    Image.new("RGB", (160, 120)).save(out, "JPEG", exif=exif())
    return out.getvalue()


def forms(made):
    return {
        "a JPEG in CNTH": made.box("udta", made.box("CNTH", made.box("CNDA", jpeg()))),
        "a bare TIFF": made.box("udta", made.box("MVTG", b"\0" * 16 + tiff())),
        "after Exif": made.box("udta", made.box("xexf", b"Exif\0\0" + tiff())),
        "Canon's own box": made.box("uuid", bytes.fromhex(CANON), made.box("CMT1", tiff())),
    }


@pytest.mark.parametrize("form", ["a JPEG in CNTH", "a bare TIFF", "after Exif", "Canon's own box"])
def test_each_form_tells_the_device_and_its_place(say, made, form):
    raw = made.movie(made.mvhd(), made.trak(), forms(made)[form])
    said = say(raw)
    assert (said["make"], said["model"]) == (["Canon"], ["Canon EOS 100D"])
    assert said["recording time"] == ["2022-04-01T05:12:33"]
    tag = next(t for t in said.reading.tags if t.name == "model")
    assert raw[tag.offset :].startswith(b"Canon EOS 100D")


def test_the_thumbnails_turn_is_not_the_films(say, made):
    said = say(made.movie(made.mvhd(), made.trak(), forms(made)["a JPEG in CNTH"]))
    assert said["rotation"] == ["0"]
    assert "orientation" not in said


def test_exif_in_a_box_that_is_no_cameras_is_left_alone(say, made):
    said = say(made.ftyp() + made.box("mdat", tiff()) + made.box("free", tiff()) + made.box("moov", made.mvhd()))
    assert "make" not in said


def test_the_directory_in_an_avi(say, made):
    make, model = b"Nikon\0", b"COOLPIX P900\0"
    at = 8 + 2 + 2 * 12 + 4  # offsets count from `AVIF`, as from a TIFF's header
    entries = struct.pack("<HHII", 0x010F, 2, len(make), at) + struct.pack("<HHII", 0x0110, 2, len(model), at + 6)
    directory = b"AVIF" + bytes(4) + struct.pack("<H", 2) + entries + bytes(4) + make + model
    listed = made.chunk("LIST", b"hdrl" + made.chunk("LIST", b"strl" + made.chunk("strd", directory)))
    said = say(made.riff("AVI ", listed), Riff(), "avi")
    assert (said["make"], said["model"]) == (["Nikon"], ["COOLPIX P900"])


def test_the_list_of_exif_chunks_in_an_avi(say, made):
    listed = made.chunk("LIST", b"exif" + made.chunk("ecor", b"FUJIFILM\0") + made.chunk("emdl", b"FinePix S5600\0"))
    said = say(made.riff("AVI ", listed), Riff(), "avi")
    assert (said["make"], said["model"]) == (["FUJIFILM"], ["FinePix S5600"])


def test_the_model_in_samsungs_box(say, made):
    smta = made.box("smta", made.box("svss", bytes(40)), made.box("mdln", b"SM-A136U\0"))
    said = say(made.movie(made.mvhd(), made.box("udta", smta)))
    assert said["model"] == ["SM-A136U"]
