"""The bits are those of the libraries that other tools use, on any picture of any shape."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from verify.descriptors.dhash import dhash
from verify.descriptors.pdq import pdq
from verify.descriptors.phash import phash

# Below 32 pixels a side most coefficients are zero but for rounding, and no two programs agree on their order.
SIZES = [(640, 360), (360, 640), (480, 360), (400, 300), (176, 144), (64, 64), (32, 32), (1280, 272)]


def scene(seed: int, width: int, height: int) -> np.ndarray:
    """Return a picture with large and small shapes, light and noise."""
    random = np.random.default_rng(seed)
    picture = np.full((height, width), random.integers(0, 200), np.float32)
    for _ in range(12):
        x, y = random.integers(0, width), random.integers(0, height)
        cv2.circle(
            picture, (int(x), int(y)), int(random.integers(1, max(2, height // 2))), float(random.integers(0, 256)), -1
        )
    picture += np.linspace(0, random.integers(0, 60), width)[None, :] + random.normal(0, 4, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_hex_is_the_hex_of_imagehash(width: int, height: int) -> None:
    apart = {"phash": 0, "dhash": 0}
    for seed in range(12):
        gray = scene(seed, width, height)
        image = Image.fromarray(gray)
        apart["phash"] += imagehash.hex_to_hash(phash(gray).tobytes().hex()) - imagehash.phash(image)
        apart["dhash"] += imagehash.hex_to_hash(dhash(gray).tobytes().hex()) - imagehash.dhash(image)
    # Twelve pictures each: a level that Pillow's fixed-point arithmetic rounds the other way may flip a single bit.
    assert apart["phash"] <= 2, apart
    assert apart["dhash"] <= 2, apart


def pdq_apart(theirs) -> tuple[int, int]:
    """Return bits and quality points between our PDQ and what `theirs(name, gray)` gives as (bits, quality)."""
    bits = points = 0
    for width, height in SIZES:
        for seed in range(4):
            gray = scene(seed, width, height)
            vector, quality = theirs(f"{width}x{height} {seed}", gray)
            ours, our_quality = pdq(gray)
            bits += int((np.unpackbits(ours) != vector).sum())
            points = max(points, abs(our_quality - quality))
    return bits, points


def test_pdq_is_what_pdqhash_gave() -> None:
    """Recorded from pdqhash 0.2.8, which has no wheels and so is not on every machine (tests/media/pdqhash.json)."""
    recorded = json.loads(Path(__file__).with_name("pdqhash.json").read_text())

    def theirs(name, gray):
        bits, quality = recorded[name]
        return np.unpackbits(np.frombuffer(bytes.fromhex(bits), np.uint8)), quality

    bits, points = pdq_apart(theirs)
    assert bits <= 12  # of 8,192: where two coefficients are equal but for rounding
    assert points <= 1


def test_pdq_is_what_pdqhash_gives() -> None:
    pdqhash = pytest.importorskip("pdqhash", reason="needs pdqhash, which has no wheels")
    bits, points = pdq_apart(lambda _, gray: pdqhash.compute(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)))
    assert bits <= 12
    assert points <= 1


def test_bits_tell_pictures_apart() -> None:
    """The control: a comparison that sees nothing would pass the test above with any two pictures."""
    one, other = scene(1, 640, 360), scene(2, 640, 360)
    assert np.unpackbits(phash(one) ^ phash(other)).sum() > 16
    assert np.unpackbits(dhash(one) ^ dhash(other)).sum() > 16
    assert np.unpackbits(pdq(one)[0] ^ pdq(other)[0]).sum() > 80


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 255))
def test_any_size_and_a_flat_picture_have_bits(width: int, height: int, level: int) -> None:
    gray = np.full((height, width), level, np.uint8)
    assert phash(gray).shape == (8,)
    assert dhash(gray).shape == (8,)
    bits, quality = pdq(gray)
    assert bits.shape == (32,)
    assert quality == 0
