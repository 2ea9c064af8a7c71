"""A newer report stands beside the older ones, never over them."""

from __future__ import annotations

import pytest

from verify.archive.audit import audit
from verify.archive.store import CaseFolder


def test_newest_report_has_the_plain_name_and_older_ones_a_number(case: CaseFolder, clip) -> None:
    item = case.add_item("clip.mp4", [clip()])
    paths = [case.save_report(item.id, "report.html", data) for data in (b"first", b"second")]
    paths += [case.save_case_report("dedup.html", data) for data in (b"batch 1", b"batch 2")]
    assert [p.relative_to(case.path).as_posix() for p in paths] == [
        f"items/{item.id}/report.html",
        f"items/{item.id}/report.html",
        "dedup.html",
        "dedup.html",
    ]
    assert paths[0].read_bytes() == b"second"
    assert paths[2].read_bytes() == b"batch 2"
    assert case.read(f"items/{item.id}/reports/report-0001.html") == b"first"
    assert case.read("reports/dedup-0001.html") == b"batch 1"
    assert audit(case.path).faults == ()


def test_an_edited_plain_copy_leaves_the_kept_one_whole(case: CaseFolder, clip) -> None:
    item = case.add_item("clip.mp4", [clip()])
    path = case.save_report(item.id, "report.html", b"as written")
    path.write_bytes(b"as wished")
    case.close()
    assert case.path.joinpath("items", item.id, "reports", "report-0001.html").read_bytes() == b"as written"
    assert [f.where for f in audit(case.path).faults] == [f"items/{item.id}/report.html"]


@pytest.mark.parametrize("name", ["../report.html", "Report.html", "report", "custody.jsonl", "a/b.html", "", ".html"])
def test_a_name_that_is_no_plain_file_name_is_refused(case: CaseFolder, name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        case.save_case_report(name, b"")


def test_the_same_picture_is_kept_once_and_another_of_its_name_gets_a_number(case: CaseFolder, clip) -> None:
    item = case.add_item("clip.mp4", [clip()])
    first = case.save_pictures(item.id, {"ab-000001000.jpg": b"one", "ab-000002000.jpg": b"two"})
    entries = case.custody().entries
    assert case.save_pictures(item.id, {"ab-000001000.jpg": b"one"}) == {
        "ab-000001000.jpg": "pictures/ab-000001000.jpg"
    }
    assert case.custody().entries == entries
    other = case.save_pictures(item.id, {"ab-000001000.jpg": b"other"})
    assert set(first.values()).isdisjoint(other.values())
    assert case.picture(item, other["ab-000001000.jpg"]) == b"other"
    assert case.picture(item, first["ab-000001000.jpg"]) == b"one"
