"""Cuts are found where they are, flashes are no cuts, and each shot has its sharpest picture."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import imagehash
import numpy as np
import pytest
from PIL import Image

from media import drawn
from verify.examine import examine
from verify.media import informative
from verify.media.keyframes import Keyframes, sharpness_of
from verify.media.shots import View
from verify.records.fingerprints import load
from verify.records.media import Shot
from verify.settings import Settings

SIZE = (320, 240)


def scene(seed: int) -> np.ndarray:
    """Return an RGB scene of blocks and texture."""
    random = np.random.default_rng(seed)
    blocks = cv2.resize(random.integers(20, 230, (6, 8, 3), np.uint8), SIZE, interpolation=cv2.INTER_NEAREST)
    return np.clip(blocks + random.normal(0, 8, blocks.shape), 0, 255).astype(np.uint8)


def test_three_shots_are_three(tmp_path: Path) -> None:
    scenes = [scene(n) for n in range(3)]
    path = drawn.clip(tmp_path / "a.mp4", size=SIZE, seconds=6, draw=lambda n: np.roll(scenes[n // 50], n, axis=1))
    found = examine(path, tmp_path, Settings())
    assert [round(shot.start, 1) for shot in found.shots] == pytest.approx([0, 2, 4], abs=0.15)
    assert found.shots[-1].end == pytest.approx(6, abs=0.1)
    assert {keyframe.shot for keyframe in found.keyframes} == {0, 1, 2}


def test_a_flash_is_no_cut(tmp_path: Path) -> None:
    still = scene(1)

    def draw(number: int) -> np.ndarray:
        return np.full_like(still, 255) if number in (60, 61, 62) else np.roll(still, number // 4, axis=1)

    found = examine(drawn.clip(tmp_path / "a.mp4", size=SIZE, seconds=5, draw=draw), tmp_path, Settings())
    assert len(found.shots) == 1


def test_a_fast_pan_is_no_row_of_cuts(tmp_path: Path) -> None:
    wide = np.concatenate([scene(n) for n in range(4)], axis=1)

    def draw(number: int) -> np.ndarray:
        return np.ascontiguousarray(wide[:, number * 7 : number * 7 + SIZE[0]])

    found = examine(drawn.clip(tmp_path / "a.mp4", size=SIZE, seconds=5, draw=draw), tmp_path, Settings())
    assert len(found.shots) <= 2
    assert len(found.keyframes) >= 3  # but much moves: several pictures stand for it


def test_the_sharpest_frame_stands_for_the_shot(tmp_path: Path) -> None:
    still = scene(5)

    def draw(number: int) -> np.ndarray:
        return still if 50 <= number < 62 else cv2.GaussianBlur(still, (0, 0), 6)

    found = examine(drawn.clip(tmp_path / "a.mp4", size=SIZE, seconds=4, draw=draw), tmp_path, Settings())
    assert 2.0 <= found.keyframes[0].time < 2.5 or 2.0 <= found.keyframes[-1].time < 2.5
    assert sharpness_of(still[..., 0]) > 2 * sharpness_of(cv2.GaussianBlur(still, (0, 0), 6)[..., 0])


def test_keyframes_are_bounded_and_small_and_their_hashes_are_theirs(tmp_path: Path) -> None:
    scenes = [scene(n) for n in range(40)]
    path = drawn.clip(
        tmp_path / "a.mp4", size=(640, 480), seconds=24, rate=10, draw=lambda n: cv2.resize(scenes[n // 6], (640, 480))
    )
    found = examine(path, tmp_path, Settings(max_keyframes=9, keyframe_side=200))
    assert len(found.keyframes) == 9
    assert [k.time for k in found.keyframes] == sorted(k.time for k in found.keyframes)
    for keyframe in found.keyframes:
        with Image.open(tmp_path / keyframe.path) as image:
            assert image.size == (keyframe.width, keyframe.height) == (200, 150)
            apart = imagehash.hex_to_hash(keyframe.phash) - imagehash.phash(image)
            assert apart <= 6, keyframe  # the JPEG is a third of the size the hash was made at
            assert imagehash.hex_to_hash(keyframe.dhash) - imagehash.dhash(image) <= 6


def test_a_picture_in_colour_is_made_late_only_where_it_is_kept() -> None:
    made: list[int] = []
    keyframes = Keyframes(1)
    for number in range(6):
        gray = np.zeros((24, 32), np.uint8)
        gray[:, ::4] = 100 + 20 * number  # sharper and sharper

        def make(number: int = number) -> np.ndarray:
            made.append(number)
            return np.full((2, 2, 3), number, np.uint8)

        keyframes.add(
            time=float(number), gray=gray, view=View(gray), first_of_shot=False, informative=True, make=make, later=True
        )
    assert not made
    ((_, kept),) = keyframes.chosen((Shot(start=0.0, end=6.0),))
    assert kept.settle() is kept.settle()
    assert (made, kept.start, kept.time) == ([5], 0.0, 5.0)


def test_a_short_clip_still_gives_eight_frames(tmp_path: Path) -> None:
    path = drawn.clip(tmp_path / "a.mp4", seconds=1.2)
    examine(path, tmp_path, Settings())
    prints = load(tmp_path / "fingerprints.npz")
    assert 8 <= len(prints["phash"]) <= 12


def test_black_grey_and_cards_say_nothing_and_a_night_street_does() -> None:
    black = np.zeros((360, 640), np.uint8)
    card = black.copy()
    cv2.putText(card, "Earlier that day", (150, 190), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 2)
    random = np.random.default_rng(1)
    street = np.clip(random.normal(14, 3, black.shape) + np.linspace(0, 25, 360)[:, None], 0, 255).astype(np.uint8)
    for x in range(40, 640, 70):
        cv2.circle(street, (x, 200 + x % 90), 9, 230, -1)
        cv2.rectangle(street, (x, 260), (x + 30, 330), 60 + x // 12, -1)
    assert not informative.is_informative(black)
    assert not informative.is_informative(np.full_like(black, 128))
    assert not informative.is_informative(card)
    assert informative.is_informative(street)


def test_the_record_is_plain_json_and_sums_up(tmp_path: Path) -> None:
    from verify.records import wire
    from verify.records.media import Examination

    path = drawn.clip(tmp_path / "a.mp4", sound="aac", seconds=2)
    found = examine(path, tmp_path, Settings(), name="from afar.mp4")
    again = wire.from_json(wire.to_json(found), Examination)
    assert wire.to_json(again) == wire.to_json(found)
    assert json.loads(wire.to_json(found))["frames_decoded"] == 50
    assert {curve.name for curve in found.curves} >= {"brightness", "change"}
    assert found.versions["av"] and found.versions["libavcodec"]
    assert found.duration == pytest.approx(2.0, abs=0.1)
    assert {"phash", "dhash", "pdq"} <= set(load(tmp_path / "fingerprints.npz"))
