"""The sample's clips, through the real decoder: truth by construction, in samples/belgorod/posts.toml."""

from __future__ import annotations

import tomllib
from itertools import combinations

import av
import numpy as np
import pytest

import samples
from verify.descriptors.base import ClipInfo
from verify.descriptors.onsets import Onsets
from verify.matching.soundtrack import compare
from verify.sync.clock import one_clock
from verify.sync.sound import align, travel

RATE = 16000


def heard(path):
    listener = Onsets()
    listener.begin(ClipInfo(width=2, height=2, duration=None))
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as opened:
        for frame in opened.decode(audio=0):
            for piece in resampler.resample(frame):
                listener.add_sound(np.asarray(piece.to_ndarray()[0], np.float32), RATE)
    return listener.end()


@pytest.fixture(scope="module")
def prints():
    with samples.folder() as belgorod:
        return {path.stem: heard(path) for path in sorted((belgorod / "clips").glob("*.mp4"))}


@pytest.fixture(scope="module")
def scene():
    with samples.folder() as belgorod:
        return tomllib.loads((belgorod / "posts.toml").read_text("utf-8"))["scene"]


def test_two_viewpoints_align_by_their_sound_and_by_the_scene_once_travel_is_out(prints, scene):
    found = align(prints["near"], prints["far"], "near", "far")
    near, far = scene["near"], scene["far"]
    later = (far["distance"][0] - near["distance"][0]) / scene["speed_of_sound"]
    true = far["start"] - near["start"]
    assert not found.declined
    assert found.offset == pytest.approx(true - later, abs=0.05)
    away = travel(found, near["distance"][0], far["distance"][0], scene["speed_of_sound"])
    assert away.offset == pytest.approx(true, abs=0.05)
    assert compare(prints["near"], prints["far"], "near", "far") is None, "two microphones are not one soundtrack"


@pytest.mark.parametrize(
    ("name", "offset"), [("captioned", 0.0), ("mirrored", 0.0), ("trimmed", 3.5), ("soundtrack", 0.0)]
)
def test_copies_and_the_borrowed_soundtrack_carry_one_sound(prints, name, offset):
    found = align(prints["near"], prints[name], "near", name)
    assert found.offset == pytest.approx(offset, abs=0.03)
    match = compare(prints["near"], prints[name], "near", name)
    assert match.kind == "same soundtrack"
    (part,) = match.segments
    assert part.a_start - part.b_start == pytest.approx(offset, abs=0.03)
    assert part.a_end - part.a_start >= 6


def test_the_fire_an_hour_later_aligns_with_nothing(prints):
    others = [name for name in prints if name not in {"fire", "compilation"}]
    assert all(align(prints[name], prints["fire"], name, "fire").declined for name in others)


def test_all_but_the_fire_come_on_one_clock_without_contradiction(prints):
    names = [name for name in prints if name not in {"compilation", "soundtrack"}]
    clock = one_clock([align(prints[a], prints[b], a, b) for a, b in combinations(names, 2)], names)
    groups = {place.sha256: place.group for place in clock.places}
    assert not clock.contradicted
    assert len({groups[name] for name in names if name != "fire"}) == 1 and groups["fire"] != groups["near"]
