"""What people decide, put on record. Rule: a decision has a name, stays in the log for ever, and can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from verify.archive.keys import default_key, load_key
from verify.archive.store import CaseFolder, case_that_is
from verify.errors import UsageError
from verify.records.findings import CLAIM_VERDICT, MEDIA_CATEGORIES, Decision

PAIR = ("not a match", "same recording")


def decide(case: Path | None, subjects: Sequence[str], *, category: str, note: str, by: str) -> Decision:
    """Record a decision about one item, or about a pair of items, and return it.

    `subjects` are item ids or SHA-256 (or their beginnings). Raises UsageError for an unknown item or category, and
    ArchiveError when nobody is named.
    """
    _check_category(category, len(subjects))
    with _open(case, by) as folder:
        decision = Decision(
            subject=_subject(folder, subjects),
            category=category,
            by=by,
            note=note,
            at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        )
        folder.library.decide(decision)
    return decision


def undo(case: Path | None, subjects: Sequence[str], *, category: str, note: str, by: str) -> Decision:
    """Take the newest standing decision of that category back, and return it. Raises UsageError when there is none."""
    with _open(case, by) as folder:
        subject = _subject(folder, subjects)
        standing = {n: d for n, d in folder.library.decisions(subject).items() if d.category == category}
        if not standing:
            raise UsageError(f"There is no standing decision {category!r} on that.", "See the report for decisions.")
        return folder.library.undo(max(standing), by, note)


def _open(case: Path | None, by: str) -> CaseFolder:
    key = load_key(default_key()) if default_key().is_file() else None
    return CaseFolder(case_that_is(case), by=by, key=key)


def _check_category(category: str, subjects: int) -> None:
    if subjects == 2 and category in PAIR:
        return
    verdict = category.startswith(CLAIM_VERDICT) and bool(category.removeprefix(CLAIM_VERDICT).strip())
    if subjects == 1 and (category in MEDIA_CATEGORIES or verdict):
        return
    if category in PAIR:
        raise UsageError(f"{category!r} is about two items.", "Give both.")
    if category in MEDIA_CATEGORIES or verdict:
        raise UsageError(f"{category!r} is about one item.", "Give one.")
    known = ", ".join(repr(c) for c in (*PAIR, *MEDIA_CATEGORIES, f"{CLAIM_VERDICT}words of yours"))
    raise UsageError(f"There is no category {category!r}.", f"Known: {known}.")


def _subject(folder: CaseFolder, subjects: Sequence[str]) -> str:
    """Return an item id, or two SHA-256 in order joined by a space: what a decision is about."""
    if len(subjects) == 1:
        return _item(folder, subjects[0])[0]
    if len(subjects) != 2:
        raise UsageError("A decision is about one item, or about two.", "Name one or two items.")
    pair = sorted({_item(folder, s)[1] for s in subjects})
    if len(pair) != 2:
        raise UsageError("Both items have the same bytes.", "Name two different clips.")
    return " ".join(pair)


def _item(folder: CaseFolder, words: str) -> tuple[str, str]:
    """Return (item id, SHA-256) of the item that `words` names. Raises UsageError when none or several fit."""
    fits = [i for i in folder.items() if i.id == words or i.media.sha256.startswith(words) or i.media.name == words]
    if not fits:
        raise UsageError(f"There is no item {words!r} in this case.", "Use the id or hash a report prints.")
    if len({i.media.sha256 for i in fits}) > 1:
        raise UsageError(f"{words!r} fits several items.", "Use the full id.")
    return fits[-1].id, fits[-1].media.sha256
