"""What is done to a whole case: backing it up, having its log stamped. Rule: asked for by name, never by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines.options import Options
from pipelines.sharing import Told
from verify.archive import calendars as proofs
from verify.archive.backup import back_up
from verify.archive.calendars import Proof
from verify.archive.keys import default_key, load_key
from verify.archive.store import CaseFolder, case_that_is
from verify.archive.timestamps import Authority, check_stamps, due, roots_from, stamp, waiting
from verify.errors import NetworkError, UsageError
from verify.sources.submit import submit


def backup(options: Options, to: Path) -> Told:
    """Copy the case to the folder `to`, also while others use it. Raises as `back_up` does."""
    with _opened(options) as case:
        made = back_up(case, to)
    return {"backup": str(to), "files": made.files, "head": made.head}


def stamped(options: Options, authorities: Sequence[str], roots: Path | None, calendars: Sequence[str] = ()) -> Told:
    """Have the log's head stamped by each authority (RFC 3161) and calendar (OpenTimestamps), through the guard.

    With neither, what waits is worked off: authorities that did not answer are asked again, and pending proofs of
    calendars are completed. `roots` holds the root certificates (PEM) that the authorities' must lead to; without,
    those of this system. Raises NetworkError when nothing at all was had, UsageError when nothing waits,
    MissingExtraError without the extra `timestamps` or `opentimestamps`.
    """
    trusted = roots_from(roots) if roots else ""
    settings = options.settings

    def send(address: str, body: bytes) -> bytes:
        return submit(address, body, "application/timestamp-query", settings)

    def ask(address: str, body: bytes | None) -> bytes:
        return submit(address, body, "application/octet-stream", settings)

    with _opened(options) as case:
        asked = [Authority(name=a, address=a, roots=trusted) for a in authorities]
        pending = 0
        if not authorities and not calendars:
            asked, pending = waiting(case), proofs.waiting(case)
            if not asked and not pending:
                raise UsageError("No time stamp waits to be had.", "Name an authority, or a calendar with --calendar.")
        stamps = stamp(case, asked, send) if asked else []
        made = proofs.submit_head(case, calendars, ask) if calendars else []
        made += proofs.upgrade(case, ask) if pending else []
        left = [a.name for a in waiting(case)]
        told: Told = {"head": case.custody().head, "covered by no stamp": due(case)}
    told |= {s.authority: s.at.isoformat() if s.at else s.problem for s in stamps}
    told |= {p.file or f"calendar {number}": _in_words(p) for number, p in enumerate(made, 1)}
    if left:
        told["waiting"] = ", ".join(left) + "; `firstseen stamp` asks again"
    if not any(s.at for s in stamps) and not any(p.file and not p.problem for p in made):
        problem = [s.problem for s in stamps] + [p.problem for p in made]
        raise NetworkError(
            f"No time stamp was had: {problem[0]}", "The log is whole and says so; `firstseen stamp` asks again later."
        )
    return told


def stamps_checked(options: Options, roots: Path | None) -> Told:
    """Check every time stamp in the case again, offline; one sentence each. Raises as `check_stamps` does."""
    trusted = roots_from(roots) if roots else ""
    told: Told = {}
    with CaseFolder(case_that_is(options.case), options.settings, write=False) as case:
        kinds = {e.details.get("kind", "rfc3161") for e in case.log.entries() if e.details.get("authority")}
        names = {str(e.details["authority"]) for e in case.log.entries() if e.details.get("authority")}
        known = [Authority(name=n, address="", roots=trusted) for n in names] if trusted else []
        for s in check_stamps(case, known) if "rfc3161" in kinds else []:
            told[s.file] = s.problem or f"holds: {s.authority} stamped entry {s.entry} at {s.at}"
        for p in proofs.check_proofs(case) if proofs.KIND in kinds else []:
            told[p.file] = _in_words(p)
        told["covered by no stamp"] = due(case)
    return told


def _in_words(proof: Proof) -> str:
    if proof.problem:
        return proof.problem
    if not proof.blocks:
        return (
            f"pending at {', '.join(proof.pending)}: proves nothing yet; `firstseen stamp` completes it in some hours"
        )
    ends = "; ".join(f"Bitcoin block {height}, whose Merkle root must be {root}" for height, root in proof.blocks)
    return f"entry {proof.entry} of the log is in {ends}: compare it with any block explorer or node"


def _opened(options: Options) -> CaseFolder:
    key = load_key(default_key()) if default_key().is_file() else None
    return CaseFolder(case_that_is(options.case), options.settings, by=options.by, key=key)
