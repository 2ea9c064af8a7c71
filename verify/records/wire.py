"""Records to JSON and back, and their JSON Schema. Rule: one form for everything that leaves the process."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Record = TypeVar("Record")


def to_json(record: Any, indent: int = 2) -> bytes:  # noqa: ANN401 - any record of this room
    """Return `record` as UTF-8 JSON: keys in the record's own order, datetimes as RFC 3339 with zone."""
    return msgspec.json.format(msgspec.json.encode(record), indent=indent) if indent else msgspec.json.encode(record)


def to_builtins(record: Any) -> Any:  # noqa: ANN401
    """Return `record` as dicts, lists and strings that `json` and templates can take."""
    return msgspec.to_builtins(record)


def from_json(data: bytes | str, kind: type[Record]) -> Record:
    """Return the record of type `kind` that `data` holds. Raises msgspec.ValidationError when it holds another."""
    return msgspec.json.decode(data, type=kind)


def from_builtins(data: Any, kind: type[Record]) -> Record:  # noqa: ANN401
    """Return the record of type `kind` from dicts and lists. Raises msgspec.ValidationError."""
    return msgspec.convert(data, type=kind)


def schema(kind: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record type."""
    found: dict[str, Any] = msgspec.json.schema(kind)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
