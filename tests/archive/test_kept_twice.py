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


def test_the_page_as_evidence_is_called_what_it_is(case: CaseFolder, clip, tmp_path) -> None:
    (tmp_path / "page.wacz").write_bytes(b"PK\x03\x04")
    kept = case.keep(tmp_path / "page.wacz", "page", "page.wacz")
    assert kept.media_type == "application/wacz+zip"
    (tmp_path / "odd").write_bytes(b"x")
    assert case.keep(tmp_path / "odd", "page", "no ending").media_type == "application/octet-stream"
