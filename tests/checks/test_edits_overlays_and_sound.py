"""What the measures of editing mean for the claim that a clip is original."""

from dataclasses import replace

import pytest

from verify.checks.edits import EditsInside
from verify.checks.overlays import OverlaysInPicture
from verify.checks.sound import SoundOfClip
from verify.records.media import Curve, Keyframe, Shot, Sound, Stream

REPEAT = {"start": 1.4, "end": 5.0, "again": 7.0, "ratio": 0.4, "backwards": False}
STILL = {"start": 2.0, "end": 4.5, "plain": False}
ENVELOPE = Curve(name="sound level", unit="dBFS", start=0.0, step=0.1, values=(-20.0,))
HEARD = Sound(sample_rate=16000, channels=1, duration=10.0, envelope=ENVELOPE)


def ask(check, made, *, original=True, sound=None, shots=(), keyframes=(), streams=(), curves=(), **extra):
    case = made.case(claim=replace(made.CLAIM, original=original))
    parts = {"sound": sound, "shots": shots, "keyframes": keyframes, "streams": streams, "curves": curves}
    examination = replace(case.examination, extra=extra, **parts)
    return check().run(replace(case, examination=examination))


def test_a_repeat_questions_that_the_clip_is_original(made):
    (found,) = ask(EditsInside, made, edits={"repeats": [REPEAT], "still": [], "gaps": []})
    assert (found.bearing, found.part, found.weight) == ("questions", "original", "moderate")
    assert "the seconds 0:01.4 to 0:05.0 come again from 0:07.0 on" in found.sentence


def test_a_boomerang_is_told_in_reverse(made):
    (found,) = ask(EditsInside, made, edits={"repeats": [REPEAT | {"backwards": True}]})
    assert "in reverse" in found.sentence


def test_a_still_stretch_weighs_little_and_a_plain_one_nothing(made):
    (found,) = ask(EditsInside, made, edits={"still": [STILL]})
    assert (found.bearing, found.weight) == ("questions", "weak")
    (plain,) = ask(EditsInside, made, edits={"still": [STILL | {"plain": True}], "searched_seconds": 30.0})
    assert plain.bearing == "neutral" and "the first 0:30.0" in plain.sentence


def test_a_clip_that_hardly_moves_is_called_a_series_of_stills(made):
    (found,) = ask(EditsInside, made, edits={"still": [STILL], "still_share": 0.93})
    assert (found.bearing, found.weight) == ("questions", "moderate")
    assert "series of still pictures: for 93%" in found.sentence


@pytest.mark.parametrize("original", [None, False])
def test_editing_is_neutral_where_nobody_claims_an_original(made, original):
    (found,) = ask(EditsInside, made, original=original, edits={"repeats": [REPEAT], "gaps": [STILL]})
    assert found.bearing == "neutral" and "no picture from" in found.sentence


def test_missing_pictures_alone_are_neutral(made):
    (found,) = ask(EditsInside, made, edits={"gaps": [STILL]})
    assert found.bearing == "neutral" and "no picture from 0:02.0 to 0:04.5" in found.sentence


def test_cuts_are_told_with_their_keyframes(made):
    shots = (Shot(start=0.0, end=4.0), Shot(start=4.0, end=9.0))
    keyframes = (Keyframe(time=5.0, shot=1, path="keyframes/2.jpg", width=64, height=48, sharpness=1.0),)
    _, cuts = ask(EditsInside, made, edits={"repeats": []}, shots=shots, keyframes=keyframes)
    assert (cuts.bearing, cuts.weight) == ("questions", "weak")
    assert "2 shots" in cuts.sentence and "0:04.0" in cuts.sentence
    assert [e.image for e in cuts.evidence] == ["", "keyframes/2.jpg"]


def changes(*values):
    return (Curve(name="change", unit="share of full", start=0.0, step=0.125, values=values),)


TWO_SHOTS = (Shot(start=0.0, end=1.0), Shot(start=1.0, end=2.0))


@pytest.mark.parametrize(
    "beside",
    [
        (0.20, 0.18, 0.22, 0.19),  # a hand that shakes
        (0.12, 0.0, 0.0, 0.0),  # a recorder that holds each picture for half a second
    ],
    ids=["all moves", "pictures are held"],
)
def test_what_changes_as_much_beside_it_is_not_told_as_a_cut(made, beside):
    """Unbroken recordings of phones and of a thermal camera were said to consist of 17 and of 2 shots."""
    curve = changes(0.0, *beside, *beside[:3], 0.25, *beside, *beside)
    _, found = ask(EditsInside, made, edits={"repeats": []}, shots=TWO_SHOTS, curves=curve)
    assert found.bearing == "neutral"
    assert "changes abruptly at 0:01.0" in found.sentence and "shots" not in found.sentence


@pytest.mark.parametrize("beside", [0.03, 0.0], ids=["moving", "between stills"])
def test_what_stands_out_from_what_is_beside_it_is_told_as_a_cut(made, beside):
    curve = changes(0.0, *[beside] * 7, 0.25, *[beside] * 7)
    _, found = ask(EditsInside, made, edits={"repeats": []}, shots=TWO_SHOTS, curves=curve)
    assert (found.bearing, found.weight) == ("questions", "weak") and "2 shots" in found.sentence


def test_cuts_and_what_may_be_cuts_are_told_apart(made):
    shots = (*TWO_SHOTS, Shot(start=2.0, end=3.0))
    curve = changes(0.0, *[0.03] * 7, 0.25, *[0.03] * 5, 0.2, 0.2, 0.25, *[0.2] * 4)
    _, cut, doubtful = ask(EditsInside, made, edits={"repeats": []}, shots=shots, curves=curve)
    assert "2 shots at least" in cut.sentence and "0:01.0" in cut.sentence and "0:02.0" not in cut.sentence
    assert doubtful.bearing == "neutral" and "0:02.0" in doubtful.sentence


def test_edits_not_measured_are_not_tested(made):
    assert [f.bearing for f in ask(EditsInside, made)] == ["not tested"]


def test_an_overlay_is_placed_in_words_and_in_numbers(made):
    values = {"told": True, "boxes": [{"box": [0.897, 0.044, 0.953, 0.144], "edges": 289}]}
    (found,) = ask(OverlaysInPicture, made, overlay=values)
    assert (found.bearing, found.weight) == ("questions", "weak")
    assert "1 region of the picture stays at its place" in found.sentence and "top right" in found.sentence
    assert found.evidence[0].place == "0.897, 0.044, 0.953, 0.144"
    (unclaimed,) = ask(OverlaysInPicture, made, original=None, overlay=values)
    assert unclaimed.bearing == "neutral"


def test_a_box_is_drawn_into_the_keyframe_of_its_time(made):
    box = {"box": [0.1, 0.8, 0.5, 0.9], "edges": 289, "start": 20.0, "end": 30.0, "windows": 1}
    keyframes = tuple(
        Keyframe(time=t, shot=0, path=f"keyframes/{t:.0f}.jpg", width=64, height=48, sharpness=1.0) for t in (1.0, 24.0)
    )
    (found,) = ask(OverlaysInPicture, made, keyframes=keyframes, overlay={"told": True, "boxes": [box]})
    assert found.evidence[0].image == "keyframes/24.jpg"
    assert found.evidence[0].outline == ((0.1, 0.8), (0.5, 0.8), (0.5, 0.9), (0.1, 0.9))
    assert "seen from 0:20.0 to 0:30.0" in found.evidence[0].value


def test_bars_are_told_under_a_camera_that_stands(made):
    bars = [
        {"side": "bottom", "thickness": 0.22, "luma": 33, "writing": True},
        {"side": "odd", "thickness": 1, "luma": 1},
    ]
    bar, fixed = ask(OverlaysInPicture, made, bars={"bars": bars}, overlay={"told": False, "reason": "it stands"})
    assert (bar.bearing, fixed.bearing) == ("questions", "not tested")
    assert "a black bar with writing in it at the bottom (22% of the height)" in bar.sentence
    assert bar.evidence[0].outline[0] == (0.0, 0.78)


def test_no_overlay_and_no_answer_are_two_things(made):
    (none,) = ask(OverlaysInPicture, made, overlay={"told": True, "boxes": []})
    (fixed,) = ask(OverlaysInPicture, made, overlay={"told": False, "reason": "the camera hardly moves"})
    assert (none.bearing, fixed.bearing) == ("neutral", "not tested")
    assert "the camera hardly moves" in fixed.sentence


def test_sound_that_is_missing_muted_or_whole(made):
    audio = Stream(index=1, kind="audio", codec="aac")
    loud = {"loudest": -12.0, "repeats": [], "digital_silences": [], "all_digital_silence": False}
    told = [
        ask(SoundOfClip, made),
        ask(SoundOfClip, made, streams=(audio,)),
        ask(SoundOfClip, made, sound=HEARD),
    ]
    assert "no sound track" in told[0][0].sentence
    assert told[1][0].bearing == "not tested"
    assert told[2][0].bearing == "neutral"
    case = made.case()
    for values, silent, words in (
        (loud, False, "runs through"),
        (loud | {"loudest": -70.0}, True, "silent throughout (loudest -70 dBFS)"),
        (loud | {"all_digital_silence": True}, True, "digital silence only"),
        (loud | {"repeats": [REPEAT], "digital_silences": [STILL]}, False, "music and sound laid over"),
    ):
        examination = replace(case.examination, sound=replace(HEARD, silent=silent), extra={"sound": values})
        (found,) = SoundOfClip().run(replace(case, examination=examination))
        assert found.bearing == "neutral" and words in found.sentence
    (unexamined,) = SoundOfClip().run(made.case(examination=None))
    (still,) = SoundOfClip().run(replace(case, examination=replace(case.examination, duration=None)))
    assert unexamined.bearing == still.bearing == "not tested"
