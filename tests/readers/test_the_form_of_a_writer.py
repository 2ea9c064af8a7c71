"""The container fingerprint: the same for clips of one chain, another for other programs, nothing of the clip in it."""

from __future__ import annotations

from fractions import Fraction

import av
import pytest

from media import drawn
from verify.readers.boxes import Boxes
from verify.readers.course import Course
from verify.readers.matroska import Matroska

GOOGLE = b"ISO Media file produced by Google Inc. Created on: %s."


@pytest.fixture
def form(say, made):
    """Return a function that gives the fingerprint of a film made by hand."""

    def read(
        *user, handler=b"VideoHandler", scale=1000, track=12_800, behind=b"", encoder="Lavf58.76.100", brands=None
    ):
        boxes = (made.mvhd(scale=scale), made.trak(name=handler, scale=track), made.itunes("\xa9too", encoder), *user)
        return say(made.movie(*boxes, brands=brands) + behind)["container fingerprint"][0]

    return read


def test_what_the_clip_brings_is_not_in_it(form, made):
    place = made.box("udta", made.international("\xa9xyz", "+50.6036+036.5809/"))
    plain = form()
    assert plain.startswith("2-")
    assert form(place) == plain
    assert form(scale=12_800) == form(scale=48_000, track=48_000)
    assert form(made.box("udta", made.loci(50.5, -36.25), made.box("free", bytes(9)))) == plain
    assert form(behind=b"\0\0\0\x0c\x01\x02\x03\x04abcd") == plain


def test_what_a_program_chooses_is(form, made):
    every = [
        form(),
        form(encoder="Lavf59.16.100"),
        form(brands=made.ftyp("isom")),
        form(scale=600),
        form(handler=b"Twitter-vork muxer"),
        form(made.box("udta", made.box("smta", bytes(8)))),
    ]
    assert len(set(every)) == len(every)


def test_a_day_or_a_files_name_in_a_handler_is_not_the_programs(form):
    assert form(handler=GOOGLE % b"03/22/2022") == form(handler=GOOGLE % b"08/17/2020")
    assert form(handler=b"/home/a/one.h264 - Imported with GPAC 0.4.6") == form(
        handler=b"C:\\two.h264 - Imported with GPAC 0.4.6"
    )
    assert form(handler=b"one.264@GPAC2.3") == form(handler=b"two.264@GPAC2.3")
    assert form(handler=GOOGLE % b"03/22/2022") != form()


def read(path, reader, name):
    return [t.value for t in reader.read(path, path.suffix[1:]).tags if t.name == name]


@pytest.mark.parametrize(("ending", "reader"), [("mp4", Boxes()), ("mov", Boxes()), ("mkv", Matroska())])
def test_clips_of_one_program_have_one(tmp_path, ending, reader):
    """Length, size, pixels that are not square, sound's rate, titles and dates differ; the program is the same."""
    one = drawn.clip(tmp_path / f"one.{ending}", sound="aac", seconds=1, tags={"title": "A"})
    two = drawn.clip(
        tmp_path / f"two.{ending}", sound="aac", seconds=4, size=(320, 180), rate=30, aspect=Fraction(4, 3),
        sound_rate=48_000, tags={"creation_time": "2022-04-01T05:00:00Z", "comment": "B", "location": "+50.6+036.5/"},
    )  # fmt: skip
    other = drawn.clip(tmp_path / f"other.{ending}", codec="mpeg4", sound="aac", seconds=1)
    (first,), (second,), (third,) = (read(p, reader, "container fingerprint") for p in (one, two, other))
    assert first == second
    assert third != first


def test_copies_that_were_not_encoded_again_have_the_same_coded_pictures(tmp_path):
    source = drawn.clip(tmp_path / "source.mp4", seconds=2)
    with av.open(str(source)) as opened, av.open(str(tmp_path / "again.mkv"), "w") as out:
        stream = out.add_stream_from_template(opened.streams.video[0])
        for packet in opened.demux(opened.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    encoded = drawn.clip(tmp_path / "encoded.mp4", seconds=2, options={"crf": "30"})
    (one,), (two,), (three,) = (read(p, Course(), "coded pictures") for p in (source, tmp_path / "again.mkv", encoded))
    assert one == two
    assert three != one
