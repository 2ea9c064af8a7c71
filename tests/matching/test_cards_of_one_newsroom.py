"""Cards with one frame, one logo and other words are no copies of each other, however alike the codec treats them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from verify.matching import details
from verify.matching.clips import clip_of
from verify.matching.codes import TURNS
from verify.matching.compare import compare
from verify.matching.engine import Engine
from verify.matching.shelf import MemoryShelf

STRIKE = ("Missile hits market", "in eastern city;", "12 people wounded")
TALKS = ("Talks on grain deal", "resume in Istanbul,", "ministers say today")
FONT = cv2.FONT_HERSHEY_DUPLEX


def card(words, behind=None):
    """A picture with the newsroom's header, roundel and name, and three lines of words."""
    picture = np.tile(np.linspace(40, 110, 480).astype(np.uint8), (270, 1)) if behind is None else behind.copy()
    picture[:32] = 70
    cv2.putText(picture, "WORLD NEWS 24  BREAKING", (12, 23), FONT, 0.7, 250, 1, cv2.LINE_AA)
    cv2.circle(picture, (450, 60), 20, 240, -1, cv2.LINE_AA)
    cv2.circle(picture, (450, 60), 20, 5, 3, cv2.LINE_AA)
    cv2.rectangle(picture, (400, 225), (470, 260), 210, -1)
    cv2.putText(picture, "WN24", (404, 250), FONT, 0.7, 5, 1, cv2.LINE_AA)
    for line, text in enumerate(words):
        cv2.putText(picture, text, (40, 165 + 32 * line), FONT, 0.9, 250, 1, cv2.LINE_AA)
    return picture


def photograph(background, seed):
    return cv2.GaussianBlur(background(seed), (0, 0), 1.2).astype(np.uint8)


def coded(picture, seconds=10.0, best=90, beat=2.0):
    """The picture as a codec shows it: worst when a group of pictures begins, better from picture to picture."""
    every = int(beat * 8)
    steps = [
        cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, best - 15 + min(15, 3 * n)])[1], 0)
        for n in range(every)
    ]
    return [steps[n % every] for n in range(int(seconds * 8))]


def searched(prints, *clips):
    shelf = MemoryShelf()
    for number, pictures in enumerate(clips):
        shelf.add(str(number), prints(pictures))
    return {m.b: m for m in Engine(shelf).search("0")}


@pytest.mark.parametrize("best", [95, 75, 60])
def test_other_words_make_another_clip(prints, best):
    assert searched(prints, coded(card(STRIKE), best=best), coded(card(TALKS), best=best)) == {}


def test_the_same_words_are_a_possible_copy(prints):
    found = searched(prints, coded(card(STRIKE), best=95), coded(card(STRIKE), 7.0, best=85))
    assert set(found) == {"1"}
    assert found["1"].strength.words == "possible"


def test_it_is_the_words_that_part_them(prints, monkeypatch):
    monkeypatch.setattr(details, "OTHER", details.ROWS * details.COLUMNS + 1)
    assert set(searched(prints, coded(card(STRIKE)), coded(card(TALKS)))) == {"1"}


def test_one_frame_and_the_same_words_about_two_pictures_are_no_copy(prints, background):
    one, other = (card(STRIKE, photograph(background, seed)) for seed in (5, 6))
    assert searched(prints, coded(one), coded(other)) == {}


def test_a_photograph_is_found_under_a_label(prints, background):
    plain = photograph(background, 5)
    labelled = plain.copy()
    labelled[240:265, 10:190] = 20
    cv2.putText(labelled, "ARCHIVE 2014", (14, 259), FONT, 0.7, 250, 1, cv2.LINE_AA)
    assert set(searched(prints, coded(plain), coded(labelled))) == {"1"}


def test_played_backwards_they_are_told_as_well(prints):
    one, other = coded(card(STRIKE)), coded(card(TALKS))
    assert searched(prints, one, other[::-1]) == {}


def lit(words, count=40):
    """A card of one series whose letters light up one after the other, as for singing along."""
    pictures = []
    for number in range(count):
        picture = card(())
        for line, text in enumerate(words):
            at, told = (40, 165 + 32 * line), round(len(text) * min(1.0, number / (0.6 * count)))
            cv2.putText(picture, text, at, FONT, 0.9, 150, 1, cv2.LINE_AA)
            cv2.putText(picture, text[:told], at, FONT, 0.9, 250, 2, cv2.LINE_AA)
        pictures.append(picture)
    return pictures


def test_words_that_light_up_alike_make_no_copy(prints, monkeypatch):
    one, other = lit(("Autumn", "leaves fall", "on Sundays")), lit(("Doctor", "please hurry", "to Sydney"))
    assert searched(prints, one, other) == {}
    monkeypatch.setattr(details, "FAINT", 0.0)
    assert set(searched(prints, one, other)) == {"1"}


def test_the_same_words_that_light_up_are_a_copy(prints):
    words = ("Autumn", "leaves fall", "on Sundays")
    smaller = [cv2.resize(p, (320, 180), interpolation=cv2.INTER_AREA) for p in lit(words)]
    assert set(searched(prints, lit(words), smaller)) == {"1"}


def chart(seed, count=80):
    """Curves of one run that grow in the frames of one program, with the run's own labels beside them."""
    rng = np.random.default_rng(seed)
    curves = np.cumsum(np.cumsum(rng.normal(0, 0.35, (4, 200)), axis=1), axis=1)
    pictures = []
    for number in range(count):
        picture = np.full((270, 480), 255, np.uint8)
        for k, (left, top) in enumerate(((30, 20), (270, 20), (30, 150), (270, 150))):
            cv2.rectangle(picture, (left, top), (left + 180, top + 90), 0, 1)
            labels = np.random.default_rng(100 * seed + k)
            for line in range(3):
                words = f"{labels.integers(100, 999)} {'kgNms'[labels.integers(5)]} {labels.integers(10, 99)}"
                cv2.putText(picture, words, (left + 100, top + 20 + 24 * line), FONT, 0.55, 0, 1, cv2.LINE_AA)
            for tick in range(0, 181, 30):
                cv2.line(picture, (left + tick, top + 90), (left + tick, top + 85), 0, 1)
                cv2.putText(picture, str(labels.integers(0, 99)), (left + tick - 8, top + 103), 0, 0.35, 0, 1)
            told = np.arange(2 + round(178 * number / count))
            at = top + 45 + np.clip(curves[k, told] / 4, -40, 40)
            line = np.stack([left + told, at], axis=1).astype(np.int32)
            cv2.polylines(picture, [line], isClosed=False, color=60, thickness=2)
            cv2.circle(picture, line[-1].tolist(), 4, 0, -1)
        pictures.append(picture)
    return pictures


def test_charts_of_two_runs_that_move_less_than_half_alike_are_no_copies(prints, monkeypatch):
    one, other = chart(1), chart(4)
    assert searched(prints, one, other) == {}
    monkeypatch.setattr(details, "HALF", 0.0)
    assert set(searched(prints, one, other)) == {"1"}


def test_a_chart_is_found_again(prints):
    smaller = [cv2.resize(p, (320, 180), interpolation=cv2.INTER_AREA) for p in chart(1)]
    assert set(searched(prints, chart(1), smaller)) == {"1"}


def test_a_few_players_far_below_speak_for_themselves_and_a_beat_does_not(prints):
    one, other = (clip_of("", prints(coded(card(words)))) for words in (STRIKE, TALKS))
    found = compare(one, other, TURNS, True)
    players = replace(found.aligned, rank=4.0, evidence=3.9, movement=0.6, lively_a=1.6, lively_b=1.5)
    assert not details.another(found.matrix, found.turn, players, one, other)
    slower = replace(players, rank=2.6)
    assert details.another(found.matrix, found.turn, slower, one, other)
    beat = replace(players, lively_a=0.5, lively_b=0.5)
    assert details.another(found.matrix, found.turn, beat, one, other)
