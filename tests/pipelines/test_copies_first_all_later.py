"""A batch looks for copies only; a later check of one clip looks at the rest; nothing known is ever lost again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from media import drawn
from pipelines import check, dedup
from pipelines.flow import result_of
from pipelines.options import Options
from verify.archive.store import CaseFolder


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    return drawn.clip(folder / "a.mp4", seconds=3, sound="aac", tags={"title": "Street"})


def newest(case: Path, sha256: str):
    with CaseFolder(case, write=False) as opened:
        return opened.examination(sha256).examination


def test_a_batch_then_a_check_then_a_batch(tmp_path: Path, clip: Path) -> None:
    case = tmp_path / "case"
    batch = result_of(dedup.dedup([str(clip.parent)], Options(case=case)))
    sha256 = batch.report.items[0].media.sha256
    first = newest(case, sha256)
    assert (first.scope, {tag.reader for tag in first.tags}, first.curves) == ("copies", {"boxes"}, ())
    assert "container fingerprint" in {tag.name for tag in first.tags}
    assert batch.report.thumbnails[sha256]

    result_of(check.check([str(clip)], Options(case=case)))
    second = newest(case, sha256)
    assert second.scope == "all"
    assert {tag.reader for tag in second.tags} > {"boxes"}
    assert {curve.name for curve in second.curves} >= {"brightness"}

    result_of(dedup.dedup([str(clip.parent)], Options(case=case)))
    assert newest(case, sha256) == second


def test_a_link_in_a_folder_is_named_as_left_out(clip, tmp_path):
    folder = tmp_path / "linking"
    folder.mkdir()
    shutil.copy(clip, folder / "one.mp4")
    (folder / "linked.mp4").symlink_to(clip)
    report = result_of(dedup.dedup([str(folder)], Options(case=tmp_path / "case", formats=("json",)))).report
    assert [item.media.name for item in report.items] == ["one.mp4"]
    (failure,) = report.failed
    assert failure.target.endswith("linked.mp4")
    assert "not followed" in failure.reason
