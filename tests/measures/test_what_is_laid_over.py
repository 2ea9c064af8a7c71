"""A logo over a moving picture is found where it was drawn; a fixed camera gives no answer."""

import cv2
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


def test_a_border_is_no_overlay(look, made, tmp_path):
    def draw(at):
        picture = made.panned(at)
        picture[:, :40] = picture[:, -40:] = 0
        return picture

    assert look(made.write(tmp_path / "clip.mp4", draw)).extra["overlay"]["boxes"] == []
