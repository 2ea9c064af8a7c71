"""The case folder: originals by their hash, what was found in them, reports, the log.

Rule: what is kept is never rewritten, and nothing is kept without its entry in the custody log.

How a file gets there is one way for all of them, in `writing.py`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from verify.archive import durable, incoming
from verify.archive.folder import DATABASE
from verify.archive.incoming import Incoming
from verify.archive.reading import Examined
from verify.archive.staging import Kept, Unit
from verify.archive.writing import CaseWriter, Record
from verify.errors import NotFoundError
from verify.records.cases import Item
from verify.records.fingerprints import Fingerprint
from verify.records.media import Examination, MediaFile, Post, Problem, Role
from verify.records.times import TimeBounds
from verify.records.wire import to_json

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}(\.[a-z0-9]{1,10}){1,2}")
__all__ = ["CaseFolder", "Examined", "Incoming", "default_case"]

_RESERVED = {"custody.jsonl", "bundle.json", "library.sqlite"}


def default_case() -> Path:
    """Return the case folder that is used when none is named: in the user's data folder of this system."""
    return platformdirs.user_data_path("firstseen") / "case"


def case_that_is(path: Path | None) -> Path:
    """Return `path`, or the default case, if a case lies there.

    What only reads or sends a case out must not make one of a mistyped name: a bundle of nothing looks like a bundle.
    Raises NotFoundError where there is none.
    """
    found = path or default_case()
    if not (found / DATABASE).exists():
        raise NotFoundError(f"There is no case in {found}.", "Check the name given with --case.")
    return found


class CaseFolder(CaseWriter):
    """A case, and all that can be put into it; opened and raising as CaseWriter says."""

    # -- bringing in -------------------------------------------------------------------------------------------

    def keep(self, source: Path, role: Role, name: str, made_by: str = "") -> MediaFile:
        """Keep one file by its hash, without an item, and return its record; a second copy is not stored."""

        def once(unit: Unit) -> tuple[MediaFile, Record | None]:
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

        def once(unit: Unit) -> tuple[Item, Record | None]:
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

        def once(unit: Unit) -> tuple[Examined, Record | None]:
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

        def once(unit: Unit) -> tuple[dict[str, str], Record | None]:
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

        def once(unit: Unit) -> tuple[Path, Record | None]:
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

        def once(unit: Unit) -> tuple[Path, Record | None]:
            unit.write(data, f"timestamps/{_plain(name)}")

            def record(new: list[Kept], there: list[Kept]) -> None:
                self._record(action, name, "", new, there, details)

            return self.path / "timestamps" / name, record

        return self._commit(once, alone=True)


def _plain(name: str) -> str:
    """Return `name`. Raises ValueError when it is not a plain file name in lower case, or one of the case's own."""
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise ValueError(f"{name!r} is not a plain file name")
    return name
