"""What the items show: examined in workers, several at once, and kept. Rule: known bytes are not read again."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import verify.readers
from pipelines.acquiring import failed, label_of
from pipelines.session import Session
from verify.catalog import offer
from verify.errors import FirstseenError
from verify.readers.base import Reader
from verify.records.cases import Event, FailedItem, Item
from verify.records.fingerprints import load
from verify.records.media import Examination, Problem, Scope, Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """An item and what the worker saw in it."""

    item: Item
    examination: Examination


def look_at(
    session: Session, items: Iterable[Item], scope: Scope = "all"
) -> Generator[Event, None, tuple[list[Looked], list[FailedItem]]]:
    """Examine the items' media in workers, several at once, and keep what was seen; known bytes are not read again.

    What was only looked at for copies is looked at once more when `scope` asks for all; never the other way round.
    """
    items = list(items)
    looked: list[Looked] = []
    troubles: list[FailedItem] = []
    todo: list[tuple[Item, Scope]] = []
    twins: dict[str, list[Item]] = {}  # further items of the same bytes: examined once, for all of them
    for item in items:
        known = session.case.examination(item.media.sha256)
        enough = known is not None and known.examination.scope in {"all", scope}
        if known and enough and session.case.examined(item.media.sha256, session.tools.descriptors):
            looked.append(Looked(item=item, examination=known.examination))
        elif item.media.sha256 in twins:
            twins[item.media.sha256].append(item)
        else:
            twins[item.media.sha256] = []
            # New fingerprints of a clip that was looked at in full must not leave its newest record with less.
            todo.append((item, "all" if known and known.examination.scope == "all" else scope))
    done = len(looked)
    yield Event(kind="started", step="examine", total=len(items), current=done, unit="clips")
    for item, outcome in _for_twins(_examined(session, todo), twins):
        done += 1
        if isinstance(outcome, FirstseenError):
            troubles.append(failed(item.target, outcome))
            session.case.note("not examined", item.id, {"kind": outcome.kind, "reason": outcome.message})
            yield Event(
                kind="failed",
                step="examine",
                target=item.media.name,
                message=f"{outcome.message} {outcome.advice}".strip(),
                current=done,
                total=len(items),
            )
        else:
            looked.append(Looked(item=item, examination=outcome))
            yield Event(
                kind="progress", step="examine", target=item.media.name, current=done, total=len(items), unit="clips"
            )
    yield Event(kind="done", step="examine", current=done, total=len(items), unit="clips")
    order = {item.id: number for number, item in enumerate(items)}
    return sorted(looked, key=lambda one: order[one.item.id]), troubles


def _for_twins(
    outcomes: Iterable[tuple[Item, Examination | FirstseenError]], twins: dict[str, list[Item]]
) -> Generator[tuple[Item, Examination | FirstseenError], None, None]:
    """Yield each outcome for its item, and again for each further item of the same bytes."""
    for item, outcome in outcomes:
        yield item, outcome
        for twin in twins[item.media.sha256]:
            yield twin, outcome


def _examined(
    session: Session, todo: list[tuple[Item, Scope]]
) -> Generator[tuple[Item, Examination | FirstseenError], None, None]:
    """Yield each item with its examination (kept) or its failure, as they finish.

    No more are begun than are being worked on, so that stopping loses at most what is under way.
    """
    pool = ThreadPoolExecutor(max_workers=session.at_once, thread_name_prefix="firstseen-examine")
    waiting = list(reversed(todo))
    running: dict[Future[Examination], tuple[Item, Path]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < session.at_once:
                item, scope = waiting.pop()
                out = session.case.scratch()
                path = session.case.media_path(item.media.sha256)
                received = _received(session, item) if scope == "all" else {}  # of those, only the tags are wanted
                running[pool.submit(_examine, session, item, path, out, received, scope)] = (item, out)
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                item, out = running.pop(future)
                yield item, _kept(session, item, out, future)
    finally:
        for future in running:
            future.cancel()
        pool.shutdown(wait=False, cancel_futures=True)


def _received(session: Session, item: Item) -> dict[str, Path]:
    """Return the files a working copy was made from, as received, by name (one thread reads the case: this one)."""
    sources = [f for f in item.files if f.sha256 in item.media.made_from]
    return {f.name: session.case.media_path(f.sha256) for f in sources}


@cache
def readers() -> frozenset[str]:
    """Return the names of all metadata readers: under them stands what they found in `Examination.extra`."""
    return frozenset(reader.name for reader in offer(verify.readers, Reader).found)


def _examine(
    session: Session, item: Item, path: Path, out: Path, received: dict[str, Path], scope: Scope
) -> Examination:
    """Examine an item's media; of a working copy, the tags are those of the files it was made from.

    The working copy's own container was written here and says nothing about where the clip comes from.
    """
    found = session.workers.examine(path, out, item.media.name, scope=scope)
    if item.media.role != "working copy" or (scope == "all" and not received):
        return found
    if not received:
        return replace(found, tags=(), extra={k: v for k, v in found.extra.items() if k not in readers()})
    tags: list[Tag] = []
    problems = list(found.problems)
    extra = dict(found.extra)
    for number, (name, original) in enumerate(received.items()):
        try:
            seen = session.workers.examine(original, out / f"received-{number}", name)
        except FirstseenError as error:
            problems.append(Problem(part=name, reason=error.message))
            continue
        tags += [replace(tag, place=f"{name}: {tag.place}") for tag in seen.tags]
        if number == 0:  # the picture comes first; its box tree is the one that signs are read from
            extra |= {key: seen.extra[key] for key in readers() & seen.extra.keys()}
    return replace(found, tags=tuple(tags), problems=tuple(problems), extra=extra)


def _kept(session: Session, item: Item, out: Path, future: Future[Examination]) -> Examination | FirstseenError:
    try:
        examination = future.result()
        prints = load(out / "fingerprints.npz").values()
        return session.case.save_examination(
            item, examination, out, prints, ran=session.tools.descriptors, label=label_of(item)
        ).examination
    except FirstseenError as error:
        return error
    finally:
        shutil.rmtree(out, ignore_errors=True)
