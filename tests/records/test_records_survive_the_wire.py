"""Every record that leaves the process comes back the same, and fits its own schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import jsonschema
import msgspec
import pytest

from verify.records import wire
from verify.records.cases import Case, ClipReport, Custody, Item
from verify.records.claims import Claim, Place
from verify.records.findings import Evidence, Finding
from verify.records.media import MediaFile, Post
from verify.records.times import moment


def report() -> ClipReport:
    media = MediaFile(sha256="0" * 64, size=3, role="evidentiary copy", path="originals/00/0", name="clip <b>.mp4")
    at = moment(datetime(2022, 4, 1, 2, 0, tzinfo=UTC), "stated", "minute")
    post = Post(url="https://example.org/1", platform="x", id="1", dates=(at,))
    claim = Claim(what="x", when=at, where=Place(name="Belgorod", latitude=50.6, longitude=36.59, radius=5000))
    finding = Finding(
        check="post_dates", bearing="supports", part="when", sentence="s.", evidence=(Evidence(label="a", value="b"),)
    )
    return ClipReport(
        case=Case(item=Item(id="i", target="t", media=media, post=post), examination=None, claim=claim),
        findings=(finding,),
        not_established=("n",),
        summary=("s",),
        custody=Custody(head="ab", entries=2),
        made="2026-11-22T12:00:00Z",
        command="firstseen check t",
        versions={"firstseen": "0.1.0"},
        settings={"max_keyframes": 24},
    )


def test_a_report_comes_back_the_same():
    assert wire.from_json(wire.to_json(report()), ClipReport) == report()


def test_a_report_fits_its_schema():
    jsonschema.Draft202012Validator(wire.schema(ClipReport)).validate(json.loads(wire.to_json(report())))


def test_a_report_with_a_wrong_bearing_is_refused():
    data = wire.to_builtins(report())
    data["findings"][0]["bearing"] = "true"
    with pytest.raises(msgspec.ValidationError):
        wire.from_builtins(data, ClipReport)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(wire.schema(ClipReport)).validate(data)


def test_times_leave_with_their_zone():
    text = wire.to_json(report()).decode()
    assert "2022-04-01T02:00:00Z" in text
