"""Holds the files of a case against what its log says. Rule: all is read, nothing changed, every difference named."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from verify.archive import durable
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.derived import KEYS, LOG, MANIFEST, newest_reports
from verify.archive.keys import PublicKey
from verify.archive.ledger import Fault, Ledger
from verify.archive.staging import belongs, read_intent
from verify.errors import FirstseenError

Progress = Callable[[int, int, str], None]

DATABASE = "library.sqlite"
SCOPE = "bundle.json"
# Names at the top of a case that are the database itself, or can be made again at any time.
_OWN = {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", LOG, SCOPE}
_WORKING = ("tmp/", "index/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """The derived files as they should be: lines, path to bytes, and plain report name to the numbered file."""

    lines: list[str] = field(default_factory=list)  # of custody.jsonl
    manifests: dict[str, bytes] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)


def unfinished(root: Path) -> tuple[bool, set[str]]:
    """Return whether a process is at work or died at work in the case, and the files it has not recorded yet."""
    named: set[str] = set()
    for intent in (root / "tmp").glob("*/*.intent"):
        with suppress(OSError):  # gone meanwhile
            named |= set(read_intent(intent))
    return any((root / "tmp").glob("*.live")), named


def moved_on(root: Path, database: Database, ledger: Ledger) -> bool:
    """Return whether a process is at work or died at work, or the log has grown since it was read."""
    return unfinished(root)[0] or Log(database).head().entries > ledger.entries


def exported(root: Path, ledger: Ledger, lines: list[str], moved: Callable[[], bool]) -> None:
    """Hold `custody.jsonl` against the log in the database; its end may lack only what an interrupted run left."""
    path = root / LOG
    if not path.is_file() or path.is_symlink():
        if not moved():
            ledger.fault("missing", LOG, f"{LOG} is missing; the log in the database was read instead.")
        return
    *whole, torn = path.read_bytes().split(b"\n")
    for number, text in enumerate(whole[: len(lines)], start=1):
        if lines[number - 1].encode("utf-8", "surrogatepass") != text:
            ledger.fault("changed", LOG, f"Line {number} of {LOG} is not entry {number} of the log.")
            return
    if (torn or len(whole) != len(lines)) and not moved():
        sentence = f"{LOG} has {len(whole)} whole entries, and the log in the database has {len(lines)}."
        ledger.fault("changed", LOG, sentence)


@dataclass(kw_only=True, slots=True)
class FolderCheck:
    """The files of the case, held against the log."""

    root: Path
    ledger: Ledger
    derived: Expected
    database: Database | None
    keys: dict[str, PublicKey]
    scope: set[str] | None
    at_work: bool  # when the audit began
    moved: bool = False
    checked: int = 0
    pending: int = 0
    left_out: int = 0

    def check(self, progress: Progress | None) -> int:
        """Hash everything, note what is wrong, and return the bytes read."""
        present = _present(self.root)
        wanted = self.ledger.files
        if self.scope is not None:
            held = self.scope | present
            self.left_out = len(wanted.keys() - held)
            wanted = {path: file for path, file in wanted.items() if path in held}
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
        if there and not belongs(self.root, path):
            self.ledger.fault("changed", path, f"{path} lies elsewhere.")
            return 0
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
        wrong: list[Fault] = []
        for path, expected in self.derived.manifests.items():
            if path not in present:
                wrong.append(Fault(kind="missing", where=path, sentence=f"{path} is missing."))
            elif (self.root / path).is_symlink() or (self.root / path).read_bytes() != expected:
                wrong.append(Fault(kind="changed", where=path, sentence=f"{path} does not list what the log says."))
        for path, numbered in self.derived.newest.items():
            recorded = self.ledger.files.get(numbered, ("", 0))
            if path not in present:
                sentence = f"{path} is missing; the report is kept as {numbered}."
                wrong.append(Fault(kind="missing", where=path, sentence=sentence))
            elif (self.root / path).is_symlink() or durable.digest(self.root / path) != recorded:
                sentence = f"{path} is not the newest report {numbered}."
                wrong.append(Fault(kind="changed", where=path, sentence=sentence))
        self.moved = self.at_work or (self.database is not None and moved_on(self.root, self.database, self.ledger))
        if not self.moved:
            self.ledger.faults.extend(wrong)

    def _extra(self, extra: set[str]) -> None:
        own = _OWN | {f"{KEYS}/{key}.pub" for key in self.keys}
        found = {path for path in extra - own if not path.startswith(_WORKING)}
        if self.scope is not None:
            found = {path for path in found if Path(path).name != MANIFEST}
        _, named = unfinished(self.root)
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
        newest = newest_reports(map(str, (row[0] for row in self.database.all("SELECT path FROM files"))))
        manifests = {f"items/{path.split('/')[1]}/{MANIFEST}" for path in paths if path.startswith("items/")}
        return paths | newest.keys() | manifests


def _present(root: Path) -> set[str]:
    found: set[str] = set()
    for folder, names, files in os.walk(root, followlinks=False):
        base = Path(folder)
        links = [name for name in names if (base / name).is_symlink()]
        found |= {(base / name).relative_to(root).as_posix() for name in (*files, *links)}
    return found
