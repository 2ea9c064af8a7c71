"""What a target names, fetched and kept, item by item. Rule: a failure after some items keeps those."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from dataclasses import replace

from pipelines.flow import Teller, as_events
from pipelines.session import Session
from verify.archive.incoming import text
from verify.errors import FirstseenError, SourceError
from verify.records.cases import Event, FailedItem, Item
from verify.records.media import Post, Problem
from verify.sources.arrive import arrive
from verify.sources.base import Arrival, Received


def failed(target: str, error: FirstseenError) -> FailedItem:
    """Return the record of an item that could not be done."""
    return FailedItem(target=text(target), kind=error.kind, reason=text(error.message), advice=error.advice)


def bring_in(
    session: Session, target: str, post: Post | None = None, job: tuple[str, str] | None = None
) -> Generator[Event, None, tuple[list[Item], FailedItem | None]]:
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
                items.append(keep(session, arrival, post, job))
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


def keep(session: Session, arrival: Arrival, told: Post | None = None, job: tuple[str, str] | None = None) -> Item:
    """Preserve an arrival and return its item; a file without a post is tied to `told`, or to the one of `--post`.

    Services asked by name (`--ask`) answer now, and their answers are kept as they came beside the files.
    """
    from verify.sources.posts import post_from_url

    post = arrival.post or told
    if post is None and session.options.post:
        post = post_from_url(session.options.post)
    files: list[Received] = list(arrival.files)
    problems = list(arrival.problems)
    for name in session.options.ask:
        if post is not None:
            post, answer = _asked(session, name, post, problems)
            files += answer
    return session.case.add_item(
        arrival.target,
        files,
        post=post,
        acquired=arrival.acquired,
        acquired_by=arrival.acquired_by,
        problems=problems,
        info=arrival.info,
        job=job,
    )


def _asked(session: Session, name: str, post: Post, problems: list[Problem]) -> tuple[Post, list[Received]]:
    """Return the post with the dates that a service gives, and the service's answer as a file."""
    from verify.search.links import ask

    try:
        answer = ask(name, post, session.options.settings)
    except SourceError as error:
        problems.append(Problem(part=name, reason=error.message))
        return post, []
    problems += answer.problems
    if not answer.dates and answer.sentence:
        problems.append(Problem(part=name, reason=answer.sentence))
    path = session.case.scratch() / f"{name}.txt"
    path.write_bytes(answer.raw)
    kept = Received(path=path, role="page", name=f"{name}.txt", made_by=answer.asked)
    return replace(post, dates=(*post.dates, *answer.dates)), [kept]


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


def label_of(item: Item) -> str:
    """Return what people call an item: author and title of its post, else its file name."""
    if item.post is None:
        return item.media.name
    words = " - ".join(w for w in (item.post.author or item.post.platform, item.post.title) if w)
    return words or item.post.url
