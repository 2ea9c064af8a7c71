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
from verify.errors import FirstseenError, UnreadableMediaError
from verify.readers.base import Reader
from verify.records.cases import Event, FailedItem, Item
from verify.records.fingerprints import load
from verify.records.media import Examination, Problem, Scope, Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """An item and what the worker saw in it."""

    item: Item
    examination: Examination


_FORM = {"box order", "layout", "container fingerprint"}  # any bytes have a form: it alone is worth no report
_Outcome = tuple[Examination | None, FirstseenError | None]  # both, where only the metadata could be read


def look_at(
    session: Session, items: Iterable[Item], scope: Scope = "all", *, metadata_alone: bool = False
) -> Generator[Event, None, tuple[list[Looked], list[FailedItem]]]:
    """Examine the items' media in workers, several at once, and keep what was seen; known bytes are not read again.

    What was only looked at for copies is looked at once more when `scope` asks for all; never the other way round. With
    `metadata_alone`, a file in which nothing can be decoded and that states something of itself is in both lists.
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
    for item, (examination, error) in _for_twins(_examined(session, todo, metadata_alone), twins):
        done += 1
        if examination is not None:
            looked.append(Looked(item=item, examination=examination))
        if error is not None:
            troubles.append(failed(item.target, error))
            session.case.note("not examined", item.id, {"kind": error.kind, "reason": error.message})
            yield Event(
                kind="failed",
                step="examine",
                target=item.media.name,
                message=f"{error.message} {error.advice}".strip(),
                current=done,
                total=len(items),
            )
        else:
            yield Event(
                kind="progress", step="examine", target=item.media.name, current=done, total=len(items), unit="clips"
            )
    yield Event(kind="done", step="examine", current=done, total=len(items), unit="clips")
    order = {item.id: number for number, item in enumerate(items)}
    return sorted(looked, key=lambda one: order[one.item.id]), troubles


def _for_twins(
    outcomes: Iterable[tuple[Item, _Outcome]], twins: dict[str, list[Item]]
) -> Generator[tuple[Item, _Outcome], None, None]:
    """Yield each outcome for its item, and again for each further item of the same bytes."""
    for item, outcome in outcomes:
        yield item, outcome
        for twin in twins[item.media.sha256]:
            yield twin, outcome


def _examined(
    session: Session, todo: list[tuple[Item, Scope]], metadata_alone: bool
) -> Generator[tuple[Item, _Outcome], None, None]:
    """Yield each item with its examination (kept), its failure or both, as they finish.

    No more are begun than are being worked on, so that stopping loses at most what is under way.
    """
    pool = ThreadPoolExecutor(max_workers=session.at_once, thread_name_prefix="firstseen-examine")
    waiting = list(reversed(todo))
    running: dict[Future[_Outcome], tuple[Item, Path]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < session.at_once:
                item, scope = waiting.pop()
                out = session.case.scratch()
                path = session.case.media_path(item.media.sha256)
                received = _received(session, item) if scope == "all" else {}  # of those, only the tags are wanted
                examine = _or_its_metadata if metadata_alone and scope == "all" else _alone
                running[pool.submit(examine, session, item, path, out, received, scope)] = (item, out)
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


def _alone(session: Session, item: Item, path: Path, out: Path, received: dict[str, Path], scope: Scope) -> _Outcome:
    return _examine(session, item, path, out, received, scope), None


def _or_its_metadata(
    session: Session, item: Item, path: Path, out: Path, received: dict[str, Path], scope: Scope
) -> _Outcome:
    """Examine an item's media; where nothing in it can be decoded, return what readers say of it beside the error."""
    try:
        return _examine(session, item, path, out, received, scope), None
    except UnreadableMediaError as error:
        if item.media.role == "working copy":  # its container was written here
            raise
        found = session.workers.examine(path, out, item.media.name, scope="tags")
        if all(tag.name in _FORM for tag in found.tags):
            raise
        reason = f"They could not be decoded, so only the metadata were read. {error.message}"
        problems = (Problem(part="pictures and sound", reason=reason), *found.problems)
        return replace(found, problems=problems), error


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


def _kept(session: Session, item: Item, out: Path, future: Future[_Outcome]) -> _Outcome:
    try:
        examination, error = future.result()
        if examination is None:
            return None, error
        prints = load(out / "fingerprints.npz").values()
        ran = session.tools.descriptors if examination.scope != "tags" else {}
        kept = session.case.save_examination(item, examination, out, prints, ran=ran, label=label_of(item))
        return kept.examination, error
    except FirstseenError as error:
        return None, error
    finally:
        shutil.rmtree(out, ignore_errors=True)
