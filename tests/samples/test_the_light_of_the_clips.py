"""The drawn night is as dark as real nights are, so that the light check says what it was made to show."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from verify.checks.light import LightAgainstSun
from verify.claims.parse import claim_file
from verify.examine import examine
from verify.records.cases import Case, Item
from verify.records.media import MediaFile
from verify.settings import Settings

BELGOROD = files("samples") / "belgorod"


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    known = {}

    def look(name):
        if name not in known:
            known[name] = examine(BELGOROD / "clips" / f"{name}.mp4", tmp_path_factory.mktemp(name), Settings())
        return known[name]

    return look


def findings(examination, claim):
    media = MediaFile(sha256="a" * 64, size=1, role="evidentiary copy", path="", name="near.mp4")
    return LightAgainstSun().run(Case(item=Item(id="1", target="", media=media), examination=examination, claim=claim))


def test_the_near_view_fits_five_and_strains_nine_minutes_to_six(seen):
    claim = claim_file(BELGOROD / "claim.toml")
    (found,) = findings(seen("near"), claim)
    assert (found.bearing, found.weight) == ("neutral", "moderate")
    assert "fits 2022-04-01 02:00 UTC (05:00 Europe/Moscow)" in found.sentence and "−11.6°" in found.sentence
    assert "strains 2022-04-01 02:51 UTC (05:51 Europe/Moscow)" in found.sentence and "−3.9°" in found.sentence
    assert [e.label for e in found.evidence].count("Sun and moon") == 2 and found.evidence[-1].image


def test_each_of_the_two_times_by_itself(seen):
    claim = claim_file(BELGOROD / "claim.toml")
    five = replace(claim.when, not_after=claim.when.not_before)
    late = replace(claim.when, not_before=claim.when.not_after)
    assert findings(seen("near"), replace(claim, when=five))[0].bearing == "supports"
    assert findings(seen("near"), replace(claim, when=late))[0].bearing == "questions"


@pytest.mark.parametrize(("name", "dark"), [("far", True), ("fire", False)])
def test_night_and_day_are_told_apart(seen, name, dark):
    assert str(seen(name).extra["light"]["kind"]).startswith("dark") is dark
