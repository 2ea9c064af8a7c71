"""A part of the picture that two clips share makes neither a copy, until a person says that they are one recording."""

from __future__ import annotations

import numpy as np
import pytest

from matching.conftest import fingerprints, room, take
from pipelines import steps
from pipelines.options import Options
from pipelines.parts import told_apart
from pipelines.session import Session
from verify.archive.shelf import Clip
from verify.records.findings import Decision


def beside(left, right):
    return [np.hstack([one[:, :240], other[:, :240]]) for one, other in zip(left, right, strict=True)]


@pytest.fixture(scope="module")
def shelf():
    game, one, two = take(room(41), 61), take(room(42), 62), take(room(43), 63)
    pictures = {"one": beside(game, one), "two": beside(game, two), "trimmed": beside(game, one)[12:70]}
    return {name: fingerprints(shown) for name, shown in pictures.items()}


def told(session):
    found = told_apart(session, [m for name in ("one", "two", "trimmed") for m in steps.search(session, name)])
    return {frozenset((m.a, m.b)): m for m in found}


def test_it_is_a_shared_part_and_copies_stay_copies(tmp_path, shelf):
    with Session(Options(case=tmp_path / "case")) as session:
        for name, prints in shelf.items():
            session.case.library.add(Clip(sha256=name, duration=10.0), prints.values())
        found = told(session)
        assert {pair: m.kind for pair, m in found.items()} == {
            frozenset(("one", "two")): "shared part",
            frozenset(("two", "trimmed")): "shared part",
            frozenset(("one", "trimmed")): "same picture",
        }
        words = found[frozenset(("one", "two"))].geometry.words
        assert any(word.startswith("beside other footage in each: ") for word in words)
        assert not found[frozenset(("one", "trimmed"))].apart
        session.case.library.decide(
            Decision(subject="one two", category="same recording", by="an editor", note="", at="2026-11-23T10:00:00Z")
        )
        assert told(session)[frozenset(("one", "two"))].kind == "same picture"
