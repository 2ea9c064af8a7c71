"""Every check answers every case, in the same words each time, with what a person needs to look again."""

import re
from datetime import UTC, datetime

import pytest

from checks import made_cases as made
from verify import catalog
from verify.checks import asking, summary
from verify.records import wire
from verify.records.cases import Case, Item, Searched
from verify.records.claims import Claim, Place
from verify.records.media import Curve, Examination, MediaFile, Post, Sound, Tag
from verify.records.times import TimeBounds

VERDICTS = re.compile(r"\b(true|false|fake|faked|verified|authentic|genuine|hoax|proves?|proven)\b", re.IGNORECASE)
OPEN = TimeBounds(not_before=None, not_after=None, precision="interval", zone="unknown", basis="")
POLE = Place(name="<b>Pole</b>\u202e", latitude=90.0, longitude=180.0, radius=0.0, zone="No/Where")


def _bare(**changes):
    media = MediaFile(sha256="a" * 64, size=0, role="evidentiary copy", path="", name="")
    return Case(item=Item(id="", target="", media=media), examination=None, **changes)


def _odd_examination(**changes):
    curve = Curve(name="brightness", unit="", start=0.0, step=0.5, values=())
    given = {
        "sha256": "a" * 64,
        "container": "",
        "duration": None,
        "curves": (curve,),
        "sound": Sound(sample_rate=0, channels=0, duration=0.0, envelope=curve),
        "tags": tuple(
            Tag(name=n, value=v, reader="", place="", raw="")
            for n in ("gps", "creation time", "recording time", "credentials", "handler", "encoder", "make")
            for v in ("", "not set", "\x1b[31m", "9999-99-99", "٢٠٢٢-٠٤-٠١T٠٥:٠٠:٠٠", "nan, nan", "2" * 4000)
        ),
        "extra": {"light": {"phase": 7}, "sound": None, "edits": [], "flash": {"flashes": "no"}, "overlay": 3},
    }
    return Examination(**(given | changes))


CASES = {
    "nothing at all": _bare(),
    "an empty claim": _bare(claim=Claim()),
    "a claim of words only": _bare(claim=Claim(what="x", by="<script>alert(1)</script>\u202e\x1b[2J", original=False)),
    "open bounds": _bare(claim=Claim(when=OPEN, where=POLE), searched=Searched(clips=0, frames=0)),
    "an odd examination": made.case(examination=_odd_examination()),
    "an odd examination of no claim": made.case(claim=None, examination=_odd_examination(extra={"light": None})),
    "a post without dates": made.case(post=Post(url="", platform="")),
    "a post of open dates": made.case(post=made.post(OPEN, OPEN)),
    "a match with nothing in it": made.case(matches=(made.match("d" * 64, segments=(), frames=()),)),
    "everything early": made.case(
        matches=(made.match(), made.match(made.THIRD, kind="same soundtrack")),
        dated={made.THEIRS: (made.YEAR_EARLIER, OPEN), made.THIRD: (made.YEAR_EARLIER,)},
        post=made.post(made.YEAR_EARLIER, made.DAY_LATER),
        tags=(made.tag("gps", "50.450100, 30.523400"), made.tag("creation time", "2020-04-01T02:00:00Z")),
    ),
    "the year 1": made.case(
        claim=Claim(
            when=TimeBounds(
                not_before=datetime(1, 1, 1, tzinfo=UTC),
                not_after=datetime(9999, 12, 31, tzinfo=UTC),
                precision="interval",
                zone="utc",
                basis="",
            ),
            where=POLE,
        ),
        post=made.post(made.YEAR_EARLIER),
        tags=(made.tag("recording time", "0001-01-01T00:00:00+14:00"), made.tag("gps", "-90, -180")),
    ),
}
CHECKS = asking.checks()


def test_no_check_is_missing():
    assert asking.missing() == ()
    assert len({c.name for c in CHECKS}) == len(CHECKS)
    assert all(c.question.endswith("?") for c in CHECKS)
    assert isinstance(asking.missing(), tuple) and all(isinstance(m, catalog.Missing) for m in asking.missing())


@pytest.mark.parametrize("named", CASES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.name)
def test_answers_in_words_a_person_can_check(check, named):
    case = CASES[named]
    findings = tuple(check.run(case))
    assert findings, "a check answers every case, if only why it could not ask"
    assert findings == tuple(check.run(case)), "the same case gives the same findings"
    for found in findings:
        assert found.check == check.name
        assert found.sentence.endswith(".") and len(found.sentence) < 900
        assert "\n" not in found.sentence and "\x1b" not in found.sentence and "\u202e" not in found.sentence
        assert not VERDICTS.search(found.sentence.replace("<script>alert(1)</script>", ""))
        if found.bearing in {"supports", "questions"}:
            assert found.evidence and found.limits and found.recheck
        assert wire.from_json(wire.to_json(found), type(found)) == found


@pytest.mark.parametrize("named", CASES)
def test_summaries_end_like_sentences(named):
    case = CASES[named]
    findings = asking.run(case)
    for told in (*summary.summary(case, findings), *summary.not_established(case, findings)):
        assert told.endswith(".") and not VERDICTS.search(told)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.name)
def test_asks_nothing_of_who_acted(check):
    for case in CASES.values():
        for found in check.run(case):
            assert found.part != "by whom" or found.bearing in {"not tested", "neutral"}
