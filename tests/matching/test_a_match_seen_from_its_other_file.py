"""A match that is read from its other file says of that file what is true of it: every field, words too."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from verify.matching.describe import geometry
from verify.matching.turned import turned
from verify.records.matches import FramePair, Geometry, Match, Parting, Segment, Strength

WIDE, TALL = 16 / 9, 9 / 16
SAME = np.eye(3)
# A search that began from a copy in bars (480 x 600 around the whole of 640 x 360), as it came out of the engine.
OUT_OF_BARS = np.array([[0.99848, 0.00657, 0.00069], [-0.00935, 2.21888, -0.36165], [0, 0, 1]])


def shift(x, y, scale=1.0):
    return np.array([[scale, 0, x], [0, scale, y], [0, 0, 1.0]])


def turn(degrees, aspect_a, aspect_b, mirrored=False):
    """The 0..1 matrix of a picture that is turned about its middle, counter-clockwise, in picture heights."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    linear = (
        np.diag([1 / aspect_b, 1]) @ [[c, s], [-s, c]] @ np.diag([-1 if mirrored else 1, 1]) @ np.diag([aspect_a, 1])
    )
    whole = np.eye(3)
    whole[:2, :2] = linear
    whole[:2, 2] = 0.5 - linear @ [0.5, 0.5]
    return whole


def match(found):
    return Match(
        a="a" * 64,
        b="b" * 64,
        kind="same picture",
        segments=(Segment(a_start=1, a_end=5, b_start=10, b_end=12, speed=2.0, reversed=True),),
        geometry=found,
        strength=Strength(score=3.0, false_rate=1e-6, basis="0 of 3 unrelated pairs of lively footage scored as high"),
        frames=(FramePair(a_time=1.5, b_time=10.2, a_image="a.jpg", b_image="b.jpg", distance=3),),
        descriptors=("one/1",),
        notes=("a note",),
        partings=(Parting(a_time=5, b_time=12, alike=0.1),),
        jumps_a=(5.0,),
        jumps_b=(12.0, 13.0),
    )


def test_a_copy_in_bars_is_not_called_cropped():
    asked = geometry(OUT_OF_BARS, 480 / 600, 640 / 360)
    assert asked.words == ("cropped to 47 % of the picture",)
    assert turned(match(asked)).geometry.words == ("with bars or other matter above or below",)


@pytest.mark.parametrize("aspects", [(WIDE, WIDE), (WIDE, TALL), (TALL, WIDE), (1.0, WIDE)])
@pytest.mark.parametrize(
    "fit",
    [
        lambda a, b: SAME,
        lambda a, b: shift(0.1, 0.3, 0.5),
        lambda a, b: shift(-0.4, -0.6, 2.1),
        lambda a, b: turn(90, a, b),
        lambda a, b: turn(-90, a, b),
        lambda a, b: turn(180, a, b),
        lambda a, b: turn(20, a, b),
        lambda a, b: turn(-38, a, b),
        lambda a, b: turn(0, a, b, mirrored=True),
        lambda a, b: turn(90, a, b, mirrored=True),
        lambda a, b: turn(25, a, b, mirrored=True),
    ],
)
def test_the_geometry_is_what_a_search_from_the_other_file_says(fit, aspects):
    matrix = fit(*aspects)
    found = turned(match(geometry(matrix, *aspects))).geometry
    wanted = geometry(np.linalg.inv(matrix), aspects[1], aspects[0])
    assert found.words == wanted.words
    assert found.mirrored == wanted.mirrored
    assert np.allclose(found.outline_a, wanted.outline_a, atol=2e-4)
    assert np.allclose(found.outline_b, wanted.outline_b, atol=2e-4)
    assert np.allclose(found.matrix, wanted.matrix)
    assert abs((found.rotation - wanted.rotation + 180) % 360 - 180) < 0.11  # both were rounded to a tenth
    assert found.scale == pytest.approx(wanted.scale, abs=1e-3)


def test_every_field_is_turned_or_the_same_from_both_sides():
    one = match(geometry(OUT_OF_BARS, 480 / 600, 640 / 360))
    other = turned(one)
    assert (other.a, other.b) == (one.b, one.a)
    assert other.segments == (Segment(a_start=10, a_end=12, b_start=1, b_end=5, speed=0.5, reversed=True),)
    assert other.frames == (FramePair(a_time=10.2, b_time=1.5, a_image="b.jpg", b_image="a.jpg", distance=3),)
    assert other.partings == (Parting(a_time=12, b_time=5, alike=0.1),)
    assert (other.jumps_a, other.jumps_b) == (one.jumps_b, one.jumps_a)
    same = {"apart", "kind", "strength", "descriptors", "notes"}  # they speak of both files alike
    assert all(getattr(other, name) == getattr(one, name) for name in same)
    seen = {"a", "b", "segments", "geometry", "frames", "partings", "jumps_a", "jumps_b"}
    assert {f.name for f in fields(Match)} == same | seen  # a new field has to be thought of here


def test_a_fit_that_folds_the_picture_flat_says_no_more_than_its_pose():
    flat = Geometry(matrix=(1.0, 0, 0, 0, 0, 0, 0, 0, 1.0), mirrored=True, words=("mirrored", "cropped to 3 % of it"))
    assert turned(match(flat)).geometry.words == ("mirrored",)


def test_turned_twice_is_what_it_was():
    one = match(geometry(turn(20, WIDE, TALL), WIDE, TALL))
    back = turned(turned(one))
    assert back.segments == one.segments
    assert back.geometry.words == one.geometry.words
    assert np.allclose(back.geometry.matrix, one.geometry.matrix)
