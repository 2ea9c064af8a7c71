"""The one way into a case: staged files, then one transaction with their entry of the log.

Rule: what is kept is never rewritten, and nothing is kept without its entry in the custody log.

Every addition goes one way: temporary file, fsync, rename, fsync of the folder, then one SQLite transaction with the
item and its custody entry (facts/hostile-input.md 1.6). `custody.jsonl`, the manifests and the plain-named copy of
the newest report are derived from that, for people and standard tools.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from verify.archive import durable
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.derived import Derived
from verify.archive.jobs import Jobs
from verify.archive.keys import SigningKey
from verify.archive.locks import Lock
from verify.archive.reading import CaseReader
from verify.archive.staging import Kept, Staging, Unit, VanishedError
from verify.errors import ArchiveError
from verify.settings import Settings

Result = TypeVar("Result")
Record = Callable[[list[Kept], list[Kept]], None]
"""Called inside the transaction with the files that are new and those that were there."""
Once = Callable[[Unit], tuple[Result, Record | None]]
"""Stages files and returns the result, and how to record it (None: there is nothing to record)."""
_TRIES = 3  # another run that is undone at the same moment can take a file away once; thrice does not happen


class CaseWriter(CaseReader):
    """A case at `path`: made where missing (with `write`), cleaned up after dead processes, closed by `with`.

    Several processes may use one case; readers never wait. `by` is who acts (`user@host` if empty), `key` signs the
    log, `versions` are the tools that the log names.
    Raises CaseLockedError, DiskFullError, TamperedError, NotFoundError (no case, without `write`) or ArchiveError.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings | None = None,
        *,
        write: bool = True,
        by: str = "",
        key: SigningKey | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> None:
        path = path.absolute()
        self.settings = settings or Settings()
        self._staging: Staging | None = None
        with durable.plain_errors(path):
            if write:
                for name in ("originals", "items", "tmp"):
                    durable.make_folder(path / name)
            database = Database(path / "library.sqlite", write=write)
            super().__init__(
                path, database, Log(database, by=by, versions=versions or {"firstseen": _version()}, key=key)
            )
            self.jobs = Jobs(database)
            self._derived = Derived(self.path, self._database, self.log)
            try:
                if write:
                    self._begin(key)
            except BaseException:
                database.close()
                raise

    def _begin(self, key: SigningKey | None) -> None:
        self._staging = staging = Staging(self.path)
        try:
            staging.sweep(self._database, self._settle)
            with self._database.transaction():
                if self.log.head().entries == 0:
                    self.log.append("case opened", self.path.name, {"format": 1})
            if key is not None:
                self._derived.public_key(key.public, staging)
        except BaseException:
            staging.close(self._database, self._settle)
            raise
        with suppress(OSError, ArchiveError):  # made up for at the next occasion
            self._refresh(())

    def _refresh(self, paths: Iterable[str]) -> None:
        self._derived.refresh(paths, self._written_by())

    def _settle(self, paths: Iterable[str]) -> None:
        self._derived.settle(paths, self._written_by())

    def scratch(self) -> Path:
        """Return a new empty folder on the case's disk, for work in progress; it goes when the case is closed.

        Raises ArchiveError for a case opened for reading only.
        """
        with durable.plain_errors(self.path):
            folder = self._written_by().new()
            folder.mkdir()
        return folder

    def note(self, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Add an entry to the custody log about something that keeps no file (a fetch that failed, say)."""
        self.log.append(action, subject, details)
        with suppress(OSError, ArchiveError):  # made up for at the next occasion
            self._refresh(())

    # -- the folder itself -------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the case; harmless twice."""
        if self._staging is not None:
            self._staging.close(self._database, self._settle)
            self._staging = None
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _commit(self, once: Once[Result], *, alone: bool = False) -> Result:
        """Run `once` on a fresh unit and commit it; `alone` while no other process numbers files of an item."""
        staging = self._written_by()
        with durable.plain_errors(self.path):
            for _ in range(_TRIES):
                with Lock(self.path / "tmp" / "numbers.lock") if alone else nullcontext(), suppress(VanishedError):
                    return self._committed(Unit(self.path, staging, self._database), once)
        raise ArchiveError(f"Files of the case {self.path} keep vanishing.", "Run `firstseen audit` on the case.")

    def _written_by(self) -> Staging:
        if self._staging is None:
            raise ArchiveError(f"The case {self.path} was opened for reading only.", "Open it for writing.")
        return self._staging

    def _committed(self, unit: Unit, once: Once[Result]) -> Result:
        try:
            result, record = once(unit)
            if record is not None:
                unit.commit(record, lambda: self._refresh(unit.paths()))
        finally:
            unit.drop()
        return result

    def _record(
        self,
        action: str,
        subject: str,
        item: str,
        new: Sequence[Kept],
        there: Sequence[Kept],
        details: Mapping[str, Any],
    ) -> None:
        """Write the custody entry and the rows of its files, in the transaction that is open."""
        with self._database.transaction() as connection:
            recorded, again = [], [kept.sha256 for kept in there]
            for kept in new:
                if connection.execute("SELECT 1 FROM files WHERE path = ?", (kept.path,)).fetchone():
                    again.append(kept.sha256)
                else:
                    recorded.append(kept)
            # A file that was there without a record: another run placed it and has not recorded it yet.
            recorded += [k for k in there if not self.has(k.sha256)]
            entry = self.log.append(
                action,
                subject,
                {
                    **details,
                    "files": [{"path": k.path, "sha256": k.sha256, "size": k.size} for k in recorded],
                    "again": sorted(again),
                },
            )
            connection.executemany(
                "INSERT INTO files (path, sha256, size, item, entry) VALUES (?, ?, ?, ?, ?)",
                [
                    (k.path, k.sha256, k.size, item if k.path.startswith("items/") else "", entry.number)
                    for k in recorded
                ],
            )

    def _count(self, table: str, item_id: str) -> int:
        row = self._database.one(f"SELECT COUNT(*) FROM {table} WHERE item = ?", (item_id,))  # noqa: S608 - ours
        return int(row[0]) if row else 0


def _version() -> str:
    try:
        return importlib.metadata.version("firstseen")
    except importlib.metadata.PackageNotFoundError:  # run from a bare checkout
        return "unknown"
