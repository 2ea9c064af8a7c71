"""A person's finding, from the claim file to the table."""

from dataclasses import replace

import pytest

from verify.checks import summary
from verify.checks.persons import PersonsFindings
from verify.claims.parse import claim_file
from verify.errors import UsageError

ROW = """
what = "helicopters"
[[found]]
about = "weather"
value = "overcast, 3 °C"
source = "https://weather.example/2022-04-01"
part = "when"
bears = "questions"
date = 2022-04-01
by = "A. Editor"
"""


def test_is_told_in_their_name_with_its_source(made, tmp_path):
    file = tmp_path / "claim.toml"
    file.write_text(ROW, encoding="utf-8")
    claim = claim_file(file)
    (found,) = PersonsFindings().run(made.case(claim=claim))
    assert (found.bearing, found.part) == ("questions", "when")
    assert found.sentence == (
        "A. Editor found on weather: “overcast, 3 °C” (source: https://weather.example/2022-04-01, 2022-04-01)."
    )
    when = next(r for r in summary.table(claim, (found,)) if r.part == "when")
    assert when.questions == (found,)


def test_of_which_only_the_day_is_known_says_how_little_a_day_off_means(made, tmp_path):
    file = tmp_path / "claim.toml"
    for date, told in (("2022-04-02", True), ('"2022-04-01T02:10Z"', False)):
        file.write_text(ROW.replace("date = 2022-04-01", f"date = {date}"), encoding="utf-8")
        (found,) = PersonsFindings().run(made.case(claim=claim_file(file)))
        assert ("can be the same night" in found.limits) is told
        assert found.bearing == "questions"  # what a person says stays the person's


def test_never_says_who_acted(made, tmp_path):
    file = tmp_path / "claim.toml"
    file.write_text(ROW.replace('"when"', '"by whom"'), encoding="utf-8")
    (found,) = PersonsFindings().run(made.case(claim=claim_file(file)))
    assert (found.bearing, found.part) == ("neutral", "by whom")


def test_none_is_not_tested(made):
    for claim in (None, replace(made.CLAIM)):
        (found,) = PersonsFindings().run(made.case(claim=claim))
        assert found.bearing == "not tested" and found.recheck


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (ROW.replace('source = "https://weather.example/2022-04-01"', ""), "lacks 'source'"),
        (ROW.replace('"questions"', '"proves"'), "cannot bear 'proves'"),
        (ROW.replace('"when"', '"why"'), "no part named 'why'"),
        (ROW.replace("about", "abuot"), "no use for 'abuot'"),
        (ROW.replace('"overcast, 3 °C"', "3"), "must be a text"),
        ('what = "x"\nfound = "rain"', "list of tables"),
    ],
)
def test_that_is_wrong_is_refused_in_words(tmp_path, wrong, words):
    file = tmp_path / "claim.toml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        claim_file(file)
