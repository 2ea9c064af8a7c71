"""What is done to a whole case: backing it up, having its log stamped. Rule: asked for by name, never by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines.options import Options
from pipelines.sharing import Told
from verify.archive.backup import back_up
from verify.archive.keys import default_key, load_key
from verify.archive.store import CaseFolder, default_case
from verify.archive.timestamps import Authority, roots_from, stamp
from verify.errors import NetworkError
from verify.sources.submit import submit


def backup(options: Options, to: Path) -> Told:
    """Copy the case to the folder `to`, also while others use it. Raises as `back_up` does."""
    with _opened(options) as case:
        made = back_up(case, to)
    return {"backup": str(to), "files": made.files, "head": made.head}


def stamped(options: Options, authorities: Sequence[str], roots: Path | None) -> Told:
    """Have the log's head stamped by each authority (RFC 3161), through the network guard.

    `roots` holds the root certificates (PEM) that theirs must lead to; without, those of this system. Raises
    NetworkError when none of them stamped, MissingExtraError without the extra `timestamps`.
    """
    trusted = roots_from(roots) if roots else ""
    asked = [Authority(name=a, address=a, roots=trusted) for a in authorities]
    settings = options.settings
    with _opened(options) as case:
        stamps = stamp(
            case, asked, lambda address, body: submit(address, body, "application/timestamp-query", settings)
        )
    had = [s for s in stamps if not s.problem]
    if not had:
        raise NetworkError(f"No authority stamped the log: {stamps[0].problem}", "The log is whole; try again later.")
    told: Told = {s.authority: s.at.isoformat() if s.at else s.problem for s in stamps}
    return {"head": had[0].head, **told}


def _opened(options: Options) -> CaseFolder:
    key = load_key(default_key()) if default_key().is_file() else None
    return CaseFolder(options.case or default_case(), options.settings, by=options.by, key=key)
