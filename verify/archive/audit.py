"""Tests a case, or a bundle of one, against its own record, offline: every byte, every entry, every signature.

Rule: it names what is wrong and where, says what it could not prove, changes nothing, and trusts nothing in the case
but arithmetic: the log says what must be there, and the folder and the database are held against the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.derived import KEYS, LOG, MANIFEST, manifest_text, newest_reports
from verify.archive.folder import DATABASE, SCOPE, Expected, FolderCheck, Progress, exported, moved_on, unfinished
from verify.archive.keys import PublicKey, read_public
from verify.archive.ledger import Fault, Kind, Ledger, read_ledger
from verify.archive.tables import check_tables
from verify.errors import FirstseenError, NotFoundError, TamperedError
from verify.records.cases import Item

__all__ = ["AuditResult", "Fault", "Kind", "audit"]


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
    at_work = unfinished(root)[0]
    with _opened(root, early) as database:
        if database is None:
            lines = [line.decode("utf-8", "replace") for line in _log_lines(root)]
            ledger = read_ledger(lines, own, partial=(root / SCOPE).is_file())
            derived = Expected()
        else:
            ledger, derived = _with_database(root, database, own)
            exported(root, ledger, derived.lines, lambda: at_work or moved_on(root, database, ledger))
        ledger.faults[:0] = early
        derived.newest.update(newest_reports(ledger.files))
        if not (root / SCOPE).is_file():
            derived.manifests.update(_manifests(root, ledger))
        scope = _scope(root, ledger)
        folder = FolderCheck(
            root=root, ledger=ledger, derived=derived, database=database, keys=own, scope=scope, at_work=at_work
        )
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


def _with_database(root: Path, database: Database, keys: dict[str, PublicKey]) -> tuple[Ledger, Expected]:
    """Return what the log in the database says, with the database held against it, all from one moment."""
    ledger = Ledger()
    expected = Expected()
    try:
        with database.snapshot() as connection:
            expected.lines.extend(Log(database).lines())
            ledger = read_ledger(expected.lines, keys)
            for sentence in database.damage():
                ledger.fault("database", DATABASE, f"SQLite finds the database damaged: {sentence}.")
            check_tables(ledger, connection)
    except (FirstseenError, msgspec.MsgspecError, TypeError, ValueError) as error:
        ledger.fault("database", DATABASE, f"The database cannot be read to its end: {error}.")
    return ledger, expected


def _manifests(root: Path, ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each item's manifest, as the log and the item's record have it."""
    own: dict[str, set[str]] = {item: set() for item in ledger.items}
    for path, item in ledger.owners.items():
        own.get(item, set()).add(path)
    for item, paths in own.items():
        try:
            record = msgspec.json.decode((root / "items" / item / "item.json").read_bytes(), type=Item)
        except (OSError, msgspec.MsgspecError):  # missing or changed: that is said where its hash is checked
            continue
        paths |= {file.path for file in record.files} & ledger.files.keys()
        yield f"items/{item}/{MANIFEST}", manifest_text({path: ledger.files[path][0] for path in paths}).encode()


def _own_keys(root: Path, faults: list[Fault]) -> dict[str, PublicKey]:
    found = {}
    for path in sorted((root / KEYS).glob("*.pub")):
        name = f"{KEYS}/{path.name}"
        try:
            text = path.read_text(encoding="ascii", errors="replace")
            key = read_public(text)
        except (FirstseenError, OSError) as error:
            faults.append(Fault(kind="changed", where=name, sentence=f"{name} is no public key: {error}"))
            continue
        if key.fingerprint == path.stem and key.pem == text:
            found[key.fingerprint] = key
        else:
            sentence = f"{name} holds another key than its name says, or more than that."
            faults.append(Fault(kind="changed", where=name, sentence=sentence))
    return found


def _log_lines(root: Path) -> list[bytes]:
    path = root / LOG
    if not path.is_file() or path.is_symlink():
        return []
    return path.read_bytes().split(b"\n")[:-1]


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


def _anchors(ledger: Ledger, head: str, trusted: set[str]) -> None:
    wanted = head.strip().lower()
    if wanted and wanted not in ledger.heads.values():
        ledger.fault("anchor", "head", f"The head {wanted[:16]} given from outside is not in this log.")
    if trusted:
        for key in sorted(ledger.signers - trusted):
            ledger.fault("anchor", f"{KEYS}/{key}.pub", f"The key {key[:16]} that signs here is not one you gave.")
        if ledger.unsigned:
            ledger.fault("anchor", "log", f"{ledger.unsigned} entries of the log are not signed.")


def _unproved(ledger: Ledger, head: str, trusted: set[str], folder: FolderCheck) -> Iterator[str]:
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
    if folder.moved:
        yield (
            f"A run is at work in the case or was interrupted: {LOG}, the manifests and the plain-named copies of"
            " reports may lag behind the log, and were not held against it."
        )
    if folder.pending:
        yield (
            f"{folder.pending} files belong to a run that is at work or was interrupted, and are not recorded yet;"
            " opening the case for writing clears up after an interrupted one."
        )
    if ledger.withheld:
        yield (
            f"{ledger.withheld} entries of the log, about other items, are left out of this bundle; that nothing was"
            " altered in them can be checked in the whole case only."
        )
    if folder.left_out:
        yield f"{folder.left_out} files of other items are in the log and not in this bundle; they were not checked."
    yield _times(ledger)
    yield "The audit tests that what was kept is unchanged; it says nothing on whether a clip shows what is claimed."


def _times(ledger: Ledger) -> str:
    clock = "the clock of the machine that wrote it"
    if not ledger.stamps:
        return (
            f"The times in the log are those of {clock}; only a time stamp by somebody else proves that something"
            " existed at a time, and there is none: `firstseen stamp`."
        )
    after = ledger.entries - ledger.stamped
    return (
        f"{ledger.stamps} time stamps of others reach up to entry {ledger.stamped} of the log; this audit found their"
        " files unchanged and does not judge them: `firstseen stamp --check` does. All other times"
        f"{f', and the {after} entries after it,' if after else ''} rest on {clock}."
    )
