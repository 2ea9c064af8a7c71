"""Reports into the case, in every format asked for. Rule: a report is written beside older ones, never over them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import verify.reports
from pipelines.options import Written
from pipelines.session import Session
from verify.catalog import offer
from verify.errors import UsageError
from verify.records.cases import BatchReport, ClipReport
from verify.records.stories import StoryReport
from verify.reports.base import Format


@cache
def formats() -> dict[str, Format]:
    """Return every report format by its name."""
    return {f.name: f for f in offer(verify.reports, Format).found}


def chosen(names: tuple[str, ...]) -> list[Format]:
    """Return the formats called `names`, each once. Raises UsageError for one that there is not."""
    known = formats()
    for name in names:
        if name not in known:
            raise UsageError(f"There is no report format {name!r}.", f"Known: {', '.join(sorted(known))}.")
    return [known[name] for name in dict.fromkeys(names)]


def pictures_of(session: Session, item_id: str) -> Callable[[str], bytes | None]:
    """Return the function that gives a report the bytes of its item's pictures."""
    item = session.case.item(item_id)
    return lambda path: session.case.picture(item, path)


def write_clip(session: Session, report: ClipReport, formats: tuple[str, ...] = ()) -> Written:
    """Write one clip's report in `formats` (default: every one the job was asked for), and return where it lies."""
    item = report.case.item
    files: dict[str, Path] = {}
    for kind in chosen(formats or session.options.formats):
        data = kind.clip(report, pictures_of(session, item.id))
        files[kind.name] = session.case.save_report(item.id, f"report{kind.ending}", data)
    return Written(report=report, files=files)


def write_batch(session: Session, report: BatchReport) -> dict[str, Path]:
    """Write the report of a batch in every format asked for, and return where it lies.

    Its pictures are named from the case's own folder, since they belong to many items.
    """
    files: dict[str, Path] = {}
    for kind in chosen(session.options.formats):
        files[kind.name] = session.case.save_case_report(
            f"dedup{kind.ending}", kind.batch(report, _case_pictures(session))
        )
    return files


def write_story(session: Session, report: StoryReport) -> dict[str, Path]:
    """Write the report of a story in every format asked for, and return where it lies."""
    files: dict[str, Path] = {}
    for kind in chosen(session.options.formats):
        data = kind.story(report, _case_pictures(session))
        files[kind.name] = session.case.save_case_report(f"{report.id}{kind.ending}", data)
    return files


def _case_pictures(session: Session) -> Callable[[str], bytes | None]:
    """Return the function that gives a report over many items its pictures, named from the case's own folder."""

    def picture(path: str) -> bytes | None:
        try:
            return session.case.read(path)
        except KeyError:
            return None

    return picture
