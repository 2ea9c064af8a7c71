"""Every post of a story, fetched or not, and why. Rule: each is accounted for, once, with what to do next."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines import acquiring
from pipelines.session import Session
from verify.errors import FirstseenError
from verify.records.cases import Event, FailedItem, Item
from verify.records.media import Post
from verify.records.stories import Quote, Reference, ReferenceResult, ReferenceState, StoryPost, StoryReport, StoryText
from verify.sources.egress import Guard
from verify.sources.fetch import get
from verify.sources.posts import post_from_url
from verify.stories.posts import Given, file_for, in_order

_PROBE_BYTES = 64 * 1024  # enough to learn the status of an address
_PROBE_SECONDS = 20.0
_STATES: dict[str, ReferenceState] = {
    "not-found": "gone",
    "not-accessible": "refused",
    "refused-address": "refused",
    "not-video": "not a video",
    "unreadable-media": "not a video",
}
_NEXT: dict[ReferenceState, str] = {
    "gone": "Look for it in web archives; if somebody saved the clip, give the file with --media.",
    "refused": "Open it in a browser where you may see it, save the clip, and give the file with --media.",
    "not a video": "Nothing to do, unless a clip is shown there: save it and give the file with --media.",
    "not reachable": "Try again with a connection, or save the clip by hand and give the file with --media.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What came of the posts: rows, one result for each reference, new and known items, failures."""

    posts: tuple[StoryPost, ...]
    results: tuple[ReferenceResult, ...]
    items: tuple[Item, ...]
    failed: tuple[FailedItem, ...]


def gather(
    session: Session,
    story: StoryText,
    rows: Sequence[StoryPost],
    given: Iterable[Given],
    before: StoryReport | None,
) -> Generator[Event, None, Gathered]:
    """Bring in the clip of every post that has one; what an earlier run fetched is not fetched again."""
    posts: list[StoryPost] = []
    results: dict[int, ReferenceResult] = {}
    items: list[Item] = []
    failures: list[FailedItem] = []
    given = tuple(given)
    trouble: list[FailedItem]
    known = {p.url or p.author: p for p in before.posts if p.items} if before else {}
    for number, row in enumerate(rows):
        yield Event(kind="progress", step="posts", target=row.url or row.author, current=number, total=len(rows),
                    unit="posts")  # fmt: skip
        file = file_for(row, story, given)
        earlier = known.get(row.url or row.author)
        if file is not None and earlier is not None and _unchanged(session, story, row, earlier, file):
            done, new, trouble = _mapped(row, earlier, file), [session.case.item(i) for i in earlier.items], []
        elif file is not None:
            done, new, trouble = yield from _from_file(session, story, row, file)
        elif earlier is not None and earlier.state in {"fetched", "gone"}:
            done, new, trouble = _known(session, row, earlier), [], []
            new = [session.case.item(i) for i in done.items]
        else:
            done, new, trouble = yield from _from_links(session, story, row, results)
        posts.append(replace(done, tried=_now()))
        items += new
        failures += trouble
        for one in row.references:
            results.setdefault(one, ReferenceResult(number=one, state=done.state, reason=done.reason,
                                                    next_step=done.next_step, items=done.items))  # fmt: skip
    yield Event(kind="done", step="posts", current=len(rows), total=len(rows), unit="posts")
    return Gathered(
        posts=tuple(posts),
        results=tuple(results[n] for n in sorted(results)),
        items=tuple({i.id: i for i in items}.values()),
        failed=tuple(failures),
    )


Outcome = tuple[StoryPost, list[Item], list[FailedItem]]


def _from_file(session: Session, story: StoryText, row: StoryPost, file: Path) -> Generator[Event, None, Outcome]:
    told = _post_of(story, row)
    items, trouble = yield from acquiring.bring_in(session, str(file), post=told)
    if trouble and not items:
        done = replace(row, state="not a video", reason=trouble.reason, next_step=trouble.advice, mapped_file=str(file))
        return done, [], [trouble]
    return _mapped(row, _with(row, items), file), items, []


def _mapped(row: StoryPost, kept: StoryPost, file: Path) -> StoryPost:
    """Return the row of a post that a file stands for, with the items of `kept`."""
    return replace(row, items=kept.items, sha256=kept.sha256, state="mapped", mapped_file=str(file), next_step="",
                   reason="A person gave a file for it; that it is this post's is their word.")  # fmt: skip


def _unchanged(session: Session, story: StoryText, row: StoryPost, earlier: StoryPost, file: Path) -> bool:
    """Return whether an earlier run kept the very bytes that `file` has now, for the same post."""
    if earlier.mapped_file != str(file) or not earlier.items:
        return False
    try:
        with file.open("rb") as opened:
            now = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return False  # bringing it in says why it cannot be read
    kept = [session.case.item(i) for i in earlier.items]
    return all(now in {f.sha256 for f in item.files} and item.post == _post_of(story, row) for item in kept)


def _from_links(
    session: Session, story: StoryText, row: StoryPost, results: dict[int, ReferenceResult]
) -> Generator[Event, None, Outcome]:
    """Try a post's references in order until one gives a clip; each is accounted for."""
    failures: list[FailedItem] = []
    for reference in in_order(row, story.references):
        items, trouble = yield from acquiring.bring_in(session, reference.url)
        if items:
            results[reference.number] = ReferenceResult(
                number=reference.number, state="fetched", reason="The clip was fetched.", next_step="",
                items=tuple(i.id for i in items),
            )  # fmt: skip
            return (
                replace(_with(row, items), state="fetched", reason="The clip was fetched.", next_step=""),
                items,
                [],
            )
        if trouble:
            failures.append(trouble)
            state = _STATES.get(trouble.kind, "not reachable")
            results[reference.number] = ReferenceResult(
                number=reference.number, state=state, reason=trouble.reason, next_step=_NEXT[state]
            )
    if not failures:
        return row, [], []
    state = _STATES.get(failures[0].kind, "not reachable")
    return replace(row, state=state, reason=failures[0].reason, next_step=_NEXT[state]), [], failures


def _known(session: Session, row: StoryPost, earlier: StoryPost) -> StoryPost:
    """Return the row of a post that an earlier run fetched: its items stay; only whether it is still there is asked."""
    same = replace(row, items=earlier.items, sha256=earlier.sha256)
    if not row.url.startswith(("http://", "https://")) or not _gone(session, row.url):
        return replace(same, state="fetched", reason="The clip was fetched by an earlier run.", next_step="")
    return replace(same, state="gone", reason="The post is gone since; the clip fetched earlier is kept.", next_step="")


def _gone(session: Session, url: str) -> bool:
    """Return whether the address now says that nothing is there (404 or 410); any other answer is not `gone`."""
    try:
        with Guard(session.options.settings) as guard:
            return get(url, guard, limit=_PROBE_BYTES, seconds=_PROBE_SECONDS)[-1].status in {404, 410}
    except FirstseenError:
        return False


def _post_of(story: StoryText, row: StoryPost) -> Post:
    """Return the post that a file given by hand stands for: what the story quotes of it, as the story's word."""
    quote: Quote | None = next((q for q in story.quotes if q.number == row.quote), None)
    reference: Reference | None = next((r for r in story.references if r.number in row.references), None)
    url = row.url or (reference.url if reference else "")
    try:
        base = post_from_url(url) if url else Post(url="", platform="")
    except FirstseenError:
        base = Post(url=url, platform=reference.platform if reference else "")
    dates = base.dates + ((row.date,) if row.date else ())
    return replace(base, author=row.author or base.author, author_id=row.handle or base.author_id,
                   text=quote.text if quote else "", dates=dates, stated_by_user=True)  # fmt: skip


def _with(row: StoryPost, items: Sequence[Item]) -> StoryPost:
    clips = tuple(dict.fromkeys(i.media.sha256 for i in items))
    return replace(row, items=tuple(i.id for i in items), sha256=clips)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
