"""One file holds several `meta` boxes, each with its own list of keys: a reader that mixes them tells nonsense."""

from __future__ import annotations


def test_each_item_is_named_by_the_keys_of_its_own_meta(say, made):
    track_keys = made.keys_meta([("com.apple.quicktime.camera.lens_model", "back camera"), ("com.example.x", "1")])
    movie_keys = made.keys_meta(
        [
            ("com.apple.quicktime.make", "Apple"),
            ("com.apple.quicktime.model", "Mac15,9"),
            ("com.apple.quicktime.software", "macOS 14.6.1"),
        ]
    )
    said = say(made.movie(made.mvhd(), made.trak(more=track_keys), movie_keys))
    assert (said["make"], said["model"], said["software"]) == (["Apple"], ["Mac15,9"], ["macOS 14.6.1"])
    assert said["lens"] == ["back camera"]
    assert said.place("make") == "moov/meta/ilst/com.apple.quicktime.make"
    assert said.place("lens") == "moov/trak/meta/ilst/com.apple.quicktime.camera.lens_model"


def test_the_order_of_the_metas_does_not_matter(say, made):
    first = made.keys_meta([("com.android.version", "13"), ("com.android.manufacturer", "Google")])
    second = made.keys_meta([("com.android.manufacturer", "Samsung")], iso=True)
    said = say(made.movie(made.mvhd(), first, made.trak(more=second)))
    assert said["make"] == ["Google", "Samsung"]
    assert said["system version"] == ["13"]


def test_an_item_without_a_key_is_left_out(say, made):
    meta = made.keys_meta([("com.apple.quicktime.make", "Apple")])
    beyond = meta.replace(b"\0\0\0\x1d\0\0\0\1", b"\0\0\0\x1d\0\0\0\7")
    assert beyond != meta
    said = say(made.movie(made.mvhd(), beyond))
    assert "make" not in said


def test_the_offset_and_raw_bytes_lead_back_to_the_value(say, made):
    raw = made.movie(made.mvhd(), made.keys_meta([("com.apple.quicktime.model", "iPhone 6")]))
    said = say(raw)
    tag = next(t for t in said.reading.tags if t.name == "model")
    assert tag.offset is not None
    assert b"iPhone 6" in raw[tag.offset : tag.offset + 40]
    assert bytes.fromhex(tag.raw) == b"iPhone 6"
