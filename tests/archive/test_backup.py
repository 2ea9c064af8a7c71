"""A backup is whole though others write meanwhile, and a later one copies only what is new."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from archive.made_up import Came, examination, fingerprint
from verify.archive.audit import audit
from verify.archive.backup import back_up
from verify.archive.keys import create_key
from verify.archive.store import CaseFolder
from verify.errors import TamperedError, UsageError


def fill(case: CaseFolder, folder: Path, numbers: range) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        source = folder / f"{number}.mp4"
        source.write_bytes(f"clip {number}".encode() * 50)
        item = case.add_item(source.name, [Came(path=source, name=source.name)])
        case.save_examination(item, examination(item.media.sha256, folder), folder, [fingerprint(number)])
        case.save_report(item.id, "report.html", b"a report")


def test_a_backup_is_a_case_and_a_later_one_copies_what_is_new(tmp_path: Path) -> None:
    with CaseFolder(tmp_path / "case", key=create_key(tmp_path / "key", "Us")) as case:
        fill(case, tmp_path / "came", range(3))
        first = back_up(case, tmp_path / "backup")
        assert (first.files, first.copied) == (18, 18)
        assert first.head == case.custody().head
        fill(case, tmp_path / "came", range(3, 4))
        second = back_up(case, tmp_path / "backup")
        assert (second.files, second.copied) == (24, 6)
        head = case.custody().head
    found = audit(tmp_path / "backup", head=head)
    assert found.faults == ()
    assert (found.items, found.signed) == (4, found.entries)
    with CaseFolder(tmp_path / "backup") as copy:  # and goes on as a case
        assert len(copy.library.clips()) == 4
        fill(copy, tmp_path / "came", range(9, 10))
    assert audit(tmp_path / "backup").faults == ()


def test_a_backup_while_another_writes(tmp_path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        with CaseFolder(tmp_path / "case") as case:
            fill(case, tmp_path / "came", range(8))
        done.set()

    CaseFolder(tmp_path / "case").close()
    writer = threading.Thread(target=write)
    writer.start()
    rounds = 0
    with CaseFolder(tmp_path / "case", write=False) as case:
        while not done.is_set() or not rounds:
            back_up(case, tmp_path / "backup")
            rounds += 1
            assert audit(tmp_path / "backup").faults == ()
    writer.join()
    assert rounds > 0


def test_a_damaged_original_is_not_backed_up_as_if_it_were_whole(tmp_path: Path) -> None:
    with CaseFolder(tmp_path / "case") as case:
        fill(case, tmp_path / "came", range(1))
        back_up(case, tmp_path / "earlier")
        path = case.media_path(case.items()[0].media.sha256)
        path.chmod(0o644)
        path.write_bytes(b"damaged")
        with pytest.raises(TamperedError, match="not as it was kept"):
            back_up(case, tmp_path / "backup")
        assert not (tmp_path / "backup" / "library.sqlite").exists()
    assert audit(tmp_path / "earlier").faults == ()


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("private")
    CaseFolder(tmp_path / "other").close()
    with CaseFolder(tmp_path / "case") as case:
        for to in (tmp_path / "full", tmp_path / "other", tmp_path / "case" / "inside", tmp_path):
            with pytest.raises(UsageError):
                back_up(case, to)
