"""What a batch has done and has still to do, so that a kill loses nothing. Rule: a finished target stays finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import msgspec

from verify.archive.database import Database
from verify.records.cases import FailedItem

State = Literal["waiting", "running", "done", "failed"]
ATTEMPTS = 3  # times a target may be begun and never ended (its process died) before it counts as failed


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One target of a batch. `stamp` is what the target looked like (size and time of a file, '' for a URL)."""

    target: str
    stamp: str
    state: State
    attempts: int
    item: str = ""
    sha256: str = ""
    failure: FailedItem | None = None


class Jobs:
    """The table of batches; `batch` is any name the caller finds again, such as a hash of the command's targets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, batch: str, targets: dict[str, str]) -> list[Job]:
        """Enter `targets` (target to stamp) and return all of them in their order, with what is known of each.

        A target that is done stays done while its stamp is the same; one that was running when a process died waits
        again, unless it was begun `ATTEMPTS` times already; one that failed waits again.
        """
        with self._database.transaction() as connection:
            for target, stamp in targets.items():
                connection.execute(
                    "INSERT INTO jobs VALUES (?, ?, ?, 'waiting', 0, '', '', '', ?)"
                    " ON CONFLICT (batch, target) DO UPDATE SET state = 'waiting', attempts = 0, sha256 = '',"
                    " item = CASE stamp WHEN excluded.stamp THEN item ELSE '' END, failure = '', stamp = excluded.stamp"
                    " WHERE stamp <> excluded.stamp OR state = 'failed'",
                    (batch, _key(target), stamp, _now()),
                )
            connection.execute(
                "UPDATE jobs SET state = 'waiting' WHERE batch = ? AND state = 'running' AND attempts < ?",
                (batch, ATTEMPTS),
            )
            connection.execute(
                "UPDATE jobs SET state = 'failed', failure = ? WHERE batch = ? AND state = 'running'",
                (_gave_up(), batch),
            )
        known = self.all(batch)
        return [known[target] for target in targets]

    def all(self, batch: str) -> dict[str, Job]:
        """Return the jobs of a batch by target."""
        rows = self._database.all(
            "SELECT target, stamp, state, attempts, item, sha256, failure FROM jobs WHERE batch = ? ORDER BY rowid",
            (batch,),
        )
        return {
            _target(key): Job(
                target=_target(key),
                stamp=stamp,
                state=state,
                attempts=attempts,
                item=item,
                sha256=sha256,
                failure=msgspec.json.decode(failure, type=FailedItem) if failure else None,
            )
            for key, stamp, state, attempts, item, sha256, failure in rows
        }

    def begin(self, batch: str, target: str) -> None:
        """Note that work on `target` begins."""
        self._set(batch, target, "running")

    def done(self, batch: str, target: str, item: str, sha256: str) -> None:
        """Note that `target` is finished, and as which item and clip."""
        self._set(batch, target, "done", item, sha256)

    def failed(self, batch: str, target: str, failure: FailedItem) -> None:
        """Note that `target` cannot be done, and why."""
        self._set(batch, target, "failed", failure=msgspec.json.encode(failure).decode())

    def items(self, job: tuple[str, str]) -> list[str]:
        """Return the items that were added for a job (batch and target) so far, finished or not."""
        batch, target = job
        row = self._database.one("SELECT item FROM jobs WHERE batch = ? AND target = ?", (batch, _key(target)))
        return str(row[0]).split() if row else []

    def added(self, job: tuple[str, str], item: str) -> None:
        """Note, in the transaction that adds it, that an item belongs to a job: it is not added again after a kill."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE jobs SET item = TRIM(item || ' ' || ?) WHERE batch = ? AND target = ?",
                (item, job[0], _key(job[1])),
            )

    def _set(self, batch: str, target: str, state: State, item: str = "", sha256: str = "", failure: str = "") -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, attempts = attempts + ?, item = CASE ? WHEN '' THEN item ELSE ? END,"
                " sha256 = ?, failure = ?, updated = ? WHERE batch = ? AND target = ?",
                (state, int(state == "running"), item, item, sha256, failure, _now(), batch, _key(target)),
            )


_RAW = "bytes of the name: "


def _key(target: str) -> str:
    """Return `target` as the database can hold it: a name whose bytes are no UTF-8 as those bytes, in hex."""
    try:
        target.encode("utf-8")
    except UnicodeEncodeError:
        return _RAW + target.encode("utf-8", "surrogatepass").hex()
    return target


def _target(key: str) -> str:
    return bytes.fromhex(key.removeprefix(_RAW)).decode("utf-8", "surrogatepass") if key.startswith(_RAW) else key


def _gave_up() -> str:
    failure = FailedItem(
        target="",
        kind="died",
        reason=f"The run died on it {ATTEMPTS} times.",
        advice="Check this file alone, with lower limits.",
    )
    return msgspec.json.encode(failure).decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
