"""What the custody log says must be there now: the log read from its first entry to its last, and checked as a chain.

Rule: it needs the lines of the log and the public keys only, so that it works on a case, on an export and on a
bundle alike; a line that is wrong is a fault, never an end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from verify.archive.custody import FIRST, Entry, Withheld, computed, parse, parse_withheld
from verify.archive.keys import PublicKey
from verify.errors import TamperedError

Kind = Literal["changed", "missing", "extra", "log", "signature", "database", "anchor"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is not as recorded: what kind, where (path, entry number, table row), and a sentence."""

    kind: Kind
    where: str
    sentence: str


@dataclass(kw_only=True, slots=True)
class Ledger:
    """The state that the log describes, and what is wrong with the log itself."""

    faults: list[Fault] = field(default_factory=list)
    entries: int = 0
    heads: dict[int, str] = field(default_factory=dict)  # entry number -> its hash
    files: dict[str, tuple[str, int]] = field(default_factory=dict)  # path -> (SHA-256, bytes)
    items: dict[str, str] = field(default_factory=dict)  # item -> SHA-256 of its item.json
    owners: dict[str, str] = field(default_factory=dict)  # path under items/ -> item
    # nth -> (SHA-256 of the file, item, path, descriptors that ran, descriptors with a fingerprint)
    examinations: dict[int, tuple[str, str, str, dict[str, int], dict[str, int]]] = field(default_factory=dict)
    clips: dict[str, str] = field(default_factory=dict)  # SHA-256 -> SHA-256 of the clip's record
    prints: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)  # (clip, name) -> (version, digest)
    removed: set[str] = field(default_factory=set)
    searches: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)  # -> (generation, digest)
    decisions: dict[int, tuple[str, str]] = field(default_factory=dict)  # number -> (subject, digest)
    undone: set[int] = field(default_factory=set)
    signed: int = 0
    unsigned: int = 0
    withheld: int = 0  # entries that a bundle leaves out
    stamps: int = 0  # time stamps of others
    stamped: int = 0  # the last entry that one of them covers
    signers: set[str] = field(default_factory=set)

    @property
    def head(self) -> str:
        """The hash of the last entry, '' for an empty log."""
        return self.heads.get(self.entries, "")

    def fault(self, kind: Kind, where: str, sentence: str) -> None:
        """Note something that is not as it should be."""
        self.faults.append(Fault(kind=kind, where=where, sentence=sentence))


def read_ledger(lines: Iterable[str], keys: dict[str, PublicKey], *, partial: bool = False) -> Ledger:
    """Return what the log of `lines` says, its chain and signatures checked with the public `keys` by fingerprint.

    With `partial` (a bundle), entries may be withheld: their hash still has to be the one the next entry names.
    """
    ledger, previous = Ledger(), FIRST
    for number, text in enumerate(lines, start=1):
        ledger.entries = number
        held = parse_withheld(text) if partial else None
        try:
            entry = held or parse(text)
        except TamperedError as error:
            words = f"Entry {number} of the custody log cannot be read: {error.message}"
            ledger.fault("log", f"entry {number}", words)
            previous = ""
            continue
        if isinstance(entry, Withheld):
            ledger.withheld += 1
            if entry.withheld != number:
                ledger.fault("log", f"entry {number}", f"Where entry {number} should be, entry {entry.withheld} is.")
        else:
            _check_entry(ledger, entry, number, previous)
        previous = entry.hash
        ledger.heads[number] = entry.hash
        _check_signature(ledger, entry, number, keys)
    if ledger.entries == 0:
        ledger.fault("log", "custody log", "The custody log is empty.")
    return ledger


def _check_entry(ledger: Ledger, entry: Entry, number: int, previous: str) -> None:
    where = f"entry {number}"
    if computed(entry) != entry.hash:
        ledger.fault("log", where, f"Entry {number} of the custody log was altered.")
    elif entry.number != number:
        ledger.fault("log", where, f"Where entry {number} of the log should be, entry {entry.number} is.")
    elif entry.previous != previous:
        ledger.fault("log", where, f"Entry {number} of the log does not follow the entry before it.")
    try:
        _replay(ledger, entry)
    except (KeyError, TypeError, ValueError, AttributeError):
        ledger.fault("log", where, f"Entry {number} of the log does not say what an entry of its kind must.")


def _check_signature(ledger: Ledger, entry: Entry | Withheld, number: int, keys: dict[str, PublicKey]) -> None:
    if not entry.key:
        ledger.unsigned += 1
        return
    key = keys.get(entry.key)
    if key is None:
        ledger.fault("signature", f"entry {number}", f"The public key {entry.key[:16]} of entry {number} is not here.")
        return
    try:
        good = key.verifies(bytes.fromhex(entry.signature), entry.hash.encode("ascii", "replace"))
    except ValueError:
        good = False
    if good:
        ledger.signed += 1
        ledger.signers.add(entry.key)
    else:
        ledger.fault("signature", f"entry {number}", f"The signature of entry {number} is missing or wrong.")


def _replay(ledger: Ledger, entry: Entry) -> None:
    """Take from an entry what must be there because of it."""
    details = entry.details
    for file in details.get("files", ()):
        path = str(file["path"])
        ledger.files[path] = (str(file["sha256"]), int(file["size"]))
        if path.startswith("items/"):
            ledger.owners[path] = entry.subject
    if entry.action == "item added":
        ledger.items[entry.subject] = ledger.files[f"items/{entry.subject}/item.json"][0]
    elif entry.action == "examined":
        _replay_examination(ledger, entry)
    elif entry.action in {"decided", "decision undone"}:
        _replay_decision(ledger, entry)
    else:
        _replay_rest(ledger, entry)
    if "clip" in details:
        _replay_clip(ledger, details["clip"])
    if "search" in details:
        done = details["search"]
        ledger.searches[(entry.subject, str(done["descriptors"]))] = (int(done["generation"]), str(done["record"]))


def _replay_rest(ledger: Ledger, entry: Entry) -> None:
    if entry.action == "removed from results":
        ledger.removed.add(entry.subject)
    elif entry.action == "brought back to results":
        ledger.removed.discard(entry.subject)
    elif entry.action == "time stamped":
        ledger.stamps += 1
        ledger.stamped = max(ledger.stamped, min(int(entry.details["entry"]), entry.number))


def _replay_examination(ledger: Ledger, entry: Entry) -> None:
    details = entry.details
    found = {}
    for name_version in details.get("clip", {}).get("fingerprints", {}):
        name, _, version = str(name_version).rpartition("/")
        found[name] = int(version)
    ran = {str(name): int(version) for name, version in details["ran"].items()}
    number = len(ledger.examinations) + 1
    ledger.examinations[number] = (str(details["sha256"]), entry.subject, str(details["path"]), ran, found)


def _replay_decision(ledger: Ledger, entry: Entry) -> None:
    number = int(entry.details["decision"])
    if entry.action == "decided":
        ledger.decisions[number] = (entry.subject, str(entry.details["record"]))
    else:
        ledger.undone.add(number)


def _replay_clip(ledger: Ledger, clip: dict[str, Any]) -> None:
    sha256 = str(clip["sha256"])
    ledger.clips[sha256] = str(clip["record"])
    ledger.removed.discard(sha256)
    for name_version, digest in clip["fingerprints"].items():
        name, _, version = str(name_version).rpartition("/")
        ledger.prints[(sha256, name)] = (int(version), str(digest))
