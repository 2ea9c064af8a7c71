"""Evidence, log, signatures or database altered behind our back: each edit is found, and the right thing is named."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.made_up import Came, examination, fingerprint
from verify.archive import custody
from verify.archive.audit import AuditResult, audit
from verify.archive.keys import create_key
from verify.archive.store import CaseFolder
from verify.records.findings import Decision
from verify.records.matches import Geometry, Match, Segment, Strength

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
Edit = Callable[[Path, random.Random], str]  # alters the case and returns what the audit must name


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


# -- edits of files ----------------------------------------------------------------------------------------------


def _files(case: Path) -> list[Path]:
    """Every file of the case that is evidence or shown as such (not the database, not working files)."""
    skipped = {"library.sqlite", "custody.jsonl"}
    found = [p for p in case.rglob("*") if p.is_file() and p.relative_to(case).parts[0] != "tmp"]
    return sorted(p for p in found if p.name not in skipped)


def _write(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def flip(case: Path, chance: random.Random) -> str:
    path = chance.choice([p for p in _files(case) if p.stat().st_size])
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    _write(path, bytes(data))
    return path.relative_to(case).as_posix()


def append(case: Path, chance: random.Random) -> str:
    path = chance.choice(_files(case))
    _write(path, path.read_bytes() + chance.randbytes(chance.randint(1, 40)))
    return path.relative_to(case).as_posix()


def cut(case: Path, chance: random.Random) -> str:
    path = chance.choice([p for p in _files(case) if p.stat().st_size > 1])
    _write(path, path.read_bytes()[: chance.randrange(path.stat().st_size)])
    return path.relative_to(case).as_posix()


def delete(case: Path, chance: random.Random) -> str:
    path = chance.choice(_files(case))
    path.unlink()
    return path.relative_to(case).as_posix() if path.suffix != ".pub" else "entry 1"


def rename(case: Path, chance: random.Random) -> str:
    path = chance.choice([p for p in _files(case) if p.suffix != ".pub"])
    path.rename(path.with_name("renamed"))
    return path.relative_to(case).as_posix()


def swap(case: Path, chance: random.Random) -> str:
    while True:
        one, other = chance.sample([p for p in _files(case) if p.suffix != ".pub"], 2)
        if one.read_bytes() != other.read_bytes():
            break
    first, second = one.read_bytes(), other.read_bytes()
    _write(one, second)
    _write(other, first)
    return chance.choice([one, other]).relative_to(case).as_posix()


def add(case: Path, chance: random.Random) -> str:
    folder = chance.choice(sorted({p.parent for p in _files(case)}))
    path = folder / f"extra-{chance.randrange(1000)}.jpg"
    path.write_bytes(b"planted")
    return path.relative_to(case).as_posix()


def link(case: Path, chance: random.Random) -> str:
    path = chance.choice([p for p in _files(case) if p.suffix != ".pub"])
    outside = case.parent / f"outside-{case.name}"
    outside.unlink(missing_ok=True)
    path.rename(outside)
    path.symlink_to(outside)
    return path.relative_to(case).as_posix()


def edit_exported_log(case: Path, chance: random.Random) -> str:
    path = case / "custody.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    way = chance.choice(["drop", "swap", "change", "cut", "forge", "torn"])
    if way == "drop":
        del lines[chance.randrange(len(lines))]
    elif way == "swap":
        i, j = chance.sample(range(len(lines)), 2)
        lines[i], lines[j] = lines[j], lines[i]
    elif way == "change":
        i = chance.randrange(len(lines))
        lines[i] = lines[i].replace("tester@here", "nobody@here")
    elif way == "cut":
        del lines[chance.randrange(1, len(lines)) :]
    elif way == "forge":
        lines.append(lines[-1])
    else:
        lines[-1] = lines[-1][: chance.randrange(1, len(lines[-1]))]
    path.write_text("".join(lines), encoding="utf-8")
    return "custody.jsonl"


# -- edits of the database ---------------------------------------------------------------------------------------


def _sql(case: Path, statement: str, values: tuple = ()) -> list[tuple]:
    with closing(sqlite3.connect(case / "library.sqlite")) as connection, connection:
        return connection.execute(statement, values).fetchall()


def edit_entry(case: Path, chance: random.Random) -> str:
    number, text = chance.choice(_sql(case, "SELECT number, entry FROM custody"))
    entry = custody.parse(text)
    way = chance.choice(["by", "at", "subject", "details", "signature", "rehash"])
    if way == "details":
        entry = replace(entry, details={**entry.details, "planted": True})
    elif way == "signature":
        entry = replace(entry, signature="00" * 64)
    elif way == "rehash":
        entry = replace(entry, by="nobody@here")
        entry = replace(entry, hash=custody.computed(entry))
    else:
        entry = replace(entry, **{way: "2020-01-01T00:00:00.000Z" if way == "at" else "nobody"})
    _sql(case, "UPDATE custody SET entry = ? WHERE number = ?", (custody.line(entry), number))
    return f"entry {number}"


def drop_entry(case: Path, chance: random.Random) -> str:
    (last,) = _sql(case, "SELECT MAX(number) FROM custody")[0]
    number = chance.randrange(1, last)
    _sql(case, "DELETE FROM custody WHERE number = ?", (number,))
    _sql(case, "UPDATE custody SET number = number - 1 WHERE number > ?", (number,))
    return f"entry {number}"


def swap_entries(case: Path, chance: random.Random) -> str:
    rows = _sql(case, "SELECT number, entry FROM custody")
    (i, one), (j, other) = chance.sample(rows, 2)
    _sql(case, "UPDATE custody SET entry = ? WHERE number = ?", (other, i))
    _sql(case, "UPDATE custody SET entry = ? WHERE number = ?", (one, j))
    return f"entry {min(i, j)}"


_COLUMNS = {
    "items": ("id", ("sha256", "target", "record")),
    "files": ("path", ("sha256", "item")),
    "examinations": ("number", ("sha256", "item", "path", "ran", "found")),
    "clips": ("sha256", ("record",)),
    "searches": ("sha256", ("descriptors",)),
    "matches": ("a", ("record", "kind", "b")),
    "decisions": ("number", ("subject", "record")),
}


def edit_row(case: Path, chance: random.Random) -> str:
    table = chance.choice(sorted(_COLUMNS))
    name, columns = _COLUMNS[table]
    column = chance.choice(columns)
    row, value, key = chance.choice(_sql(case, f"SELECT rowid, {column}, {name} FROM {table} WHERE {column} <> ''"))
    digit = chance.randrange(len(value))
    changed = value[:digit] + ("0" if value[digit] != "0" else "1") + value[digit + 1 :]
    _sql(case, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))
    return "examination" if table == "examinations" else str(key)


def drop_row(case: Path, chance: random.Random) -> str:
    table = chance.choice([*sorted(_COLUMNS), "fingerprints"])
    name = _COLUMNS[table][0] if table in _COLUMNS else "(SELECT sha256 FROM clips WHERE number = clip)"
    row, key = chance.choice(_sql(case, f"SELECT rowid, {name} FROM {table}"))
    _sql(case, f"DELETE FROM {table} WHERE rowid = ?", (row,))
    return "examination" if table == "examinations" else str(key)


def edit_number(case: Path, chance: random.Random) -> str:
    table, column, name = chance.choice(
        [
            ("files", "size", "path"),
            ("decisions", "undone", "number"),
            ("searches", "generation", "sha256"),
            ("fingerprints", "version", "(SELECT sha256 FROM clips WHERE number = clip)"),
        ]
    )
    row, key = chance.choice(_sql(case, f"SELECT rowid, {name} FROM {table}"))
    change = f"1 - {column}" if column == "undone" else f"{column} + 1"
    _sql(case, f"UPDATE {table} SET {column} = {change} WHERE rowid = ?", (row,))
    return str(key)


def edit_fingerprint(case: Path, chance: random.Random) -> str:
    row, body, key = chance.choice(
        _sql(case, "SELECT f.rowid, f.body, c.sha256 FROM fingerprints f JOIN clips c ON c.number = f.clip")
    )
    data = bytearray(body)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    _sql(case, "UPDATE fingerprints SET body = ? WHERE rowid = ?", (bytes(data), row))
    return str(key)


def hide_clip(case: Path, chance: random.Random) -> str:
    (key,) = chance.choice(_sql(case, "SELECT sha256 FROM clips WHERE removed IS NULL"))
    _sql(case, "UPDATE clips SET removed = 99 WHERE sha256 = ?", (key,))
    return str(key)


def show_clip(case: Path, chance: random.Random) -> str:
    (key,) = chance.choice(_sql(case, "SELECT sha256 FROM clips WHERE removed IS NOT NULL"))
    _sql(case, "UPDATE clips SET removed = NULL WHERE sha256 = ?", (key,))
    return str(key)


def plant_trigger(case: Path, chance: random.Random) -> str:
    _sql(case, "CREATE TRIGGER planted AFTER INSERT ON items BEGIN DELETE FROM files; END")
    return "library.sqlite"


def overwrite_database(case: Path, chance: random.Random) -> str:
    path = case / "library.sqlite"
    data = bytearray(path.read_bytes())
    data[:100] = chance.randbytes(100)
    path.write_bytes(bytes(data))
    return "library.sqlite"


EDITS: list[Edit] = [
    flip,
    append,
    cut,
    delete,
    rename,
    swap,
    add,
    link,
    edit_exported_log,
    edit_entry,
    drop_entry,
    swap_entries,
    edit_row,
    drop_row,
    edit_number,
    edit_fingerprint,
    hide_clip,
    show_clip,
    plant_trigger,
    overwrite_database,
]


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
    for (text,) in _sql(case, "SELECT entry FROM custody ORDER BY number")[:keep]:
        entry = replace(custody.parse(text), by="nobody@here", key="", signature="", previous=previous)
        entry = replace(entry, hash=custody.computed(entry))
        lines.append(custody.line(entry))
        previous = entry.hash
    _sql(case, "DELETE FROM custody")
    for number, line in enumerate(lines, start=1):
        _sql(case, "INSERT INTO custody VALUES (?, ?)", (number, line))
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
    (last,) = _sql(case, "SELECT MAX(number) FROM custody")[0]  # the undoing of a decision
    _sql(case, "DELETE FROM custody WHERE number = ?", (last,))
    _sql(case, "UPDATE decisions SET undone = 0")
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
    _write(victim, b"other bytes")
    assert {f.where for f in audit(case).faults} == {"library.sqlite", victim.relative_to(case).as_posix()}
