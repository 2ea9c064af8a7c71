"""Fingerprints of made-up footage, to know what ours look like. Rule: nothing is read; noise in, forms out."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

import verify.descriptors
from verify.archive.forms import Form, learn
from verify.catalog import offer
from verify.descriptors.base import TINY_HEIGHT, TINY_STEP, TINY_WIDTH, ClipInfo, Descriptor, Frame
from verify.records.fingerprints import Fingerprint

_RATE = 16_000  # samples a second


@cache
def forms() -> dict[str, Form]:
    """Return the form of each descriptor's fingerprints, by name, learned from two clips of different length."""
    first, second = _made(seconds=4, seed=1, size=(320, 240)), _made(seconds=9, seed=2, size=(480, 200))
    return {name: learn(first[name], second[name]) for name in first.keys() & second.keys()}


def _made(*, seconds: int, seed: int, size: tuple[int, int]) -> dict[str, Fingerprint]:
    chance = np.random.default_rng(seed)
    wide, high = size
    world = cv2.GaussianBlur(chance.integers(0, 255, (high * 2, wide * 2), np.uint8), (0, 0), 4)
    world = np.asarray(cv2.normalize(world, np.empty_like(world), 0, 255, cv2.NORM_MINMAX), np.uint8)
    found: dict[str, Fingerprint] = {}
    for one in offer(verify.descriptors, Descriptor).found:
        one.begin(ClipInfo(width=wide, height=high, duration=float(seconds)))
        for number in range(int(seconds / TINY_STEP)):
            gray = np.ascontiguousarray(world[number : number + high, number * 2 : number * 2 + wide])
            tiny = np.asarray(cv2.resize(gray, (TINY_WIDTH, TINY_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
            one.add_tiny(number * TINY_STEP, tiny)
            if number % 4 == 0 and one.kind != "sound":
                one.add(_frame(gray, number))
        one.start_sound(0.0)
        sound = chance.normal(0, 0.1, seconds * _RATE).astype(np.float32)
        one.add_sound(sound * np.repeat(chance.random(seconds * 10), _RATE // 10).astype(np.float32), _RATE)
        made = one.end()
        if made is not None:
            found[made.name] = made
    return found


def _frame(gray: np.ndarray, number: int) -> Frame:
    colour = np.asarray(cv2.cvtColor(cv2.resize(gray, (64, 48)), cv2.COLOR_GRAY2BGR), np.uint8)
    return Frame(
        time=number * TINY_STEP,
        gray=gray,
        colour=colour,
        index=number // 4,
        first_of_shot=number == 0,
        informative=True,
    )
