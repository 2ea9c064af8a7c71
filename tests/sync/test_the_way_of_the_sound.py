"""Sound travel: taken out for a whole group and with its error, or not at all and said why."""

from __future__ import annotations

import pytest

from verify.checks.flash_to_bang import speed
from verify.coordinates import distance
from verify.records.claims import Place
from verify.records.stories import Alignment
from verify.sync.travel import Source, corrected

BLAST = Place(name="blast", latitude=50.604523, longitude=36.662919, radius=10)
NEAR = Place(name="near", latitude=50.601556, longitude=36.659211, radius=10)  # 421 m away
FAR = Place(name="far", latitude=50.594, longitude=36.656, radius=10)  # 1,270 m away
FARTHER = Place(name="farther", latitude=50.60, longitude=36.63, radius=10)  # 2,380 m away
WARM = Source(place=BLAST, celsius=5)
BANGS = {"a": (5.0, 9.0), "b": (4.0, 8.0), "c": (2.0,)}


def way(place):
    return distance((place.latitude, place.longitude), (BLAST.latitude, BLAST.longitude))


def heard(a="a", b="b", offset=1.0, **more):
    return Alignment(a=a, b=b, way="sound", offset=offset, error=0.02, confidence=0.99, basis="sound", **more)


def test_the_later_sound_of_the_farther_camera_is_taken_out():
    (found,) = corrected([heard()], {"a": NEAR, "b": FAR}, WARM, BANGS)
    later = (way(FAR) - way(NEAR)) / speed(5)
    assert later > 2
    assert found.travel == pytest.approx(later, abs=0.02) and found.offset == pytest.approx(1 + later, abs=0.02)
    # 10 m of each camera and twice 10 m of the blast are 0.12 s, wind and air over 1.7 km another 0.2 s.
    assert 0.2 < found.error < 0.4
    assert "421 m" in found.basis and "before that +1.00 s" in found.basis


def test_an_unknown_temperature_widens_the_error():
    known, unknown = (
        corrected([heard()], {"a": NEAR, "b": FAR}, source, BANGS)[0] for source in (WARM, Source(place=BLAST))
    )
    assert unknown.error > 1.3 * known.error and "-20 to 40" in unknown.basis


@pytest.mark.parametrize(
    ("cameras", "source", "bangs", "why"),
    [
        ({"a": NEAR}, WARM, BANGS, "not every camera"),
        ({"a": NEAR, "b": FAR}, None, BANGS, "where the sound came from"),
        ({"a": NEAR, "b": FAR}, WARM, {"a": (5.0,), "b": (6.0,)}, "no sudden sound"),
        ({"a": NEAR, "b": FAR}, WARM, {}, "no sudden sound"),
        ({"a": NEAR, "b": Place(name="town", latitude=50.6, longitude=36.66, radius=5000)}, WARM, BANGS, "known to"),
    ],
)
def test_what_is_not_known_well_enough_is_not_corrected_and_says_why(cameras, source, bangs, why):
    (found,) = corrected([heard()], cameras, source, bangs)
    assert (found.offset, found.error, found.travel) == (1.0, 0.02, 0.0)
    assert "not corrected" in found.basis and why in found.basis


def test_three_clips_are_corrected_together_or_not_at_all():
    """Two of three corrected would contradict the third, and all would be lost from the clock."""
    three = [heard(), heard("a", "c", 3.0), heard("b", "c", 2.0)]
    all_known = corrected(three, {"a": NEAR, "b": FAR, "c": FARTHER}, WARM, BANGS)
    assert all(one.travel for one in all_known)
    assert all_known[0].offset + all_known[2].offset == pytest.approx(all_known[1].offset, abs=0.01), "the loop closes"
    assert not any(one.travel for one in corrected(three, {"a": NEAR, "b": FAR}, WARM, BANGS))


def test_flashes_and_what_was_declined_are_left_as_they_are():
    light = Alignment(a="a", b="b", way="flash", offset=1.0, error=0.1)
    no = heard(declined="nothing in common")
    assert corrected([light, no], {"a": NEAR, "b": FAR}, WARM, BANGS) == [light, no]
