"""Drawn footage for matching: a textured scene with things that move, so that every test knows its truth."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from verify.descriptors.base import SAMPLE_STEP, TINY_HEIGHT, TINY_STEP, TINY_WIDTH, ClipInfo, Frame
from verify.descriptors.grid import Grid
from verify.descriptors.moments import Moments
from verify.descriptors.patches import Patches
from verify.records.fingerprints import Fingerprint

Pictures = list[np.ndarray]


def room(seed: int, width: int = 480, height: int = 270) -> np.ndarray:
    """A background full of detail at many scales: the same for every take in it."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width), np.float32)
    for size in (4, 8, 16, 32, 64):
        noise = rng.normal(size=(height // size + 2, width // size + 2)).astype(np.float32)
        picture += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) * size**0.5
    return np.clip(128 + picture / picture.std() * 40, 0, 255)


def take(scene: np.ndarray, seed: int, seconds: float = 10.0) -> Pictures:
    """Film `scene` for `seconds`, eight pictures a second: four things cross it on ways drawn from `seed`."""
    rng = np.random.default_rng(seed)
    height, width = scene.shape
    count = int(seconds / TINY_STEP)
    ways = np.cumsum(cv2.GaussianBlur(rng.normal(size=(count, 8)).astype(np.float32), (1, 9), 3) * 14, axis=0)
    start = rng.uniform(0.2, 0.8, (1, 4, 2)) * (width, height)
    at = (start + ways.reshape(count, 4, 2)) % (width, height)
    shade = rng.uniform(0, 255, 4)
    pictures = []
    for places in at:
        picture = scene.copy()
        for (x, y), grey in zip(places, shade, strict=True):
            cv2.circle(picture, (int(x), int(y)), 26, float(grey), -1)
        pictures.append(picture.astype(np.uint8))
    return pictures


def fingerprints(pictures: Pictures) -> dict[str, Fingerprint]:
    """What the worker would keep of `pictures` shown eight times a second."""
    height, width = pictures[0].shape
    info = ClipInfo(width=width, height=height, duration=len(pictures) * TINY_STEP)
    made: dict[str, Fingerprint] = {}
    for kind in (Grid, Moments, Patches):
        descriptor = kind()
        descriptor.begin(info)
        index = 0
        for i, picture in enumerate(pictures):
            time = i * TINY_STEP
            descriptor.add_tiny(time, cv2.resize(picture, (TINY_WIDTH, TINY_HEIGHT), interpolation=cv2.INTER_AREA))
            if i % round(SAMPLE_STEP / TINY_STEP) == 0:
                colour = np.repeat(cv2.resize(picture, (64, 48))[:, :, None], 3, axis=2)
                descriptor.add(
                    Frame(time=time, gray=picture, colour=colour, index=index, first_of_shot=i == 0, informative=True)
                )
                index += 1
        found = descriptor.end()
        if found is not None:
            made[found.name] = found
    return made


@pytest.fixture(scope="session")
def film() -> Callable[..., Pictures]:
    """`film(scene_seed, take_seed, seconds=10)`: pictures of one take in one room."""
    return lambda scene, seed, seconds=10.0: take(room(scene), seed, seconds)


@pytest.fixture(scope="session")
def prints() -> Callable[[Pictures], dict[str, Fingerprint]]:
    """`prints(pictures)`: their fingerprints."""
    return fingerprints


@pytest.fixture(scope="session")
def background() -> Callable[..., np.ndarray]:
    """`background(seed, width=480, height=270)`: a room in which nothing moves."""
    return room
