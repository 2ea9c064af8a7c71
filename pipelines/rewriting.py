"""Reports that a decision concerns, written again with it. Rule: the older ones stay, and what is not written is named.

Clips' reports are made again from what the case holds: nothing is fetched. Pages over many clips are made again by the
command that made them, which is told, because only that command knows all it was given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines import parts, steps
from pipelines.decisions import PAIR, decide, undo
from pipelines.looking import Looked
from pipelines.options import Options
from pipelines.pairs import with_pictures
from pipelines.session import Session
from pipelines.writing import formats, write_clip
from verify.archive.derived import newest_reports
from verify.archive.store import CaseFolder, case_that_is
from verify.errors import FirstseenError
from verify.records import wire
from verify.records.cases import ClipReport, Item
from verify.records.findings import Decision
from verify.settings import Settings

_MARKUP = "mediareview"  # what a decision about one clip is for: written also where no earlier report has it


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """The pages of clips that were written again; what could not be, and why; commands that write the other pages."""

    pages: tuple[Path, ...] = ()
    failed: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


def put_on_record(
    case: Path | None,
    subjects: Sequence[str],
    *,
    category: str,
    note: str,
    by: str,
    back: bool,
    settings: Settings | None,
) -> tuple[Decision, Rewritten]:
    """Record a decision, or take it `back`, and write the reports of its clips again.

    Raises what `pipelines.decisions` raises.
    """
    act = undo if back else decide
    decision = act(case, subjects, category=category, note=note, by=by)
    return decision, rewrite(case, decision, by=by, settings=settings)


def rewrite(case: Path | None, decision: Decision, *, by: str = "", settings: Settings | None = None) -> Rewritten:
    """Write the reports of the clips that `decision` is about again, and return what was and was not written.

    `settings` go before those each report was made with. Raises what opening the case raises; what goes wrong with one
    report is told in the result, since the decision is on record by then.
    """
    path = case_that_is(case)
    with CaseFolder(path, by=by) as folder:
        reports = newest_reports(kept.path for kept in folder.files())
        items = _concerned(folder, decision.subject.split())
        commands = _commands(folder, reports, items)
    pages: list[Path] = []
    failed: list[str] = []
    for item in _that_stand(items, reports, decision.subject):
        try:
            pages.append(_again(path, item, reports[_record(item)], decision, by, settings))
        except (FirstseenError, KeyError, ValueError, TypeError) as error:  # altered, or of another version's form
            reason = error.message if isinstance(error, FirstseenError) else "it was written by another version"
            advice = "Check the clip again to have one that says so."
            failed.append(f"The report of {item.media.name} was not written again: {reason.rstrip('.')}. {advice}")
    return Rewritten(pages=tuple(pages), failed=tuple(failed), commands=tuple(dict.fromkeys(commands)))


def _record(item: Item) -> str:
    return f"items/{item.id}/report.json"


def _alike(item: Item) -> tuple[str, str]:
    """Return what items have in common for which a decision about one is about the other: the bytes and the post."""
    return item.media.sha256, item.post.url if item.post else ""


def _concerned(folder: CaseFolder, subjects: Sequence[str]) -> list[Item]:
    """Return the items a decision is about, in the order of adding: those of `subjects` and what is alike."""
    every = folder.items()
    about = {_alike(item) for item in every if item.id in subjects or item.media.sha256 in subjects}
    return [item for item in every if _alike(item) in about]


def _that_stand(items: Iterable[Item], reports: Mapping[str, str], subject: str) -> list[Item]:
    """Return the items whose report is looked at: of those alike the newest that has one, and the one named."""
    written = [item for item in items if _record(item) in reports]
    newest = {_alike(item): item.id for item in written}
    return [item for item in written if item.id in {*newest.values(), subject}]


def _commands(folder: CaseFolder, reports: Mapping[str, str], items: Iterable[Item]) -> list[str]:
    """Return the commands that made the newest pages over many clips on which one of `items` stands."""
    about = {name for item in items for name in (item.id, item.media.sha256)}
    found = []
    for plain, numbered in reports.items():
        if "/" in plain or not plain.endswith(".json"):
            continue
        with suppress(KeyError, ValueError, FirstseenError):  # a page that was altered: `audit` tells of it
            told = json.loads(folder.read(numbered))
            held = {*told.get("others", ()), *(item["id"] for item in told.get("items", ()))}
            found += [str(told["command"])] if held & about else []
    return found


def _again(case: Path, item: Item, kept: str, decision: Decision, by: str, settings: Settings | None) -> Path:
    """Write the report of `item` again, for the claim and with the settings of the one in `kept`; return its page."""
    with CaseFolder(case, by=by) as folder:
        told = json.loads(folder.read(kept))
    before = wire.from_builtins(told, ClipReport)
    options = Options(
        case=case,
        settings=settings or wire.from_builtins(told["settings"], Settings),
        by=by,
        command=before.command,
        claim=before.case.claim,
    )
    with Session(options) as session:
        sha256 = item.media.sha256
        seen = session.case.examination(sha256)
        if seen is None:
            raise KeyError(sha256)
        found = parts.told_apart_by_others(session, steps.search(session, sha256))
        looked = Looked(item=item, examination=seen.examination)
        made = steps.conclude(session, with_pictures(session, steps.assemble(session, looked, found)))
        written = write_clip(session, made, _formats(session, item, decision))
    return written.files["html"]


def _formats(session: Session, item: Item, decision: Decision) -> tuple[str, ...]:
    """Return the formats in which an item has a report, the page first; and the markup that a decision is for."""
    folder = session.case.item_folder(item.id)
    had = [name for name, kind in formats().items() if (folder / f"report{kind.ending}").is_file()]
    markup = () if decision.category in PAIR else (_MARKUP,)
    return tuple(dict.fromkeys(("html", "json", *had, *markup)))
