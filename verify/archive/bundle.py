"""A case, or items of it, as one file for others; and taking such a file in.

Rule: a bundle carries what is needed to check it without us: the files, the log, the public keys, and how to check.
What comes in from others is never mixed with our record: its items become new items of ours, its log is kept as
evidence, and its database (it has none) is never opened.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from verify.archive import durable
from verify.archive.audit import AuditResult, audit
from verify.archive.bag import unpack_bag, write_bag
from verify.archive.custody import Entry, line, withhold
from verify.archive.derived import KEYS, LOG, newest_reports
from verify.archive.folder import SCOPE
from verify.archive.incoming import now
from verify.archive.reading import CaseReader
from verify.archive.staging import belongs, original
from verify.archive.store import CaseFolder
from verify.errors import TamperedError, UsageError
from verify.records.cases import Item
from verify.records.media import Post, Role
from verify.records.times import moment
from verify.records.wire import from_json, to_builtins

FORMAT = "firstseen/bundle/1"

_README = """\
This is a bundle of evidence made by firstseen: a BagIt bag (RFC 8493).

To check that no file was changed, from this folder:
    sha256sum -c manifest-sha256.txt
    sha256sum -c tagmanifest-sha256.txt
(on macOS: shasum -a 256 -c; on any system: bagit.py --validate .)

data/originals/   the files as received, named by their SHA-256
data/items/       for each item: its record (item.json), what was seen in it (examination.json), keyframes, reports
data/custody.jsonl  the custody log: one entry a line, each with the hash of the one before
data/keys/        public keys that the entries are signed with

To check the log, its signatures and the files against it:
    firstseen audit PATH-OF-THIS-FOLDER
docs/case-format.md of firstseen describes every part, and how to check the log without firstseen.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """A bundle that was written. `items` are those it holds, `head` the log's head that it carries."""

    path: Path
    sha256: str
    size: int
    items: tuple[str, ...]
    files: int
    head: str


def write_bundle(case: CaseReader, to: Path, items: Iterable[str] = ()) -> Bundle:
    """Write the whole case, or only `items` of it, to the new file `to` (`.zip`), and note it in the case's log.

    With `items`, entries of the log about anything else are withheld: their hashes keep the chain, their words stay.
    Raises KeyError for an unknown item, TamperedError when a file is not as it was kept or `to` exists, DiskFullError.
    """
    chosen = tuple(dict.fromkeys(items))
    held = [case.item(i) for i in chosen] if chosen else case.items()
    files = _files(case, held) if chosen else {k.path: k.sha256 for k in case.files()}
    log = b"".join(f"{text}\n".encode() for text in _log(case, held, files.keys(), whole=not chosen))
    scope = {"format": FORMAT, "items": [item.id for item in held], "whole": not chosen, "made": now()}
    payload: dict[str, Path | bytes] = {path: case.path / path for path in files}
    for plain, numbered in newest_reports(files).items():
        payload[plain] = case.path / numbered
    payload |= {LOG: log, SCOPE: msgspec.json.format(msgspec.json.encode(scope), indent=2)}
    payload |= {f"{KEYS}/{key.name}": key for key in sorted((case.path / KEYS).glob("*.pub"))}
    _unchanged(case, files)
    custody = case.log.head()
    info = {
        "Source-Organization": custody.signed_by or "not signed",
        "External-Description": "Evidence kept by firstseen; README.txt says how to check it.",
        "External-Identifier": f"custody log head {custody.head}",
        "Bag-Software-Agent": "firstseen",
    }
    sha256, size = write_bag(to, payload, info, _README)
    if isinstance(case, CaseFolder):
        case.note("bundle written", to.name, {"sha256": sha256, "size": size, "items": [item.id for item in held]})
    return Bundle(
        path=to, sha256=sha256, size=size, items=tuple(i.id for i in held), files=len(payload), head=custody.head
    )


def _files(case: CaseReader, held: Iterable[Item]) -> dict[str, str]:
    """Return the files that a bundle of items holds; a clip's examination may lie with an earlier item of the clip."""
    found = {}
    for item in held:
        kept = case.manifest(item.id)
        seen = case.examination(item.media.sha256)
        if seen and seen.item != item.id:
            beside = f"items/{seen.item}/"
            kept += [
                k for k in case.manifest(seen.item) if k.path.startswith((f"{beside}examination", f"{beside}keyf"))
            ]
        found.update({k.path: k.sha256 for k in kept})
    return found


def _unchanged(case: CaseReader, files: dict[str, str]) -> None:
    for path, sha256 in files.items():
        if not belongs(case.path, path):
            raise TamperedError(f"The case {case.path} names a file that lies elsewhere: {path!r}.")
        if durable.digest(case.path / path)[0] != sha256:
            raise TamperedError(f"{case.path / path} is not as it was kept.", "Run `firstseen audit` on the case.")


def _log(case: CaseReader, held: list[Item], paths: Iterable[str], *, whole: bool) -> Iterable[str]:
    if whole:
        yield from case.log.lines()
        return
    about = {item.id for item in held} | {file.sha256 for item in held for file in item.files}
    paths = set(paths)
    for entry in case.log.entries():
        yield line(entry if _concerns(entry, about, paths) else withhold(entry))


def _concerns(entry: Entry, about: set[str], paths: set[str]) -> bool:
    """Return whether an entry is about these items, their clips, or brought in one of their files."""
    brought = any(file.get("path") in paths for file in entry.details.get("files", ()))
    return entry.number == 1 or brought or bool(about & set(entry.subject.split()))


# -- taking one in ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenIn:
    """What came in with a bundle: our new items, and what the audit of the bundle said."""

    items: tuple[Item, ...]
    audit: AuditResult


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    path: Path
    role: Role
    name: str
    made_from: tuple[Path, ...] = ()
    made_by: str = ""


def audit_bundle(bundle: Path, scratch: Path, **options: Any) -> AuditResult:  # noqa: ANN401 - audit's own
    """Return what an audit of the zip `bundle` finds; it is unpacked to `scratch` (a new folder) and removed again.

    `options` are those of `audit`. Raises as `bag.unpack_bag` and `audit` do.
    """
    try:
        return audit(unpack_bag(bundle, scratch), **options)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def take_in(case: CaseFolder, bundle: Path, *, keys: Iterable[str] = ()) -> TakenIn:
    """Bring the items of another newsroom's bundle into `case`, with its log and reports beside them.

    The bundle is unpacked apart, audited, and refused when anything in it is not as its log says. Each item comes in
    as an item of ours: received now, by us, from that bundle; its post and dates are the sender's word, and say so.
    What was seen in the clips is not taken over: they are examined here. `keys` are public keys that the sender gave
    in another way. Raises TamperedError, UsageError (nothing in it), DiskFullError.
    """
    folder = case.scratch()
    folder.rmdir()
    try:
        root = unpack_bag(bundle, folder) / "data"
        found = audit(root, keys=keys)
        if not found.sound:
            raise TamperedError(
                f"The bundle {bundle.name} is refused: {found.faults[0].sentence}", "Ask for a new one."
            )
        records = [from_json(path.read_bytes(), Item) for path in sorted(root.glob("items/*/item.json"))]
        if not records:
            raise UsageError(f"The bundle {bundle.name} holds no item.")
        items = tuple(_take_in(case, root, bundle, record, found) for record in records)
    except msgspec.MsgspecError as error:
        raise TamperedError(f"The bundle {bundle.name} is refused: a record in it is none: {error}.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return TakenIn(items=items, audit=found)


def _take_in(case: CaseFolder, root: Path, bundle: Path, record: Item, found: AuditResult) -> Item:
    files: dict[str, _File] = {}
    for file in record.files:
        made_from = tuple(root / original(sha256) for sha256 in file.made_from)
        files[file.sha256] = _File(
            path=root / original(file.sha256), role=file.role, name=file.name, made_from=made_from, made_by=file.made_by
        )
    beside = [_File(path=root / LOG, role="info", name=LOG)]
    for path in sorted((root / "items" / record.id).glob("reports/*")):
        beside.append(_File(path=path, role="report", name=path.name))
    came = {
        "bundle": {
            "file": bundle.name,
            "sha256": durable.digest(bundle)[0],
            "item": record.id,
            "head": found.head,
            "keys": list(found.keys),
            "acquired": to_builtins(record.acquired),
            "acquired_by": record.acquired_by,
            "post": to_builtins(record.post),
        }
    }
    return case.add_item(
        record.target,
        [*files.values(), *beside],
        post=_told(record),
        acquired=moment(datetime.now(UTC), "clock of the machine that took the bundle in"),
        acquired_by=f"bundle {bundle.name}, item {record.id}",
        problems=record.problems,
        info={**record.info, **came},
    )


def _told(record: Item) -> Post | None:
    """Return the post as the sender tells of it: nobody here saw it, and every date says whose word it is."""
    if record.post is None:
        return None
    dates = tuple(replace(d, basis=f"the sender of the bundle says: {d.basis}") for d in record.post.dates)
    return replace(record.post, dates=dates, fetched=None, stated_by_user=True)
