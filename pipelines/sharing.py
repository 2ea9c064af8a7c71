"""Evidence and fingerprints to and from other newsrooms. Rule: what comes in is somebody's word until examined here."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

from pipelines import looking, steps
from pipelines.options import Options
from pipelines.session import Session
from verify.archive.audit import AuditResult, audit
from verify.archive.bundle import audit_bundle, take_in, write_bundle
from verify.errors import UsageError
from verify.records.cases import Event

Told = dict[str, Any]
"""What was done, as JSON-able values by name."""


def bundle(options: Options, out: Path, item: str = "") -> Told:
    """Write the case, or one item of it, to the new BagIt zip `out`. Raises UsageError for an unknown item."""
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
        for one in looked:
            steps.search(session, one.examination.sha256)
    return {"items": len(taken.items), "examined": len(looked), "not examined": len(failed),
            "head of their log": taken.audit.head, "signed entries": taken.audit.signed}  # fmt: skip


def audited(path: Path, head: str = "") -> AuditResult:
    """Audit a case folder or a bundle, offline. Raises NotFoundError or TamperedError when it is neither."""
    if path.is_file():
        with steps.temporary_folder() as scratch:
            return audit_bundle(path, scratch / "bag", head=head)
    return audit(path, head=head)
