"""What sound at the cuts and music mean for the claim that a clip is original."""

from dataclasses import replace

import pytest

from verify.checks import summary
from verify.checks.sound_over import SoundOverPicture
from verify.records.media import Curve, Keyframe, Shot, Sound, Stream

ENVELOPE = Curve(name="sound level", unit="dBFS", start=0.0, step=0.1, values=(-20.0,))
HEARD = Sound(sample_rate=16000, channels=1, duration=30.0, envelope=ENVELOPE)
SHOTS = tuple(Shot(start=a, end=a + 6.0) for a in (0.0, 6.0, 12.0, 18.0, 24.0))
KEYFRAME = Keyframe(time=6.5, shot=1, path="keyframes/001.jpg", width=640, height=360, sharpness=9.0)
SEARCHED = {"stretches": [], "searched_seconds": 29.7, "most_tuned": 2.0}
MUSIC = SEARCHED | {"stretches": [{"start": 4.0, "end": 20.0, "tuned": 18.2, "pitches": 31}]}


def row(shot, through=0, step=0.0, bands=0):
    return {
        "shot": shot,
        "time": shot - 0.04,
        "through": through,
        "hertz": [440, 660][:through],
        "step": step,
        "bands": bands,
    }


def ask(made, *rows, original=True, sound=HEARD, shots=SHOTS, streams=(), music=SEARCHED, **changes):
    case = made.case(claim=replace(made.CLAIM, original=original))
    extra = {"sound_at_cuts": {"cuts": list(rows)}, "music": music}
    examination = replace(
        case.examination, extra=extra, sound=sound, shots=shots, keyframes=(KEYFRAME,), streams=streams, **changes
    )
    return SoundOverPicture().run(replace(case, examination=examination))


@pytest.mark.parametrize(
    ("cuts", "bearing", "weight"),
    [((6.0,), "neutral", "weak"), ((6.0, 12.0), "questions", "weak"), ((6.0, 12.0, 18.0), "questions", "moderate")],
)
def test_sound_that_runs_on_weighs_by_how_many_cuts_it_runs_through(made, cuts, bearing, weight):
    found, _ = ask(made, *(row(at, through=2) for at in cuts))
    assert (found.bearing, found.part, found.weight) == (bearing, "original", weight)
    assert "runs on unbroken while the picture is cut at 0:06.0" in found.sentence
    for meant in ("laid over", "kept under the pictures of others", "several cameras"):
        assert meant in found.sentence
    assert f"At {4 - len(cuts)} cut" in found.sentence and "it cannot be told" in found.sentence
    assert found.evidence[0].place == "0:06.0" and "440 Hz and 660 Hz" in found.evidence[0].value
    assert found.evidence[1].image == KEYFRAME.path


def test_who_claims_nothing_of_editing_is_not_questioned(made):
    rows = [row(at, through=3) for at in (6.0, 12.0, 18.0)]
    assert ask(made, *rows, original=False)[0].bearing == "neutral"
    assert ask(made, *rows, original=None)[0].bearing == "neutral"


def test_one_tone_alone_and_places_that_are_no_cuts_do_not_count(made):
    found, _ = ask(made, row(6.0, through=1), row(12.0, through=1), row(9.3, through=9), row(20.1, step=20.0, bands=12))
    assert found.bearing == "not tested" and "4 cuts cannot be told" in found.sentence


def test_sound_that_changes_with_the_picture_is_neutral(made):
    found, _ = ask(made, row(6.0, step=4.0, bands=9), row(12.0, step=1.9, bands=9), row(18.0, step=9.0, bands=5))
    assert found.bearing == "neutral" and "changes where the picture is cut, at 0:06.0, as" in found.sentence
    assert "At 3 cuts" in found.sentence and "4 dB apart" in found.evidence[0].value
    both, _ = ask(made, row(6.0, step=4.0, bands=9), row(12.0, through=2, step=4.0, bands=9))
    assert (
        "while the picture is cut at 0:12.0" in both.sentence and "changes with the picture at 0:06.0" in both.sentence
    )


def test_music_alone_is_neutral_and_its_origin_left_open(made):
    _, found = ask(made, music=MUSIC)
    assert found.bearing == "neutral" and "Music is heard from 0:04.0 to 0:20.0" in found.sentence
    assert "not established" in found.sentence and "31 pitches" in found.evidence[0].value
    assert "a commentary" in found.limits
    _, none = ask(made)
    assert "No music was recognised" in none.sentence and not none.evidence


def test_music_is_named_where_it_is_what_runs_on(made):
    inside, _ = ask(made, row(6.0, through=2), row(12.0, through=2), music=MUSIC)
    assert "runs on unbroken, with music in it, while" in inside.sentence
    beyond, _ = ask(made, row(6.0, through=2), row(24.0, through=2), music=MUSIC)
    assert "with music" not in beyond.sentence


def test_what_was_not_tested_says_why(made):
    audio = Stream(index=1, kind="audio", codec="aac")
    told = {
        "the clip has no sound track": ask(made, sound=None),
        "could not be measured": ask(made, sound=None, streams=(audio,)),
        "the clip is silent": ask(made, sound=replace(HEARD, silent=True)),
        "no length": ask(made, duration=None),
        "could not be examined": SoundOverPicture().run(made.case(examination=None)),
    }
    for why, (found,) in told.items():
        assert found.bearing == "not tested" and why in found.sentence
    uncut, music = ask(made, shots=SHOTS[:1])
    assert uncut.bearing == "not tested" and "no clear cuts" in uncut.sentence and music.bearing == "neutral"
    listed = summary.not_established(made.case(), (uncut,))
    assert any("Not tested (sound over picture)" in line and "no clear cuts" in line for line in listed)


def test_odd_values_count_as_not_measured(made):
    odd = [{"shot": "6"}, {"shot": 6.0, "time": float("nan")}, None, row(6.0) | {"hertz": "440", "through": 2}]
    found, music = ask(made, *odd, music={"stretches": "no"})
    assert found.bearing == "neutral" and found.evidence
    assert music.bearing == "not tested"
