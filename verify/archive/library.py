"""The library: which clips were seen, their fingerprints, what matched, what people decided.

It is the Shelf that `verify/matching` searches. Rule: one clip is one transaction, and every addition and removal
moves the generation on, so that an index can follow. Clip numbers are never used again: a clip whose fingerprints
change gets a new number.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import msgspec

from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.packing import pack, unpack
from verify.errors import ArchiveError
from verify.records.cases import Searched
from verify.records.findings import Decision
from verify.records.fingerprints import Fingerprint
from verify.records.matches import Appearance, Match


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


class Library:
    """A library in the SQLite file at `path`, or inside the case whose open `database` and `log` are given.

    Raises as Database does. Several processes may read and write at once; one writes at a time.
    """

    def __init__(
        self, path: Path | None = None, *, write: bool = True, database: Database | None = None, log: Log | None = None
    ) -> None:
        if database is None:
            if path is None:
                raise ValueError("a library needs a path or an open database")
            database = Database(path, write=write)
        self._database = database
        self.log = log or Log(database)

    # -- the shelf ---------------------------------------------------------------------------------------------

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

    # -- what is on it -----------------------------------------------------------------------------------------

    def add(self, clip: Clip, fingerprints: Iterable[Fingerprint]) -> dict[str, str]:
        """Put a clip on the shelf, or renew the fingerprints of one that is there; what is the same stays as it is.

        Returns the SHA-256 of each stored blob by `name/version`. Raises ValueError for a malformed fingerprint.
        """
        packed = {f.name: (f.version, len(f), pack(f)) for f in fingerprints}
        digests = {name: hashlib.sha256(body).hexdigest() for name, (_, _, body) in packed.items()}
        with self._database.transaction() as connection:
            old = connection.execute(
                "SELECT number, record FROM clips WHERE sha256 = ? AND removed IS NULL", (clip.sha256,)
            ).fetchone()
            kept: dict[str, str] = {}
            if old:
                rows = connection.execute("SELECT name, digest FROM fingerprints WHERE clip = ?", (old[0],))
                kept = dict(rows.fetchall())
            record = msgspec.json.encode(clip).decode()
            if old and all(kept.get(name) == found for name, found in digests.items()):
                return {f"{n}/{v}": digests[n] for n, (v, _, _) in packed.items()}
            generation = self._advance(connection)
            if old:
                connection.execute("UPDATE clips SET removed = ? WHERE number = ?", (generation, old[0]))
            number = connection.execute(
                "INSERT INTO clips (sha256, added, record) VALUES (?, ?, ?)", (clip.sha256, generation, record)
            ).lastrowid
            if old:
                connection.execute("UPDATE fingerprints SET clip = ? WHERE clip = ?", (number, old[0]))
            for name, (version, count, body) in packed.items():
                connection.execute(
                    "INSERT OR REPLACE INTO fingerprints (clip, name, version, rows, digest, body)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (number, name, version, count, digests[name], body),
                )
        return {f"{n}/{v}": digests[n] for n, (v, _, _) in packed.items()}

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

    # -- what matched ------------------------------------------------------------------------------------------

    def to_compare(self, sha256: str, descriptors: str) -> list[str]:
        """Return the live clips not yet compared with this one by `descriptors`, in the order of their adding.

        Two clips were compared when either was searched for after the other had been added.
        Raises KeyError for an unknown clip.
        """
        own = self._database.one("SELECT added FROM clips WHERE sha256 = ? AND removed IS NULL", (sha256,))
        if own is None:
            raise KeyError(sha256)
        done = self._database.one(
            "SELECT generation FROM searches WHERE sha256 = ? AND descriptors = ?", (sha256, descriptors)
        )
        rows = self._database.all(
            "SELECT c.sha256 FROM clips c LEFT JOIN searches s ON s.sha256 = c.sha256 AND s.descriptors = ?"
            " WHERE c.removed IS NULL AND c.sha256 <> ? AND c.added > ? AND (s.generation IS NULL OR s.generation < ?"
            " OR s.generation < c.added) ORDER BY c.added, c.number",
            (descriptors, sha256, int(done[0]) if done and done[0] >= own[0] else 0, own[0]),
        )
        return [str(s) for (s,) in rows]

    def save_matches(self, sha256: str, matches: Iterable[Match], descriptors: str, generation: int) -> None:
        """Keep what a search for `sha256` found, the shelf having been at `generation` when it began.

        `descriptors` names the search (`pdq/1 sift/2`, say); results of other searches are kept apart. What an
        earlier search for the same clip found stays unless found again. Raises ValueError when a match is not of
        this clip.
        """
        rows = []
        for match in matches:
            if match.a != sha256:
                raise ValueError("a match of another clip")
            rows.append((match.a, match.b, match.kind, descriptors, msgspec.json.encode(match).decode()))
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO matches (a, b, kind, descriptors, record) VALUES (?, ?, ?, ?, ?)", rows
            )
            connection.execute(
                "INSERT INTO searches (sha256, descriptors, generation) VALUES (?, ?, ?)"
                " ON CONFLICT (sha256, descriptors) DO UPDATE SET generation = MAX(generation, excluded.generation)",
                (sha256, descriptors, generation),
            )

    def matches(self, sha256: str, descriptors: str) -> list[Match]:
        """Return the kept matches of a clip with live clips, whichever of the two was searched for (`a` or `b`)."""
        rows = self._database.all(
            "SELECT m.record FROM matches m WHERE (m.a = ?1 OR m.b = ?1) AND m.descriptors = ?2"
            " AND EXISTS (SELECT 1 FROM clips WHERE sha256 = m.a AND removed IS NULL)"
            " AND EXISTS (SELECT 1 FROM clips WHERE sha256 = m.b AND removed IS NULL) ORDER BY m.a, m.b, m.kind",
            (sha256, descriptors),
        )
        return [msgspec.json.decode(record, type=Match) for (record,) in rows]

    # -- what people decided -----------------------------------------------------------------------------------

    def decide(self, decision: Decision) -> int:
        """Keep what a person decided, as an entry of the log, and return its number (for `undo`).

        Raises ArchiveError when nobody is named: a decision is a person's.
        """
        if not decision.by.strip():
            raise ArchiveError("A decision needs the name of the person who made it.", "Give it with --by.")
        record = msgspec.json.encode(decision).decode()
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO decisions (subject, undone, record) VALUES (?, 0, ?)", (decision.subject, record)
            ).lastrowid
            details = {"decision": number, "category": decision.category, "by": decision.by, "note": decision.note}
            self.log.append("decided", decision.subject, {**details, "record": _sha256(record)})
        return int(number or 0)

    def undo(self, number: int, by: str, note: str = "") -> Decision:
        """Take a decision back; it stays in the record, marked undone. Raises KeyError when there is none to undo."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT record FROM decisions WHERE number = ? AND undone = 0", (number,)
            ).fetchone()
            if row is None:
                raise KeyError(number)
            connection.execute("UPDATE decisions SET undone = 1 WHERE number = ?", (number,))
            decision = msgspec.json.decode(row[0], type=Decision)
            self.log.append("decision undone", decision.subject, {"decision": number, "by": by, "note": note})
        return replace(decision, undone=True)

    def decisions(self, subject: str | None = None, *, undone: bool = False) -> dict[int, Decision]:
        """Return decisions by number, in the order they were made; those undone only when asked for."""
        rows = self._database.all(
            "SELECT number, undone, record FROM decisions WHERE (?1 IS NULL OR subject = ?1) AND undone <= ?2"
            " ORDER BY number",
            (subject, int(undone)),
        )
        found = {}
        for number, was_undone, record in rows:
            decision = msgspec.json.decode(record, type=Decision)
            found[int(number)] = replace(decision, undone=True) if was_undone else decision
        return found

    # -- the file ----------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the database (not for the library of an open case: the case closes it)."""
        self._database.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @staticmethod
    def _advance(connection: sqlite3.Connection) -> int:
        connection.execute(
            "INSERT INTO counters (name, value) VALUES ('generation', 1)"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1"
        )
        return int(connection.execute("SELECT value FROM counters WHERE name = 'generation'").fetchone()[0])


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
