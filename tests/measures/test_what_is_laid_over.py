"""A logo over a moving picture is found where it was drawn; a fixed camera gives no answer."""

import cv2
import numpy as np
import pytest


def logo(picture, left=240, top=12):
    cv2.putText(picture, "NEWS 24", (left, top + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 2)
    cv2.rectangle(picture, (left - 4, top - 4), (left + 72, top + 18), (255, 255, 255), 1)
    return picture


def test_a_logo_is_found_at_its_place(look, made, tmp_path):
    seen = look(made.write(tmp_path / "clip.mp4", lambda at: logo(made.panned(at))))
    (box,) = seen.extra["overlay"]["boxes"]
    assert box["box"] == pytest.approx([236 / 320, 8 / 180, 312 / 320, 30 / 180], abs=0.03)


def test_nothing_over_a_moving_picture_is_told_as_nothing(look, made, tmp_path):
    seen = look(made.write(tmp_path / "clip.mp4", made.panned)).extra["overlay"]
    assert seen["told"] is True and seen["boxes"] == []


def test_a_camera_that_stands_gives_no_answer(look, made, tmp_path):
    def draw(at):
        picture = made.panned(0.0)
        cv2.circle(picture, (int(20 + 28 * at), 90), 30, (250, 250, 250), -1)
        return logo(picture)

    seen = look(made.write(tmp_path / "clip.mp4", draw)).extra["overlay"]
    assert seen["told"] is False and "boxes" not in seen


def test_a_logo_of_the_second_half_is_found_with_its_time(look, made, tmp_path):
    def draw(at):
        return logo(made.panned(at)) if at >= 10 else made.panned(at)

    seen = look(made.write(tmp_path / "clip.mp4", draw, seconds=20.0))
    (box,) = seen.extra["overlay"]["boxes"]
    assert 7 <= box["start"] <= 13 and box["end"] >= 18


def test_bars_are_found_also_where_nothing_moves(look, made, tmp_path):
    def draw(at):
        picture = made.panned(0.0)
        cv2.circle(picture, (int(20 + 28 * at), 90), 30, (250, 250, 250), -1)
        picture[:36] = 255
        cv2.putText(picture, "STRIKE", (100, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 2)
        picture[:, :20] = 0
        return picture

    bars = {b["side"]: b for b in look(made.write(tmp_path / "clip.mp4", draw)).extra["bars"]["bars"]}
    assert bars["left"]["thickness"] == pytest.approx(20 / 320, abs=0.01) and not bars["left"]["writing"]
    assert bars["left"]["luma"] < 10 and "right" not in bars and "bottom" not in bars


def test_a_caption_bar_is_found_with_its_writing(look, made, tmp_path):
    def draw(at):
        picture = made.panned(at)
        picture[:36] = 255
        cv2.putText(picture, "STRIKE", (100, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 2)
        return picture

    (bar,) = look(made.write(tmp_path / "clip.mp4", draw)).extra["bars"]["bars"]
    assert (bar["side"], bar["writing"]) == ("top", True)
    assert bar["thickness"] == pytest.approx(36 / 180, abs=0.012)


def test_a_sky_that_fades_into_the_picture_is_no_bar(look, made, tmp_path):
    def draw(at):
        picture = made.panned(at).astype(float)
        share = np.clip((np.arange(180) - 40) / 40, 0, 1)[:, None, None]
        return (picture * share + 235 * (1 - share)).astype(np.uint8)

    assert look(made.write(tmp_path / "clip.mp4", draw)).extra["bars"]["bars"] == []


def test_a_border_is_no_overlay(look, made, tmp_path):
    def draw(at):
        picture = made.panned(at)
        picture[:, :40] = picture[:, -40:] = 0
        return picture

    assert look(made.write(tmp_path / "clip.mp4", draw)).extra["overlay"]["boxes"] == []


def test_a_wall_that_stands_while_a_speaker_moves_is_no_overlay(look, made, tmp_path):
    """A speaker filled most of an unseen clip; the wall beside him, 36 % of the picture, was called a caption."""

    def draw(at):
        picture = made.panned(at)
        picture[30:174, :144] = made.panned(0.0)[30:174, :144]
        return picture

    seen = look(made.write(tmp_path / "clip.mp4", draw)).extra["overlay"]
    assert seen["told"] is False and "boxes" not in seen


@pytest.mark.parametrize(
    ("period", "wide", "mark"), [(5.0, 120, (150, 92)), (2.0, 120, (150, 92)), (3.0, 110, (280, 150))]
)
def test_a_small_thing_that_traffic_never_hides_is_no_logo(look, made, tmp_path, period, wide, mark):
    """A camera at rest: what passes hides all but a strip of the scene, and never a mark on the road."""

    def draw(at):
        picture = made.panned(at)
        left = int((320 - wide) * abs((at / period) % 2 - 1))
        picture[:, left : left + wide] = made.panned(0.0)[:, left : left + wide]
        cv2.putText(picture, "|||||", mark, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
        return picture

    seen = look(made.write(tmp_path / "clip.mp4", draw)).extra["overlay"]
    assert not seen.get("boxes"), seen
