"""Signs that unseen files asked for: editors, computers, time-lapses, and names that are there."""

import pytest

from verify.records.media import Tag
from verify.signs import engine
from verify.statements import disagreements


def tag(name, value, place="moov", reader="boxes"):
    return Tag(name=name, value=value, reader=reader, place=place)


def found(*tags):
    return {h.id: h for h in engine.read(list(tags))}


FFMPEG = (
    tag("minor version", "512", "ftyp"),
    tag("compatible brands", "isom,iso2,avc1,mp41", "ftyp"),
    tag("handler", "VideoHandler"),
)
ARTWORK = "moov/udta/meta/ilst/com.apple.quicktime.artwork"
MODEL, SOFTWARE = (f"moov/meta/ilst/com.apple.quicktime.{key}" for key in ("model", "software"))
CAPTURE = "moov/trak/meta/ilst/com.apple.photos.captureMode"


@pytest.mark.parametrize("place", ["moov/udta/meta/ilst/encoder", "moov/udta/meta/ilst/©too", "moov/udta/©enc"])
def test_a_name_in_the_files_own_keys_is_not_left_out(place):
    """TikTok's clips name FFmpeg under a key, and were said to leave the name out in the next sentence."""
    assert set(found(*FFMPEG, tag("encoder", "Lavf58.76.100", place))) == {"ffmpeg"}
    assert "ffmpeg-stripped" in found(*FFMPEG)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('{"data":{"os":"windows","product":"lv"},"source_type":"douyin_beauty_me"}', True),
        ('{"data":{"os":"mac","product":"vicut"}}', True),
        ('{"data":{"product":"lvmh"}}', False),
    ],
)
def test_the_editors_of_bytedance(value, shown):
    assert ("capcut" in found(tag("text", value, ARTWORK))) is shown
    assert "capcut" not in found(tag("text", value, "moov/udta/meta/ilst/org.example.note"))


@pytest.mark.parametrize(("label", "shown"), [("0", False), ("1", True), ("2", True)])
def test_a_label_of_ai_counts_from_one(label, shown):
    value = f'{{"aigc_label_type": {label}}}'
    assert ("bytedance-ai-label" in found(tag("text", value, "moov/udta/meta/ilst/aigc_info"))) is shown


@pytest.mark.parametrize(("model", "shown"), [("MacBookAir10,1", True), ("iMac19,1", True), ("iPhone 15", False)])
def test_a_mac_as_device_is_a_computer(model, shown):
    tags = (tag("model", model, MODEL), tag("software", "macOS 15.2 (24C101)", SOFTWARE))
    assert ("mac-recorder" in found(*tags)) is shown
    assert "mac-recorder" not in found(*tags[1:])


def test_a_time_lapse_says_so():
    assert "time passes faster" in found(tag("text", "Time-lapse", CAPTURE))["time-lapse"].sentence
    assert "time-lapse" not in found(tag("text", "Video", CAPTURE))


def test_the_brand_of_a_copied_file_is_no_disagreement():
    """FFmpeg kept the brand of a Nikon's film as a tag, and PyAV gives that as the brand of this file."""
    kept = (tag("former brand", "qt"), tag("major brand", "isom"), tag("major brand", '"qt  "', reader="streams"))
    assert disagreements(kept) == ()
    assert len(disagreements(kept[1:])) == 1
