"""The summary says what findings say, questions first, and never one number."""

from dataclasses import replace
from pathlib import Path

from verify.checks import asking, summary
from verify.claims.parse import when


def test_tells_questions_first_then_what_is_open(made):
    case = made.case(
        matches=(made.match(),),
        dated={made.THEIRS: (made.YEAR_EARLIER,)},
        tags=(made.tag("gps", "50.601557, 36.659211"),),
    )
    findings = asking.run(case)
    told = summary.summary(case, findings)
    assert told[0].startswith("Questions the claimed time: A copy of this footage")
    assert told[1].startswith("Supports the claimed place: The position in the file")
    assert told[-1].startswith("Not established: ") and "who is said to have acted" in told[-1]
    assert "the claimed time" not in told[-1] and "the claimed place" not in told[-1]


def test_tells_what_cuts_both_ways(made):
    case = made.case()
    extra = {"light": {"kind": "dark", "reason": "", "mean": 0.05}}
    case = replace(case, examination=replace(case.examination, extra=extra))
    told = summary.summary(case, asking.run(case))
    assert any(t.startswith("On the claimed time: The picture stays dark: that fits") for t in told)


def test_of_nothing_says_so(made):
    case = made.case()
    told = summary.summary(case, asking.run(case))
    assert told[0] == "Nothing that was tested questions the claim."
    assert "Nothing that was tested supports the claim." in told
    assert any(t.startswith("No earlier copy was found: 31 other clips were searched") for t in told)


def test_without_a_claim_says_so(made):
    case = made.case(claim=None)
    assert summary.summary(case, asking.run(case))[0] == "No claim was given to test."


def test_table_has_every_part_and_loses_no_finding(made):
    case = made.case(matches=(made.match(),), dated={made.THEIRS: (made.YEAR_EARLIER,)})
    findings = asking.run(case)
    rows = summary.table(case.claim, findings)
    assert [r.part for r in rows] == ["what", "when", "where", "by whom", "original", "source"]
    held = [f for r in rows for f in (*r.questions, *r.supports, *r.neutral, *r.not_tested)]
    assert sorted(map(str, held)) == sorted(map(str, findings))
    assert rows[1].claimed.startswith("between 2022-04-01 02:00 and 02:51 UTC (05:00 to 05:51 Europe/Moscow)")
    assert rows[2].claimed == "Belgorod (50.60000, 36.59000, within 15.0 km)"


def test_not_established_names_open_parts_and_what_could_not_be_tested(made):
    case = made.case()
    told = summary.not_established(case, asking.run(case))
    assert any(t.startswith("Who is said to have acted (Ukraine): nothing") for t in told)
    assert any(t.startswith("Not tested (post dates): The clip came without a post") for t in told)
    assert len(set(told)) == len(told)


def test_docs_name_every_check_and_its_part():
    text = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
    table = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ") and line.count("|") >= 6]
    for check in asking.checks():
        assert check.name in table, f"docs/checks.md says nothing of {check.name}"


def test_a_place_that_was_taken_for_a_name_is_told_with_those_of_the_same_name(made):
    """Nothing said that `Volna` was taken as `Krasnaya Zarya`, nor which other Springfields there are."""
    place = replace(
        made.BELGOROD, asked="Volna", country="Russia", others=("Volna, Russia (45.1; 36.7)", "b", "c", "d")
    )
    case = made.case(claim=replace(made.CLAIM, where=place))
    told = summary.summary(case, asking.run(case))
    words = "“Volna”, taken as Belgorod, Russia (50.60000, 36.59000, within 15.0 km)"
    assert any(
        t.startswith(f"The claimed place: {words}. Other places of that name were not tested: Volna") for t in told
    )
    (where,) = [r for r in summary.table(case.claim, ()) if r.part == "where"]
    assert where.claimed.startswith(words) and "and others" in where.claimed
    assert not summary.place_taken(made.CLAIM)


def test_a_zone_that_nobody_stated_is_said_with_the_claimed_time(made):
    """docs/claims.md says that the report says so."""
    how = "no zone stated: taken as the claimed place's own time (Europe/Moscow)"
    claim = replace(made.CLAIM, when=replace(made.FIVE, basis=f"claimed as '2022-04-01 05:00'; {how}"))
    (when,) = [r for r in summary.table(claim, ()) if r.part == "when"]
    assert when.claimed.endswith("(no zone was stated: taken as the claimed place's own time, Europe/Moscow)")


def test_what_nobody_claimed_is_not_called_claimed(made):
    case = made.case(claim=None)
    told = summary.summary(case, asking.run(case))[-1]
    assert told.startswith("Not established: what the clip shows; when it was filmed; where it was filmed; who acted")
    assert "Who acted: not claimed, so there was nothing to test." in summary.not_established(case, asking.run(case))


def test_a_zone_that_is_not_sure_is_said(made):
    unsure = replace(made.CLAIM, when=when("2024-11-10T05:10", "Europe/Kyiv", "Europe/Moscow"))
    assert "is not sure (Europe/Kyiv or Europe/Moscow)" in summary.place_taken(unsure)[-1]
