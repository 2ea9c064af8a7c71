"""A mistake in the words of a command is told once, in one sentence, before any work is done."""

from __future__ import annotations

import pytest

from cli import main


@pytest.mark.parametrize("command", ["check", "dedup"])
def test_a_report_format_that_there_is_not_is_refused_before_the_work(command, clip, tmp_path, capsys):
    case = tmp_path / "case"
    assert main([command, str(clip), "--format", "nope", "--case", str(case)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("firstseen: There is no report format 'nope'. Known: ") and said.count("\n") == 1
    assert not case.exists()


def test_a_time_that_is_none_is_quoted_once(clip, tmp_path, capsys):
    assert main(["check", str(clip), "--when", "gibberish", "--case", str(tmp_path / "case")]) == 2
    assert capsys.readouterr().err.count("gibberish") == 1


def test_a_place_that_is_not_known_opens_no_bracket_within_another(clip, tmp_path, capsys):
    assert main(["check", str(clip), "--where", "Nowhereville", "--case", str(tmp_path / "case")]) == 2
    said = capsys.readouterr().err
    assert "No place named 'Nowhereville' is in the gazetteer, GeoNames (places" in said
