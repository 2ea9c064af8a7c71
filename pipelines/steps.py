"""The stations of one run, in order: bring in, look at, search, assemble, conclude, write.

Rule: each takes an open session and returns records; those that take long are generators of events.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.flow import Teller, as_events
from pipelines.session import Session
from verify.checks import asking, summary
from verify.errors import FirstseenError
from verify.matching.turned import turned
from verify.records.cases import Case, ClipReport, Event, FailedItem, Item, OtherClip
from verify.records.fingerprints import load
from verify.records.matches import Appearance, Match
from verify.records.media import Examination
from verify.records.times import TimeBounds
from verify.sources.arrive import arrive
from verify.sources.base import Arrival


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """An item and what the worker saw in it."""

    item: Item
    examination: Examination


def failed(target: str, error: FirstseenError) -> FailedItem:
    """Return the record of an item that could not be done."""
    return FailedItem(target=target, kind=error.kind, reason=error.message, advice=error.advice)


# ---------------------------------------------------------------- bring in


def bring_in(session: Session, target: str) -> Generator[Event, None, tuple[list[Item], FailedItem | None]]:
    """Fetch what `target` names and keep it, item by item; a failure after some items keeps those."""
    items: list[Item] = []
    trouble: FailedItem | None = None
    staging = session.case.scratch()

    def work(teller: Teller[None]) -> None:
        def progress(done: float, total: float | None, words: str) -> None:
            event = Event(kind="progress", step="acquire", target=target, message=words, current=done, total=total)
            teller.say(_in_bytes(event))

        for arrival in arrive(target, staging, session.options.settings, progress):
            teller.hand_over(Event(kind="note", step="acquire", target=target, data={"arrival": arrival}))

    yield Event(kind="started", step="acquire", target=target)
    flow = as_events(work)
    try:
        for event in flow:
            arrival = event.data.get("arrival")
            if isinstance(arrival, Arrival):
                items.append(keep(session, arrival))
            else:
                yield event
    except FirstseenError as error:
        trouble = failed(target, error)
        session.case.note("not acquired", target, {"kind": error.kind, "reason": error.message})
        yield Event(kind="failed", step="acquire", target=target, message=f"{error.message} {error.advice}".strip())
    finally:
        flow.close()
        shutil.rmtree(staging, ignore_errors=True)  # what was kept is in the case; a leftover is swept with it
    yield Event(kind="done", step="acquire", target=target, current=len(items))
    return items, trouble


def keep(session: Session, arrival: Arrival) -> Item:
    """Preserve an arrival and return its item; a post named by hand (`--post`) is tied to a file without one."""
    from verify.sources.posts import post_from_url

    post = arrival.post
    if post is None and session.options.post:
        post = post_from_url(session.options.post)
    return session.case.add_item(
        arrival.target,
        arrival.files,
        post=post,
        acquired=arrival.acquired,
        acquired_by=arrival.acquired_by,
        problems=arrival.problems,
        info=arrival.info,
    )


def _in_bytes(event: Event) -> Event:
    return Event(
        kind=event.kind,
        step=event.step,
        target=event.target,
        message=event.message,
        current=event.current,
        total=event.total,
        unit="bytes",
    )


# ---------------------------------------------------------------- look at


def look_at(session: Session, items: Iterable[Item]) -> Generator[Event, None, tuple[list[Looked], list[FailedItem]]]:
    """Examine the items' media in workers, several at once, and keep what was seen; known bytes are not read again."""
    items = list(items)
    looked: list[Looked] = []
    troubles: list[FailedItem] = []
    todo: list[Item] = []
    for item in items:
        known = session.case.examination(item.media.sha256)
        if known and session.case.examined(item.media.sha256, session.tools.descriptors):
            looked.append(Looked(item=item, examination=known.examination))
        else:
            todo.append(item)
    done = len(looked)
    yield Event(kind="started", step="examine", total=len(items), current=done, unit="clips")
    for item, outcome in _examined(session, todo):
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


def _examined(session: Session, items: list[Item]) -> Generator[tuple[Item, Examination | FirstseenError], None, None]:
    """Yield each item with its examination (kept) or its failure, as they finish.

    No more are begun than are being worked on, so that stopping loses at most what is under way.
    """
    pool = ThreadPoolExecutor(max_workers=session.at_once, thread_name_prefix="firstseen-examine")
    waiting = list(reversed(items))
    running: dict[Future[Examination], tuple[Item, Path]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < session.at_once:
                item = waiting.pop()
                out = session.case.scratch()
                path = session.case.media_path(item.media.sha256)
                running[pool.submit(session.workers.examine, path, out, item.media.name)] = (item, out)
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                item, out = running.pop(future)
                yield item, _kept(session, item, out, future)
    finally:
        for future in running:
            future.cancel()
        pool.shutdown(wait=False, cancel_futures=True)


def _kept(session: Session, item: Item, out: Path, future: Future[Examination]) -> Examination | FirstseenError:
    try:
        examination = future.result()
        prints = load(out / "fingerprints.npz").values()
        return session.case.save_examination(item, examination, out, prints, label=label_of(item)).examination
    except FirstseenError as error:
        return error
    finally:
        shutil.rmtree(out, ignore_errors=True)


# ---------------------------------------------------------------- search and assemble


def search(session: Session, sha256: str) -> list[Match]:
    """Return all matches of a clip: new comparisons are made and kept, old ones are read. The clip is always `a`."""
    library, name = session.case.library, session.tools.search
    new = set(library.to_compare(sha256, name))
    if new:
        generation = library.generation()
        found = [m for m in session.engine.search(sha256) if m.b in new]
        library.save_matches(sha256, found, name, generation)
    found = [m if m.a == sha256 else turned(m) for m in library.matches(sha256, name)]
    ruled_out = {frozenset(d.subject.split()) for d in library.decisions().values() if d.category == "not a match"}
    kept = [m for m in found if frozenset((m.a, m.b)) not in ruled_out]
    return sorted(kept, key=lambda m: (m.kind != "same picture", -m.strength.score))


def label_of(item: Item) -> str:
    """Return what people call an item: author and title of its post, else its file name."""
    if item.post is None:
        return item.media.name
    words = " - ".join(w for w in (item.post.author or item.post.platform, item.post.title) if w)
    return words or item.post.url


def appearance_of(item: Item) -> Appearance:
    """Return where and when an item's clip was: its post's best date, else `not after` our own receiving it."""
    post = item.post
    bounds = best_date(post.dates) if post else None
    if bounds is None and item.acquired is not None:
        bounds = TimeBounds(
            not_before=None,
            not_after=item.acquired.not_after,
            precision="second",
            zone="utc",
            basis="it had been received by firstseen then; no earlier date is known",
        )
    return Appearance(
        sha256=item.media.sha256,
        label=label_of(item),
        bounds=bounds,
        item=item.id,
        url=post.url if post else "",
        author=post.author if post else "",
        platform=post.platform if post else "",
    )


def best_date(dates: Iterable[TimeBounds]) -> TimeBounds | None:
    """Return the date that says most about when a post was published: closed and narrowest, else the first stated.

    A server's Last-Modified is open to the past, so any date of publication goes before it.
    """
    stated = list(dates)
    closed = [d for d in stated if d.width is not None]
    return min(closed, key=lambda d: d.width or timedelta.max) if closed else next(iter(stated), None)


def appearances_of(session: Session, sha256: str) -> tuple[Appearance, ...]:
    """Return all appearances of a clip: its items in this case, and what other newsrooms told of it."""
    told = session.case.library.clip(sha256)
    ours = tuple(appearance_of(item) for item in session.case.find(sha256))
    return ours + (told.appearances if told else ())


def other_clip(session: Session, sha256: str) -> OtherClip:
    """Return what is known of a clip that a match names."""
    clip = session.case.library.clip(sha256)
    return OtherClip(
        sha256=sha256,
        item=clip.item if clip else "",
        label=clip.label if clip else sha256[:12],
        duration=clip.duration if clip else None,
        appearances=appearances_of(session, sha256),
        width=clip.width if clip else None,
        height=clip.height if clip else None,
    )


def assemble(session: Session, looked: Looked, matches: Iterable[Match]) -> Case:
    """Return the case of one clip: everything a check may look at."""
    matches = tuple(matches)
    sha256 = looked.item.media.sha256
    others = {m.b: other_clip(session, m.b) for m in matches}
    copies = [others[m.b] for m in matches if m.kind == "same picture"]
    library = session.case.library
    subjects = (looked.item.id, sha256)
    return Case(
        item=looked.item,
        examination=looked.examination,
        claim=session.options.claim,
        matches=matches,
        others=others,
        appearances=appearances_of(session, sha256) + tuple(a for other in copies for a in other.appearances),
        searched=library.searched(session.tools.descriptors, without=sha256),
        decisions=tuple(
            d for d in library.decisions().values() if any(s in d.subject.split() or s == d.subject for s in subjects)
        ),
    )


# ---------------------------------------------------------------- conclude and write


def conclude(session: Session, case: Case) -> ClipReport:
    """Return the report of a case: every question asked, with all that is needed to repeat it."""
    findings = asking.run(case)
    versions = {**session.tools.versions, **(case.examination.versions if case.examination else {})}
    return ClipReport(
        case=case,
        findings=findings,
        not_established=summary.not_established(case, findings),
        summary=summary.summary(case, findings),
        custody=session.case.custody(),
        made=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        command=session.options.command,
        versions=versions,
        settings=asdict(session.options.settings),
    )


@contextlib.contextmanager
def temporary_folder() -> Generator[Path, None, None]:
    """Give a folder outside any case that goes away again."""
    with tempfile.TemporaryDirectory(prefix="firstseen-") as name:
        yield Path(name)
