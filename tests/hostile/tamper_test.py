"""Evidence, log, signatures or database altered behind our back: each edit is found, and the right thing is named."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.made_up import Came, examination, fingerprint
from hostile.tampering import EDITS, sql, write
from verify.archive import custody
from verify.archive.audit import AuditResult, audit
from verify.archive.keys import create_key
from verify.archive.store import CaseFolder
from verify.records.findings import Decision
from verify.records.matches import Geometry, Match, Segment, Strength

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed case with all kinds of things in it."""
    folder = tmp_path_factory.mktemp("tamper")
    with CaseFolder(folder / "case", by="tester@here", key=create_key(folder / "key", "A newsroom")) as case:
        items = []
        for number in range(3):
            source = folder / f"{number}.mp4"
            source.write_bytes(f"clip {number} ".encode() * 500)
            item = case.add_item(f"target {number}", [Came(path=source, name=source.name)])
            case.save_examination(item, examination(item.media.sha256, folder, 2), folder, [fingerprint(number)])
            case.save_report(item.id, "report.html", f"report of {number}".encode())
            items.append(item)
        case.save_report(items[0].id, "report.html", b"second report")
        case.save_case_report("dedup.html", b"all of them")
        a, b, c = (item.media.sha256 for item in items)
        match = Match(
            a=a,
            b=b,
            kind="same picture",
            segments=(Segment(a_start=0, a_end=5, b_start=1, b_end=6),),
            geometry=Geometry(),
            strength=Strength(score=9.5, false_rate=1e-6),
        )
        case.library.save_matches(a, [match], "pdq/1", case.library.generation())
        case.library.remove(c, "not ours")
        for category in ("not a match", "same recording"):
            decision = Decision(
                subject=f"{a} {b}", category=category, by="a person", note="n", at="2026-01-01T00:00:00Z"
            )
            number = case.library.decide(decision)
        case.library.undo(number, by="a person")
    assert audit(folder / "case").faults == ()
    return folder / "case"


@pytest.fixture
def copies(template: Path, tmp_path: Path) -> Iterator[Callable[[], Path]]:
    memory = Path("/dev/shm")
    base = memory / f"firstseen-tamper-{os.getpid()}" if os.access(memory, os.W_OK) else tmp_path
    count = 0

    def make() -> Path:
        nonlocal count
        count += 1
        shutil.rmtree(base / f"{count - 1}", ignore_errors=True)
        return Path(shutil.copytree(template, base / f"{count}", symlinks=True))

    yield make
    shutil.rmtree(base, ignore_errors=True)


def named(found: AuditResult, what: str) -> bool:
    words = [*(fault.where for fault in found.faults), *(fault.sentence for fault in found.faults)]
    return any(what in word for word in words)


def test_random_edits_are_found_and_named(copies: Callable[[], Path], score) -> None:
    chance, missed = random.Random(20261122), []
    edits = EDITS * (10 if FULL else 2)
    for number, edit in enumerate(edits):
        case = copies()
        what = edit(case, chance)
        found = audit(case)
        if found.sound or not named(found, what):
            missed.append((number, edit.__name__, what, [f.sentence for f in found.faults]))
    score.tried += len(edits)
    score.note = f"{len(edits)} edits, {200 if FULL else 10} clean audits"
    print(f"edits: {len(edits) - len(missed)} of {len(edits)} found and named")
    assert missed == []


def test_a_case_that_nobody_touched_is_sound_every_time(copies: Callable[[], Path], tmp_path: Path) -> None:
    case, alarms = copies(), []
    for number in range(200 if FULL else 10):
        source = tmp_path / "new.mp4"
        source.write_bytes(f"new {number}".encode())
        with CaseFolder(case, by="tester@here") as opened:
            item = opened.add_item("new", [Came(path=source)])
            opened.save_report(item.id, "report.html", f"report {number}".encode())
            opened.save_case_report("dedup.html", f"batch {number}".encode())
            alarms += audit(case).faults
        alarms += audit(case).faults
    assert alarms == []


def rewritten(case: Path, keep: int | None = None) -> None:
    """Rewrite the whole log, as somebody with time would: another person acted, and every hash fits."""
    lines, previous = [], custody.FIRST
    for (text,) in sql(case, "SELECT entry FROM custody ORDER BY number")[:keep]:
        entry = replace(custody.parse(text), by="nobody@here", key="", signature="", previous=previous)
        entry = replace(entry, hash=custody.computed(entry))
        lines.append(custody.line(entry))
        previous = entry.hash
    sql(case, "DELETE FROM custody")
    for number, line in enumerate(lines, start=1):
        sql(case, "INSERT INTO custody VALUES (?, ?)", (number, line))
    (case / "custody.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_a_log_written_anew_is_found_only_from_outside_and_this_is_said(copies: Callable[[], Path]) -> None:
    case = copies()
    before = audit(case)
    pem = next((case / "keys").glob("*.pub")).read_text(encoding="ascii")
    assert audit(case, head=before.head, keys=[pem]).sound
    rewritten(case)
    after = audit(case)
    assert after.sound  # no arithmetic inside the case can see it...
    assert any("written anew" in sentence for sentence in after.unproved)  # ...and the audit says so
    assert [f.kind for f in audit(case, head=before.head).faults] == ["anchor"]
    assert [f.kind for f in audit(case, keys=[pem]).faults] == ["anchor"]


def test_a_log_whose_end_was_cut_is_found_from_outside(copies: Callable[[], Path]) -> None:
    case = copies()
    before = audit(case)
    (last,) = sql(case, "SELECT MAX(number) FROM custody")[0]  # the undoing of a decision
    sql(case, "DELETE FROM custody WHERE number = ?", (last,))
    sql(case, "UPDATE decisions SET undone = 0")
    path = case / "custody.jsonl"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert audit(case).sound
    assert [f.where for f in audit(case, head=before.head).faults] == ["head"]


def test_control_a_log_without_a_chain_sees_nothing(copies: Callable[[], Path]) -> None:
    """The control: a log of lines, each plausible by itself, does not notice that one was changed or dropped."""
    case = copies()
    path = case / "custody.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:3] + lines[4:]).replace("tester@here", "nobody@here"), encoding="utf-8")
    read = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(entry["action"] and entry["by"] for entry in read)
    assert not audit(case).sound


def test_another_key_in_the_place_of_the_newsrooms_is_found_from_outside(
    copies: Callable[[], Path], tmp_path: Path
) -> None:
    case = copies()
    pem = next((case / "keys").glob("*.pub")).read_text(encoding="ascii")
    with CaseFolder(case, key=create_key(tmp_path / "other", "Somebody")) as opened:
        opened.note("noted", "by another key")
    assert audit(case).sound
    assert [f.kind for f in audit(case, keys=[pem]).faults] == ["anchor"]


def test_without_its_database_a_case_is_still_checked_by_its_log(copies: Callable[[], Path]) -> None:
    case = copies()
    (case / "library.sqlite").unlink()
    assert [f.where for f in audit(case).faults] == ["library.sqlite"]
    victim = next(p for p in (case / "originals").rglob("*") if p.is_file())
    write(victim, b"other bytes")
    assert {f.where for f in audit(case).faults} == {"library.sqlite", victim.relative_to(case).as_posix()}
