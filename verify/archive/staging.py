"""Files that become part of a case together, or not at all. Rule: no file without a record outlives its process.

A unit of files is copied to a folder of this process under `tmp/`, fsynced, and named in an *intent* there; only
then do the files get their final names, and then one transaction records them. A process that dies in between
leaves its intent, and whoever opens the case next removes what was placed and never recorded. A folder belongs to
a living process as long as that holds the folder's lock.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from verify.archive import durable
from verify.archive.database import Database
from verify.archive.locks import Lock
from verify.errors import ArchiveError, TamperedError


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One file of the case: path relative to the case (with `/`), SHA-256 and size in bytes."""

    path: str
    sha256: str
    size: int


# Writes and fsyncs what is derived from the recorded files it is given; raises OSError or ArchiveError if it cannot.
Settle = Callable[[set[str]], None]


# Folders of a case that hold files of units.
_PLACES = {"originals", "items", "reports", "timestamps"}


class VanishedError(Exception):
    """A file that was there already went away before it was recorded (another run was undone): do it again."""


class Staging:
    """The folder of this process under `tmp/` of the case at `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tmp = root / "tmp"
        durable.make_folder(self._tmp)
        self._name = secrets.token_hex(8)
        self._lock = Lock(self._tmp / f"{self._name}.live")
        with Lock(self._tmp / "sweep.lock"):
            self._lock.take()
            self.folder = self._tmp / self._name
            try:
                self.folder.mkdir()
                durable.sync_folder(self._tmp)  # the mark has to outlive a power cut: it says that something may lag
            except BaseException:  # raised again: Ctrl-C too lets go of the lock
                self._lock.release()  # the mark stays: whoever opens the case next sweeps it
                raise

    def new(self) -> Path:
        """Return a path for a temporary file; nothing is there yet."""
        return self.folder / secrets.token_hex(8)

    def sweep(self, database: Database, settle: Settle) -> None:
        """Clean up after dead processes: temporary files, and files they placed and never recorded, go.

        `settle` is given what they had recorded, and writes what is derived from it; where it cannot, the marks of
        the dead process stay for the next one to open.
        """
        with Lock(self._tmp / "sweep.lock"):
            for mark in sorted(self._tmp.glob("*.live")):
                lock = Lock(mark)
                if mark.stem == self._name or not lock.take():
                    continue
                _clean_up(self._root, self._tmp / mark.stem, mark, lock, database, settle)

    def close(self, database: Database, settle: Settle) -> None:
        """Clean up after this process itself; what cannot be written now is made up for by the next one to open."""
        _clean_up(self._root, self.folder, self._tmp / f"{self._name}.live", self._lock, database, settle)


def _clean_up(root: Path, folder: Path, mark: Path, lock: Lock, database: Database, settle: Settle) -> None:
    """Undo the intents in `folder` as far as they were not recorded, then remove it and its `mark`; let `lock` go.

    Any failure (a full disk, a locked database) leaves both, and with them the knowledge that something is to do.
    """
    try:
        recorded: set[str] = set()
        for intent in sorted(folder.glob("*.intent")):
            recorded |= undo(root, intent, database)
        settle(recorded)
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()  # Windows removes no file that is open
        mark.unlink(missing_ok=True)
    except (OSError, ArchiveError):
        lock.release()


def undo(root: Path, intent: Path, database: Database) -> set[str]:
    """Remove the files that `intent` names and the database does not know, and return those it knows.

    The database's write lock is held meanwhile, so that nobody records one of them at the same time.
    """
    paths = [path for path in read_intent(intent) if belongs(root, path)]
    recorded: set[str] = set()
    with database.transaction() as connection:
        for path in paths:
            final = root / path
            if connection.execute("SELECT 1 FROM files WHERE path = ?", (path,)).fetchone():
                recorded.add(path)
            elif final.exists():
                final.unlink()
                durable.sync_folder(final.parent)
    for path in set(paths) - recorded:
        with suppress(OSError):  # only folders that are empty now go
            (root / path).parent.rmdir()
    return recorded


def read_intent(path: Path) -> list[str]:
    """Return the files that an intent names; none for one that is torn: then no file had been placed yet."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[str])
    except msgspec.MsgspecError:
        return []


def belongs(root: Path, path: str) -> bool:
    """Return whether `path` is where a unit places files of the case at `root`.

    A stranger's intent, log or database may name anything: what does not belong is never read, written or removed.
    """
    parts = path.split("/")
    return (
        parts[0] in _PLACES
        and not {"", ".", ".."} & set(parts)
        and "\\" not in path
        and (root / path).parent.resolve() == root.resolve() / Path(*parts[:-1])
    )


class Unit:
    """The files of one transaction. Add them, then `commit`; a unit is used once."""

    def __init__(self, root: Path, staging: Staging, database: Database) -> None:
        self._root = root
        self._staging = staging
        self._database = database
        self._new: dict[str, tuple[Path, Kept]] = {}
        self._known: dict[str, Kept] = {}

    def keep(self, source: Path) -> Kept:
        """Stage `source` for `originals/`; bytes that are there already are checked again instead of stored twice.

        Raises TamperedError when the file that is there no longer has its hash, and as `durable.copy` does.
        """
        size = durable.size(source)
        if self._database.one("SELECT 1 FROM files WHERE size = ? AND path LIKE 'originals/%' LIMIT 1", (size,)):
            sha256, size = durable.digest(source)  # read without writing: most likely we have it
            if found := self._present(Kept(path=original(sha256), sha256=sha256, size=size)):
                return found
        temporary = self._staging.new()
        sha256, size = durable.copy(source, temporary, settled=False)
        kept = Kept(path=original(sha256), sha256=sha256, size=size)
        if found := self._present(kept):
            temporary.unlink()
            return found
        self._new[kept.path] = (temporary, kept)
        return kept

    def copy(self, source: Path, path: str) -> Kept:
        """Stage a copy of `source` for the new file `path` of the case."""
        temporary = self._staging.new()
        sha256, size = durable.copy(source, temporary, settled=False)
        return self._stage(temporary, Kept(path=path, sha256=sha256, size=size))

    def write(self, data: bytes, path: str) -> Kept:
        """Stage `data` for the new file `path` of the case."""
        temporary = self._staging.new()
        sha256, size = durable.write(data, temporary, settled=False)
        return self._stage(temporary, Kept(path=path, sha256=sha256, size=size))

    def paths(self) -> list[str]:
        """Return the paths of the files staged so far."""
        return list(self._new)

    def _stage(self, temporary: Path, kept: Kept) -> Kept:
        self._new[kept.path] = (temporary, kept)
        return kept

    def _present(self, kept: Kept) -> Kept | None:
        if kept.path in self._new:
            return self._new[kept.path][1]
        final = self._root / kept.path
        if not final.exists() and not final.is_symlink():
            return None
        if durable.digest(final) != (kept.sha256, kept.size):
            raise TamperedError(
                f"{final} no longer has the content it was kept for.",
                "Run `firstseen audit` on the case, and go back to a backup.",
            )
        self._known[kept.path] = kept
        return kept

    def commit(self, record: Callable[[list[Kept], list[Kept]], None], after: Callable[[], None]) -> None:
        """Place the files and call `record(new files, files there already)` inside the one transaction; then `after`.

        `after` writes what is derived; when the process dies before it ends, the next one to open makes up for it.
        Raises VanishedError when a file that was there is gone: nothing was done then, do it all again.
        """
        durable.settle([temporary for temporary, _ in self._new.values()])
        intent = self._staging.new().with_suffix(".intent")
        durable.write(msgspec.json.encode(sorted(self._new)), intent, 0o600)
        durable.sync_folder(self._staging.folder)
        try:
            self._place()
            with self._database.transaction():
                self._still_there()
                record([kept for _, kept in self._new.values()], list(self._known.values()))
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell; the intent stays for the next sweep
                undo(self._root, intent, self._database)
                intent.unlink()
            raise
        with suppress(OSError, ArchiveError):  # recorded: what is derived is made up for when the case is opened next
            after()
            intent.unlink()

    def drop(self) -> None:
        """Remove what was staged and not placed."""
        with suppress(OSError):  # what stays goes when the case is closed
            for temporary, _ in self._new.values():
                temporary.unlink(missing_ok=True)

    def _place(self) -> None:
        for path, (temporary, _) in self._new.items():
            final = self._root / path
            if final.exists() and path.startswith("originals/"):  # another process was faster
                temporary.unlink()
            else:
                durable.place(temporary, final)
        for folder in {(self._root / path).parent for path in self._new}:
            durable.sync_folder(folder)

    def _still_there(self) -> None:
        for path in (*self._new, *self._known):
            if not (self._root / path).is_file():
                raise VanishedError(path)


def original(sha256: str) -> str:
    """Return the path of a preserved file relative to its case."""
    return f"originals/{sha256[:2]}/{sha256}"
