"""The case folder: originals by their hash, what was found in them, reports, the log.

Rule: what is kept is never rewritten, and nothing is kept without its entry in the custody log.

Every addition goes one way: temporary file, fsync, rename, fsync of the folder, then one SQLite transaction with the
item and its custody entry (facts/hostile-input.md 1.6). `custody.jsonl`, the manifests and the plain-named copy of
the newest report are derived from that, for people and standard tools.

Longer than other files because there is one way in, and every kind of thing kept goes through it in sight.
"""

from __future__ import annotations

import importlib.metadata
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import platformdirs

from verify.archive import durable, incoming
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.derived import Derived
from verify.archive.incoming import Incoming
from verify.archive.jobs import Jobs
from verify.archive.keys import SigningKey
from verify.archive.locks import Lock
from verify.archive.reading import CaseReader, Examined
from verify.archive.staging import Kept, Staging, Unit, VanishedError
from verify.errors import ArchiveError
from verify.records.cases import Item
from verify.records.fingerprints import Fingerprint
from verify.records.media import Examination, MediaFile, Post, Problem, Role
from verify.records.times import TimeBounds
from verify.records.wire import to_json
from verify.settings import Settings

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}(\.[a-z0-9]{1,10}){1,2}")
__all__ = ["CaseFolder", "Examined", "Incoming", "default_case"]

_Result = TypeVar("_Result")
# Called inside the transaction with the files that are new and those that were there.
_Record = Callable[[list[Kept], list[Kept]], None]
# Stages files and returns the result, and how to record it (None: there is nothing to record).
_Once = Callable[[Unit], tuple[_Result, _Record | None]]
_RESERVED = {"custody.jsonl", "bundle.json", "library.sqlite"}
_TRIES = 3  # another run that is undone at the same moment can take a file away once; thrice does not happen


def default_case() -> Path:
    """Return the case folder that is used when none is named: in the user's data folder of this system."""
    return platformdirs.user_data_path("firstseen") / "case"


class CaseFolder(CaseReader):
    """A case at `path`: made where missing (with `write`), cleaned up after dead processes, closed by `with`.

    Several processes may use one case; readers never wait. `by` is who acts (`user@host` if empty), `key` signs the
    log, `versions` are the tools that the log names.
    Raises CaseLockedError, DiskFullError, TamperedError, NotFoundError (no case, without `write`) or ArchiveError.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings | None = None,
        *,
        write: bool = True,
        by: str = "",
        key: SigningKey | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> None:
        path = path.absolute()
        self.settings = settings or Settings()
        self._staging: Staging | None = None
        with durable.plain_errors(path):
            if write:
                for name in ("originals", "items", "tmp"):
                    durable.make_folder(path / name)
            database = Database(path / "library.sqlite", write=write)
            super().__init__(
                path, database, Log(database, by=by, versions=versions or {"firstseen": _version()}, key=key)
            )
            self.jobs = Jobs(database)
            self._derived = Derived(self.path, self._database, self.log)
            try:
                if write:
                    self._begin(key)
            except BaseException:
                database.close()
                raise

    def _begin(self, key: SigningKey | None) -> None:
        self._staging = staging = Staging(self.path)
        try:
            staging.sweep(self._database, self._settle)
            with self._database.transaction():
                if self.log.head().entries == 0:
                    self.log.append("case opened", self.path.name, {"format": 1})
            if key is not None:
                self._derived.public_key(key.public, staging)
        except BaseException:
            staging.close(self._database, self._settle)
            raise
        with suppress(OSError, ArchiveError):  # made up for at the next occasion
            self._refresh(())

    def _refresh(self, paths: Iterable[str]) -> None:
        self._derived.refresh(paths, self._written_by())

    def _settle(self, paths: Iterable[str]) -> None:
        self._derived.settle(paths, self._written_by())

    # -- bringing in -------------------------------------------------------------------------------------------

    def keep(self, source: Path, role: Role, name: str, made_by: str = "") -> MediaFile:
        """Keep one file by its hash, without an item, and return its record; a second copy is not stored."""

        def once(unit: Unit) -> tuple[MediaFile, _Record | None]:
            file = incoming.media_file(unit.keep(source), role, name, made_by)

            def record(new: list[Kept], there: list[Kept]) -> None:
                self._record("file kept", name, "", new, there, {"role": role})

            return file, record

        return self._commit(once)

    def add_item(
        self,
        target: str,
        files: Sequence[Incoming],
        *,
        post: Post | None = None,
        acquired: TimeBounds | None = None,
        acquired_by: str = "",
        problems: Sequence[Problem] = (),
        info: Mapping[str, Any] | None = None,
        job: tuple[str, str] | None = None,
    ) -> Item:
        """Keep all files of an item and the item itself, together or not at all, and return it.

        With `job` (batch and target of `jobs`), an item that was added for it before a kill is returned, not added
        once more. The working copy is what is examined where there is one, else the first evidentiary copy. The same
        clip again is a new item over the same bytes. Raises ValueError when no file can be examined.
        """
        media = [f for f in files if f.role == "working copy"] or [f for f in files if f.role == "evidentiary copy"]
        if not media:
            raise ValueError("an item needs an evidentiary copy or a working copy")

        def once(unit: Unit) -> tuple[Item, _Record | None]:
            kept = {f.path: unit.keep(f.path) for f in files}
            records = {f.path: incoming.media_file(kept[f.path], f.role, f.name, f.made_by) for f in files}
            made = {
                f.path: replace(
                    records[f.path], made_from=tuple(records[p].sha256 for p in f.made_from if p in records)
                )
                for f in files
            }
            item = incoming.storable(
                Item(
                    id=f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(4)}",
                    target=target,
                    media=made[media[0].path],
                    files=tuple(made[f.path] for f in files),
                    post=post,
                    acquired=acquired,
                    acquired_by=acquired_by,
                    problems=tuple(problems),
                    info=dict(info or {}),
                ),
                Item,
            )
            for earlier in map(self.item, self.jobs.items(job) if job else ()):
                if [(f.sha256, f.role) for f in earlier.files] == [(f.sha256, f.role) for f in item.files]:
                    return earlier, None
            body = to_json(item)
            unit.write(body, f"items/{item.id}/item.json")

            def record(new: list[Kept], there: list[Kept]) -> None:
                self._record("item added", item.id, item.id, new, there, {"target": target})
                with self._database.transaction() as connection:
                    connection.execute(
                        "INSERT INTO items (id, sha256, target, added, record) VALUES (?, ?, ?, ?, ?)",
                        (item.id, item.media.sha256, item.target, incoming.now(), body.decode("utf-8")),
                    )
                if job:
                    self.jobs.added(job, item.id)

            return item, record

        return self._commit(once)

    # -- what was found ----------------------------------------------------------------------------------------

    def save_examination(
        self,
        item: Item,
        examination: Examination,
        folder: Path,
        fingerprints: Iterable[Fingerprint] = (),
        *,
        ran: Mapping[str, int] | None = None,
        label: str = "",
    ) -> Examined:
        """Keep what the worker saw of an item's media: its record, the keyframes under `folder`, the fingerprints.

        `keyframe.path` is relative to `folder` and becomes relative to the item's folder; of a second examination
        of one item, the names get a number. `ran` names the descriptors that ran, with those that found nothing to
        fingerprint; without it, those of `fingerprints` are taken. Raises ValueError for a path that leaves `folder`.
        """
        prints = list(fingerprints)
        versions = {f.name: f.version for f in prints}

        def once(unit: Unit) -> tuple[Examined, _Record | None]:
            number = 1 + self._count("examinations", item.id)
            beside = "" if number == 1 else f"-{number}"
            keyframes = []
            for index, keyframe in enumerate(examination.keyframes):
                ending = Path(keyframe.path).suffix.lower()
                path = f"keyframes{beside}/{index:03d}{ending if ending in {'.jpg', '.png', '.webp'} else ''}"
                unit.copy(incoming.inside(folder, keyframe.path), f"items/{item.id}/{path}")
                keyframes.append(replace(keyframe, path=path))
            found = incoming.storable(replace(examination, keyframes=tuple(keyframes)), Examination)
            path = f"items/{item.id}/examination{beside}.json"
            unit.write(to_json(found), path)

            def record(new: list[Kept], there: list[Kept]) -> None:
                details: dict[str, Any] = {"sha256": found.sha256, "path": path, "ran": {**versions, **(ran or {})}}
                if prints:
                    details["clip"] = self.library.put(incoming.clip(item, found, label), prints)
                details |= {"isolation": found.isolation, "tools": found.versions}
                self._record("examined", item.id, item.id, new, there, details)
                with self._database.transaction() as connection:
                    connection.execute(
                        "INSERT INTO examinations (sha256, item, path, ran, found) VALUES (?, ?, ?, ?, ?)",
                        (found.sha256, item.id, path, *map(incoming.versions_json, (details["ran"], versions))),
                    )

            return Examined(examination=found, item=item.id, folder=self.item_folder(item.id)), record

        return self._commit(once, alone=True)

    def save_pictures(self, item_id: str, pictures: Mapping[str, bytes]) -> dict[str, str]:
        """Keep pictures that a report of an item shows, and return the path of each in the item's folder, by name.

        A picture that is kept already is not kept twice; another one of the same name gets a number.
        Raises ValueError for a name that is not a plain file name in lower case.
        """
        folder = self.item_folder(item_id).relative_to(self.path).as_posix()

        def once(unit: Unit) -> tuple[dict[str, str], _Record | None]:
            paths: dict[str, str] = {}
            for name, data in pictures.items():
                stem, _, ending = _plain(name).partition(".")
                rows = self._database.all(
                    "SELECT path, sha256 FROM files WHERE item = ? AND (path = ? OR path GLOB ?)",
                    (item_id, f"{folder}/pictures/{name}", f"{folder}/pictures/{stem}-[0-9]*.{ending}"),
                )
                same = [path for path, sha256 in rows if sha256 == durable.hash_of(data)]
                path = same[0] if same else f"{folder}/pictures/{stem}{f'-{len(rows) + 1}' if rows else ''}.{ending}"
                if not same:
                    unit.write(data, path)
                paths[name] = path.removeprefix(f"{folder}/")

            def record(new: list[Kept], there: list[Kept]) -> None:
                self._record("pictures cut", item_id, item_id, new, there, {})

            return paths, record if unit.paths() else None

        return self._commit(once, alone=True)

    def save_report(self, item_id: str, name: str, data: bytes) -> Path:
        """Keep a report of an item (`report.html`) under a numbered name, and return the plain-named newest copy.

        Raises ValueError for a name that is not a plain file name in lower case.
        """
        return self._save_report(self.item_folder(item_id).relative_to(self.path).as_posix() + "/", item_id, name, data)

    def save_case_report(self, name: str, data: bytes) -> Path:
        """Keep a report about many items, as `save_report` does, in the case's own folder."""
        return self._save_report("", "", name, data)

    def _save_report(self, folder: str, item_id: str, name: str, data: bytes) -> Path:
        stem, _, ending = _plain(name).partition(".")

        def once(unit: Unit) -> tuple[Path, _Record | None]:
            rows = self._database.all(
                "SELECT path FROM files WHERE path GLOB ?", (f"{folder}reports/{stem}-[0-9][0-9][0-9][0-9].{ending}",)
            )
            unit.write(data, f"{folder}reports/{stem}-{len(rows) + 1:04d}.{ending}")

            def record(new: list[Kept], there: list[Kept]) -> None:
                self._record("report saved", item_id or name, item_id, new, there, {})

            return self.path / folder / name, record

        return self._commit(once, alone=True)

    def save_token(self, name: str, data: bytes, details: Mapping[str, Any], action: str = "time stamped") -> Path:
        """Keep a time stamp token under `timestamps/`, and tell the log `details` of it; used by `timestamps`."""

        def once(unit: Unit) -> tuple[Path, _Record | None]:
            unit.write(data, f"timestamps/{_plain(name)}")

            def record(new: list[Kept], there: list[Kept]) -> None:
                self._record(action, name, "", new, there, details)

            return self.path / "timestamps" / name, record

        return self._commit(once, alone=True)

    def scratch(self) -> Path:
        """Return a new empty folder on the case's disk, for work in progress; it goes when the case is closed.

        Raises ArchiveError for a case opened for reading only.
        """
        with durable.plain_errors(self.path):
            folder = self._written_by().new()
            folder.mkdir()
        return folder

    def note(self, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Add an entry to the custody log about something that keeps no file (a fetch that failed, say)."""
        self.log.append(action, subject, details)
        with suppress(OSError, ArchiveError):  # made up for at the next occasion
            self._refresh(())

    # -- the folder itself -------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the case; harmless twice."""
        if self._staging is not None:
            self._staging.close(self._database, self._settle)
            self._staging = None
        self._database.close()

    def __enter__(self) -> CaseFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _commit(self, once: _Once[_Result], *, alone: bool = False) -> _Result:
        """Run `once` on a fresh unit and commit it; `alone` while no other process numbers files of an item."""
        staging = self._written_by()
        with durable.plain_errors(self.path):
            for _ in range(_TRIES):
                with Lock(self.path / "tmp" / "numbers.lock") if alone else nullcontext(), suppress(VanishedError):
                    return self._committed(Unit(self.path, staging, self._database), once)
        raise ArchiveError(f"Files of the case {self.path} keep vanishing.", "Run `firstseen audit` on the case.")

    def _written_by(self) -> Staging:
        if self._staging is None:
            raise ArchiveError(f"The case {self.path} was opened for reading only.", "Open it for writing.")
        return self._staging

    def _committed(self, unit: Unit, once: _Once[_Result]) -> _Result:
        try:
            result, record = once(unit)
            if record is not None:
                unit.commit(record, lambda: self._refresh(unit.paths()))
        finally:
            unit.drop()
        return result

    def _record(
        self,
        action: str,
        subject: str,
        item: str,
        new: Sequence[Kept],
        there: Sequence[Kept],
        details: Mapping[str, Any],
    ) -> None:
        """Write the custody entry and the rows of its files, in the transaction that is open."""
        with self._database.transaction() as connection:
            recorded, again = [], [kept.sha256 for kept in there]
            for kept in new:
                if connection.execute("SELECT 1 FROM files WHERE path = ?", (kept.path,)).fetchone():
                    again.append(kept.sha256)
                else:
                    recorded.append(kept)
            # A file that was there without a record: another run placed it and has not recorded it yet.
            recorded += [k for k in there if not self.has(k.sha256)]
            entry = self.log.append(
                action,
                subject,
                {
                    **details,
                    "files": [{"path": k.path, "sha256": k.sha256, "size": k.size} for k in recorded],
                    "again": sorted(again),
                },
            )
            connection.executemany(
                "INSERT INTO files (path, sha256, size, item, entry) VALUES (?, ?, ?, ?, ?)",
                [
                    (k.path, k.sha256, k.size, item if k.path.startswith("items/") else "", entry.number)
                    for k in recorded
                ],
            )

    def _count(self, table: str, item_id: str) -> int:
        row = self._database.one(f"SELECT COUNT(*) FROM {table} WHERE item = ?", (item_id,))  # noqa: S608 - ours
        return int(row[0]) if row else 0


def _plain(name: str) -> str:
    """Return `name`. Raises ValueError when it is not a plain file name in lower case, or one of the case's own."""
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise ValueError(f"{name!r} is not a plain file name")
    return name


def _version() -> str:
    try:
        return importlib.metadata.version("firstseen")
    except importlib.metadata.PackageNotFoundError:  # run from a bare checkout
        return "unknown"
