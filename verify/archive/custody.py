"""The custody log: who did what to which evidence, each entry chained to the one before by its hash.

Rule: entries are appended in the same transaction as what they tell of, and never altered. The hash is SHA-256 over
the entry's canonical JSON without `hash` and `signature` (keys sorted, no spaces, UTF-8, no fractions), so that any
language can check it; docs/case-format.md shows how in ten lines.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from verify.archive.database import Database
from verify.archive.keys import SigningKey
from verify.errors import TamperedError
from verify.records.cases import Custody

FIRST = "0" * 64  # what the first entry names as the one before it


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the log. `key` is the fingerprint of the key that must have signed `hash` ('' for none)."""

    number: int
    at: str  # ISO 8601 UTC
    by: str
    action: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    key: str = ""
    previous: str
    hash: str
    signature: str = ""  # hex, Ed25519 over the 64 hex digits of `hash`


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """What stands for an entry in a bundle that is not about its subject: enough to keep the chain, and no words."""

    withheld: int  # the number of the entry
    hash: str
    key: str
    signature: str


class Log:
    """The custody log in a database. `by` is who acts, `versions` what they act with, `key` signs each entry."""

    def __init__(
        self,
        database: Database,
        *,
        by: str = "",
        versions: Mapping[str, str] | None = None,
        key: SigningKey | None = None,
    ) -> None:
        self._database = database
        self._by = by or this_user()
        self._versions = dict(versions or {})
        self._key = key

    def append(self, action: str, subject: str, details: Mapping[str, Any] | None = None) -> Entry:
        """Add an entry, in the transaction that is open (or in its own), and return it.

        `details` may hold strings, whole numbers, booleans, lists and mappings; raises ValueError for fractions.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT number, entry FROM custody ORDER BY number DESC LIMIT 1").fetchone()
            number, previous = (row[0] + 1, parse(row[1]).hash) if row else (1, FIRST)
            body = {
                "number": number,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "by": self._by,
                "action": action,
                "subject": subject,
                "details": dict(details or {}),
                "versions": self._versions,
                "key": self._key.public.fingerprint if self._key else "",
                "previous": previous,
            }
            found = chained(_plain(body))
            signature = self._key.sign(found.hash.encode("ascii")).hex() if self._key else ""
            entry = replace(found, signature=signature)
            connection.execute("INSERT INTO custody (number, entry) VALUES (?, ?)", (number, line(entry)))
        return entry

    def head(self) -> Custody:
        """Return what a report prints: the hash of the last entry, how many there are, and who signs."""
        row = self._database.one("SELECT number, entry FROM custody ORDER BY number DESC LIMIT 1")
        if row is None:
            return Custody()
        entry = parse(row[1])
        owner = self._key.owner if self._key and self._key.public.fingerprint == entry.key else ""
        signer = f"{owner} (key {entry.key[:16]})".strip() if entry.key else ""
        return Custody(head=entry.hash, entries=int(row[0]), signed_by=signer)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield the entries with a number above `after`, in order. Raises TamperedError for one that is no entry."""
        for text in self.lines(after):
            yield parse(text)

    def lines(self, after: int = 0) -> Iterator[str]:
        """Yield the entries as they are stored: one line of JSON each, without the newline."""
        while rows := self._database.all(
            "SELECT number, entry FROM custody WHERE number > ? ORDER BY number LIMIT 500", (after,)
        ):
            for number, text in rows:
                yield text
                after = number

    def line_of(self, number: int) -> str | None:
        """Return the stored line of one entry, or None."""
        row = self._database.one("SELECT entry FROM custody WHERE number = ?", (number,))
        return None if row is None else str(row[0])


def this_user() -> str:
    """Return `user@host` of this process, as far as the system tells."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        user = "unknown"
    return f"{user}@{socket.gethostname() or 'unknown'}"


def canonical(body: Mapping[str, Any]) -> bytes:
    """Return the bytes that are hashed for `body`: sorted keys, no spaces, UTF-8, no escapes but JSON's own."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")


def chained(body: Mapping[str, Any]) -> Entry:
    """Return the entry that `body` (all but hash and signature) makes, with its hash."""
    return Entry(**body, hash=hashlib.sha256(canonical(body)).hexdigest())


def computed(entry: Entry) -> str:
    """Return the hash that the contents of `entry` give, whatever it says itself."""
    body = msgspec.to_builtins(entry)
    del body["hash"], body["signature"]
    return hashlib.sha256(canonical(body)).hexdigest()


def line(entry: Entry | Withheld) -> str:
    """Return `entry` as its line of JSON: keys in the record's order, so that people find `number` first."""
    return msgspec.json.encode(entry).decode("utf-8")


def parse(text: str | bytes) -> Entry:
    """Return the entry of one line. Raises TamperedError when the line is not one."""
    try:
        return msgspec.json.decode(text, type=Entry, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TamperedError(f"A line of the custody log is not an entry: {error}.") from error


def withhold(entry: Entry) -> Withheld:
    """Return what may be shown of an entry to those whom its words do not concern."""
    return Withheld(withheld=entry.number, hash=entry.hash, key=entry.key, signature=entry.signature)


def parse_withheld(text: str | bytes) -> Withheld | None:
    """Return the withheld entry of a line, or None when the line is something else."""
    try:
        return msgspec.json.decode(text, type=Withheld, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return `value` with text that UTF-8 can carry, and without fractions: those have no one canonical form."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_plain(str(k)): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    raise ValueError(f"the custody log takes no {type(value).__name__}")
