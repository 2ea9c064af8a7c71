"""Evidence and fingerprints to and from other newsrooms. Rule: what comes in is somebody's word until examined here."""

from __future__ import annotations

import lzma
import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from pipelines import looking, steps
from pipelines.options import Options
from pipelines.sampling import forms
from pipelines.searching import Searches
from pipelines.session import Session, tools
from verify.archive.audit import AuditResult, audit
from verify.archive.bundle import audit_bundle, take_in, write_bundle
from verify.archive.exchange import export_fingerprints, import_fingerprints
from verify.archive.store import case_that_is
from verify.descriptors import grid
from verify.errors import UsageError
from verify.records.cases import Event
from verify.records.fingerprints import Fingerprint

Told = dict[str, Any]
"""What was done, as JSON-able values by name."""


def bundle(options: Options, out: Path, item: str = "") -> Told:
    """Write the case, or one item of it, to the new BagIt zip `out`.

    Raises UsageError for an unknown item, NotFoundError for a case that is not there.
    """
    case_that_is(options.case)
    with Session(options) as session:
        try:
            made = write_bundle(session.case, out, [item] if item else [])
        except KeyError as error:
            raise UsageError(f"There is no item {item!r} in this case.", "Use the id a report prints.") from error
    return {"bundle": str(made.path), "sha256": made.sha256, "bytes": made.size, "items": len(made.items),
            "files": made.files, "head": made.head}  # fmt: skip


def bring(options: Options, file: Path) -> Generator[Event, None, Told]:
    """Take another newsroom's bundle in, and examine its clips here."""
    with Session(options) as session:
        taken = take_in(session.case, file)
        looked, failed = yield from looking.look_at(session, taken.items)
        clips = list(dict.fromkeys(one.examination.sha256 for one in looked))
        yield Event(kind="started", step="compare", total=len(clips), unit="clips")
        with Searches(session, clips) as searches:
            for number, sha256 in enumerate(clips):
                yield Event(
                    kind="progress", step="compare", target=sha256[:12], current=number, total=len(clips), unit="clips"
                )
                searches.search(sha256)
        yield Event(kind="done", step="compare", current=len(clips), total=len(clips), unit="clips")
    return {"items": len(taken.items), "examined": len(looked), "not examined": len(failed),
            "head of their log": taken.audit.head, "signed entries": taken.audit.signed}  # fmt: skip


def audited(path: Path, head: str = "", keys: tuple[str, ...] = ()) -> AuditResult:
    """Audit a case folder or a bundle, offline; `keys` are public keys (PEM) that the newsroom gave.

    Raises NotFoundError or TamperedError when it is neither.
    """
    if path.is_file():
        with steps.temporary_folder() as scratch:
            return audit_bundle(path, scratch / "bag", head=head, keys=keys)
    return audit(path, head=head, keys=keys)


def export(options: Options, out: Path) -> Told:
    """Write the fingerprints of all clips to the new file `out`, under random ids, with the bounds of their posts.

    All descriptors that matching needs go along. One of them, the grid, is a film of 32 x 24 grey cells:
    no picture, but not nothing; the command says so. Raises NotFoundError for a case that is not there.
    """
    case_that_is(options.case)
    with Session(options) as session:
        library = session.case.library
        clips = [sha256 for _, _, sha256 in library.clips()]
        bounds = {s: [a.bounds for a in steps.appearances_of(session, s) if a.bounds] for s in clips}
        made = export_fingerprints(
            library, out, names=sorted(tools().descriptors), by=session.signed_by or options.by, bounds=bounds
        )
    note = "holds hashes, local features and a coarse grey film of each clip; no footage, names or addresses"
    return {"file": str(made.path), "sha256": made.sha256, "clips": len(made.ids), "note": note}


def bring_fingerprints(options: Options, file: Path) -> Told:
    """Put another newsroom's fingerprints on the shelf, and compare what is here with them at the next check."""
    with Session(options) as session:
        known = tools().descriptors  # not vectors of a learned model: nobody here could tell a false one
        taken = import_fingerprints(session.case.library, file, known=known, forms=forms(), trial=_unpacked)
    return {"clips": len(taken.clips), "without a fingerprint that is used here": taken.skipped}


def _unpacked(one: Fingerprint) -> None:
    """Raise ValueError for a fingerprint whose packed pictures are damaged: every later search would stop at it."""
    if one.name == grid.Grid.name:
        try:
            grid.read(one)
        except lzma.LZMAError as error:
            raise ValueError(str(error)) from error


def is_bundle(file: Path) -> bool:
    """Return whether `file` is a zip, as a bundle is; anything else is read as fingerprints."""
    return file.is_file() and zipfile.is_zipfile(file)
