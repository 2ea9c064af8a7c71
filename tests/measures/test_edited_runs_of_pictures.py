"""Stills, loops, boomerangs and gaps made on purpose, through the real encoder and decoder."""

import numpy as np
import pytest

from verify.measures import repeats


def extra(look, made, tmp_path, draw, **how):
    return look(made.write(tmp_path / "clip.mp4", draw, **how)).extra["edits"]


def test_a_camera_that_simply_runs_shows_none(look, made, tmp_path):
    found = extra(look, made, tmp_path, made.panned)
    assert (found["still"], found["repeats"], found["gaps"]) == ([], [], [])
    assert found["searched_seconds"] == pytest.approx(9.9, abs=0.2)


def test_a_frozen_stretch_is_found_where_it_is(look, made, tmp_path):
    (still,) = extra(look, made, tmp_path, lambda at: made.panned(min(at, 3.0) if at < 5.5 else at))["still"]
    assert (still["start"], still["end"]) == pytest.approx((3.0, 5.5), abs=0.3)
    assert still["plain"] is False


def test_a_black_stretch_is_plain(look, made, tmp_path):
    black = np.zeros((made.HEIGHT, made.WIDTH, 3), np.uint8)
    found = extra(look, made, tmp_path, lambda at: black if 3.0 <= at < 5.0 else made.panned(at))
    assert [s["plain"] for s in found["still"]] == [True]


def test_a_slide_show_stands_still_all_the_time(look, made, tmp_path):
    assert extra(look, made, tmp_path, lambda at: made.panned(float(int(at / 2) * 2)))["still_share"] > 0.9


def test_a_loop_is_found_with_both_its_places(look, made, tmp_path):
    found = extra(look, made, tmp_path, lambda at: made.panned(at if at < 6.0 else at - 4.7))["repeats"]
    assert len(found) == 1 and not found[0]["backwards"]
    assert found[0]["again"] - found[0]["start"] == pytest.approx(4.7, abs=0.2)
    assert found[0]["end"] - found[0]["start"] > 2.0


def test_a_boomerang_is_found_backwards(look, made, tmp_path):
    found = extra(look, made, tmp_path, lambda at: made.panned(at if at < 5.0 else 10.0 - at))["repeats"]
    assert [r["backwards"] for r in found] == [True]


def test_pictures_left_out_are_a_gap(look, made, tmp_path):
    (gap,) = extra(look, made, tmp_path, made.panned, skip=((4.0, 6.5),))["gaps"]
    assert (gap["start"], gap["end"]) == pytest.approx((4.0, 6.5), abs=0.2)


def test_noise_and_standing_pictures_never_come_again():
    rng = np.random.default_rng(0)
    assert repeats.find(rng.normal(0, 30, (400, 48)).astype(np.float32), 16, 0.6, 0.3, backwards=True) == []
    assert repeats.find(np.ones((400, 48), np.float32), 16, 0.6, 0.3, backwards=True) == []
    assert repeats.find(np.zeros((3, 48), np.float32), 16, 0.6, 0.3) == []


def test_a_repeat_that_starts_between_two_rows_is_found():
    angle = np.linspace(0, 40, 4000)
    moving = np.stack([np.sin(angle * k + k * k) * 40 for k in np.linspace(0.3, 3, 48)], axis=1).astype(np.float32)
    rows = np.concatenate([moving[0:2000:20], moving[410:1410:20]])  # the copy starts half a row late
    found = repeats.find(rows, 16, 0.6, 0.3)
    assert len(found) == 1 and found[0].again - found[0].first == pytest.approx(79.5, abs=1)


@pytest.mark.parametrize(("off", "found"), [(0.2, True), (0.57, False)])
def test_what_turns_comes_back_nearly_and_is_no_copy(off, found):
    """A radar that turns came back within 0.59 of what neighbours differ; copies differ by 0.55 at most."""
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(0, 8, (120, 48)), axis=0)
    neighbours = np.abs(np.diff(walk, axis=0)).mean()
    again = walk[20:60] + rng.choice([-1.0, 1.0], (40, 48)) * neighbours * off
    rows = np.concatenate([walk, again]).astype(np.float32)
    assert repeats.find(rows, 16, 0.6, 0.3)
    assert bool(repeats.find(rows, 16, 0.6, 0.3, mean=0.55)) is found
