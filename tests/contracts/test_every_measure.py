"""Every measure takes any clip, starts afresh with the next one, and ends in plain values."""

import json
import math

import numpy as np
import pytest

from verify import catalog, measures
from verify.descriptors.base import ClipInfo, Frame
from verify.measures.base import Measure
from verify.records import wire
from verify.records.media import Curve, Sound

OFFER = catalog.offer(measures, Measure)
CLIP = ClipInfo(width=320, height=180, duration=None)


def frame(index, gray, time=None):
    colour = np.repeat(np.resize(gray, (48, 64))[:, :, None], 3, axis=2)
    return Frame(
        time=index / 2 if time is None else time,
        gray=gray,
        colour=colour,
        index=index,
        first_of_shot=index == 0,
        informative=True,
    )


def grays(seed, count, shape=(180, 320)):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, shape, np.uint8) for _ in range(count)]


def feed(measure, frames=(), tinies=(), sounds=(), start=0.0):
    measure.begin(CLIP)
    for given in frames:
        measure.add(given)
    for time, tiny in tinies:
        measure.add_tiny(time, tiny)
    if sounds:
        measure.start_sound(start)
    for samples in sounds:
        measure.add_sound(samples, 16000)
    return measure.end()


NOISE = [frame(i, g) for i, g in enumerate(grays(1, 30))]
TINY = [(i / 8, g) for i, g in enumerate(grays(2, 90, (24, 32)))]
LOUD = [np.random.default_rng(3).uniform(-1, 1, 16384).astype(np.float32) for _ in range(6)]
CLIPS = {
    "nothing": {},
    "one picture": {"frames": NOISE[:1], "tinies": TINY[:1]},
    "two pictures at one time": {
        "frames": [frame(0, NOISE[0].gray, 0.0), frame(1, NOISE[1].gray, 0.0)],
        "tinies": [(0.0, TINY[0][1]), (0.0, TINY[1][1])],
    },
    "black": {"frames": [frame(i, np.zeros((180, 320), np.uint8)) for i in range(30)]},
    "white": {"tinies": [(i / 8, np.full((24, 32), 255, np.uint8)) for i in range(90)]},
    "pictures that change their size": {"frames": [frame(0, grays(4, 1)[0]), frame(1, grays(5, 1, (320, 180))[0])]},
    "a picture of a few pixels": {"frames": [frame(i, g) for i, g in enumerate(grays(6, 30, (2, 3)))]},
    "noise": {"frames": NOISE, "tinies": TINY, "sounds": LOUD},
    "one sample": {"sounds": [np.zeros(1, np.float32)]},
    "silence before the picture": {"sounds": [np.zeros(16384, np.float32)] * 3, "start": -2.0},
    "an hour's jump": {"tinies": [(0.0, TINY[0][1]), (3600.0, TINY[1][1])]},
}


def plain(value):
    if isinstance(value, dict):
        return all(isinstance(k, str) and plain(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return all(plain(v) for v in value)
    return value is None or type(value) in (bool, int, str) or (type(value) is float and math.isfinite(value))


def test_none_is_missing():
    assert OFFER.missing == ()
    assert len({m.name for m in OFFER.found}) == len(OFFER.found) >= 6


@pytest.mark.parametrize("named", CLIPS)
@pytest.mark.parametrize("measure", OFFER.found, ids=lambda m: m.name)
def test_ends_in_plain_values(measure, named):
    found = feed(measure, **CLIPS[named])
    assert plain(found.values) and json.loads(json.dumps(found.values)) is not None
    for curve in found.curves:
        assert wire.from_json(wire.to_json(curve), Curve) == curve
    if found.sound:
        assert wire.from_json(wire.to_json(found.sound), Sound) == found.sound


@pytest.mark.parametrize("measure", OFFER.found, ids=lambda m: m.name)
def test_starts_afresh_with_each_clip(measure):
    before = feed(measure, **CLIPS["noise"])
    for named in CLIPS:
        feed(measure, **CLIPS[named])
    assert feed(measure, **CLIPS["noise"]) == before == feed(type(measure)(), **CLIPS["noise"])


@pytest.mark.parametrize("measure", OFFER.found, ids=lambda m: m.name)
def test_keeps_no_array_that_is_not_its_own(measure):
    whole = feed(measure, **CLIPS["noise"])
    measure.begin(CLIP)
    picture, tiny, sound = NOISE[0].gray.copy(), TINY[0][1].copy(), LOUD[0].copy()
    for given in NOISE:
        picture[:] = given.gray
        measure.add(frame(given.index, picture))
    for time, given in TINY:
        tiny[:] = given
        measure.add_tiny(time, tiny)
    measure.start_sound(0.0)
    for given in LOUD:
        sound[:] = given
        measure.add_sound(sound, 16000)
    assert measure.end() == whole
