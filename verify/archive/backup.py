"""A second copy of a case, made while others go on writing to it. Rule: the copy is whole, or it is not there.

The database is copied first, as of one moment (SQLite's backup API); every file it names was on disk before it was
named, and is never rewritten, so copying the files afterwards needs no pause. A later backup to the same place copies
only what is new.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from verify.archive import durable
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.derived import KEYS, Derived
from verify.archive.reading import CaseReader
from verify.archive.staging import Staging, belongs
from verify.errors import TamperedError, UsageError

_DATABASE = "library.sqlite"


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """What a backup did: `copied` files of `files`, `size` bytes written, and the log's head that it holds."""

    path: Path
    files: int
    copied: int
    size: int
    head: str


def back_up(case: CaseReader, to: Path) -> Backup:
    """Copy `case` to the folder `to`: new, or an earlier backup of the same case; each file is checked as it is copied.

    Raises TamperedError when a file is not as it was kept, UsageError when `to` is something else than a backup of
    this case, DiskFullError, ArchiveError.
    """
    to = to.absolute()
    if to.is_relative_to(case.path) or case.path.is_relative_to(to):
        raise UsageError("A backup cannot lie inside its own case, or around it.", "Choose another folder.")
    with durable.plain_errors(to):
        _same_case(case, to)
        durable.make_folder(to)
        snapshot = to / f".{_DATABASE}.{secrets.token_hex(4)}"
        try:
            case.copy_database(snapshot)
            copied, size, files = _copy_files(case, snapshot, to)
            durable.sync_file(snapshot)
            for beside in ("-wal", "-shm"):
                (to / f"{_DATABASE}{beside}").unlink(missing_ok=True)
            snapshot.replace(to / _DATABASE)
            durable.sync_folder(to)
        finally:
            snapshot.unlink(missing_ok=True)
        head = _derive(to)
    return Backup(path=to, files=files, copied=copied, size=size, head=head)


def _same_case(case: CaseReader, to: Path) -> None:
    """Refuse a folder that holds something else: an earlier backup's log is the beginning of ours."""
    if not to.exists() or (to.is_dir() and not any(to.iterdir())):
        return
    if not (to / _DATABASE).is_file():
        raise UsageError(f"{to} is not empty, and no backup of a case.", "Choose a new folder.")
    earlier = Database(to / _DATABASE, write=False)
    try:
        head = Log(earlier).head()
        ours = case.log.line_of(head.entries)
        if ours is None or ours != Log(earlier).line_of(head.entries):
            raise UsageError(f"{to} is a backup of another case.", "Choose a new folder.")
    finally:
        earlier.close()


def _copy_files(case: CaseReader, snapshot: Path, to: Path) -> tuple[int, int, int]:
    database = Database(snapshot, write=False)
    try:
        rows = database.all("SELECT path, sha256, size FROM files ORDER BY path")
    finally:
        database.close()
    copied = size = 0
    for path, sha256, length in rows:
        if not belongs(case.path, path) or not belongs(to, path):
            raise TamperedError(f"The case {case.path} names a file that lies elsewhere: {path!r}.")
        final = to / path
        if final.is_file() and durable.size(final) == length:
            continue
        temporary = to / f".{secrets.token_hex(8)}"
        try:
            if durable.copy(case.path / path, temporary) != (sha256, length):
                raise TamperedError(f"{case.path / path} is not as it was kept.", "Run `firstseen audit` on the case.")
            durable.place(temporary, final)
        finally:
            temporary.unlink(missing_ok=True)
        copied, size = copied + 1, size + length
    for folder in {(to / path).parent for path, _, _ in rows}:
        durable.sync_folder(folder)
    for key in sorted((case.path / KEYS).glob("*.pub")):
        if not (to / KEYS / key.name).is_file():
            durable.make_folder(to / KEYS)
            durable.write(key.read_bytes(), to / KEYS / key.name, 0o644)
    return copied, size, len(rows)


def _derive(to: Path) -> str:
    """Write what is derived from the copied database, and return the head of its log."""
    database = Database(to / _DATABASE)
    try:
        log = Log(database)
        staging = Staging(to)
        derived = Derived(to, database, log)
        paths = {str(path) for (path,) in database.all("SELECT path FROM files")}
        staging.close(database, lambda recorded: derived.settle(recorded | paths, staging))
        return log.head().head
    finally:
        database.close()
