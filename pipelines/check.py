r"""One video (or a few), from what the user typed to a report. Rule: a failed item never stops the others.

from pipelines.check import report_on
report = report_on("clip.mp4", when="2022-04-01T05:00+03:00", where="Belgorod")
print(*report.summary, sep="\n")
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from pipelines import acquiring, looking, parts, steps
from pipelines.flow import result_of
from pipelines.options import CheckResult, Options, Written
from pipelines.pairs import with_pictures
from pipelines.session import Session
from pipelines.writing import chosen, write_clip
from verify.claims import parse as claims
from verify.errors import FirstseenError, UsageError
from verify.records.cases import ClipReport, Event, FailedItem, Item
from verify.sources.file import left_out, pictures_in, videos_in


def check(targets: Sequence[str], options: Options) -> Generator[Event, None, CheckResult]:
    """Check every item that `targets` bring in, and return the reports and the failures.

    All are brought in and examined first, so that each is searched among all of them and all that was seen before.
    Raises what opening the case raises, and UsageError for `--post` with several files or an address.
    """
    if options.post:
        _one_file(targets)
    failures: list[FailedItem] = []
    written: list[Written] = []
    chosen(options.formats)  # a mistake in a name is told before the work, not after it
    with Session(options) as session:
        items: list[Item] = []
        for target in dict.fromkeys(targets):
            arrived, trouble = yield from acquiring.bring_in(session, target)
            items += arrived
            failures += [trouble] if trouble else []
            if arrived:  # a folder without videos has said so itself
                yield from _pictures_left_out(target)
        looked, troubles = yield from looking.look_at(session, items, metadata_alone=True)
        failures += troubles
        for number, one in enumerate(looked):
            yield Event(
                kind="progress",
                step="report",
                target=one.item.media.name,
                current=number,
                total=len(looked),
                unit="clips",
            )
            matches = parts.told_apart_by_others(session, steps.search(session, one.examination.sha256))
            case = with_pictures(session, steps.assemble(session, one, matches))
            written.append(write_clip(session, steps.conclude(session, case)))
        yield Event(kind="done", step="report", current=len(looked), total=len(looked), unit="clips")
        path = session.case.path
    return CheckResult(case=path, written=tuple(written), failed=tuple(failures))


def _pictures_left_out(target: str) -> Generator[Event, None, None]:
    """Say what a folder holds besides videos that could be checked: none is left out in silence."""
    pictures = pictures_in(Path(target)) if Path(target).is_dir() else []
    if pictures:
        told, advice = left_out(pictures)
        yield Event(kind="note", step="acquire", target=target, message=f"{told} {advice}")


def _one_file(targets: Sequence[str]) -> None:
    """Raise UsageError where several files would be tied to one post, or one post to another.

    That each file came from it is nobody's word; and what is fetched from an address came from there.
    """
    for address in (t for t in targets if t.lower().startswith(("http://", "https://"))):
        raise UsageError(
            f"--post ties a file to its post, and {address} is fetched from its own.",
            "Leave --post out, or give the file that you have.",
        )
    names = [name for t in dict.fromkeys(targets) for name in (videos_in(Path(t)) if Path(t).is_dir() else (t,))]
    if len(names) > 1:
        raise UsageError(
            f"--post ties one file to its post, and {len(names)} were given.",
            "Check each file by itself, with the address of its own post.",
        )


def report_on(
    target: str,
    *,
    when: str = "",
    where: str = "",
    what: str = "",
    case: Path | None = None,
    options: Options | None = None,
) -> ClipReport:
    """Check one video and return its report; the files lie in the case. The claim is given as on the command line.

    Raises FirstseenError when the target cannot be brought in or examined, or carries more than one video.
    """
    options = options or Options(case=case, command=f"report_on({target!r})")
    if when or where or what:
        options = replace(options, claim=claims.claim(when=when, where=where, what=what))
    result = result_of(check([target], options))
    if result.failed:
        raise FirstseenError(result.failed[0].reason, result.failed[0].advice)
    if len(result.written) != 1:
        raise FirstseenError(f"{target} carries {len(result.written)} videos.", "Use `check` for several.")
    return result.written[0].report
