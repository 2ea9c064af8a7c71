"""The shelf of the library: which clips were seen, and their fingerprints.

It is the Shelf that `verify/matching` searches. Rule: one clip is one transaction, and every addition and removal
moves the generation on, so that an index can follow. Clip numbers are never used again: a clip whose fingerprints
change gets a new number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from verify.archive import durable
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.packing import pack, unpack
from verify.records.cases import Searched
from verify.records.fingerprints import Fingerprint
from verify.records.matches import Appearance


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """What the library knows of one clip besides its fingerprints. Sizes in pixels, duration in seconds.

    `item` is '' for a clip of another newsroom that came as fingerprints only; `appearances` then holds its bounds.
    """

    sha256: str
    label: str = ""
    item: str = ""
    added: str = ""  # ISO 8601 UTC
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    appearances: tuple[Appearance, ...] = ()


class ClipShelf:
    """The clips of the library in `database`; additions are told to `log` where a person asked for them."""

    def __init__(self, database: Database, log: Log) -> None:
        self._database = database
        self.log = log

    def generation(self) -> int:
        """Return a number that grows with every clip added or removed."""
        row = self._database.one("SELECT value FROM counters WHERE name = 'generation'")
        return int(row[0]) if row else 0

    def clips(self, since: int = 0) -> Sequence[tuple[int, int, str]]:
        """Return (clip number, generation it was added in, SHA-256) of live clips added after `since`, in order."""
        return [
            (int(n), int(g), str(s))
            for n, g, s in self._database.all(
                "SELECT number, added, sha256 FROM clips WHERE removed IS NULL AND added > ? ORDER BY added, number",
                (since,),
            )
        ]

    def removed(self, since: int = 0) -> Sequence[int]:
        """Return the numbers of clips removed after generation `since`, in the order of their removal."""
        return [
            int(n)
            for (n,) in self._database.all(
                "SELECT number FROM clips WHERE removed > ? ORDER BY removed, number", (since,)
            )
        ]

    def fingerprints(self, sha256: str, names: Iterable[str] | None = None) -> dict[str, Fingerprint]:
        """Return the fingerprints of one live clip by descriptor name; raises KeyError for an unknown clip."""
        wanted = None if names is None else set(names)
        rows = self._database.all(
            "SELECT c.number, f.name FROM clips c LEFT JOIN fingerprints f ON f.clip = c.number"
            " WHERE c.sha256 = ? AND c.removed IS NULL",
            (sha256,),
        )
        if not rows:
            raise KeyError(sha256)
        found = {}
        for number, name in rows:
            if name is not None and (wanted is None or name in wanted):
                body = self._database.one("SELECT body FROM fingerprints WHERE clip = ? AND name = ?", (number, name))
                if body is not None:
                    found[str(name)] = unpack(body[0])
        return found

    def rows(self, name: str, version: int, since: int = 0) -> Iterator[tuple[int, Fingerprint]]:
        """Yield (clip number, fingerprint) of one descriptor for every live clip added after `since`, in order.

        One blob is in memory at a time; clips added or removed while reading may or may not be seen.
        """
        numbers = self._database.all(
            "SELECT c.number FROM clips c JOIN fingerprints f ON f.clip = c.number"
            " WHERE c.removed IS NULL AND c.added > ? AND f.name = ? AND f.version = ? ORDER BY c.added, c.number",
            (since, name, version),
        )
        for (number,) in numbers:
            row = self._database.one("SELECT body FROM fingerprints WHERE clip = ? AND name = ?", (number, name))
            if row is not None:
                yield int(number), unpack(row[0])

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Make all additions and removals inside one transaction; an error undoes them."""
        with self._database.transaction():
            yield

    def add(self, clip: Clip, fingerprints: Iterable[Fingerprint], action: str = "fingerprints kept") -> None:
        """Put a clip on the shelf, or renew the fingerprints of one that is there, with an entry of the log.

        What is the same stays as it is. Raises ValueError for a malformed fingerprint.
        """
        with self._database.transaction():
            self.log.append(action, clip.sha256, {"clip": self.put(clip, fingerprints)})

    def put(self, clip: Clip, fingerprints: Iterable[Fingerprint]) -> dict[str, Any]:
        """Do as `add` does, in the transaction of a caller who logs what is returned as `clip` of an entry.

        That is: `sha256`, `record` (SHA-256 of the clip's JSON) and `fingerprints` (`name/version` to the SHA-256 of
        the stored blob).
        """
        packed = {f.name: (f.version, len(f), pack(f)) for f in fingerprints}
        digests = {name: durable.hash_of(body) for name, (_, _, body) in packed.items()}
        record = msgspec.json.encode(clip).decode()
        with self._database.transaction() as connection:
            old = connection.execute(
                "SELECT number, record FROM clips WHERE sha256 = ? AND removed IS NULL", (clip.sha256,)
            ).fetchone()
            kept: dict[str, str] = {}
            if old:
                kept = dict(connection.execute("SELECT name, digest FROM fingerprints WHERE clip = ?", (old[0],)))
            if old and all(kept.get(name) == found for name, found in digests.items()):
                record = old[1]
            else:
                self._renew(connection, clip.sha256, record, old[0] if old else None, packed, digests)
        return {
            "sha256": clip.sha256,
            "record": durable.hash_of(record.encode()),
            "fingerprints": {f"{n}/{v}": digests[n] for n, (v, _, _) in packed.items()},
        }

    def _renew(
        self,
        connection: sqlite3.Connection,
        sha256: str,
        record: str,
        old: int | None,
        packed: dict[str, tuple[int, int, bytes]],
        digests: dict[str, str],
    ) -> None:
        generation = self._advance(connection)
        if old is not None:
            connection.execute("UPDATE clips SET removed = ? WHERE number = ?", (generation, old))
        number = connection.execute(
            "INSERT INTO clips (sha256, added, record) VALUES (?, ?, ?)", (sha256, generation, record)
        ).lastrowid
        # What a clip had before it was renewed, or removed and added again, goes with it.
        last = connection.execute(
            "SELECT MAX(number) FROM clips WHERE sha256 = ? AND number < ?", (sha256, number)
        ).fetchone()[0]
        connection.execute("UPDATE fingerprints SET clip = ? WHERE clip = ?", (number, last))
        for name, (version, count, body) in packed.items():
            connection.execute(
                "INSERT OR REPLACE INTO fingerprints (clip, name, version, rows, digest, body)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (number, name, version, count, digests[name], body),
            )

    def remove(self, sha256: str, reason: str) -> None:
        """Take a clip out of all results at once; its evidence and its fingerprints stay where they are.

        Raises KeyError when it is not on the shelf.
        """
        with self._database.transaction() as connection:
            generation = self._advance(connection)
            done = connection.execute(
                "UPDATE clips SET removed = ? WHERE sha256 = ? AND removed IS NULL", (generation, sha256)
            )
            if done.rowcount == 0:
                raise KeyError(sha256)
            self.log.append("removed from results", sha256, {"reason": reason})

    def restore(self, sha256: str, reason: str) -> None:
        """Bring a removed clip back, under a new number. Raises KeyError when it never was on the shelf."""
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM clips WHERE sha256 = ? AND removed IS NULL", (sha256,)).fetchone():
                return
            row = connection.execute(
                "SELECT number, record FROM clips WHERE sha256 = ? ORDER BY number DESC", (sha256,)
            ).fetchone()
            if row is None:
                raise KeyError(sha256)
            generation = self._advance(connection)
            number = connection.execute(
                "INSERT INTO clips (sha256, added, record) VALUES (?, ?, ?)", (sha256, generation, row[1])
            ).lastrowid
            connection.execute("UPDATE fingerprints SET clip = ? WHERE clip = ?", (number, row[0]))
            self.log.append("brought back to results", sha256, {"reason": reason})

    def clip(self, sha256: str) -> Clip | None:
        """Return what is known of a live clip, or None."""
        row = self._database.one("SELECT record FROM clips WHERE sha256 = ? AND removed IS NULL", (sha256,))
        return None if row is None else msgspec.json.decode(row[0], type=Clip)

    def clip_number(self, number: int) -> Clip | None:
        """Return what is known of the live clip with this number, or None."""
        row = self._database.one("SELECT record FROM clips WHERE number = ? AND removed IS NULL", (number,))
        return None if row is None else msgspec.json.decode(row[0], type=Clip)

    def versions(self, sha256: str) -> dict[str, int]:
        """Return the version of each fingerprint that a live clip has, by descriptor name; empty when unknown."""
        rows = self._database.all(
            "SELECT f.name, f.version FROM fingerprints f JOIN clips c ON c.number = f.clip"
            " WHERE c.sha256 = ? AND c.removed IS NULL",
            (sha256,),
        )
        return {str(name): int(version) for name, version in rows}

    def searched(self, names: Iterable[str], without: str = "") -> Searched:
        """Return what a search by the descriptors `names` goes through, the clip `without` left out.

        `frames` counts the rows of the descriptor that has most; `oldest` and `newest` are days of adding.
        """
        wanted = tuple(names)
        clips = self._database.one(
            "SELECT COUNT(*), MIN(json_extract(record, '$.added')), MAX(json_extract(record, '$.added')) FROM clips"
            " WHERE removed IS NULL AND sha256 <> ?",
            (without,),
        )
        rows = self._database.all(
            "SELECT f.name, f.version, SUM(f.rows) FROM fingerprints f JOIN clips c ON c.number = f.clip"
            " WHERE c.removed IS NULL AND c.sha256 <> ? GROUP BY f.name, f.version ORDER BY f.name, f.version",
            (without,),
        )
        used = [(f"{name}/{version}", int(count)) for name, version, count in rows if name in wanted]
        count, oldest, newest = clips if clips else (0, "", "")
        return Searched(
            clips=int(count),
            frames=max((rows for _, rows in used), default=0),
            oldest=str(oldest or "")[:10],
            newest=str(newest or "")[:10],
            descriptors=tuple(name for name, _ in used),
        )

    @staticmethod
    def _advance(connection: sqlite3.Connection) -> int:
        connection.execute(
            "INSERT INTO counters (name, value) VALUES ('generation', 1)"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1"
        )
        return int(connection.execute("SELECT value FROM counters WHERE name = 'generation'").fetchone()[0])
