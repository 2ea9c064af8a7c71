"""The case folder: originals by their hash, what was found in them, reports, the log.

Rule: what is kept is never rewritten, and nothing is kept without its entry in the custody log.

Every addition goes one way: temporary file, fsync, rename, fsync of the folder, then one SQLite transaction with the
item and its custody entry (facts/hostile-input.md 1.6). `custody.jsonl`, the manifests and the plain-named copy of
the newest report are derived from that, for people and standard tools.
"""

from __future__ import annotations

import importlib.metadata
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from mimetypes import guess_type
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeVar

import platformdirs

from verify.archive import durable
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.derived import Derived
from verify.archive.jobs import Jobs
from verify.archive.keys import SigningKey
from verify.archive.library import Clip, Library
from verify.archive.locks import Lock
from verify.archive.staging import Kept, Staging, Unit, VanishedError, original
from verify.errors import ArchiveError, TamperedError
from verify.records.cases import Custody, Item
from verify.records.fingerprints import Fingerprint
from verify.records.media import Examination, MediaFile, Post, Problem, Role
from verify.records.times import TimeBounds
from verify.records.wire import from_json, to_json
from verify.settings import Settings

_ID = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}(\.[a-z0-9]{1,10}){1,2}")
_Result = TypeVar("_Result")
_TRIES = 3  # another run that is undone at the same moment can take a file away once; thrice does not happen


class Incoming(Protocol):
    """A file as it came (`verify.sources.base.Received` is one)."""

    @property
    def path(self) -> Path: ...  # noqa: D102 - the record says it
    @property
    def role(self) -> Role: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def made_from(self) -> tuple[Path, ...]: ...  # noqa: D102
    @property
    def made_by(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """An examination, and the item whose folder holds its keyframes (`folder` / `keyframe.path`)."""

    examination: Examination
    item: str
    folder: Path


def default_case() -> Path:
    """Return the case folder that is used when none is named: in the user's data folder of this system."""
    return platformdirs.user_data_path("firstseen") / "case"


class CaseFolder:
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
        self.path = path.absolute()
        self.settings = settings or Settings()
        self._staging: Staging | None = None
        with durable.plain_errors(self.path):
            if write:
                for name in ("originals", "items", "tmp"):
                    durable.make_folder(self.path / name)
            self._database = Database(self.path / "library.sqlite", write=write)
            self.log = Log(self._database, by=by, versions=versions or {"firstseen": _version()}, key=key)
            self.library = Library(database=self._database, log=self.log)
            self.jobs = Jobs(self._database)
            self._derived = Derived(self.path, self._database, self.log)
            if write:
                self._begin(key)

    def _begin(self, key: SigningKey | None) -> None:
        self._staging = Staging(self.path)
        unfinished = self._staging.sweep(self._database)
        if self.log.head().entries == 0:
            with self._database.transaction():
                if self.log.head().entries == 0:
                    self.log.append("case opened", self.path.name, {"format": 1})
        if key is not None:
            self._derived.public_key(key.public, self._staging)
        self._derived.refresh(unfinished, self._staging)

    # -- bringing in -------------------------------------------------------------------------------------------

    def keep(self, source: Path, role: Role, name: str, made_by: str = "") -> MediaFile:
        """Keep one file by its hash, without an item, and return its record; a second copy is not stored."""

        def once(unit: Unit) -> tuple[MediaFile, Callable[[list[Kept], list[Kept]], None]]:
            file = _media_file(unit.keep(source), role, name, made_by)

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
    ) -> Item:
        """Keep all files of an item and the item itself, together or not at all, and return it.

        The working copy is what is examined where there is one, else the first evidentiary copy. The same clip again
        is a new item over the same bytes. Raises ValueError when no file can be examined.
        """
        media = [f for f in files if f.role == "working copy"] or [f for f in files if f.role == "evidentiary copy"]
        if not media:
            raise ValueError("an item needs an evidentiary copy or a working copy")

        def once(unit: Unit) -> tuple[Item, Callable[[list[Kept], list[Kept]], None]]:
            kept = {f.path: unit.keep(f.path) for f in files}
            records = {f.path: _media_file(kept[f.path], f.role, f.name, f.made_by) for f in files}
            made = {
                f.path: replace(
                    records[f.path], made_from=tuple(records[p].sha256 for p in f.made_from if p in records)
                )
                for f in files
            }
            item = Item(
                id=f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(4)}",
                target=_text(target),
                media=made[media[0].path],
                files=tuple(made[f.path] for f in files),
                post=post,
                acquired=acquired,
                acquired_by=acquired_by,
                problems=tuple(problems),
                info=dict(info or {}),
            )
            body = to_json(item)
            unit.write(body, f"items/{item.id}/item.json")

            def record(new: list[Kept], there: list[Kept]) -> None:
                self._record("item added", item.id, item.id, new, there, {"target": target})
                with self._database.transaction() as connection:
                    connection.execute(
                        "INSERT INTO items (id, sha256, target, added, record) VALUES (?, ?, ?, ?, ?)",
                        (item.id, item.media.sha256, item.target, _now(), body.decode("utf-8")),
                    )

            return item, record

        return self._commit(once)

    # -- what was found ----------------------------------------------------------------------------------------

    def save_examination(
        self,
        item: Item,
        examination: Examination,
        folder: Path,
        fingerprints: Iterable[Fingerprint] = (),
        label: str = "",
    ) -> Examined:
        """Keep what the worker saw of an item's media: its record, the keyframes under `folder`, the fingerprints.

        `keyframe.path` is relative to `folder` and becomes relative to the item's folder; of a second examination
        of one item, the names get a number. Raises ValueError for a path that leaves `folder`.
        """
        prints = list(fingerprints)

        def once(unit: Unit) -> tuple[Examined, Callable[[list[Kept], list[Kept]], None]]:
            number = 1 + self._count("examinations", item.id)
            beside = "" if number == 1 else f"-{number}"
            keyframes = []
            for index, keyframe in enumerate(examination.keyframes):
                ending = Path(keyframe.path).suffix.lower()
                path = f"keyframes{beside}/{index:03d}{ending if ending in {'.jpg', '.png', '.webp'} else ''}"
                unit.copy(_inside(folder, keyframe.path), f"items/{item.id}/{path}")
                keyframes.append(replace(keyframe, path=path))
            found = replace(examination, keyframes=tuple(keyframes))
            path = f"items/{item.id}/examination{beside}.json"
            unit.write(to_json(found), path)

            def record(new: list[Kept], there: list[Kept]) -> None:
                clip = _clip(item, found, label)
                digests = self.library.add(clip, prints) if prints else {}
                details = {"sha256": found.sha256, "fingerprints": digests, "isolation": found.isolation}
                self._record("examined", item.id, item.id, new, there, {**details, "with": found.versions})
                with self._database.transaction() as connection:
                    connection.execute(
                        "INSERT INTO examinations (sha256, item, path) VALUES (?, ?, ?)", (found.sha256, item.id, path)
                    )

            return Examined(examination=found, item=item.id, folder=self.item_folder(item.id)), record

        return self._commit(once, alone=True)

    def save_report(self, item_id: str, name: str, data: bytes) -> Path:
        """Keep a report of an item (`report.html`) under a numbered name, and return the plain-named newest copy.

        Raises ValueError for a name that is not a plain file name in lower case.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a plain file name")
        stem, _, ending = name.partition(".")

        def once(unit: Unit) -> tuple[Path, Callable[[list[Kept], list[Kept]], None]]:
            like = f"items/{item_id}/reports/{stem}-%.{ending}"
            rows = self._database.all("SELECT path FROM files WHERE item = ? AND path LIKE ?", (item_id, like))
            path = f"items/{item_id}/reports/{stem}-{len(rows) + 1:04d}.{ending}"
            unit.write(data, path)

            def record(new: list[Kept], there: list[Kept]) -> None:
                self._record("report saved", item_id, item_id, new, there, {})

            return self.item_folder(item_id) / name, record

        return self._commit(once, alone=True)

    # -- reading back ------------------------------------------------------------------------------------------

    def items(self) -> list[Item]:
        """Return every item, in the order of adding."""
        return [from_json(r, Item) for (r,) in self._database.all("SELECT record FROM items ORDER BY rowid")]

    def item(self, item_id: str) -> Item:
        """Return one item. Raises KeyError when there is none of that id."""
        row = self._database.one("SELECT record FROM items WHERE id = ?", (item_id,))
        if row is None:
            raise KeyError(item_id)
        return from_json(row[0], Item)

    def find(self, sha256: str) -> list[Item]:
        """Return the items whose examined file has this hash, in the order of adding."""
        rows = self._database.all("SELECT record FROM items WHERE sha256 = ? ORDER BY rowid", (sha256,))
        return [from_json(r, Item) for (r,) in rows]

    def has(self, sha256: str) -> bool:
        """Return whether a file with this hash is kept."""
        return self._database.one("SELECT 1 FROM files WHERE path = ?", (original(sha256),)) is not None

    def item_folder(self, item_id: str) -> Path:
        """Return the folder of an item."""
        if not _ID.fullmatch(item_id):
            raise KeyError(item_id)
        return self.path / "items" / item_id

    def media_path(self, sha256: str) -> Path:
        """Return where a kept file lies. Raises KeyError when it is not kept, TamperedError when it is gone."""
        if not self.has(sha256):
            raise KeyError(sha256)
        path = self.path / original(sha256)
        if not path.is_file() or path.is_symlink():
            raise TamperedError(f"The preserved file {path} is gone.", "Run `firstseen audit`, go back to a backup.")
        return path

    def examination(self, sha256: str) -> Examined | None:
        """Return the newest examination of a file, or None. Raises TamperedError when its record was altered."""
        row = self._database.one(
            "SELECT item, path FROM examinations WHERE sha256 = ? ORDER BY number DESC LIMIT 1", (sha256,)
        )
        if row is None:
            return None
        item, path = row
        return Examined(examination=from_json(self.read(path), Examination), item=item, folder=self.item_folder(item))

    def read(self, path: str) -> bytes:
        """Return a recorded file of the case, checked against its hash. Raises KeyError, TamperedError."""
        row = self._database.one("SELECT sha256, size FROM files WHERE path = ?", (path,))
        if row is None:
            raise KeyError(path)
        with durable.plain_errors(self.path), durable.opened(self.path / path) as file:
            data = file.read(int(row[1]) + 1)
        if durable.hash_of(data) != row[0]:
            raise TamperedError(f"{self.path / path} was altered after it was kept.", "Run `firstseen audit`.")
        return data

    def picture(self, item: Item, path: str) -> bytes | None:
        """Return a keyframe by the path its record gives, from this item or the one its clip was examined as."""
        examined = self.examination(item.media.sha256)
        for owner in (item.id, examined.item if examined else ""):
            try:
                return self.read(f"items/{owner}/{path}")
            except KeyError:
                continue
        return None

    def examined(self, sha256: str, versions: Mapping[str, int]) -> bool:
        """Return whether a file was examined, with fingerprints of all these descriptor versions in the library.

        A descriptor that found nothing to fingerprint (a silent clip's sound, say) counts as done: the examination
        says with which versions it ran.
        """
        found = self.examination(sha256)
        if found is None:
            return False
        had = self.library.versions(sha256)
        ran = found.examination.versions
        return all(
            had.get(name) == version or (name not in had and ran.get(f"descriptor {name}") == str(version))
            for name, version in versions.items()
        )

    def manifest(self, item_id: str) -> list[Kept]:
        """Return every file of an item, its preserved originals included, sorted by path. Raises KeyError."""
        item = self.item(item_id)
        paths = sorted({original(f.sha256) for f in item.files})
        rows = [self._database.one("SELECT path, sha256, size FROM files WHERE path = ?", (p,)) for p in paths]
        rows += self._database.all("SELECT path, sha256, size FROM files WHERE item = ? ORDER BY path", (item_id,))
        return [Kept(path=row[0], sha256=row[1], size=row[2]) for row in rows if row]

    def custody(self) -> Custody:
        """Return the head of the log, for a report."""
        return self.log.head()

    def note(self, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Add an entry to the custody log about something that keeps no file (a fetch that failed, say)."""
        self.log.append(action, subject, details)
        self._derived.refresh((), self._staging)

    def scratch(self) -> Path:
        """Return a new empty folder for work in progress; it goes when the case is closed, or is swept after a kill."""
        if self._staging is None:
            raise ArchiveError(f"The case {self.path} was opened for reading only.", "Open it for writing.")
        folder = self._staging.new()
        with durable.plain_errors(self.path):
            folder.mkdir()
        return folder

    # -- the folder itself -------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the case; harmless twice."""
        if self._staging is not None:
            self._derived.refresh((), self._staging)
            self._staging.close(self._database)
            self._staging = None
        self._database.close()

    def __enter__(self) -> CaseFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _commit(
        self,
        once: Callable[[Unit], tuple[_Result, Callable[[list[Kept], list[Kept]], None]]],
        *,
        alone: bool = False,
    ) -> _Result:
        """Run `once` on a fresh unit and commit it; `alone` while no other process numbers files of an item."""
        if self._staging is None:
            raise ArchiveError(f"The case {self.path} was opened for reading only.", "Open it for writing.")
        with durable.plain_errors(self.path):
            for _ in range(_TRIES):
                with Lock(self.path / "tmp" / "numbers.lock") if alone else nullcontext(), suppress(VanishedError):
                    return self._committed(Unit(self.path, self._staging, self._database), once)
        raise ArchiveError(f"Files of the case {self.path} keep vanishing.", "Run `firstseen audit` on the case.")

    def _committed(
        self, unit: Unit, once: Callable[[Unit], tuple[_Result, Callable[[list[Kept], list[Kept]], None]]]
    ) -> _Result:
        result, record = once(unit)
        unit.commit(record, lambda: self._derived.refresh(unit.paths(), self._staging))
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


def _media_file(kept: Kept, role: Role, name: str, made_by: str) -> MediaFile:
    """Return the record of a kept file; the media type is what the name suggests, and proves nothing."""
    return MediaFile(
        sha256=kept.sha256,
        size=kept.size,
        role=role,
        path=kept.path,
        name=_text(name),
        media_type=guess_type(name)[0] or "application/octet-stream",
        made_by=_text(made_by),
    )


def _clip(item: Item, examination: Examination, label: str) -> Clip:
    picture = next((s for s in examination.streams if s.kind == "video"), None)
    return Clip(
        sha256=examination.sha256,
        label=_text(label or item.media.name),
        item=item.id,
        added=_now(),
        duration=examination.duration,
        width=(picture.display_width or picture.width) if picture else None,
        height=(picture.display_height or picture.height) if picture else None,
    )


def _inside(folder: Path, path: str) -> Path:
    found = (folder / path).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise ValueError(f"{path!r} leaves the folder of the examination")
    return found


def _text(text: str) -> str:
    """Return `text` without lone surrogates (undecodable file names), which UTF-8 cannot carry."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _version() -> str:
    try:
        return importlib.metadata.version("firstseen")
    except importlib.metadata.PackageNotFoundError:  # run from a bare checkout
        return "unknown"
