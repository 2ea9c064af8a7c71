"""What devices and platforms leave in `udta`, `uuid` and handlers, in every form in which they do."""

from __future__ import annotations

import struct

import pytest

from verify.tagnames import NOT_SET


def test_a_text_in_both_of_its_forms(say, made):
    quicktime = made.box("udta", made.international("\xa9too", "Lavf58.76.100"))
    assert say(made.movie(made.mvhd(), quicktime))["encoder"] == ["Lavf58.76.100"]
    assert say(made.movie(made.mvhd(), made.itunes("\xa9too", "Lavf58.76.100")))["encoder"] == ["Lavf58.76.100"]


def test_a_text_without_a_header_as_dji_writes_it(say, made):
    said = say(made.movie(made.mvhd(), made.box("udta", made.box("\xa9mdl", b"FC300X\0"))))
    assert said["model"] == ["FC300X"]


def test_a_position_as_iso_6709(say, made):
    said = say(made.movie(made.mvhd(), made.box("udta", made.international("\xa9xyz", "+50.6036+036.5809+130.5/"))))
    assert said["gps"] == ["50.603600, 36.580900"]
    assert said["gps altitude"] == ["130.5"]


def test_a_3gpp_position_with_its_name_and_a_date_with_its_zone(say, made):
    date = made.full("date", b"2020-11-20T15:04:02+0100\0")
    said = say(made.movie(made.mvhd(), made.box("udta", made.loci(50.5, -36.25, "Белгород".encode()), date)))
    assert said["gps"] == ["50.500000, -36.250000"]
    assert said["place name"] == ["Белгород"]
    assert said["recording time"] == ["2020-11-20T15:04:02+01:00"]


def test_a_3gpp_date_without_version_and_flags_as_flir_writes_it(say, made):
    date = made.box("date", b"2021-05-16T19:27:55Z")
    said = say(made.movie(made.mvhd(), made.box("udta", date)))
    assert said["recording time"] == ["2021-05-16T19:27:55Z"]


@pytest.mark.parametrize("atom", ["xyz", "loci"])
def test_null_island_is_unset(say, made, atom):
    part = made.international("\xa9xyz", "+00.0000+000.0000/") if atom == "xyz" else made.loci(0.0, 0.0)
    said = say(made.movie(made.mvhd(), made.box("udta", part)))
    assert said["gps"] == [NOT_SET]


def test_a_place_off_the_globe_is_a_problem_and_no_position(say, made):
    said = say(made.movie(made.mvhd(), made.box("udta", made.loci(123.0, 20.0))))
    assert "gps" not in said
    assert "no place on earth" in said.problems


def test_the_boxes_of_makers_are_named(say, made):
    udta = made.box(
        "udta", made.box("smta", bytes(8)), made.box("FIRM", b"HD5.02.02.00.00"), made.box("LENS", b"LAE61")
    )
    said = say(made.movie(made.mvhd(), udta))
    assert said["device box"] == ["smta", "FIRM", "LENS"]
    assert said["firmware"] == ["HD5.02.02.00.00"]
    assert said["serial number"] == ["LAE61"]


def test_the_windows_that_wrote_a_file(say, made):
    uuid = made.box("uuid", bytes.fromhex("5ca708fb328e4205a861650eca0a9596"), struct.pack(">I", 12), b"10.0.22631.0")
    said = say(made.ftyp() + uuid + made.box("mdat", bytes(8)) + made.box("moov", made.mvhd()))
    assert said["encoder"] == ["Windows 10.0.22631.0"]


def test_youtubes_day_of_processing(say, made):
    name = b"ISO Media file produced by Google Inc. Created on: 03/22/2022."
    said = say(made.movie(made.mvhd(), made.trak(name=name)))
    assert said["processing date"] == ["2022-03-22"]


@pytest.mark.parametrize(
    ("name", "pascal", "shown"),
    [
        (b"Core Media Video", True, "Core Media Video"),
        (b"Mainconcept MP4 Sound Media Handler", True, "Mainconcept MP4 Sound Media Handler"),
        (b"Twitter v1.0-757770b7", False, "Twitter v1.0-757770b7"),
        (b"VideoHandler", False, "VideoHandler"),
    ],
)
def test_a_handlers_name_with_and_without_its_length_before_it(say, made, name, pascal, shown):
    assert say(made.movie(made.mvhd(), made.trak(name=name, pascal=pascal)))["handler"] == [shown]


def test_the_settings_of_x264_in_the_first_frame(say, made):
    text = b"x264 - core 148 r2601 a0cd7d3 - H.264/MPEG-4 AVC codec - options: cabac=1 crf=23.0"
    media = bytes(30) + text + b"\0\x80" + bytes(40)
    start = len(made.ftyp()) + 8
    said = say(made.movie(made.mvhd(), made.trak(sample=start), media=media))
    assert said["encoder settings"] == [text.decode()]
    tag = next(t for t in said.reading.tags if t.name == "encoder settings")
    assert tag.offset == start + 30


def test_a_fingerprint_is_the_writers_and_not_the_clips(say, made):
    def extra(**changed):
        return say(
            made.movie(made.mvhd(**changed), made.trak(), made.itunes("\xa9too", "Lavf")), container="mp4"
        ).reading.extra

    one, two = extra(created=made.NOW_1904), extra(created=made.NOW_1904 + 5, length=9)
    assert one["fingerprint"] == two["fingerprint"]
    assert one["order"] == "ftyp mdat moov"
    other = say(made.movie(made.mvhd(), made.box("udta", made.box("smta", bytes(8))), made.trak())).reading.extra
    assert other["fingerprint"] != one["fingerprint"]


def test_a_fingerprint_stands_among_the_tags_that_reports_show(say, made):
    reading = say(made.movie(made.mvhd(), made.trak())).reading
    (tag,) = (t for t in reading.tags if t.name == "container fingerprint")
    assert tag.value == reading.extra["fingerprint"]
    assert "same chain of programs" in tag.note


@pytest.mark.parametrize("name", ["beam", "loop"])
def test_boxes_of_platforms_count_only_at_the_top(say, made, name):
    at_top = say(made.ftyp() + made.box(name, bytes(16)) + made.box("moov", made.mvhd()))
    inside = say(made.movie(made.mvhd(), made.box("udta", made.box(name, bytes(16)))))
    assert at_top["platform box"] == [name]
    assert "platform box" not in inside


@pytest.mark.parametrize(
    ("key", "shown"),
    [("aigc_info", True), ("X_Memini-FfmpegOpts", True), ("vid_md5", True), ("bitrate", False)],
)
def test_keys_that_tell_of_processing_are_shown(say, made, key, shown):
    said = say(made.movie(made.mvhd(), made.keys_meta([(key, "a value of it")])))
    assert ("a value of it" in said.get("text", [])) is shown
