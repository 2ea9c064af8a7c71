"""The library: the shelf of clips, what matched, and what people decided about it.

Rule: what a machine found can be found again and is only cached; what a person decided is an entry of the log, and
neither overwrites the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from verify.archive import durable
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.shelf import Clip, ClipShelf
from verify.errors import ArchiveError
from verify.records.findings import Decision
from verify.records.matches import Match

__all__ = ["Clip", "Library"]

# Of the clips `c`, those not yet compared with one.
_UNCOMPARED = (
    "LEFT JOIN searches s ON s.sha256 = c.sha256 AND s.descriptors = ? WHERE c.removed IS NULL AND c.sha256 <> ?"
    " AND c.added > ? AND (s.generation IS NULL OR s.generation < ? OR s.generation < c.added)"
)


class Library(ClipShelf):
    """A library in the SQLite file at `path`, or inside the case whose open `database` and `log` are given.

    Raises as Database does. Several processes may read and write at once; one writes at a time.
    """

    def __init__(
        self, path: Path | None = None, *, write: bool = True, database: Database | None = None, log: Log | None = None
    ) -> None:
        if database is None:
            if path is None:
                raise ValueError("a library needs a path or an open database")
            database = Database(path, write=write)
        super().__init__(database, log or Log(database))

    # -- what matched ------------------------------------------------------------------------------------------

    def to_compare(self, sha256: str, descriptors: str, count: int = -1) -> list[str]:
        """Return the live clips not yet compared with this one by `descriptors`: the newest `count`, the last first.

        Two clips were compared when either was searched for after the other had been added. Of a large library
        no more is read than is asked for. Raises KeyError for an unknown clip.
        """
        rows = self._database.all(
            f"SELECT c.sha256 FROM clips c {_UNCOMPARED} ORDER BY c.added DESC, c.number DESC LIMIT ?",  # noqa: S608
            (*self._uncompared(sha256, descriptors), count),
        )
        return [str(s) for (s,) in rows]

    def compared(self, sha256: str, descriptors: str, among: Iterable[str]) -> set[str]:
        """Return those of the live clips `among` that need no comparison with this one by `descriptors` any more.

        An older clip's search may not have named this one: until this one was searched for itself, only what is
        known to match it needs none. Raises KeyError for an unknown clip.
        """
        wanted = {*among}
        words = "SELECT 1 FROM searches WHERE sha256 = ? AND descriptors = ?"
        if self._database.one(words, (sha256, descriptors)) is None:
            return wanted & {*self.linked(sha256, descriptors)}
        rows = self._database.all(  # each asked for by name, however large the library is
            f"SELECT c.sha256 FROM json_each(?) j CROSS JOIN clips c ON c.sha256 = j.value {_UNCOMPARED}",  # noqa: S608
            (msgspec.json.encode(sorted(wanted)).decode(), *self._uncompared(sha256, descriptors)),
        )
        return wanted - {str(s) for (s,) in rows}

    def _uncompared(self, sha256: str, descriptors: str) -> tuple[str | int, ...]:
        """Return the parameters of _UNCOMPARED for a clip. Raises KeyError for an unknown one."""
        own = self._database.one("SELECT added FROM clips WHERE sha256 = ? AND removed IS NULL", (sha256,))
        if own is None:
            raise KeyError(sha256)
        done = self._database.one(
            "SELECT generation FROM searches WHERE sha256 = ? AND descriptors = ?", (sha256, descriptors)
        )
        return descriptors, sha256, int(done[0]) if done and done[0] >= own[0] else 0, own[0]

    def save_matches(self, sha256: str, matches: Iterable[Match], descriptors: str, generation: int) -> None:
        """Keep what a search for `sha256` found, the shelf having been at `generation` when it began.

        `descriptors` names the search (`pdq/1 sift/2`, say); results of other searches are kept apart. What an
        earlier search for the same clip found stays unless found again. Raises ValueError when a match is not of
        this clip.
        """
        rows = []
        for match in matches:
            if match.a != sha256:
                raise ValueError("a match of another clip")
            rows.append((match.a, match.b, match.kind, descriptors, msgspec.json.encode(match).decode()))
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO matches (a, b, kind, descriptors, record) VALUES (?, ?, ?, ?, ?)", rows
            )
            connection.execute(
                "INSERT INTO searches (sha256, descriptors, generation) VALUES (?, ?, ?)"
                " ON CONFLICT (sha256, descriptors) DO UPDATE SET generation = MAX(generation, excluded.generation)",
                (sha256, descriptors, generation),
            )
            self.log.append("searched", sha256, {"search": self._searched(connection, sha256, descriptors)})

    @staticmethod
    def _searched(connection: sqlite3.Connection, sha256: str, descriptors: str) -> dict[str, Any]:
        """Return what the log says of a search: all that is kept of it, in one hash."""
        (generation,) = connection.execute(
            "SELECT generation FROM searches WHERE sha256 = ? AND descriptors = ?", (sha256, descriptors)
        ).fetchone()
        records = matches_found(connection, sha256, descriptors)
        return {
            "descriptors": descriptors,
            "generation": int(generation),
            "matches": len(records),
            "record": durable.hash_of("\n".join(records).encode()),
        }

    def matches(self, sha256: str, descriptors: str) -> list[Match]:
        """Return the kept matches of a clip with live clips, whichever of the two was searched for (`a` or `b`)."""
        rows = self._database.all(
            "SELECT m.record FROM matches m WHERE (m.a = ? OR m.b = ?) AND m.descriptors = ?"
            " AND EXISTS (SELECT 1 FROM clips WHERE sha256 = m.a AND removed IS NULL)"
            " AND EXISTS (SELECT 1 FROM clips WHERE sha256 = m.b AND removed IS NULL) ORDER BY m.a, m.b, m.kind",
            (sha256, sha256, descriptors),
        )
        return [msgspec.json.decode(record, type=Match) for (record,) in rows]

    def linked(self, sha256: str, descriptors: str) -> list[str]:
        """Return the live clips that are known to show the same picture as a clip."""
        rows = self._database.all(
            "SELECT CASE WHEN m.a = ? THEN m.b ELSE m.a END AS other FROM matches m"
            " WHERE (m.a = ? OR m.b = ?) AND m.descriptors = ? AND m.kind = 'same picture'"
            " AND EXISTS (SELECT 1 FROM clips WHERE sha256 = other AND removed IS NULL)",
            (sha256, sha256, sha256, descriptors),
        )
        return [str(other) for (other,) in rows]

    # -- what people decided -----------------------------------------------------------------------------------

    def decide(self, decision: Decision) -> int:
        """Keep what a person decided, as an entry of the log, and return its number (for `undo`).

        Raises ArchiveError when nobody is named: a decision is a person's.
        """
        if not decision.by.strip():
            raise ArchiveError("A decision needs the name of the person who made it.", "Give it with --by.")
        record = msgspec.json.encode(decision).decode()
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO decisions (subject, undone, record) VALUES (?, 0, ?)", (decision.subject, record)
            ).lastrowid
            details = {"decision": number, "category": decision.category, "by": decision.by, "note": decision.note}
            self.log.append("decided", decision.subject, {**details, "record": durable.hash_of(record.encode())})
        return int(number or 0)

    def undo(self, number: int, by: str, note: str = "") -> Decision:
        """Take a decision back; it stays in the record, marked undone. Raises KeyError when there is none to undo."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT record FROM decisions WHERE number = ? AND undone = 0", (number,)
            ).fetchone()
            if row is None:
                raise KeyError(number)
            connection.execute("UPDATE decisions SET undone = 1 WHERE number = ?", (number,))
            decision = msgspec.json.decode(row[0], type=Decision)
            self.log.append("decision undone", decision.subject, {"decision": number, "by": by, "note": note})
        return replace(decision, undone=True)

    def decisions(self, subject: str | None = None, *, undone: bool = False) -> dict[int, Decision]:
        """Return decisions by number, in the order they were made; those undone only when asked for."""
        rows = self._database.all(
            "SELECT number, undone, record FROM decisions WHERE (? IS NULL OR subject = ?) AND undone <= ?"
            " ORDER BY number",
            (subject, subject, int(undone)),
        )
        found = {}
        for number, was_undone, record in rows:
            decision = msgspec.json.decode(record, type=Decision)
            found[int(number)] = replace(decision, undone=True) if was_undone else decision
        return found

    # -- the file ----------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the database (not for the library of an open case: the case closes it)."""
        self._database.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def matches_found(connection: sqlite3.Connection, sha256: str, descriptors: str) -> list[str]:
    """Return the kept matches of the searches for one clip, in a fixed order: other clip, kind and JSON record."""
    rows = connection.execute(
        "SELECT b || ' ' || kind || ' ' || record FROM matches WHERE a = ? AND descriptors = ? ORDER BY b, kind",
        (sha256, descriptors),
    )
    return [str(record) for (record,) in rows]
