"""The one SQLite file of a case or of a library alone. Rule: every change is one transaction, on disk when it returns.

WAL with `synchronous=FULL`: readers never wait for the writer, and a commit survives power loss. Only bound
parameters; a file with another schema than ours is refused, never opened (facts/hostile-input.md, row 16).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from verify.archive.durable import plain_errors
from verify.archive.locks import WAIT
from verify.errors import ArchiveError, NotFoundError, TamperedError

APPLICATION = 0x46534E31  # `FSN1`, so that `file` and we can tell the file from any other database
FORMAT = 1
_RETRY = 0.05

_TABLES = (
    "CREATE TABLE custody (number INTEGER PRIMARY KEY, entry TEXT NOT NULL)",
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    "CREATE TABLE items (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, target TEXT NOT NULL, added TEXT NOT NULL,"
    " record TEXT NOT NULL)",
    "CREATE INDEX items_by_sha256 ON items (sha256)",
    "CREATE TABLE files (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, item TEXT NOT NULL,"
    " entry INTEGER NOT NULL)",
    "CREATE INDEX files_by_item ON files (item)",
    "CREATE INDEX files_by_size ON files (size)",
    "CREATE TABLE examinations (number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, item TEXT NOT NULL,"
    " path TEXT NOT NULL, ran TEXT NOT NULL, found TEXT NOT NULL)",
    "CREATE INDEX examinations_by_sha256 ON examinations (sha256)",
    "CREATE TABLE clips (number INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL, added INTEGER NOT NULL,"
    " removed INTEGER, record TEXT NOT NULL)",
    "CREATE UNIQUE INDEX clips_alive ON clips (sha256) WHERE removed IS NULL",
    "CREATE INDEX clips_by_added ON clips (added)",
    "CREATE TABLE fingerprints (clip INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,"
    " rows INTEGER NOT NULL, digest TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (clip, name))",
    "CREATE TABLE searches (sha256 TEXT NOT NULL, descriptors TEXT NOT NULL, generation INTEGER NOT NULL,"
    " PRIMARY KEY (sha256, descriptors))",
    "CREATE TABLE matches (a TEXT NOT NULL, b TEXT NOT NULL, kind TEXT NOT NULL, descriptors TEXT NOT NULL,"
    " record TEXT NOT NULL, PRIMARY KEY (a, b, kind, descriptors))",
    "CREATE INDEX matches_by_b ON matches (b)",
    "CREATE TABLE decisions (number INTEGER PRIMARY KEY, subject TEXT NOT NULL, undone INTEGER NOT NULL,"
    " record TEXT NOT NULL)",
    "CREATE TABLE jobs (batch TEXT NOT NULL, target TEXT NOT NULL, stamp TEXT NOT NULL, state TEXT NOT NULL,"
    " attempts INTEGER NOT NULL, item TEXT NOT NULL, sha256 TEXT NOT NULL, failure TEXT NOT NULL,"
    " updated TEXT NOT NULL, PRIMARY KEY (batch, target))",
)


class Database:
    """A connection to one database file, for one process and any of its threads.

    Raises CaseLockedError, DiskFullError, TamperedError (damaged, or another schema), NotFoundError (missing, when
    `write` is False) or ArchiveError.
    """

    def __init__(self, path: Path, *, write: bool = True, wait: float = WAIT) -> None:
        self.path = path
        self.write = write
        self._copied: tempfile.TemporaryDirectory[str] | None = None
        self._lock = threading.RLock()
        self._depth = 0
        with plain_errors(path):
            self._connection = self._open(wait)
            try:
                self._prepare(wait)
            except BaseException:  # raised again: Ctrl-C too lets go of the file
                self._connection.close()
                raise

    def _open(self, wait: float) -> sqlite3.Connection:
        if not self.write and not self.path.is_file():
            raise NotFoundError(f"There is no database {self.path}.", "Give the folder of a firstseen case.")
        mode = "?mode=rwc" if self.write else self._reading()
        address = self.path.absolute().as_uri() + mode
        connection = sqlite3.connect(address, timeout=wait, isolation_level=None, check_same_thread=False, uri=True)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        return connection

    def _reading(self) -> str:
        """Return how to open the file for reading so that nothing is changed or left behind in its folder.

        In a folder that cannot be written, SQLite can only read a file that nobody changes: what is in a write-ahead
        file there is read from a copy of both. Elsewhere, a connection that finds no write-ahead file clears its own
        away only if it might have written (`mode=rw`; `query_only` then forbids it).
        """
        ahead = self.path.with_name(self.path.name + "-wal")
        waiting = ahead.is_file() and ahead.stat().st_size > 0
        if os.access(self.path.parent, os.W_OK):
            return "?mode=ro" if ahead.exists() else "?mode=rw"
        if waiting:
            self._copied = tempfile.TemporaryDirectory(prefix="firstseen-")
            copy = Path(self._copied.name) / self.path.name
            shutil.copyfile(self.path, copy)
            shutil.copyfile(ahead, copy.with_name(copy.name + "-wal"))
            self.path = copy
            return "?mode=rw"
        return "?mode=ro&immutable=1"

    def _prepare(self, wait: float) -> None:
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "foreign_keys=ON", "temp_store=MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")
        if sys.version_info >= (3, 12):
            self._connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        if self.write:
            self._journal(wait)
            with self.transaction() as connection:
                if connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0] == 0:
                    for statement in _TABLES:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA application_id={APPLICATION}")
                    connection.execute(f"PRAGMA user_version={FORMAT}")
        else:
            self._connection.execute("PRAGMA query_only=ON")
        self._recognise()

    def _journal(self, wait: float) -> None:
        """Switch to WAL: the one statement for which SQLite does not wait by itself when two processes begin."""
        until = time.monotonic() + wait
        while True:
            try:
                if self._connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]:
                    self._ours()  # before anything in a stranger's file is changed
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(_RETRY)

    def _ours(self) -> None:
        if self._connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise TamperedError(f"{self.path} is not a firstseen library.", "Give the folder of a firstseen case.")

    def _recognise(self) -> None:
        """Refuse any file that is not exactly ours: views and triggers of a stranger would run our statements."""
        self._ours()
        one = self._connection.execute
        if (found := one("PRAGMA user_version").fetchone()[0]) != FORMAT:
            raise ArchiveError(
                f"{self.path} has format {found}; this firstseen reads {FORMAT}.", "Use the version that wrote it."
            )
        schema = {row[0] for row in one("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
        if schema - {"CREATE TABLE sqlite_sequence(name,seq)"} != set(_TABLES):
            raise TamperedError(f"{self.path} has tables, views or triggers that firstseen did not make.")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock; all that is done inside is committed together, or not at all. May be nested.

        Raises as the class does.
        """
        with self._lock, plain_errors(self.path):
            if self._depth:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:  # raised again: Ctrl-C too undoes what was begun
                with suppress(sqlite3.Error):  # the first error is the one to tell
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Hold one state of the database while reading: what others commit meanwhile is not seen. Not nested."""
        with self._lock, plain_errors(self.path):
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("ROLLBACK")

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return every row of a SELECT."""
        with self._lock, plain_errors(self.path):
            return self._connection.execute(statement, values).fetchall()

    def one(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row of a SELECT, or None."""
        with self._lock, plain_errors(self.path):
            row: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
            return row

    def damage(self) -> list[str]:
        """Return what SQLite's own check of the file finds wrong; empty when sound."""
        with self._lock, plain_errors(self.path):
            found = [str(row[0]) for row in self._connection.execute("PRAGMA integrity_check(20)")]
        return [] if found == ["ok"] else found

    def backup(self, to: Path) -> None:
        """Write a consistent copy to the new file `to` while others go on writing (SQLite's backup API)."""
        with self._lock, plain_errors(to):
            copy = sqlite3.connect(to, isolation_level=None)
            try:
                self._connection.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            finally:
                copy.close()

    def close(self) -> None:
        """Close the connection; harmless twice."""
        with self._lock:
            self._connection.close()
            if self._copied is not None:
                self._copied.cleanup()
