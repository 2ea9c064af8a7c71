"""What leaves as JSON fits the shipped schema and comes back as the same record."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from verify.records import wire
from verify.records.cases import BatchReport, ClipReport
from verify.records.stories import StoryReport
from verify.reports.as_json import SCHEMAS, Json, schema


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_shipped_schemas_are_the_records(schemas, name):
    for folder in schemas.FOLDERS:
        shipped = (folder / name).read_text(encoding="utf-8")
        assert shipped == schemas.text(name), "run `python tests/reports/write_schemas.py` and read the difference"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas_are_valid_themselves(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_clip_report_fits_its_schema_and_comes_back(made):
    report = made.clip_report()
    data = Json().clip(report, made.pictures())
    jsonschema.Draft202012Validator(schema("clip-report-1.json")).validate(json.loads(data))
    assert wire.from_json(data, ClipReport) == report


def test_batch_report_fits_its_schema_and_comes_back(made):
    report = made.batch_report()
    data = Json().batch(report, made.pictures())
    jsonschema.Draft202012Validator(schema("batch-report-1.json")).validate(json.loads(data))
    assert wire.from_json(data, BatchReport) == report


def test_story_report_fits_its_schema_and_comes_back(made, stories):
    report = stories.story_report()
    data = Json().story(report, made.pictures())
    jsonschema.Draft202012Validator(schema("story-report-1.json")).validate(json.loads(data))
    assert wire.from_json(data, StoryReport) == report


def test_a_report_without_findings_and_examination_comes_back(made):
    whole = made.clip_report()
    case = replace(whole.case, examination=None, claim=None, matches=(), others={}, appearances=(), searched=None)
    report = replace(whole, case=case, findings=(), summary=(), not_established=())
    data = Json().clip(report, made.pictures())
    jsonschema.Draft202012Validator(schema("clip-report-1.json")).validate(json.loads(data))
    assert wire.from_json(data, ClipReport) == report


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "firstseen/clip-report/2"),
        (("findings", 0, "bearing"), "proves"),
        (("findings", 0, "weight"), 3),
        (("case", "item", "media", "role"), "executable"),
        (("case", "matches", 0, "kind"), "same scene"),
    ],
)
def test_the_schema_refuses_what_the_record_refuses(made, path, value):
    data = json.loads(Json().clip(made.clip_report(), made.pictures()))
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema("clip-report-1.json")).validate(data)
