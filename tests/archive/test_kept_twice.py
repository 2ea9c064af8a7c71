"""The same clip again is a second look, not a second copy."""

from __future__ import annotations

import pytest

from verify.archive.store import CaseFolder
from verify.errors import TamperedError


def test_second_look_adds_an_item_and_no_bytes(case: CaseFolder, clip) -> None:
    first = case.add_item("clip.mp4", [clip()])
    second = case.add_item("again.mp4", [clip()])
    assert first.id != second.id
    assert first.media.sha256 == second.media.sha256
    assert [p for p in (case.path / "originals").rglob("*") if p.is_file()] == [case.media_path(first.media.sha256)]
    assert [item.id for item in case.find(first.media.sha256)] == [first.id, second.id]
    assert list(case.log.entries())[-1].details["again"] == [first.media.sha256]


def test_second_look_at_an_altered_original_is_refused(case: CaseFolder, clip) -> None:
    item = case.add_item("clip.mp4", [clip()])
    path = case.media_path(item.media.sha256)
    path.chmod(0o644)
    path.write_bytes(b"A clip")
    with pytest.raises(TamperedError, match=path.name):
        case.add_item("clip.mp4", [clip()])
    assert len(case.items()) == 1
