"""Looking for copies leaves pictures out: what is looked at must be the same, to the bit, as when all are decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from media import drawn
from verify.examine import examine
from verify.media import frames
from verify.media.skimming import Astray, Skim, _in_lowest_layer
from verify.media.sniff import sniff
from verify.records.fingerprints import load
from verify.settings import Settings

DEEP = {"preset": "medium", "bf": "4", "b-pyramid": "normal", "threads": "1"}
HEVC = {"preset": "fast", "x265-params": "bframes=4:b-pyramid=1:pools=none:frame-threads=1:log-level=none"}


def moving(number: int) -> np.ndarray:
    """Return a picture in which everything changes, so that a wrong one cannot pass for the right one."""
    random = np.random.default_rng(5)
    noise = random.integers(40, 215, (30, 40), np.uint8).repeat(8, 0).repeat(8, 1)
    return np.roll(noise, number * 5, axis=1)[..., None].repeat(3, 2)


def both(path: Path, folder: Path) -> tuple[Any, Any]:
    """Return the examination in full and the one for copies only; their fingerprints are alike."""
    whole = examine(path, folder / "all", Settings(), scope="all")
    copies = examine(path, folder / "copies", Settings(), scope="copies")
    some, other = load(folder / "all" / "fingerprints.npz"), load(folder / "copies" / "fingerprints.npz")
    assert some.keys() == other.keys()
    for name, prints in some.items():
        assert np.array_equal(prints.times, other[name].times), name
        assert prints.parameters == other[name].parameters
        for array, values in prints.arrays.items():
            assert np.array_equal(values, other[name].arrays[array]), (name, array)
    for value in ("duration", "shots", "streams", "problems", "container", "sha256"):
        assert getattr(whole, value) == getattr(copies, value), value
    return whole, copies


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    for name in ("all", "copies"):
        (tmp_path / name).mkdir()


@pytest.mark.parametrize("rate", [24, 25, 30, 50])
def test_pictures_that_no_other_needs_are_left_out(tmp_path: Path, rate: int) -> None:
    path = drawn.clip(tmp_path / "a.mp4", rate=rate, seconds=5, size=(320, 240), draw=moving, options=DEEP, sound="aac")
    whole, copies = both(path, tmp_path)
    assert whole.frames_decoded == rate * 5
    assert copies.frames_decoded < 0.9 * whole.frames_decoded
    assert (whole.scope, copies.scope) == ("all", "copies")


@pytest.mark.parametrize("rate", [24, 30])
def test_pictures_of_hevc_are_left_out_too(tmp_path: Path, rate: int) -> None:
    path = drawn.clip(
        tmp_path / "a.mp4", codec="libx265", rate=rate, seconds=5, size=(320, 240), draw=moving, options=HEVC
    )
    whole, copies = both(path, tmp_path)
    assert whole.frames_decoded == rate * 5
    assert copies.frames_decoded < 0.9 * whole.frames_decoded


def test_hevc_in_two_temporal_layers_is_decoded_whole(tmp_path: Path) -> None:
    layered = HEVC | {"x265-params": HEVC["x265-params"] + ":temporal-layers=2"}
    path = drawn.clip(tmp_path / "a.mp4", codec="libx265", seconds=4, size=(320, 240), draw=moving, options=layered)
    whole, copies = both(path, tmp_path)
    assert copies.frames_decoded == whole.frames_decoded == 100


def test_hevc_without_lengths_is_decoded_whole(tmp_path: Path) -> None:
    path = drawn.clip(tmp_path / "a.ts", codec="libx265", seconds=4, size=(320, 240), draw=moving, options=HEVC)
    whole, copies = both(path, tmp_path)
    assert copies.frames_decoded == whole.frames_decoded == 100


@pytest.mark.parametrize("damage", [lambda unit: b"\x00\x00\x00\xff" + unit[4:], lambda unit: unit + b"\x00\x00"])
def test_hevc_whose_units_cannot_be_told_apart_is_in_no_known_layer(damage: Any) -> None:
    unit = b"\x00\x00\x00\x06" + bytes([0x02, 0x01]) + b"body"
    assert _in_lowest_layer(unit * 3, 4)
    assert not _in_lowest_layer(unit + unit[:5] + b"\x02" + unit[6:], 4)
    assert not _in_lowest_layer(damage(unit), 4)


def test_for_copies_only_the_container_is_read_and_nothing_is_measured(tmp_path: Path) -> None:
    path = drawn.clip(tmp_path / "a.mp4", seconds=3, sound="aac", tags={"title": "Street"})
    whole, copies = both(path, tmp_path)
    assert whole.tags and whole.curves and whole.sound
    assert {tag.reader for tag in copies.tags} == set(copies.extra) == {"boxes"}
    assert [t for t in whole.tags if t.reader == "boxes"] == list(copies.tags)
    assert not copies.curves and copies.sound is None
    assert len(copies.keyframes) == 1


def test_pictures_at_odd_times_are_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    times = [int(t) for t in np.cumsum(random.integers(7, 90, 200))]
    path = drawn.clip(tmp_path / "a.mp4", size=(320, 240), draw=moving, options=DEEP, times=times)
    whole, copies = both(path, tmp_path)
    assert copies.frames_decoded < whole.frames_decoded


def test_a_codec_without_a_mark_is_decoded_whole(tmp_path: Path) -> None:
    path = drawn.clip(tmp_path / "a.webm", codec="libvpx-vp9", seconds=2, options={"cpu-used": "8"})
    whole, copies = both(path, tmp_path)
    assert copies.frames_decoded == whole.frames_decoded == 50


def spoilt(path: Path, to: Path) -> Path:
    """Write the file once more with stretches in its second half made noise."""
    data, random = bytearray(path.read_bytes()), np.random.default_rng(3)
    for start in range(len(data) // 2, len(data) * 3 // 4, 700):
        data[start : start + 60] = random.bytes(60)
    to.write_bytes(data)
    return to


def test_a_damaged_clip_is_decoded_whole_again(tmp_path: Path) -> None:
    whole = drawn.clip(tmp_path / "a.mkv", seconds=8, size=(320, 240), draw=moving, options=DEEP)
    path = spoilt(whole, tmp_path / "b.mkv")
    found, copies = both(path, tmp_path)
    assert found.frames_decoded < 200, "the noise did not hit a picture"
    assert copies.frames_decoded == found.frames_decoded


def test_a_clock_that_starts_again_is_noticed(tmp_path: Path) -> None:
    first = drawn.clip(tmp_path / "a.ts", seconds=4, size=(320, 240), draw=moving, options=DEEP)
    path = tmp_path / "b.ts"
    path.write_bytes(first.read_bytes() * 2)
    found, copies = both(path, tmp_path)
    assert any("clock" in problem.reason for problem in found.problems)
    assert copies.frames_decoded == found.frames_decoded


@dataclass
class Packet:
    """What a `Skim` reads of a packet."""

    pts: int | None
    size: int = 100
    is_discard: bool = False


class Context:
    """What a `Skim` reads and sets of a decoder."""

    name = "h264"
    reorder_depth = 2
    skip_frame = "DEFAULT"


class Stream:
    """A stream with that decoder."""

    time_base = Fraction(1, 100)

    def __init__(self) -> None:
        self.codec_context = Context()


def skimmed(count: int) -> tuple[Skim, Stream]:
    """Return a skim that took `count` packets, 0.04 s apart."""
    stream = Stream()
    skim = Skim(stream, 0.125)
    for number in range(count):
        skim.take(Packet(number * 4), 0.0)
    return skim, stream


def test_the_first_of_each_eighth_is_always_decoded() -> None:
    stream = Stream()
    skim = Skim(stream, 0.125)
    wanted = {}
    for number in range(200):
        skim.take(Packet(number * 4), 0.0)
        wanted.setdefault(int(number * 0.04 / 0.125), (number, stream.codec_context.skip_frame))
    assert {kept for _, kept in wanted.values()} == {"DEFAULT"}
    assert stream.codec_context.skip_frame == "NONREF"


@pytest.mark.parametrize(
    "odd", [Packet(None), Packet(100_000), Packet(0)], ids=["no time", "a leap forward", "a leap back"]
)
def test_odd_times_end_it_and_what_was_done_is_done_again(odd: Packet) -> None:
    skim, stream = skimmed(200)
    with pytest.raises(Astray):
        skim.take(odd, 0.0)
    assert stream.codec_context.skip_frame == "DEFAULT"
    young, _ = skimmed(5)
    young.take(odd, 0.0)  # nothing was left out yet: nothing to do again
    assert not young.works or odd.pts == 0


def test_a_decoder_that_learns_of_a_deeper_order_late_is_not_relied_on() -> None:
    skim, stream = skimmed(200)
    stream.codec_context.reorder_depth = 3
    with pytest.raises(Astray):
        skim.take(Packet(804), 0.0)


def test_pictures_that_come_out_of_order_are_not_relied_on() -> None:
    skim, _ = skimmed(200)
    skim.saw(7.9, whole=True)
    with pytest.raises(Astray):
        skim.saw(7.9, whole=True)


def test_a_picture_that_the_decoder_mended_is_not_relied_on() -> None:
    skim, _ = skimmed(200)
    with pytest.raises(Astray):
        skim.saw(7.9, whole=False)


def test_a_picture_that_never_comes_is_noticed() -> None:
    skim, _ = skimmed(200)
    for number in range(199):
        skim.saw(number * 0.04, whole=True)
    assert skim.ends_at(7.88, 0.04) == pytest.approx((7.96, 0.04))
    skim, _ = skimmed(200)
    for number in range(100, 200):
        skim.saw(number * 0.04, whole=True)
    with pytest.raises(Astray):
        skim.ends_at(7.96, 0.04)


def test_a_length_that_was_cut_is_no_reason_to_decode_again(tmp_path: Path) -> None:
    path = drawn.clip(tmp_path / "a.mp4", seconds=6, size=(320, 240), draw=moving, options=DEEP)
    settings = Settings(max_duration=4.0)
    with frames.opened(path, sniff(path, path.name), settings, path.name) as clip:
        seen = sum(1 for thing in clip.run(first_of=0.125) if isinstance(thing, frames.Picture))
    assert 30 <= seen < 100
    assert [p.part for p in clip.problems] == ["length"]


def test_a_clip_without_pictures_is_heard(tmp_path: Path) -> None:
    path = drawn.clip(tmp_path / "a.m4a", codec=None, sound="aac", seconds=3, container="mp4")
    with av.open(str(path)) as container:
        assert not container.streams.video
    both(path, tmp_path)
