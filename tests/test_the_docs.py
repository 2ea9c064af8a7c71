"""What the documents list is what the code has: every setting, every key of a claim."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

from verify.claims.parse import KEYS, claim_file
from verify.settings import Settings

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_every_setting_is_described_with_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", (DOCS / "settings.md").read_text(), re.MULTILINE))
    assert set(rows) == {f.name for f in fields(Settings)}
    shown = tomllib.loads("\n".join(f"{name} = {value}" for name, value in rows.items()))
    defaults = {f.name: getattr(Settings(), f.name) for f in fields(Settings)}
    assert {n: tuple(v) if isinstance(v, list) else v for n, v in shown.items()} == defaults


def test_every_key_of_a_claim_is_described_and_the_example_is_one(tmp_path):
    text = (DOCS / "claims.md").read_text()
    named = set(re.findall(r"`(?:\[\[)?(\w+)(?:\]\])?`", "".join(re.findall(r"^\| (.+?) \|", text, re.MULTILINE))))
    assert set(KEYS) <= named
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "claim.toml"
    path.write_text(example.group(1))
    assert claim_file(path).what


def test_every_test_that_the_threat_list_names_is_there():
    root = DOCS.parent
    rows = [line for line in (root / "SECURITY.md").read_text().splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    for row in rows:
        named = re.findall(r"`(tests/[\w/.]+)`", row)
        assert named, row
        for path in named:
            assert (root / path).exists(), path
