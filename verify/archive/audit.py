"""Tests a case, or a bundle of one, against its own record, offline: every byte, every entry, every signature.

Rule: it names what is wrong and where, says what it could not prove, changes nothing, and trusts nothing in the case
but arithmetic: the log says what must be there, and the folder and the database are held against the log.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from verify.archive import durable
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.derived import KEYS, LOG, MANIFEST, Derived
from verify.archive.keys import PublicKey, read_public
from verify.archive.ledger import Fault, Kind, Ledger, read_ledger
from verify.archive.tables import check_tables
from verify.errors import FirstseenError, NotFoundError, TamperedError

__all__ = ["AuditResult", "Fault", "Kind", "audit"]

Progress = Callable[[int, int, str], None]

DATABASE = "library.sqlite"
SCOPE = "bundle.json"
# Names at the top of a case that are the database itself, or can be made again at any time.
_OWN = {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", LOG, SCOPE}
_WORKING = ("tmp/", "index/")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditResult:
    """What an audit found. `unproved` says plainly what nobody can tell from the case alone."""

    faults: tuple[Fault, ...]
    unproved: tuple[str, ...]
    files: int
    size: int  # bytes read and hashed
    items: int
    entries: int
    head: str
    signed: int  # entries with a valid signature
    keys: tuple[str, ...]  # fingerprints of the keys that signed

    @property
    def sound(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults


def audit(case: Path, *, head: str = "", keys: Iterable[str] = (), progress: Progress | None = None) -> AuditResult:
    """Return what is wrong with the case folder (or unpacked bundle) `case`; reads everything, writes nothing.

    `head` is a head hash that was printed elsewhere (in a report, say); `keys` are public keys (PEM) that the auditor
    got from the newsroom, not from the case. `progress` is called with (files done, files, path).
    Raises NotFoundError when there is no case, UsageError for a `keys` that is none.
    """
    trusted = {key.fingerprint for key in map(read_public, keys)}
    root = _payload(case.absolute())
    early: list[Fault] = []
    own = _own_keys(root, early)
    with _opened(root, early) as database:
        if database is None:
            lines = [line.decode("utf-8", "replace") for line in _log_lines(root)]
            ledger, derived = read_ledger(lines, own), _Expected(manifests={}, newest={})
        else:
            ledger, derived = _with_database(root, database, own)
        ledger.faults[:0] = early
        scope = _scope(root, ledger)
        folder = _Folder(root=root, ledger=ledger, derived=derived, database=database, keys=own, scope=scope)
        size = folder.check(progress)
    _anchors(ledger, head, trusted)
    return AuditResult(
        faults=tuple(ledger.faults),
        unproved=tuple(_unproved(ledger, head, trusted, folder)),
        files=folder.checked,
        size=size,
        items=len(ledger.items),
        entries=ledger.entries,
        head=ledger.head,
        signed=ledger.signed,
        keys=tuple(sorted(ledger.signers)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Expected:
    """The derived files as they should be: path to bytes, and plain report name to the numbered file."""

    manifests: dict[str, bytes]
    newest: dict[str, str]


def _payload(path: Path) -> Path:
    """Return the case inside `path`: the folder itself, or `data/` of an unpacked bundle."""
    for root in (path, path / "data"):
        if (root / DATABASE).exists() or (root / LOG).exists():
            return root
    raise NotFoundError(f"There is no case in {path}.", "Give the folder of a case, or an unpacked bundle.")


@contextmanager
def _opened(root: Path, faults: list[Fault]) -> Iterator[Database | None]:
    if not (root / DATABASE).exists():
        if not (root / SCOPE).exists():
            sentence = f"{DATABASE} is missing; the log was read from {LOG} instead."
            faults.append(Fault(kind="missing", where=DATABASE, sentence=sentence))
        yield None
        return
    try:
        database = Database(root / DATABASE, write=False)
    except TamperedError as error:
        faults.append(Fault(kind="database", where=DATABASE, sentence=error.message))
        yield None
        return
    try:
        yield database
    finally:
        database.close()


def _with_database(root: Path, database: Database, keys: dict[str, PublicKey]) -> tuple[Ledger, _Expected]:
    """Return what the log in the database says, with the database held against it, all from one moment."""
    ledger = Ledger()
    expected = _Expected(manifests={}, newest={})
    try:
        with database.snapshot() as connection:
            lines = list(Log(database).lines())
            ledger = read_ledger(lines, keys)
            for sentence in database.damage():
                ledger.fault("database", DATABASE, f"SQLite finds the database damaged: {sentence}.")
            check_tables(ledger, connection)
            derived = Derived(root, database, Log(database))
            for item in ledger.items:
                expected.manifests[f"items/{item}/{MANIFEST}"] = derived.manifest_text(item).encode()
            expected.newest.update(derived.newest(ledger.files))
        _exported(root, ledger, lines)
    except (FirstseenError, msgspec.MsgspecError, TypeError, ValueError) as error:
        ledger.fault("database", DATABASE, f"The database cannot be read to its end: {error}.")
    return ledger, expected


def _own_keys(root: Path, faults: list[Fault]) -> dict[str, PublicKey]:
    found = {}
    for path in sorted((root / KEYS).glob("*.pub")):
        name = f"{KEYS}/{path.name}"
        try:
            key = read_public(path.read_text(encoding="ascii", errors="replace"))
        except (FirstseenError, OSError) as error:
            faults.append(Fault(kind="changed", where=name, sentence=f"{name} is no public key: {error}"))
            continue
        if key.fingerprint == path.stem:
            found[key.fingerprint] = key
        else:
            faults.append(Fault(kind="changed", where=name, sentence=f"{name} holds another key than its name says."))
    return found


def _log_lines(root: Path) -> list[bytes]:
    path = root / LOG
    if not path.is_file() or path.is_symlink():
        return []
    return path.read_bytes().split(b"\n")[:-1]


def _unfinished(root: Path) -> tuple[bool, set[str]]:
    """Return whether a process is at work or died at work in the case, and the files it has not recorded yet."""
    named: set[str] = set()
    for intent in (root / "tmp").glob("*/*.intent"):
        try:
            named |= {str(path) for path in json.loads(intent.read_text(encoding="utf-8"))}
        except (OSError, ValueError):  # gone, or torn before anything was placed
            continue
    return any((root / "tmp").glob("*.live")), named


def _exported(root: Path, ledger: Ledger, lines: list[str]) -> None:
    """Hold `custody.jsonl` against the log in the database; its end may lack only what an interrupted run left."""
    path = root / LOG
    if not path.is_file() or path.is_symlink():
        if not _unfinished(root)[0]:
            ledger.fault("missing", LOG, f"{LOG} is missing; the log in the database was read instead.")
        return
    *whole, torn = path.read_bytes().split(b"\n")
    for number, text in enumerate(whole, start=1):
        if number > len(lines):
            if not _unfinished(root)[0]:
                ledger.fault("changed", LOG, f"{LOG} has more entries than the log in the database.")
            return
        if lines[number - 1].encode("utf-8", "surrogatepass") != text:
            ledger.fault("changed", LOG, f"Line {number} of {LOG} is not entry {number} of the log.")
            return
    if (torn or len(whole) < len(lines)) and not _unfinished(root)[0]:
        ledger.fault("changed", LOG, f"{LOG} was cut: it has {len(whole)} of {len(lines)} entries.")


def _scope(root: Path, ledger: Ledger) -> set[str] | None:
    """Return the files that a bundle says it holds, or None for a whole case."""
    if not (root / SCOPE).is_file():
        return None
    try:
        items = ledger.items.keys() & msgspec.json.decode((root / SCOPE).read_bytes(), type=dict[str, Any])["items"]
        wanted = {path for path, item in ledger.owners.items() if item in items}
        for item in items:
            record = msgspec.json.decode((root / "items" / item / "item.json").read_bytes(), type=dict[str, Any])
            wanted |= {str(file["path"]) for file in record["files"]}
    except (msgspec.MsgspecError, OSError, KeyError, TypeError):
        ledger.fault("changed", SCOPE, f"{SCOPE} does not say which items the bundle holds.")
        return None
    return wanted


@dataclass(kw_only=True, slots=True)
class _Folder:
    """The files of the case, held against the log."""

    root: Path
    ledger: Ledger
    derived: _Expected
    database: Database | None
    keys: dict[str, PublicKey]
    scope: set[str] | None
    checked: int = 0
    pending: int = 0
    left_out: int = 0

    def check(self, progress: Progress | None) -> int:
        """Hash everything, note what is wrong, and return the bytes read."""
        present = _present(self.root)
        wanted = self.ledger.files
        if self.scope is not None:
            self.left_out = len(wanted.keys() - self.scope)
            wanted = {path: file for path, file in wanted.items() if path in self.scope}
        size = 0
        for done, path in enumerate(sorted(wanted)):
            if progress:
                progress(done, len(wanted), path)
            size += self._file(path, *wanted[path], path in present)
            self.checked += 1
        self._derived(present)
        self._extra(present - self.ledger.files.keys() - self.derived.manifests.keys() - self.derived.newest.keys())
        return size

    def _file(self, path: str, sha256: str, size: int, there: bool) -> int:
        if not there:
            self.ledger.fault("missing", path, f"{path} is missing.")
            return 0
        try:
            with durable.plain_errors(self.root):
                now = durable.digest(self.root / path)
        except FirstseenError as error:
            self.ledger.fault("changed", path, f"{path} cannot be read: {error.message}")
            return 0
        if now != (sha256, size):
            how = f"it has {now[1]} bytes, and {size} were kept" if now[1] != size else "its SHA-256 is another"
            self.ledger.fault("changed", path, f"{path} was changed: {how}.")
        return now[1]

    def _derived(self, present: set[str]) -> None:
        if _unfinished(self.root)[0]:
            return
        for path, expected in self.derived.manifests.items():
            if path not in present:
                self.ledger.fault("missing", path, f"{path} is missing.")
            elif (self.root / path).is_symlink() or (self.root / path).read_bytes() != expected:
                self.ledger.fault("changed", path, f"{path} does not list what the log says.")
        for path, numbered in self.derived.newest.items():
            recorded = self.ledger.files.get(numbered, ("", 0))
            if path not in present:
                self.ledger.fault("missing", path, f"{path} is missing; the report is kept as {numbered}.")
            elif (self.root / path).is_symlink() or durable.digest(self.root / path) != recorded:
                self.ledger.fault("changed", path, f"{path} is not the newest report {numbered}.")

    def _extra(self, extra: set[str]) -> None:
        own = _OWN | {f"{KEYS}/{key}.pub" for key in self.keys}
        found = {path for path in extra - own if not path.startswith(_WORKING)}
        if self.scope is not None:
            found = {path for path in found if Path(path).name != MANIFEST}
        _, named = _unfinished(self.root)
        named |= self._known_now() if found - named else set()
        for path in sorted(found):
            if path in named or not os.path.lexists(self.root / path):
                self.pending += 1
            else:
                self.ledger.fault("extra", path, f"{path} is in the folder, and no entry of the log tells of it.")

    def _known_now(self) -> set[str]:
        """Return the files that other processes have recorded by now, since the audit began, or derived from those."""
        if self.database is None:
            return set()
        paths = {str(path) for (path,) in self.database.all("SELECT path FROM files")} - self.ledger.files.keys()
        newest = Derived(self.root, self.database, Log(self.database)).newest(paths)
        manifests = {f"items/{path.split('/')[1]}/{MANIFEST}" for path in paths if path.startswith("items/")}
        return paths | newest.keys() | manifests


def _present(root: Path) -> set[str]:
    found: set[str] = set()
    for folder, names, files in os.walk(root, followlinks=False):
        base = Path(folder)
        links = [name for name in names if (base / name).is_symlink()]
        found |= {(base / name).relative_to(root).as_posix() for name in (*files, *links)}
    return found


def _anchors(ledger: Ledger, head: str, trusted: set[str]) -> None:
    wanted = head.strip().lower()
    if wanted and wanted not in ledger.heads.values():
        ledger.fault("anchor", "head", f"The head {wanted[:16]} given from outside is not in this log.")
    if trusted:
        for key in sorted(ledger.signers - trusted):
            ledger.fault("anchor", f"{KEYS}/{key}.pub", f"The key {key[:16]} that signs here is not one you gave.")
        if ledger.unsigned:
            ledger.fault("anchor", "log", f"{ledger.unsigned} entries of the log are not signed.")


def _unproved(ledger: Ledger, head: str, trusted: set[str], folder: _Folder) -> Iterator[str]:
    at = next((n for n, h in ledger.heads.items() if h == head.strip().lower()), 0)
    if not head.strip():
        yield (
            "Without a head hash from outside (every report prints one), nobody can tell whether the end of the log was"
            " cut off, or the whole case was written anew: give one with --head."
        )
    elif 0 < at < ledger.entries:
        yield f"The head given proves the log up to entry {at}; the {ledger.entries - at} after it stand by themselves."
    if not ledger.signed:
        yield "No entry is signed: the log does not prove who wrote it."
    elif not trusted:
        yield (
            "The signatures fit the public keys inside the case; whether those are the newsroom's can only be told by"
            " comparing them with what the newsroom publishes."
        )
    if folder.pending:
        yield (
            f"{folder.pending} files belong to a run that is at work or was interrupted, and are not recorded yet;"
            " opening the case for writing clears up after an interrupted one."
        )
    if folder.left_out:
        yield f"{folder.left_out} files of other items are in the log and not in this bundle; they were not checked."
    yield (
        "The times in the log are those of the clock of the machine that wrote it; only a time stamp by somebody else"
        " proves that something existed at a time."
    )
    yield "The audit tests that what was kept is unchanged; it says nothing on whether a clip shows what is claimed."
