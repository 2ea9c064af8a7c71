"""The bits are those of the libraries that other tools use, on any picture of any shape."""

from __future__ import annotations

import cv2
import imagehash
import numpy as np
import pdqhash
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
def test_hex_is_the_hex_of_imagehash_and_pdqhash(width: int, height: int) -> None:
    apart = {"phash": 0, "dhash": 0, "pdq": 0, "quality": 0}
    for seed in range(12):
        gray = scene(seed, width, height)
        image = Image.fromarray(gray)
        vector, quality = pdqhash.compute(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB))
        bits, our_quality = pdq(gray)
        apart["phash"] += imagehash.hex_to_hash(phash(gray).tobytes().hex()) - imagehash.phash(image)
        apart["dhash"] += imagehash.hex_to_hash(dhash(gray).tobytes().hex()) - imagehash.dhash(image)
        apart["pdq"] += int((np.unpackbits(bits) != vector).sum())
        apart["quality"] = max(apart["quality"], abs(our_quality - quality))
    # Twelve pictures each: a level that Pillow's fixed-point arithmetic rounds the other way may flip a single bit.
    assert apart["phash"] <= 2, apart
    assert apart["dhash"] <= 2, apart
    assert apart["pdq"] <= 4, apart
    assert apart["quality"] <= 1, apart


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
