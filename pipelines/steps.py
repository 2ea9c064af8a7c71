"""The last stations of a run: search, assemble, conclude. Rule: each takes an open session and returns records."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator, Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.acquiring import label_of
from pipelines.elsewhere import outside_links
from pipelines.looking import Looked
from pipelines.session import Session
from verify.checks import asking, summary
from verify.matching.ahead import Remembered, Seen, Task
from verify.matching.round import matches_of
from verify.matching.soundtrack import MOST_CLIPS, Soundtracks
from verify.matching.turned import turned
from verify.records.cases import Case, ClipReport, Item, OtherClip
from verify.records.findings import Decision
from verify.records.matches import Appearance, Match
from verify.records.times import TimeBounds


def search(session: Session, sha256: str, ahead: tuple[Task, Seen] | None = None) -> list[Match]:
    """Return all matches of a clip: new comparisons are made and kept, old ones are read. The clip is always `a`.

    What is no more than a part that both were given is told by `pipelines.parts`, from all matches there are.
    `ahead` is what was seen for the task that `task_of` gave.
    """
    library, name = session.case.library, session.tools.search
    if not comparable(session, sha256):
        return []
    if library.to_compare(sha256, name, 1):
        generation, sounds = library.generation(), Soundtracks(library)
        if ahead is not None and ahead[0].generation == generation:
            seen = Remembered(ahead[1], session.engine.pairs, sounds)
            named, look, listen = ahead[0].named, seen.look, seen.listen
        else:
            named, look, listen = session.engine.named(sha256), session.engine.pairs.look, sounds.look
        found = matches_of(
            sha256,
            named,
            look,
            lambda others: library.compared(sha256, name, others),
            lambda other: library.linked(other, name),
        )
        pictures = {m.b for m in found}
        newest = library.to_compare(sha256, name, MOST_CLIPS + len(pictures))
        found += sounds.search(sha256, [other for other in newest if other not in pictures], listen)
        library.save_matches(sha256, found, name, generation)
    found = [m if m.a == sha256 else turned(m) for m in library.matches(sha256, name)]
    ruled_out = {frozenset(d.subject.split()) for d in library.decisions().values() if d.category == "not a match"}
    kept = [m for m in found if frozenset((m.a, m.b)) not in ruled_out]
    return sorted(kept, key=lambda m: (m.kind != "same picture", -m.strength.score))


def comparable(session: Session, sha256: str) -> bool:
    """Return whether anything of a clip can be compared: of a moment of sound without a picture nothing can."""
    return session.case.library.clip(sha256) is not None


def task_of(session: Session, sha256: str) -> Task | None:
    """Return what there is to look at for a clip, as the library stands now, or None where it was all compared."""
    library, name = session.case.library, session.tools.search
    new = library.to_compare(sha256, name, MOST_CLIPS) if comparable(session, sha256) else []
    if not new:
        return None
    generation, named = library.generation(), session.engine.named(sha256)
    return Task(
        sha256=sha256,
        turns=list(named.turns.items()),
        nearest=named.nearest,
        sure=named.sure,
        sounds=Soundtracks(library).named(sha256, new),
        generation=generation,
        search=name,
    )


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
        by_hand=post.stated_by_user if post else False,
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
    every = ours + (told.appearances if told else ())
    once = {replace(one, item=""): one for one in reversed(every)}  # a post brought in twice was published once
    return tuple(reversed(once.values()))


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


def decisions_about(session: Session, item: Item) -> tuple[Decision, ...]:
    """Return what people decided about an item, and about its bytes and those of another.

    The same file, or the same post with the same bytes, brought in again is a new item: what was decided about the
    earlier one is about this one, and is told of it.
    """
    post = item.post.url if item.post else ""
    same = {i.id for i in session.case.find(item.media.sha256) if (i.post.url if i.post else "") == post}
    found = session.case.library.decisions().values()
    return tuple(
        replace(d, subject=item.id) if d.subject in same else d
        for d in found
        if d.subject in same or item.media.sha256 in d.subject.split()
    )


def assemble(session: Session, looked: Looked, matches: Iterable[Match]) -> Case:
    """Return the case of one clip: everything a check may look at."""
    matches = tuple(matches)
    sha256 = looked.item.media.sha256
    others = {m.b: other_clip(session, m.b) for m in matches}
    copies = [others[m.b] for m in matches if m.kind == "same picture"]
    library = session.case.library
    return Case(
        item=looked.item,
        examination=looked.examination,
        claim=session.options.claim,
        matches=matches,
        others=others,
        appearances=appearances_of(session, sha256) + tuple(a for other in copies for a in other.appearances),
        searched=library.searched(session.tools.descriptors, without=sha256) if comparable(session, sha256) else None,
        decisions=decisions_about(session, looked.item),
        own_signs=session.own_signs,
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
        elsewhere=outside_links(case),
    )


@contextlib.contextmanager
def temporary_folder() -> Generator[Path, None, None]:
    """Give a folder outside any case that goes away again."""
    with tempfile.TemporaryDirectory(prefix="firstseen-") as name:
        yield Path(name)
