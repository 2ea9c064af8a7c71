"""Handles lead, dates are compared with care, and nothing that is written in a picture is taken for so."""

from dataclasses import replace

import pytest

from verify.checks.writing import WritingInPicture
from verify.records.media import Keyframe

KEYFRAME = Keyframe(time=2.0, shot=0, path="keyframes/001.jpg", width=64, height=48, sharpness=1.0)


def line(text, **changes):
    box = [0.1, 0.8, 0.5, 0.9]
    given = {"text": text, "box": box, "time": 2.0, "image": "keyframes/001.jpg", "confidence": 91.2, "pictures": 1}
    return given | changes


def ask(made, *lines, told=True, claim=True):
    case = made.case(claim=made.CLAIM if claim else None)
    extra = {"writing": {"told": told, "reason": "tesseract is not installed", "lines": list(lines)}}
    return WritingInPicture().run(
        replace(case, examination=replace(case.examination, extra=extra, keyframes=(KEYFRAME,)))
    )


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("смотрите @kyiv_watch24", "@kyiv_watch24"),
        ("t.me/novosti_bryansk", "t.me/novosti_bryansk"),
        ("www.example-news.ru", "example-news.ru"),
        ("TikTok: @ somebody", "@ somebody"),
    ],
)
def test_a_handle_is_a_lead_and_nothing_more(made, text, lead):
    found = next(f for f in ask(made, line(text)) if "a lead" in f.sentence)
    assert (found.bearing, found.part) == ("neutral", "source")
    assert f"“{lead}”" in found.sentence and "not to who filmed it" in found.sentence
    assert found.evidence[0].image == "keyframes/001.jpg" and len(found.evidence[0].outline) == 4


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("TikTok", "TikTok"),
        ("POND5", "Pond5"),
        ("getty images", "Getty Images"),
        ("iStock", "iStock"),
        ("Make AGIF", "MakeAGif"),
    ],
)
def test_a_mark_is_told_with_its_owner_and_as_what_it_is(made, text, owner):
    (found,) = ask(made, line(text))
    assert (found.bearing, found.part) == ("neutral", "source")
    assert (
        f"“{text}”" in found.sentence
        and f"the mark of {owner}" in found.sentence
        and "made to look so" in found.sentence
    )


@pytest.mark.parametrize("text", ["in stock now", "tik and tok", "gifts", "pond 51"])
def test_other_words_are_no_marks(made, text):
    (found,) = ask(made, line(text))
    assert "mark of" not in found.sentence


def test_the_keyframe_of_another_second_is_said_so(made):
    (found,) = ask(made, line("@kyiv_watch24", time=3.5, shown=2.0))
    assert found.evidence[0].place.endswith("; the keyframe shown is of second 2.0")
    (same,) = ask(made, line("@kyiv_watch24", shown=2.0))
    assert "keyframe shown" not in same.evidence[0].place


def test_a_date_of_another_year_questions_weakly(made):
    (found,) = ask(made, line("CAM 2  14.11.2015 22:10:03"))
    assert (found.bearing, found.part, found.weight) == ("questions", "when", "weak")
    assert "“14.11.2015”" in found.sentence and "if it was read rightly" in found.sentence


def test_a_date_with_a_short_year_never_questions(made):
    (found,) = ask(made, line("1-05-26 GATE 2"))
    assert (found.bearing, found.part) == ("neutral", "when") and "a piece of another number" in found.sentence


@pytest.mark.parametrize("text", ["01.04.2022 05:43", "04/01/2022", "2022-04-01 05:10", "1.4.22"])
def test_a_date_that_may_be_the_claimed_day_only_fits(made, text):
    (found,) = ask(made, line(text))
    assert (found.bearing, found.part) == ("neutral", "when") and "fits the claimed time" in found.sentence


@pytest.mark.parametrize("text", ["version 1.2.3.4", "99.99.2022", "score 31-45-2022", "12.2022"])
def test_numbers_that_are_no_date_are_only_quoted(made, text):
    assert {f.bearing for f in ask(made, line(text))} == {"neutral"}


def test_a_date_without_a_claim_is_told(made):
    (found,) = ask(made, line("14.11.2015"), claim=False)
    assert found.bearing == "neutral" and "no time is claimed" in found.sentence


def test_other_words_are_quoted_safely(made):
    (found,) = ask(made, line("Срочно <b>\u202e взрыв \x1b[31m", image="../../etc/passwd"))
    assert "Срочно" in found.sentence and "\u202e" not in found.sentence and "\x1b" not in found.sentence
    assert found.evidence[0].image == "" and found.evidence[0].outline == ()


@pytest.mark.parametrize("rows", [[], [line("x", box="odd", time="nan")], [{"text": 3}]])
def test_nothing_read_is_said_so(made, rows):
    (found,) = ask(made, *rows)
    assert found.bearing == "neutral" and "No writing was read" in found.sentence


def test_not_read_is_not_tested(made):
    (found,) = ask(made, told=False)
    assert found.bearing == "not tested" and "tesseract is not installed" in found.sentence
    assert WritingInPicture().run(made.case())[0].bearing == "not tested"
