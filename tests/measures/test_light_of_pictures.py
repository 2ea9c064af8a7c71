"""Blue sky, even light, darkness, lamps, fades and pictures without colour."""

import numpy as np
import pytest

from verify.measures import light


def picture(blue, green, red, noise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    made = np.empty((48, 64, 3))
    made[:] = (blue, green, red)
    return np.clip(made + rng.normal(0, noise, made.shape), 0, 255).astype(np.uint8)


def with_ground(sky, ground):
    both = sky.copy()
    both[24:] = ground[24:]
    return both


def lamps(dark):
    lit = dark.copy()
    lit[30:32, 10:12] = lit[28:30, 40:42] = (150, 220, 255)
    return lit


SKY = with_ground(picture(220, 160, 110), picture(60, 90, 70, 12))
NIGHT = picture(14, 10, 8, 2)
ROOM = picture(90, 110, 130, 25)
WALL = with_ground(picture(225, 228, 230), picture(90, 100, 120, 25))


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        (SKY, "blue sky"),
        (NIGHT, "cannot tell"),  # nothing brighter than a fade to black
        (picture(24, 16, 12, 3), "dark"),
        (lamps(NIGHT), "dark with lamps"),
        (ROOM, "lit throughout"),  # so is many a room, and the check says so
        (WALL, "lit throughout"),
        (picture(120, 120, 120, 0), "cannot tell"),
        (with_ground(picture(190, 195, 200), picture(110, 130, 120, 20)), "lit throughout"),
        (with_ground(picture(190, 195, 200), picture(30, 30, 32, 8)), "cannot tell"),  # lit above, dark below
        (with_ground(picture(20, 22, 26, 4), picture(150, 160, 160, 10)), "cannot tell"),  # floodlit under a dark sky
        (picture(30, 130, 250, 10), "cannot tell"),  # one strong colour
        (picture(15, 15, 15, 0), "cannot tell"),
    ],
)
def test_are_told_or_left_alone(shown, kind):
    assert light.told([light.look(t / 2, shown) for t in range(20)])["kind"] == kind


def test_without_colour_say_so():
    grey = np.repeat(picture(40, 40, 40, 30)[:, :, :1], 3, axis=2)
    told = light.told([light.look(0.0, grey)])
    assert told["kind"] == "cannot tell" and "no colour" in told["reason"]


def test_that_disagree_cannot_be_told():
    looks = [light.look(t / 2, SKY if t % 2 else picture(24, 16, 12, 3)) for t in range(20)]
    assert light.told(looks)["kind"] == "cannot tell"


def test_of_a_long_clip_have_a_trend():
    looks = [light.look(float(t), picture(34 + t / 20, 26 + t / 20, 22 + t / 20)) for t in range(0, 1200, 10)]
    trend = light.told(looks)["trend"]
    assert trend["seconds"] == 1190.0 and trend["last"] > trend["first"] + 0.1
    assert "trend" not in light.told(looks[:30])


def test_of_real_thermal_and_daylight_clips(look, shared):
    thermal = look(shared / "videos" / "dronedetectionthesis__IR_DRONE_007.mp4").extra["light"]
    assert thermal["kind"] == "cannot tell" and "no colour" in thermal["reason"]
    sky = look(shared / "videos" / "dronedetectionthesis__V_DRONE_101.mp4").extra["light"]
    assert sky["kind"] == "blue sky"
