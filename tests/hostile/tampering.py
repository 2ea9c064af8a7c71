"""Ways to alter a case behind its back: bytes, names, log, database. Each returns what an audit must name."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from verify.archive import custody

Edit = Callable[[Path, random.Random], str]  # alters the case and returns what the audit must name


# -- edits of files ----------------------------------------------------------------------------------------------


def _files(case: Path) -> list[Path]:
    """Every file of the case that is evidence or shown as such (not the database, not working files)."""
    skipped = {"library.sqlite", "custody.jsonl"}
    found = [p for p in case.rglob("*") if p.is_file() and p.relative_to(case).parts[0] != "tmp"]
    return sorted(p for p in found if p.name not in skipped)


def write(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def flip(case: Path, chance: random.Random) -> str:
    path = chance.choice([p for p in _files(case) if p.stat().st_size])
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    write(path, bytes(data))
    return path.relative_to(case).as_posix()


def append(case: Path, chance: random.Random) -> str:
    path = chance.choice(_files(case))
    write(path, path.read_bytes() + chance.randbytes(chance.randint(1, 40)))
    return path.relative_to(case).as_posix()


def cut(case: Path, chance: random.Random) -> str:
    path = chance.choice([p for p in _files(case) if p.stat().st_size > 1])
    write(path, path.read_bytes()[: chance.randrange(path.stat().st_size)])
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
    write(one, second)
    write(other, first)
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


def sql(case: Path, statement: str, values: tuple = ()) -> list[tuple]:
    with closing(sqlite3.connect(case / "library.sqlite")) as connection, connection:
        return connection.execute(statement, values).fetchall()


def edit_entry(case: Path, chance: random.Random) -> str:
    number, text = chance.choice(sql(case, "SELECT number, entry FROM custody"))
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
    sql(case, "UPDATE custody SET entry = ? WHERE number = ?", (custody.line(entry), number))
    return f"entry {number}"


def drop_entry(case: Path, chance: random.Random) -> str:
    (last,) = sql(case, "SELECT MAX(number) FROM custody")[0]
    number = chance.randrange(1, last)
    sql(case, "DELETE FROM custody WHERE number = ?", (number,))
    sql(case, "UPDATE custody SET number = number - 1 WHERE number > ?", (number,))
    return f"entry {number}"


def swap_entries(case: Path, chance: random.Random) -> str:
    rows = sql(case, "SELECT number, entry FROM custody")
    (i, one), (j, other) = chance.sample(rows, 2)
    sql(case, "UPDATE custody SET entry = ? WHERE number = ?", (other, i))
    sql(case, "UPDATE custody SET entry = ? WHERE number = ?", (one, j))
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
    row, value, key = chance.choice(sql(case, f"SELECT rowid, {column}, {name} FROM {table} WHERE {column} <> ''"))
    digit = chance.randrange(len(value))
    changed = value[:digit] + ("0" if value[digit] != "0" else "1") + value[digit + 1 :]
    sql(case, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))
    return "examination" if table == "examinations" else str(key)


def drop_row(case: Path, chance: random.Random) -> str:
    table = chance.choice([*sorted(_COLUMNS), "fingerprints"])
    name = _COLUMNS[table][0] if table in _COLUMNS else "(SELECT sha256 FROM clips WHERE number = clip)"
    row, key = chance.choice(sql(case, f"SELECT rowid, {name} FROM {table}"))
    sql(case, f"DELETE FROM {table} WHERE rowid = ?", (row,))
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
    row, key = chance.choice(sql(case, f"SELECT rowid, {name} FROM {table}"))
    change = f"1 - {column}" if column == "undone" else f"{column} + 1"
    sql(case, f"UPDATE {table} SET {column} = {change} WHERE rowid = ?", (row,))
    return str(key)


def edit_fingerprint(case: Path, chance: random.Random) -> str:
    row, body, key = chance.choice(
        sql(case, "SELECT f.rowid, f.body, c.sha256 FROM fingerprints f JOIN clips c ON c.number = f.clip")
    )
    data = bytearray(body)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    sql(case, "UPDATE fingerprints SET body = ? WHERE rowid = ?", (bytes(data), row))
    return str(key)


def hide_clip(case: Path, chance: random.Random) -> str:
    (key,) = chance.choice(sql(case, "SELECT sha256 FROM clips WHERE removed IS NULL"))
    sql(case, "UPDATE clips SET removed = 99 WHERE sha256 = ?", (key,))
    return str(key)


def show_clip(case: Path, chance: random.Random) -> str:
    (key,) = chance.choice(sql(case, "SELECT sha256 FROM clips WHERE removed IS NOT NULL"))
    sql(case, "UPDATE clips SET removed = NULL WHERE sha256 = ?", (key,))
    return str(key)


def plant_trigger(case: Path, chance: random.Random) -> str:
    sql(case, "CREATE TRIGGER planted AFTER INSERT ON items BEGIN DELETE FROM files; END")
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
