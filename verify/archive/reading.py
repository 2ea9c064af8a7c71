"""What a case holds, read back. Rule: what was kept is checked against its hash whenever it is read as evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from verify.archive import durable
from verify.archive.custody import Log
from verify.archive.database import Database
from verify.archive.library import Library
from verify.archive.staging import Kept, belongs, original
from verify.errors import TamperedError
from verify.records.cases import Custody, Item
from verify.records.media import Examination
from verify.records.wire import from_json

_ID = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """An examination, and the item whose folder holds its keyframes (`folder` / `keyframe.path`)."""

    examination: Examination
    item: str
    folder: Path


class CaseReader:
    """What can be asked of the case at `path`, whose database is open."""

    def __init__(self, path: Path, database: Database, log: Log) -> None:
        self.path = path
        self._database = database
        self.log = log
        self.library = Library(database=database, log=log)
        self._checked: dict[str, tuple[int, int, int]] = {}  # by SHA-256: size, time and inode when it was checked

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
        """Return where a kept file lies, after checking once that it is what it was.

        Raises KeyError when it is not kept, TamperedError when it is gone or altered.
        """
        if not self.has(sha256):
            raise KeyError(sha256)
        path = self.path / original(sha256)
        if not path.is_file() or path.is_symlink():
            raise TamperedError(f"The preserved file {path} is gone.", "Run `firstseen audit`, go back to a backup.")
        with durable.plain_errors(self.path):
            state = path.stat()
            seen = (state.st_size, state.st_mtime_ns, state.st_ino)
            if self._checked.get(sha256) != seen:
                if durable.digest(path)[0] != sha256:
                    raise TamperedError(
                        f"The preserved file {path} was altered.", "Run `firstseen audit`, go back to a backup."
                    )
                self._checked[sha256] = seen
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
        if row is None or not belongs(self.path, path):
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
        """Return whether a file was examined with these descriptors (name to version) and its clip is on the shelf.

        A descriptor that ran and found nothing to fingerprint (no sound, say) counts as done.
        """
        row = self._database.one(
            "SELECT ran, found FROM examinations WHERE sha256 = ? ORDER BY number DESC LIMIT 1", (sha256,)
        )
        if row is None:
            return False
        ran, found = (msgspec.json.decode(column, type=dict[str, int]) for column in row)
        had = self.library.versions(sha256)
        return all(ran.get(name) == version for name, version in versions.items()) and all(
            had.get(name) == version for name, version in found.items()
        )

    def files(self) -> list[Kept]:
        """Return every recorded file of the case, sorted by path."""
        rows = self._database.all("SELECT path, sha256, size FROM files ORDER BY path")
        return [Kept(path=path, sha256=sha256, size=size) for path, sha256, size in rows]

    def manifest(self, item_id: str) -> list[Kept]:
        """Return every file of an item, its preserved originals included, sorted by path. Raises KeyError."""
        item = self.item(item_id)
        paths = sorted({original(f.sha256) for f in item.files})
        rows = [self._database.one("SELECT path, sha256, size FROM files WHERE path = ?", (p,)) for p in paths]
        rows += self._database.all("SELECT path, sha256, size FROM files WHERE item = ? ORDER BY path", (item_id,))
        return [Kept(path=row[0], sha256=row[1], size=row[2]) for row in rows if row]

    def copy_database(self, to: Path) -> None:
        """Write a copy of the database, as of one moment, to the new file `to`; others may go on writing."""
        self._database.backup(to)

    def custody(self) -> Custody:
        """Return the head of the log, for a report."""
        return self.log.head()
