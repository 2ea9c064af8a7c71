"""Bytes onto disk so that they stay: hash while copying, fsync, rename, fsync the folder. Rule: a final name is whole.

Order after "All File Systems Are Not Created Equal" (Pillai et al., OSDI 2014): content before name, name before
record. On Windows a folder cannot be fsynced; there NTFS journals the rename itself.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from verify.errors import ArchiveError, CaseLockedError, DiskFullError, NotFoundError, TamperedError

BLOCK = 1024 * 1024  # bytes read at once: large enough that hashing, not calls, is the cost

_MANY = 8  # files fsynced at once: 16 files took 38-53 ms so, 43-270 ms one by one (ext4, busy disk)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
# Primary result codes (https://sqlite.org/rescode.html); extended codes carry the primary one in the low byte.
_SQLITE_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_SQLITE_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_SQLITE_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}
# SQLite answers "disk full" only to ENOSPC; a quota or a file size limit is one of these (os_unix.c, unixWrite).
_SQLITE_NOT_WRITTEN = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
}


@contextmanager
def plain_errors(where: Path) -> Iterator[None]:
    """Turn the system's and SQLite's errors about `where` into sentences.

    Raises DiskFullError, CaseLockedError, TamperedError or ArchiveError.
    """
    try:
        yield
    except OSError as error:
        raise _of_system(error, where) from error
    except sqlite3.Error as error:
        raise _of_sqlite(error, where) from error


def _of_system(error: OSError, where: Path) -> ArchiveError:
    if error.errno in _FULL:
        return _full(where)
    if error.errno in _FORBIDDEN:
        return _forbidden(Path(error.filename) if error.filename else where)
    reason = error.strerror or str(error)
    return ArchiveError(f"The case {where} could not be written or read: {reason}.", "Check the disk and the path.")


def _of_sqlite(error: sqlite3.Error, where: Path) -> ArchiveError:
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in _SQLITE_LOCKED:
        return CaseLockedError(
            f"The case {where} is being written by another process, and that did not end in time.",
            "Wait for the other run to end, or use another case folder.",
        )
    if primary == sqlite3.SQLITE_FULL or code in _SQLITE_NOT_WRITTEN:
        return _full(where)
    if primary in _SQLITE_BROKEN:
        return TamperedError(
            f"The database of the case {where} is damaged: {error}.",
            "Run `firstseen audit` on the folder, and go back to a backup.",
        )
    if primary in _SQLITE_FORBIDDEN:
        return _forbidden(where)
    return ArchiveError(f"The database of the case {where} answered: {error}.", "Check the disk and the path.")


def _full(where: Path) -> DiskFullError:
    return DiskFullError(
        f"There is no room left to write in {where} (disk, quota or file size limit).",
        "Free some space, or choose a case folder on another disk; what was saved before is whole.",
    )


def _forbidden(where: Path) -> ArchiveError:
    return ArchiveError(
        f"Writing or reading {where} is not allowed (read-only folder or missing rights).",
        "Choose a case folder you may write to with --case.",
    )


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open the regular file at `path` for reading, without following a link in its last part, and without hanging.

    Raises NotFoundError when nothing is there, TamperedError when it is a link, a folder, a pipe or a device.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise TamperedError(f"{path} is a link, not a file.") from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise TamperedError(f"{path} is not a regular file.")
    with os.fdopen(handle, "rb") as file:
        yield file


def digest(path: Path) -> tuple[str, int]:
    """Return SHA-256 (hex) and size in bytes of the regular file at `path`; raises as `opened` does."""
    found, count = hashlib.sha256(), 0
    with opened(path) as file:
        while block := file.read(BLOCK):
            found.update(block)
            count += len(block)
    return found.hexdigest(), count


def size(path: Path) -> int:
    """Return the size in bytes of the regular file at `path`; raises as `opened` does."""
    with opened(path) as file:
        return os.fstat(file.fileno()).st_size


def hash_of(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def copy(source: Path, to: Path, *, settled: bool = True) -> tuple[str, int]:
    """Copy `source` to the new file `to`, fsynced, and return SHA-256 and size of exactly the bytes written.

    Without `settled`, `settle` has to be called before `to` may be relied on. Raises as `pour` does.
    """
    with _new(to) as copied:
        found = pour(source, copied)
    if settled:
        settle([to])
    return found


def pour(source: Path, to: IO[bytes]) -> tuple[str, int]:
    """Write the file `source` into the open `to`, and return SHA-256 and size of exactly the bytes written.

    Raises ArchiveError when `source` grew or shrank meanwhile, and as `opened` does.
    """
    found, count = hashlib.sha256(), 0
    with opened(source) as file:
        expected = os.fstat(file.fileno()).st_size
        while count <= expected and (block := file.read(BLOCK)):
            to.write(block)
            found.update(block)
            count += len(block)
        if count != expected:
            raise ArchiveError(f"{source} changed while it was being read.", "Wait until it is complete, then retry.")
    return found.hexdigest(), count


def write(data: bytes, to: Path, mode: int = 0o444, *, settled: bool = True) -> tuple[str, int]:
    """Write `data` to the new file `to`, fsynced, and return its SHA-256 and size; `settled` as for `copy`."""
    with _new(to) as file:
        file.write(data)
    if settled:
        settle([to], mode)
    return hashlib.sha256(data).hexdigest(), len(data)


def settle(paths: Sequence[Path], mode: int = 0o444) -> None:
    """Fsync new files and give them their mode; several at once, so that the disk can take them in few turns."""
    if len(paths) < _MANY:
        for path in paths:
            _settle(path, mode)
        return
    with ThreadPoolExecutor(_MANY, thread_name_prefix="firstseen-fsync") as pool:
        for _ in pool.map(_settle, paths, [mode] * len(paths)):
            continue


def _settle(path: Path, mode: int) -> None:
    sync_file(path)
    if os.name != "nt":  # there, a read-only file could not even be cleared away
        path.chmod(mode)


def _new(to: Path) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(to, flags, 0o600), "wb")


def place(temporary: Path, final: Path) -> None:
    """Give the fsynced file `temporary` its final name; folders on the way are made and fsynced."""
    make_folder(final.parent)
    temporary.rename(final)


def replace(data: bytes, to: Path, temporary: Path) -> None:
    """Replace the derived file `to` by `data`, through the new file `temporary` of the same disk."""
    write(data, temporary, 0o644)
    make_folder(to.parent)
    temporary.replace(to)
    sync_folder(to.parent)


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents where missing, each one recorded in its parent on disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_file(path: Path) -> None:
    """Fsync a file that was written before."""
    with path.open("r+b") as file:  # Windows fsyncs only what is open for writing
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Fsync a folder's list of names (nothing to do on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
