"""The signs on real files whose origin is known, and on files made to trap them."""

from __future__ import annotations

import pytest

import verify.readers
from verify import catalog
from verify.errors import FirstseenError
from verify.media.sniff import sniff
from verify.readers.base import Reader
from verify.records.media import Tag
from verify.signs import engine

READERS = [r for r in catalog.offer(verify.readers, Reader).found if r.name not in ("exiftool", "gopro")]
DEVICES = {"apple-camera", "android-recorder", "samsung-box", "gopro-camera", "sony-xavc", "avchd-camcorder"}


def hits(path):
    container = sniff(path).container
    tags = [t for r in READERS if r.handles(container) for t in r.read(path, container).tags]
    return {hit.id: hit for hit in engine.read(tags)}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("metadata/drewnoakes__with-gps.mov", {"apple-camera"}),
        ("metadata/streamio__ios9.mov", {"apple-camera"}),
        ("metadata/photoprism__quicktime-hvc1.mov", {"apple-camera"}),
        ("metadata/drewnoakes__with-gps.mp4", {"android-recorder", "samsung-box"}),
        ("metadata/drewnoakes__FLIR_Thermal.mp4", {"apple-export", "apple-ancestor"}),
        ("metadata/drewnoakes__Sony_ILCE-7M3__A7M3_.mts", {"avchd-camcorder"}),
        ("metadata/contentauth__legacy.mp4", {"adobe-mainconcept", "adobe-named", "credentials-box"}),
        ("metadata/techandcheck__youtube_media_19c5ecb0-b25e-4040-8a7d-3289d922e965.mp4", {"google"}),
        ("videos/gopro__karma.mp4", {"gopro-camera", "gopro-ancestor"}),
        ("videos/ekramalam__12.mp4", {"windows-writer"}),
        ("videos/v-iashin__v_GGSY1Qvo990.mp4", {"google"}),
        ("videos/farmadupe__dog.1.mp4", {"google", "ffmpeg", "x264"}),
        ("videos/imageio__cockatoo.mp4", {"ffmpeg", "x264"}),
        ("videos/pytorch__nasa_13013.mp4", {"adobe-mainconcept", "ffmpeg", "x264"}),
        ("videos/copy_debian-source__gizmo.mp4", {"handbrake", "x264"}),
        ("videos/debian-source__bug1718709_high_res.mp4", {"videojs-hls", "streaming"}),
        ("videos/copy_mdn__rabbit.webm", {"ffmpeg"}),
        ("metadata/photoprism__earth.mov", {"ffmpeg", "x264"}),
    ],
)
def test_files_of_known_origin(shared, name, shown):
    assert shown <= set(hits(shared / name))


def test_no_file_that_was_rewritten_is_called_a_cameras_own(shared):
    wrong = {}
    for path in sorted((shared / "videos").iterdir()):
        if path.suffix in (".csv", ".json") or path.name.startswith("gopro"):
            continue
        try:
            found = set(hits(path))
        except FirstseenError:
            continue
        if found & DEVICES:
            wrong[path.name] = found & DEVICES
    assert not wrong


def test_an_ancestors_handler_never_becomes_the_last_writer(shared):
    found = hits(shared / "videos" / "farmadupe__dog.1.mp4")
    assert found["google"].about == "ancestor"
    assert "at some time processed by a program of Google's" in found["google"].sentence
    assert found["ffmpeg"].about == "last writer"
    assert "last written by FFmpeg" in found["ffmpeg"].sentence


def test_a_name_that_is_there_is_not_said_to_be_left_out(shared):
    found = hits(
        shared / "metadata" / "photoprism__earth.mov"
    )  # it stands in `©swr`, as in every QuickTime film of FFmpeg
    assert "ffmpeg-stripped" not in found


def test_a_name_of_googles_does_not_say_that_a_clip_was_on_youtube():
    """Clips of Pixel phones and test files of the Android project bear the handler as well as YouTube's downloads."""
    (hit,) = engine.read([tag("handler", "ISO Media file produced by Google Inc.")])
    assert "processed by YouTube" not in hit.sentence
    assert "does not show that the clip was on YouTube" in hit.meaning


def tag(name, value, place="moov", reader="boxes"):
    return Tag(name=name, value=value, reader=reader, place=place)


IPHONE = [
    tag("major brand", '"qt  "'),
    tag("handler", "Core Media Video"),
    tag("handler", "Core Media Metadata"),
    tag("make", "Apple"),
    tag("model", "iPhone 6"),
    tag("recording time", "2022-04-01T05:12:33+03:00", "moov/meta/ilst/com.apple.quicktime.creationdate"),
    tag("box order", "ftyp wide mdat moov"),
]


def test_the_form_of_an_iphone_needs_every_part():
    assert "apple-camera" in {h.id for h in engine.read(IPHONE)}
    for left_out in range(len(IPHONE)):
        rest = IPHONE[:left_out] + IPHONE[left_out + 1 :]
        assert "apple-camera" not in {h.id for h in engine.read(rest)}, IPHONE[left_out]


def test_a_muxers_tag_takes_the_form_away():
    rewritten = [*IPHONE, tag("encoder", "Lavf58.76.100", "moov/udta/meta/ilst/©too")]
    found = {h.id for h in engine.read(rewritten)}
    assert "apple-camera" not in found
    assert "ffmpeg" in found


@pytest.mark.parametrize(
    ("handler", "shown"),
    [
        ("Twitter-vork muxer", "twitter-vork"),
        ("Vireo Eyes v2.6.2", "twitter-vireo"),
        ("Twitter v1.0-757770b7ea9dda2d60caabc3c0ee35a4b5bbf8c6", "twitter-v1"),
        ("IsoMedia File Produced by Google, 5-11-2011", "google"),
        ("Twitter fan club", None),
        ("My Vireo Eyes", None),
    ],
)
def test_handlers_of_platforms(handler, shown):
    found = {h.id for h in engine.read([tag("handler", handler)])}
    assert found == ({shown} if shown else set())


@pytest.mark.parametrize(
    ("edit", "cut"), [("from 0.048 s for 5 s", False), ("from 0.500 s for 5 s", True), ("from 12.300 s for 5 s", True)]
)
def test_an_edit_list_counts_from_half_a_second(edit, cut):
    assert ("cut-without-encoding" in {h.id for h in engine.read([tag("edit list", edit)])}) is cut
