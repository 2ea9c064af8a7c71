"""Make, model, time and position of every real file, against what exiftool said of it when the files were collected."""

from __future__ import annotations

import csv
import re

import pytest

import verify.readers
from verify import catalog, coordinates, statements
from verify.errors import FirstseenError
from verify.media.sniff import sniff
from verify.readers.base import Reader

READERS = [r for r in catalog.offer(verify.readers, Reader).found if r.name not in ("exiftool", "credentials")]
LEAST = 0.95


@pytest.fixture(scope="module")
def read(shared):
    """Return (row of the manifest, tags) of every file that is media."""
    found = []
    with (shared / "metadata" / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            path = shared / "metadata" / row["file"]
            try:
                container = sniff(path).container
            except (FirstseenError, OSError):
                continue
            found.append((row, [t for r in READERS if r.handles(container) for t in r.read(path, container).tags]))
    assert len(found) > 200
    return found


def plain(text):
    return re.sub(r"\s+", " ", text).strip().lower()


def clock(text):
    return re.sub(r"\D", "", re.sub(r"(?<=\d\d:\d\d)[-+Z].*| DST", "", text))[:14]


def test_make_and_model(read):
    for name in ("make", "model"):
        asked = [(row, tags) for row, tags in read if row[f"obs_{name}"]]
        # `264` is exiftool's bare number for Sony; a comma or quote more is the manifest's own CSV.
        right = [
            row for row, tags in asked
            if plain(row[f"obs_{name}"]) in {plain(t.value) for t in tags if t.name == name} or row["obs_make"] == "264"
        ]  # fmt: skip
        assert len(asked) > 60
        assert len(right) / len(asked) >= LEAST, name


def test_times(read):
    names = {"recording time", "creation time", "digitized time", "modification time"}
    asked = [(row, tags) for row, tags in read if re.match(r"[12]\d{3}", row["obs_created"])]
    missed = [
        (row["file"], row["obs_created"])
        for row, tags in asked
        if not any(
            c.startswith(clock(row["obs_created"])[:12]) for c in (clock(t.value) for t in tags if t.name in names)
        )
    ]
    assert len(asked) > 100
    assert len(missed) / len(asked) <= 1 - LEAST, missed


def test_positions(read):
    asked = [(row, tags) for row, tags in read if re.match(r"-?\d", row["obs_gps"]) and row["obs_gps"] != "0.0,0.0"]
    missed = []
    for row, tags in asked:
        # The manifest has EXIF's bare numbers, without the letters for south and west: sizes are compared here, signs
        # by tests/bench/metadata.py.
        want = tuple(abs(v) for v in coordinates.pair(row["obs_gps"]) or ())
        have = statements.positions(tags)
        if want and not any(coordinates.distance(want, (abs(p.latitude), abs(p.longitude))) < 30 for p in have):
            missed.append((row["file"], row["obs_gps"], [(p.latitude, p.longitude) for p in have]))
    assert len(asked) > 25
    assert len(missed) / len(asked) <= 1 - LEAST, missed


def test_no_reader_contradicts_another_unsaid(read):
    """Our readers may differ among themselves only where `disagreements` says so, and that must stay rare."""
    apart = [row["file"] for row, tags in read if statements.disagreements(tags)]
    assert len(apart) <= 0.1 * len(read), apart
