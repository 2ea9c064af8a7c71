"""EXIF of stills made here by Pillow: the same values from every container, each with its true place in the bytes."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from verify.readers.collect import Collector
from verify.readers.exif import Exif
from verify.readers.isobmff.walk import Bytes
from verify.readers.packets import Packets
from verify.readers.pictures import Pictures
from verify.readers.stills import blocks
from verify.tagnames import NOT_SET

pillow_heif.register_heif_opener()
FORMATS = [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("heic", "HEIF"), ("avif", "AVIF")]


def exif(latitude=(50.0, 36.0, 5.6), longitude=(36.0, 39.0, 33.16), zone="+03:00", orientation=6):
    made = Image.Exif()
    made[0x010F], made[0x0110], made[0x0112] = "Testmaker", "Model 7", orientation
    made[0x0132] = "2022:04:01 06:00:00"
    details = made.get_ifd(0x8769)
    details[0x9003] = "2022:04:01 05:12:33"
    if zone:
        details[0x9011] = zone
    gps = made.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", latitude, "E", longitude
    return made


def picture(path: Path, form: str, **changed) -> Path:
    Image.new("RGB", (64, 48), (40, 90, 160)).save(path, format=form, exif=exif(**changed))
    return path


def said(reading):
    found: dict[str, list[str]] = {}
    for tag in reading.tags:
        found.setdefault(tag.name, []).append(tag.value)
    return found


@pytest.mark.parametrize(("container", "form"), FORMATS)
@pytest.mark.parametrize("reader", [Exif(), Pictures()], ids=lambda r: r.name)
def test_two_readers_agree_on_every_container(tmp_path, container, form, reader):
    reading = reader.read(picture(tmp_path / "still", form), container)
    found = said(reading)
    assert found["make"] == ["Testmaker"]
    assert found["model"] == ["Model 7"]
    assert found["recording time"] == ["2022-04-01T05:12:33+03:00"]
    assert found["gps"] == ["50.601556, 36.659211"]
    assert not reading.problems


@pytest.mark.parametrize(("container", "form"), FORMATS)
def test_the_offset_leads_to_the_bytes(tmp_path, container, form):
    path = picture(tmp_path / "still", form)
    raw = path.read_bytes()
    for name, value in (("make", b"Testmaker"), ("model", b"Model 7"), ("recording time", b"2022:04:01 05:12:33")):
        tag = next(t for t in Exif().read(path, container).tags if t.name == name)
        assert tag.offset is not None
        assert raw[tag.offset :].startswith(value)


def test_a_bare_tiff_is_read_with_its_own_offsets(tmp_path):
    raw = exif().tobytes().removeprefix(b"Exif\0\0")
    (tmp_path / "still.tif").write_bytes(raw)
    reading = Exif().read(tmp_path / "still.tif", "tiff")
    assert said(reading)["recording time"] == ["2022-04-01T05:12:33+03:00"]
    tag = next(t for t in reading.tags if t.name == "make")
    assert raw[tag.offset :].startswith(b"Testmaker")


def test_a_clock_without_a_zone_stays_without(tmp_path):
    found = said(Exif().read(picture(tmp_path / "still", "JPEG", zone=""), "jpeg"))
    assert found["recording time"] == ["2022-04-01T05:12:33"]


def test_a_zone_that_is_none_is_dropped_and_told(tmp_path):
    reading = Exif().read(picture(tmp_path / "still", "JPEG", zone="   :  "), "jpeg")
    tag = next(t for t in reading.tags if t.name == "recording time")
    assert tag.value == "2022-04-01T05:12:33"


@pytest.mark.parametrize("reader", [Exif(), Pictures()], ids=lambda r: r.name)
def test_null_island_is_unset(tmp_path, reader):
    path = picture(tmp_path / "still", "JPEG", latitude=(0.0, 0.0, 0.0), longitude=(0.0, 0.0, 0.0))
    assert said(reader.read(path, "jpeg"))["gps"] == [NOT_SET]


@pytest.mark.parametrize("reader", [Exif(), Pictures()], ids=lambda r: r.name)
def test_a_place_off_the_globe_is_a_problem(tmp_path, reader):
    path = picture(tmp_path / "still", "JPEG", latitude=(213.0, 0.0, 0.0))
    reading = reader.read(path, "jpeg")
    assert "gps" not in said(reading)
    assert "no place on earth" in reading.problems[0].reason


@pytest.mark.parametrize(("orientation", "degrees"), [(1, "0"), (3, "180"), (6, "90"), (8, "270")])
def test_the_orientation_as_degrees_clockwise(tmp_path, orientation, degrees):
    found = said(Exif().read(picture(tmp_path / "still", "JPEG", orientation=orientation), "jpeg"))
    assert (found["rotation"], found["orientation"]) == ([degrees], [str(orientation)])


def texts_of_png(path, *chunks):
    Image.new("RGB", (8, 8)).save(path)
    raw = path.read_bytes()
    made = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    ]
    path.write_bytes(raw[:33] + b"".join(made) + raw[33:])
    return path


def test_texts_of_a_png_are_read_and_a_packed_bomb_is_cut(tmp_path):
    bomb = zlib.compress(bytes(60_000_000), 9)
    made = texts_of_png(
        tmp_path / "made.png",
        (b"tEXt", b"Software\0Screen Grabber 1.2"),
        (b"zTXt", b"Comment\0\0" + zlib.compress(b"filmed at noon")),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb),
    )
    reading = Packets().read(made, "png")
    assert said(reading)["software"] == ["Screen Grabber 1.2"]
    assert said(reading)["comment"] == ["filmed at noon"]
    assert "unpacks to more than" in reading.problems[0].reason


def test_many_packed_texts_share_one_ration(tmp_path):
    """2,000 texts of 8 kB, each of which unpacked to 8 MB, held two readers for a minute."""
    bomb = zlib.compress(bytes(60_000_000), 9)
    texts = [(b"zTXt", b"Comment\0\0" + bomb), (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb)] * 10
    made = texts_of_png(tmp_path / "many.png", *texts)
    out = Collector("packets")
    with made.open("rb") as file:
        found = blocks(Bytes(file, made.stat().st_size), "png", out)
    assert sum(len(b.raw) for b in found) <= 8 * 2**20
    assert any("was not unpacked" in p.reason for p in out.problems)


def test_a_still_without_exif_says_nothing_and_has_no_problem(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "bare.jpg")
    for reader in (Exif(), Packets()):
        reading = reader.read(tmp_path / "bare.jpg", "jpeg")
        assert not reading.tags
        assert not reading.problems


def first_directory(path: Path, *entries: tuple[int, bytes]) -> Path:
    """Write a TIFF of texts, as pairs of tag and text; tag 0x8825 opens a GPS directory with those behind it."""
    split = next((i for i, e in enumerate(entries) if e[0] == 0x8825), len(entries))
    groups = [entries[: split + 1], entries[split + 1 :]]
    starts = [8, 8 + 6 + 12 * len(groups[0])]
    at = starts[1] + 6 + 12 * len(groups[1])
    body, texts = b"", b""
    for group in groups:
        body += struct.pack("<H", len(group))
        for tag, text in group:
            if tag == 0x8825:
                body += struct.pack("<HHII", tag, 4, 1, starts[1])
                continue
            body += struct.pack("<HHII", tag, 2, len(text), at + len(texts))
            texts += text
        body += struct.pack("<I", 0)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8) + body + texts)
    return path


def test_a_time_in_the_first_directory_is_read_without_a_zone(tmp_path):
    path = first_directory(tmp_path / "ep.tif", (0x0132, b"2013:02:18 13:10:58\0"), (0x9003, b"2013:02:18 01:11:20\0"))
    found = said(Exif().read(path, "tiff"))
    assert found["recording time"] == ["2013-02-18T01:11:20"]
    assert found["modification time"] == ["2013-02-18T13:10:58"]


def test_a_position_written_as_text_is_not_guessed_and_is_told(tmp_path):
    latitude, longitude = b"52,00000,50,00000,34,01180\0", b"11,00000,10,00000,58,28360\0"
    path = first_directory(tmp_path / "text.tif", (0x8825, b""), (2, latitude), (4, longitude))
    reading = Exif().read(path, "tiff")
    assert "gps" not in said(reading)
    assert sum("is text" in p.reason for p in reading.problems) == 2
