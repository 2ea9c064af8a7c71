"""Writes the JSON Schemas that are shipped: run it after a record changed on purpose, and read the difference."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from verify.reports import as_json

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "docs" / "schema", ROOT / "verify" / "reports" / "schema")


def text(name: str) -> str:
    """Return the schema file `name` as it must be."""
    return json.dumps(as_json.schema(name), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for folder in FOLDERS:
        folder.mkdir(parents=True, exist_ok=True)
        for schema in as_json.SCHEMAS:
            (folder / schema).write_text(text(schema), encoding="utf-8")
            sys.stdout.write(f"{folder / schema}\n")
