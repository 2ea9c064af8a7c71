"""What is said of clocks, counters and key pictures that break their order, from values as the reader gives them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verify.checks.course import CourseOfTheFile
from verify.records.media import Tag

QUIET = {"pictures": 300, "step": 0.04, "sound_step": 0.0213, "key_every": 30}
KEY = {"keys_out_of_turn": [{"second": 4.3, "picture": 129, "after": 9}]}
SOUND = {"sound_breaks": [{"second": 4.29, "step": -0.009, "usual": 0.0213}]}
BACK = {"clock_runs_back": [{"second": 4.3, "from": 5.7, "to": 1.4}]}
CODE = {"timecode_jumps": [{"second": 7.0, "before": "10:00:03:21", "after": "11:20:00:00"}]}


def ask(made, *parts, original=True, tags=(), **measures):
    values = {k: v for part in parts for k, v in part.items()}
    case = made.case(claim=replace(made.CLAIM, original=original), tags=tuple(tags))
    extra = {"course": values, **measures} if values else measures
    case = replace(case, examination=replace(case.examination, extra=extra))
    return CourseOfTheFile().run(case)


def test_a_file_whose_packets_were_not_read_is_not_tested(made):
    (found,) = ask(made)
    assert found.bearing == "not tested"


def test_a_file_without_breaks_is_said_to_show_none(made):
    (found,) = ask(made, QUIET)
    assert found.bearing == "neutral" and "40.0 ms apart without a break" in found.sentence
    (found,) = ask(made, {**QUIET, "step": 0.0})
    assert "uneven steps" in found.sentence


def test_several_signs_at_one_second_are_a_joint(made):
    (found,) = ask(made, QUIET, KEY, SOUND)
    assert (found.bearing, found.weight, found.part) == ("questions", "moderate", "original")
    assert "At 0:04.3 several things" in found.sentence and "key picture and sound's clock" in found.sentence
    assert "overlap by 30 ms" in found.evidence[0].value and "picture 129" in found.evidence[1].place
    (found,) = ask(made, QUIET, KEY, SOUND, original=None)
    assert found.bearing == "neutral"


def test_a_key_picture_out_of_turn_alone_is_not_told(made):
    (found,) = ask(made, QUIET, KEY)
    assert "nothing shows" in found.sentence


def test_a_restart_of_the_encoder_counts_beside_another_sign(made):
    restart = Tag(name="encoder restart", value="4.300", reader="boxes", place="moov/trak sample 130", note="same")
    (found,) = ask(made, QUIET, SOUND, tags=[restart])
    assert "encoder and sound's clock" in found.sentence
    (found,) = ask(made, QUIET, tags=[restart])
    assert "nothing shows" in found.sentence


def test_breaks_at_one_distance_are_segments_of_a_service(made):
    at = [6.0, 12.0, 18.0, 24.0]
    keys = {"keys_out_of_turn": [{"second": s, "picture": s * 25, "after": 7} for s in at]}
    counters = {"counters": [{"second": s, "packets": [{"byte": 1880, "track": 256}]} for s in at]}
    (found,) = ask(made, QUIET, keys, counters)
    assert found.bearing == "neutral" and "as segments of a stream" in found.sentence


@pytest.mark.parametrize(("sign", "bearing"), [(BACK, "questions"), (CODE, "questions"), (SOUND, "neutral")])
def test_a_lone_sign_is_told_with_what_it_may_mean(made, sign, bearing):
    (found,) = ask(made, QUIET, sign)
    assert found.bearing == bearing and found.limits and found.recheck
    assert ask(made, QUIET, sign, original=None)[0].bearing == "neutral"


def test_timecodes_of_pictures_count_as_those_of_tracks_do(made):
    (found,) = ask(made, QUIET, timecode=CODE)
    assert "from 10:00:03:21 to 11:20:00:00" in found.sentence


@pytest.mark.parametrize(
    ("sound", "words"), [(True, ", while the sound goes on"), (False, ", and the sound stops"), (None, "0:03.0.")]
)
def test_a_gap_says_what_the_sound_does(made, sound, words):
    (found,) = ask(made, QUIET, {"gaps": [{"start": 2.0, "end": 3.0, "sound_goes_on": sound}]})
    assert found.bearing == "neutral" and words in found.sentence


def test_values_of_another_shape_say_nothing(made):
    odd = {"gaps": [1], "sound_breaks": "x", "counters": [{"second": 1.0, "packets": 3}], "keys_out_of_turn": None}
    for found in ask(made, QUIET, odd, {"clock_runs_back": [{"second": "a"}]}):
        assert found.bearing == "neutral"
