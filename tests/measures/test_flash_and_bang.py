"""A flash and a bang at known seconds, found by the real decoder; cuts, movement and lamps are no flash."""

import numpy as np
import pytest

from verify.measures.flash import flashes
from verify.measures.sound import FLOOR, impulses


@pytest.fixture(scope="module")
def exploding(made, tmp_path_factory):
    def draw(at):
        picture = made.night(at)
        if at >= 4.0:
            glow = np.exp(-(at - 4.0) / 0.3)
            picture = np.clip(picture + np.array([120, 170, 200]) * glow, 0, 255).astype(np.uint8)
        return picture

    path = tmp_path_factory.mktemp("clips") / "exploding.mp4"
    return made.write(path, draw, made.bang(made.hum(), 5.5))


def test_are_found_at_their_seconds(exploding, look):
    seen = look(exploding)
    (flash,) = seen.extra["flash"]["flashes"]
    assert flash["time"] == pytest.approx(4.0, abs=0.13)
    assert seen.sound.impulses == pytest.approx((5.5,), abs=0.05)
    assert seen.sound.silent is False
    assert seen.extra["light"]["kind"] == "dark with lamps"


def test_become_the_distance_they_were_made_with(exploding, look, made):
    from verify.checks.flash_to_bang import FlashToBang
    from verify.records.cases import Case, Item
    from verify.records.media import MediaFile

    media = MediaFile(sha256="a" * 64, size=1, role="evidentiary copy", path="", name="exploding.mp4")
    case = Case(item=Item(id="1", target="", media=media), examination=look(exploding))
    (found,) = FlashToBang().run(case)
    assert "after 1.5" in found.sentence or "after 1.4" in found.sentence
    nearest, farthest = found.sentence.split("was ")[1].split(" from")[0].replace(" m", "").split(" to ")
    assert int(nearest) < 1.5 * 340 < int(farthest)


def row(time, rise=0.0, fall=0.0, brighter=0.0, darker=0.0, mean=50.0):
    return (time, rise, fall, brighter, darker, mean)


def quiet(start, end, mean=50.0):
    return [row(t, 2, 2, 0.3, 0.3, mean) for t in np.arange(start, end, 0.125)]


@pytest.mark.parametrize(
    ("what", "rise", "after"),
    [
        ("a flash", row(4.0, 120, 1, 30, 0.1, 80.0), 52.0),
        ("a cut, which darkens as much as it brightens", row(4.0, 120, 110, 30, 28, 55.0), 55.0),
        ("a lamp that stays on", row(4.0, 120, 1, 30, 0.1, 80.0), 80.0),
        ("a small movement", row(4.0, 20, 1, 1, 0.1, 51.0), 50.0),
    ],
)
def test_only_a_flash_is_a_flash(what, rise, after):
    rows = np.array([*quiet(1.0, 4.0), rise, *quiet(4.125, 8.0, after)])
    assert [f["time"] for f in flashes(rows)] == ([4.0] if what == "a flash" else [])


def test_nothing_is_sudden_after_a_gap():
    rows = np.array([*quiet(0.0, 1.0), row(4.0, 120, 1, 30, 0.1, 80.0), *quiet(4.125, 8.0, 52.0)])
    assert flashes(rows) == []


def test_sound_that_begins_out_of_digital_silence_is_no_bang():
    levels = np.full(400, FLOOR)
    levels[200:] = -20.0
    assert impulses(levels) == []
    levels[:200] = -60.0
    assert [i.time for i in impulses(levels)] == pytest.approx([2.0], abs=0.02)


def test_a_slow_swell_is_no_bang():
    assert impulses(np.linspace(-60, -10, 600)) == []
