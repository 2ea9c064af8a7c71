"""What a dead process, a power cut or a stranger left in the folder: cleared up, made up for, or left for the audit."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from verify.archive.audit import audit
from verify.archive.backup import back_up
from verify.archive.bundle import write_bundle
from verify.archive.store import CaseFolder
from verify.errors import TamperedError


@pytest.fixture
def root(tmp_path: Path, clip) -> Path:
    with CaseFolder(tmp_path / "case") as case:
        for number in range(3):
            case.add_item(f"{number}", [clip(f"clip {number}".encode())])
    return tmp_path / "case"


def leave(root: Path, paths: object) -> None:
    """Leave what a process leaves that dies between placing files and recording them."""
    (root / "tmp" / "dead").mkdir()
    (root / "tmp" / "dead.live").touch()
    (root / "tmp" / "dead" / "1.intent").write_text(json.dumps(paths))


def test_files_that_were_placed_and_not_recorded_go_and_recorded_ones_stay(root: Path) -> None:
    recorded = [p.relative_to(root).as_posix() for p in (root / "originals").rglob("*") if p.is_file()]
    (root / "originals" / "ab").mkdir(exist_ok=True)
    (root / "originals" / "ab" / "orphan").write_bytes(b"half a life")
    leave(root, ["originals/ab/orphan", *recorded])
    found = audit(root)
    assert found.faults == ()
    assert any("interrupted" in sentence for sentence in found.unproved)
    CaseFolder(root).close()
    assert not (root / "originals" / "ab" / "orphan").exists()
    assert all((root / path).is_file() for path in recorded)
    assert not (root / "tmp" / "dead").exists()
    assert audit(root).faults == ()


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_an_intent_in_a_strangers_case_reaches_nothing_outside(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("a", "b", "c"):
        (outside / name).write_text("mine")
    (root / "items" / "link").symlink_to(outside)
    leave(
        root,
        [
            "../outside/a",
            str(outside / "b"),
            "items/link/c",
            "items/../../outside/a",
            "library.sqlite",
            7,
            None,
            [],
            "",
        ],
    )
    CaseFolder(root).close()
    assert sorted(p.name for p in outside.iterdir()) == ["a", "b", "c"]
    assert (root / "library.sqlite").is_file()


@pytest.mark.parametrize("intent", ["", "[", '"originals"', "{}", "null", "[[[[["])
def test_a_torn_intent_stops_nobody(root: Path, intent: str) -> None:
    leave(root, [])
    (root / "tmp" / "dead" / "1.intent").write_text(intent)
    with CaseFolder(root) as case:
        assert len(case.items()) == 3
    assert not (root / "tmp" / "dead").exists()


@pytest.mark.parametrize(
    "torn",
    [
        lambda log: log[:-1],  # the last line end
        lambda log: log[:-9],
        lambda log: log[: log.index(b"\n") + 1],
        lambda log: b"",
        lambda log: log + bytes(4096),  # a file system that grew the file before it wrote to it
        lambda log: log[:-300] + bytes(300),
        lambda log: bytes(len(log)),
    ],
)
def test_an_exported_log_torn_by_a_power_cut_is_made_whole(root: Path, torn) -> None:
    path = root / "custody.jsonl"
    whole = path.read_bytes()
    path.write_bytes(torn(whole))
    with CaseFolder(root) as case:
        case.note("noted", "one more")
    assert path.read_bytes().startswith(whole)
    assert path.read_bytes().count(b"\n") == whole.count(b"\n") + 1
    assert audit(root).faults == ()


@pytest.mark.parametrize("edit", [lambda log: log + b'{"forged":1}\n', lambda log: log.replace(b"item", b"ITEM", 1)])
def test_an_exported_log_that_somebody_edited_is_left_for_the_audit(root: Path, edit) -> None:
    path = root / "custody.jsonl"
    edited = edit(path.read_bytes())
    path.write_bytes(edited)
    with CaseFolder(root) as case:
        case.note("noted", "one more")
    assert path.read_bytes().startswith(edited)
    assert "custody.jsonl" in {f.where for f in audit(root).faults}


def test_a_strangers_database_cannot_name_files_outside(root: Path, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    (tmp_path / "secret").write_text("mine")
    sha256 = hashlib.sha256(b"mine").hexdigest()
    with closing(sqlite3.connect(root / "library.sqlite")) as connection, connection:
        connection.execute("INSERT INTO files VALUES ('../secret', ?, 4, '', 1)", (sha256,))
        connection.execute("INSERT INTO files VALUES ('items/../../secret', ?, 4, '', 1)", (sha256,))
    with CaseFolder(root) as case:
        for path in ("../secret", "items/../../secret"):
            with pytest.raises(KeyError):
                case.read(path)
        with pytest.raises(TamperedError, match="elsewhere"):
            back_up(case, tmp_path / "to" / "backup")
        with pytest.raises(TamperedError, match="elsewhere"):
            write_bundle(case, tmp_path / "bundle.zip")
    assert not (tmp_path / "to" / "secret").exists()
    assert not (tmp_path / "bundle.zip").exists()
