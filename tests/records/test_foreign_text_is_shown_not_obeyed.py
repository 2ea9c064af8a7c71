"""Control, bidi and formula characters from outside are shown as what they are."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from verify.text import csv_cell, one_line, visible


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(text):
    shown = visible(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in shown if c not in "\n\t")
    assert not any(0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in shown)


def test_an_escape_sequence_is_named():
    assert visible("a\x1b]0;owned\x07b") == "a‹U+001B›]0;owned‹U+0007›b"


def test_a_reversed_ending_is_named():
    assert "‹U+202E›" in visible("clip‮4pm.exe")


def test_right_to_left_scripts_are_left_alone():
    assert visible("انفجار في بيلغورود") == "انفجار في بيلغورود"


def test_one_line_is_one_line_and_not_longer_than_asked():
    assert one_line("a\n\r\n b\t c", 4) == "a b…"


def test_formulas_are_text():
    for start in "=+-@\t\r\n":
        assert csv_cell(start + "1")[0] == "'"
    assert csv_cell("plain") == "plain"
