"""Many clips: which are copies of which. Rule: a finished item is never done again, whatever stopped the run."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines import acquiring, grouping, looking, parts, steps
from pipelines.chains import chains_of
from pipelines.decisions import PAIR
from pipelines.options import BatchResult, Options
from pipelines.searching import Searches
from pipelines.session import Session
from pipelines.writing import chosen, write_batch
from verify.errors import NotVideoError
from verify.records.cases import BatchReport, Event, FailedItem, Item, OtherClip
from verify.records.findings import Decision
from verify.records.matches import Match, Recording
from verify.sources.file import links_in, videos_in
from verify.stories import tally

_NOTHING = NotVideoError(
    "It holds no picture and too little sound to compare.", "Play it: where it shows something, save it again."
)


def dedup(targets: Sequence[str], options: Options) -> Generator[Event, None, BatchResult]:
    """Bring in, examine and compare everything `targets` name; a folder is one item for each file in it.

    Every target is a line in the case's job table, so that the same command goes on where it was stopped. Raises
    what opening the case raises.
    """
    chosen(options.formats)  # a mistake in a name is told before the work, not after it
    with Session(options) as session:
        singles = _one_by_one(targets)
        items, failures = yield from _bring_in_all(session, singles)
        failures += _not_followed(targets, singles)
        looked, troubles = yield from looking.look_at(session, items, "copies")
        failures += troubles
        failures += [
            acquiring.failed(one.item.target, _NOTHING)
            for one in looked
            if not steps.comparable(session, one.examination.sha256)
        ]
        looked = [one for one in looked if steps.comparable(session, one.examination.sha256)]
        clips = list(dict.fromkeys(one.examination.sha256 for one in looked))
        matches = parts.told_apart(session, (yield from _compare(session, clips)))
        report = _report(session, [one.item for one in looked], matches, failures)
        files = write_batch(session, report)
        return BatchResult(case=session.case.path, report=report, files=files)


def _one_by_one(targets: Sequence[str]) -> list[str]:
    """Return the targets, each folder replaced by the videos in it; a folder without any stays, and fails by name."""
    singles: list[str] = []
    for target in targets:
        inside = [str(p) for p in videos_in(Path(target))] if Path(target).is_dir() else []
        singles += inside or [target]
    return list(dict.fromkeys(singles))


def _not_followed(targets: Sequence[str], singles: Sequence[str]) -> list[FailedItem]:
    """Return a failure for each link to a video in a folder: none is left out in silence.

    A folder with nothing but links is among the `singles`, and fails by itself.
    """
    folders = [Path(target) for target in targets if target not in singles and Path(target).is_dir()]
    trouble = NotVideoError("A link in a folder is not followed.", "Give the file that it points to.")
    return [acquiring.failed(str(link), trouble) for folder in folders for link in links_in(folder)]


def _bring_in_all(session: Session, targets: list[str]) -> Generator[Event, None, tuple[list[Item], list[FailedItem]]]:
    jobs, batch = session.case.jobs, _batch_name(targets)
    failures: list[FailedItem] = []
    items: list[Item] = []
    work = jobs.open(batch, {target: _stamp(target) for target in targets})
    yield Event(kind="started", step="collect", total=len(work), unit="items")
    for number, job in enumerate(work):
        yield Event(kind="progress", step="collect", target=job.target, current=number, total=len(work), unit="items")
        if job.state == "done":
            items += [session.case.item(one) for one in job.item.split()]
            continue
        if job.state == "failed" and job.failure:
            failures.append(job.failure)
            continue
        jobs.begin(batch, job.target)
        arrived, trouble = yield from acquiring.bring_in(session, job.target, job=(batch, job.target))
        if trouble and not arrived:
            jobs.failed(batch, job.target, trouble)
        else:
            jobs.done(batch, job.target, " ".join(i.id for i in arrived), arrived[0].media.sha256 if arrived else "")
        items += arrived
        failures += [trouble] if trouble else []
    yield Event(kind="done", step="collect", current=len(work), total=len(work), unit="items")
    return items, failures


def _batch_name(targets: list[str]) -> str:
    """Return the name under which the same command finds its jobs again."""
    return "dedup " + hashlib.sha256("\n".join(sorted(targets)).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _stamp(target: str) -> str:
    """Return size and time of a file, so that a changed file is brought in again; nothing for an address."""
    try:
        found = Path(target).stat()
    except (OSError, ValueError):
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"


def _compare(session: Session, clips: list[str]) -> Generator[Event, None, list[Match]]:
    """Search each clip among those it was not compared with yet, and return every pair once."""
    seen: set[tuple[frozenset[str], str]] = set()
    found: list[Match] = []
    with Searches(session, clips) as searches:
        for number, one in enumerate(clips):
            yield Event(
                kind="progress", step="compare", target=one[:12], current=number, total=len(clips), unit="clips"
            )
            for match in searches.search(one):
                pair = (frozenset((match.a, match.b)), match.kind)
                if pair not in seen:
                    seen.add(pair)
                    found.append(match)
    yield Event(kind="done", step="compare", current=len(clips), total=len(clips), unit="clips")
    return found


def _report(session: Session, items: list[Item], matches: list[Match], failures: list[FailedItem]) -> BatchReport:
    others: dict[str, OtherClip] = {}
    for sha256 in dict.fromkeys([i.media.sha256 for i in items] + [s for m in matches for s in (m.a, m.b)]):
        others[sha256] = steps.other_clip(session, sha256)
    found, told = grouping.recordings(session, matches, others, {i.media.sha256: i.media.size for i in items})
    several = [one for one in found if len(one.members) + len(one.containers) > 1]
    placed = {s for one in several for s in (*one.members, *one.containers)}
    library = session.case.library
    return BatchReport(
        items=tuple(items),
        recordings=tuple(several),
        singles=tuple(s for s in others if s not in placed),
        matches=tuple(matches),
        others=others,
        failed=tuple(failures),
        searched=library.searched(session.tools.descriptors),
        custody=session.case.custody(),
        made=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        command=session.options.command,
        versions=session.tools.versions,
        settings=asdict(session.options.settings),
        thumbnails=_thumbnails(session, list(others)),
        montages=told.montages,
        doubts=tuple(tally.doubts(_named(found, others), told.aside)),
        chains=chains_of(session, others, found),
        decisions=tuple(d for d in library.decisions(undone=True).values() if _about_two(d, others)),
    )


def _about_two(decision: Decision, clips: Mapping[str, OtherClip]) -> bool:
    return decision.category in PAIR and all(sha256 in clips for sha256 in decision.subject.split())


def _named(found: Sequence[Recording], others: Mapping[str, OtherClip]) -> dict[str, str]:
    """Return for each clip the name of its recording: that of its best copy."""
    return {s: f"what {others[one.best].label} shows" for one in found for s in one.members}


def _thumbnails(session: Session, clips: list[str]) -> dict[str, str]:
    """Return for each clip the path, from the case, of the keyframe that has most in it."""
    found: dict[str, str] = {}
    for sha256 in clips:
        seen = session.case.examination(sha256)
        if seen and seen.examination.keyframes:
            best = max(seen.examination.keyframes, key=lambda k: (k.informative, k.sharpness))
            found[sha256] = f"items/{seen.item}/{best.path}"
    return found


def pair_lines(report: BatchReport) -> list[dict[str, Any]]:
    """Return one JSON-able line for each pair of items whose pictures match, with the paths the user gave.

    Two items with the same bytes are a pair of full length and the strength of identity.
    """
    targets: dict[str, list[Item]] = {}
    for item in report.items:
        targets.setdefault(item.media.sha256, []).append(item)
    lines: list[dict[str, Any]] = []
    for match in report.matches:
        if match.kind == "same picture":
            lines += [_line(a, b, match) for a in targets.get(match.a, ()) for b in targets.get(match.b, ())]
    for same in targets.values():
        duration = report.others[same[0].media.sha256].duration or 0.0
        whole = {"a_start": 0.0, "a_end": duration, "b_start": 0.0, "b_end": duration, "speed": 1.0, "reversed": False}
        lines += [
            {"a": a.target, "b": b.target, "strength": IDENTICAL, "kind": "same bytes", "segments": [whole]}
            for number, a in enumerate(same)
            for b in same[number + 1 :]
        ]
    return lines


IDENTICAL = 1e6  # above every score of a match: the files are the same, byte for byte


def _line(a: Item, b: Item, match: Match) -> dict[str, Any]:
    return {
        "a": a.target,
        "b": b.target,
        "strength": match.strength.score,
        "kind": match.kind,
        "false_rate": match.strength.false_rate,
        "words": list(match.geometry.words),
        "segments": [asdict(s) for s in match.segments],
    }
