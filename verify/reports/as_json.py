"""The report as JSON: the records themselves. Rule: what is written can be read back into the same record."""

from __future__ import annotations

from typing import Any, ClassVar

from verify.records import wire
from verify.records.cases import BatchReport, ClipReport
from verify.records.stories import StoryReport
from verify.reports.base import Format, Pictures

# File name of each shipped schema -> the record it describes. The number is the schema version of the record.
SCHEMAS: dict[str, type[Any]] = {
    "clip-report-1.json": ClipReport,
    "batch-report-1.json": BatchReport,
    "story-report-1.json": StoryReport,
}
ADDRESS = "https://github.com/firstseen/firstseen/blob/main/docs/schema/"


class Json(Format):
    """The record as UTF-8 JSON, by the schema its `schema` field names."""

    name: ClassVar[str] = "json"
    ending: ClassVar[str] = ".json"
    media_type: ClassVar[str] = "application/json"

    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return the record of one clip."""
        return wire.to_json(report)

    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return the record of many clips."""
        return wire.to_json(report)

    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return the record of a story."""
        return wire.to_json(report)


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that `docs/schema/<name>` and `verify/reports/schema/<name>` hold.

    Raises KeyError for a name that is not in SCHEMAS.
    """
    found = wire.schema(SCHEMAS[name])
    # The record has a default for it; a document without it could not be told from one of another version.
    found["$defs"][SCHEMAS[name].__name__]["required"].insert(0, "schema")
    title = name.removesuffix(".json")
    return {"$schema": found.pop("$schema"), "$id": ADDRESS + name, "title": f"firstseen {title}", **found}
