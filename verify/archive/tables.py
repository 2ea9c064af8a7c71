"""Holds the tables of the database against what the log says. Rule: the log is right, and every difference is named."""

from __future__ import annotations

import sqlite3
from typing import Any, TypeVar

import msgspec

from verify.archive import durable
from verify.archive.ledger import Ledger
from verify.archive.library import matches_found
from verify.records.cases import Item

Key = TypeVar("Key", str, int, tuple[str, str])


def check_tables(ledger: Ledger, connection: sqlite3.Connection) -> None:
    """Note every row that the log does not tell of, or tells otherwise, and every row that is missing.

    The table `jobs` is not held against anything: it says what a batch has still to do, and is no evidence.
    Raises sqlite3.Error for a database that cannot be read.
    """
    _files(ledger, connection)
    _items(ledger, connection)
    _examinations(ledger, connection)
    _clips(ledger, connection)
    _fingerprints(ledger, connection)
    _searches(ledger, connection)
    _decisions(ledger, connection)


def _agree(ledger: Ledger, what: str, rows: dict[Key, Any], logged: dict[Key, Any]) -> None:
    for key in sorted(rows.keys() | logged.keys()):
        name = " ".join(key) if isinstance(key, tuple) else str(key)
        if key not in logged:
            ledger.fault("database", name, f"The database has {what} {name}, which no entry of the log tells of.")
        elif key not in rows:
            ledger.fault("database", name, f"The database lacks {what} {name}, which the log tells of.")
        elif rows[key] != logged[key]:
            ledger.fault("database", name, f"{what.capitalize()} {name} in the database is not as it was logged.")


def _files(ledger: Ledger, connection: sqlite3.Connection) -> None:
    rows = {}
    for path, sha256, size, item in connection.execute("SELECT path, sha256, size, item FROM files"):
        rows[str(path)] = (sha256, size, item)
    logged = {path: (*file, ledger.owners.get(path, "")) for path, file in ledger.files.items()}
    _agree(ledger, "file", rows, logged)


def _items(ledger: Ledger, connection: sqlite3.Connection) -> None:
    rows = {}
    for name, sha256, target, record in connection.execute("SELECT id, sha256, target, record FROM items"):
        rows[str(name)] = durable.hash_of(str(record).encode())
        try:
            item = msgspec.json.decode(record, type=Item)
            same = (item.id, item.media.sha256, item.target) == (name, sha256, target)
        except (msgspec.MsgspecError, UnicodeDecodeError, TypeError):
            same = False
        if not same:
            ledger.fault("database", str(name), f"The row of item {name} does not agree with its own record.")
    _agree(ledger, "item", rows, ledger.items)


def _examinations(ledger: Ledger, connection: sqlite3.Connection) -> None:
    rows = {}
    for place, row in enumerate(
        connection.execute("SELECT sha256, item, path, ran, found FROM examinations ORDER BY number"), start=1
    ):
        try:
            ran, found = (msgspec.json.decode(column, type=dict[str, int]) for column in row[3:])
        except (msgspec.MsgspecError, TypeError):
            ran, found = {}, {"": 0}  # equal to nothing that was logged
        rows[place] = (*row[:3], ran, found)
    _agree(ledger, "examination", rows, ledger.examinations)


def _clips(ledger: Ledger, connection: sqlite3.Connection) -> None:
    rows = {
        str(sha256): durable.hash_of(str(record).encode())
        for sha256, record in connection.execute("SELECT sha256, record FROM clips ORDER BY number")
    }
    _agree(ledger, "clip", rows, ledger.clips)
    alive = {str(row[0]) for row in connection.execute("SELECT sha256 FROM clips WHERE removed IS NULL")}
    for sha256 in sorted(alive & ledger.removed):
        ledger.fault("database", sha256, f"Clip {sha256} was removed from results, and is among them again.")
    for sha256 in sorted((ledger.clips.keys() & rows.keys()) - ledger.removed - alive):
        ledger.fault("database", sha256, f"Clip {sha256} is kept from results, and no entry of the log tells of it.")


def _fingerprints(ledger: Ledger, connection: sqlite3.Connection) -> None:
    rows = {}
    for sha256, name, version, body in connection.execute(
        "SELECT c.sha256, f.name, f.version, f.body FROM fingerprints f JOIN clips c ON c.number = f.clip"
    ):
        digest = durable.hash_of(body) if isinstance(body, bytes) else ""
        rows[(str(sha256), str(name))] = (version, digest)
    _agree(ledger, "fingerprint", rows, ledger.prints)


def _searches(ledger: Ledger, connection: sqlite3.Connection) -> None:
    rows = {}
    for sha256, descriptors, generation in connection.execute("SELECT sha256, descriptors, generation FROM searches"):
        found = "\n".join(matches_found(connection, sha256, descriptors))
        rows[(str(sha256), str(descriptors))] = (generation, durable.hash_of(found.encode()))
    _agree(ledger, "search", rows, ledger.searches)
    stray = connection.execute(
        "SELECT DISTINCT a, descriptors FROM matches EXCEPT SELECT sha256, descriptors FROM searches"
    )
    for sha256, descriptors in stray.fetchall():
        ledger.fault("database", f"{sha256} {descriptors}", f"Matches of {sha256} belong to no search of the log.")


def _decisions(ledger: Ledger, connection: sqlite3.Connection) -> None:
    rows, undone = {}, set()
    for number, subject, was_undone, record in connection.execute(
        "SELECT number, subject, undone, record FROM decisions"
    ):
        rows[int(number)] = (str(subject), durable.hash_of(str(record).encode()))
        if was_undone:
            undone.add(int(number))
    _agree(ledger, "decision", rows, ledger.decisions)
    for number in sorted(undone ^ ledger.undone):
        ledger.fault("database", str(number), f"Decision {number} is undone in the log or the database, not in both.")
