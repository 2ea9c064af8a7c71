"""A story and all its clips: how many recordings, who had them first. Rule: every post is accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines import looking, parts, steps
from pipelines.acquiring import label_of
from pipelines.alignment import align_clips
from pipelines.chains import chains_of
from pipelines.options import Options, StoryResult
from pipelines.pairs import with_pictures
from pipelines.places import place_links
from pipelines.searching import Searches
from pipelines.session import Session
from pipelines.story_posts import Gathered, gather
from pipelines.story_recordings import cameras_of, recordings_of
from pipelines.writing import write_clip, write_story
from verify.checks import asking
from verify.checks.summary import place_taken
from verify.errors import NetworkError, NotFoundError, SourceError
from verify.records import wire
from verify.records.cases import Event
from verify.records.claims import Claim
from verify.records.findings import Finding
from verify.records.matches import Match
from verify.records.media import Keyframe
from verify.records.stories import StoryClip, StoryPost, StoryRecording, StoryReport, StoryText
from verify.reports import story_findings
from verify.reports.clip_view import WEIGHTS
from verify.sources.egress import Guard
from verify.sources.fetch import get
from verify.stories import since, tally
from verify.stories.posts import Stood, camera_of, cameras_file, claims_file, media_map, posts, unused
from verify.stories.read import MAX_BYTES

_SECONDS = 60.0  # for fetching the story's own page


def story(
    target: str, options: Options, *, media: Path | None = None, claims: Path | None = None
) -> Generator[Event, None, StoryResult]:
    """Read the story, bring in its clips, compare and align them, and write its report and theirs.

    `media` maps posts to files, `claims` are the claims a person marked. Raises UsageError for a map or claims that
    cannot be read, SourceError for a story that cannot be had, and what opening the case raises.
    """
    given = media_map(media) if media else ()
    said = claims_file(claims) if claims else ((options.claim,) if options.claim else ())
    stood = cameras_file(claims) if claims else ()
    with Session(replace(options, claim=said[0] if said else None)) as session:
        yield Event(kind="started", step="read", target=target)
        text = _read(session, target)
        rows = posts(text)
        for left in unused(rows, text, (*given, *stood)):
            words = f"The {'media map' if left in given else 'list of cameras'} names no post of this story."
            yield Event(kind="note", step="read", target=left.line, message=words)
        name = story_id(target)
        before = earlier_report(session, name)
        gathered = yield from gather(session, text, rows, given, before)
        looked, failures = yield from looking.look_at(session, gathered.items)
        report = yield from _conclude(session, name, text, gathered, looked, (said, stood), before)
        report = replace(report, failed=(*report.failed, *failures))
        files = write_story(session, report)
        return StoryResult(case=session.case.path, report=report, files=files)


def story_id(target: str) -> str:
    """Return the name under which the same story is found again: by its address, or where its file lies."""
    whole = target if "://" in target else str(Path(target).expanduser().absolute())
    return "story-" + hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()[:10]


def earlier_report(session: Session, name: str) -> StoryReport | None:
    """Return the newest report of this story in the case, or None."""
    kept: bytes | None = None
    for number in range(1, 10_000):  # reports are numbered without gaps
        try:
            kept = session.case.read(f"reports/{name}-{number:04d}.json")
        except KeyError:
            break
    return wire.from_json(kept, StoryReport) if kept else None


def _read(session: Session, target: str) -> StoryText:
    """Return the story's text; the bytes are read in the worker, and kept as received."""
    folder = session.case.scratch()
    url = target if target.startswith(("http://", "https://")) else ""
    path = folder / (Path(target).name if not url else "story.html")
    path.write_bytes(_fetched(session, url) if url else _file(target))
    session.case.keep(path, "page", path.name)
    hosts = list(session.options.settings.allow_hosts)  # hosts a person named: their pages count as posts
    given = {"path": str(path), "url": url, "also": hosts}
    value = session.workers.run("verify.stories.read:from_file", given, folder / "out")
    return wire.from_builtins(value, StoryText)


def _file(target: str) -> bytes:
    path = Path(target).expanduser()
    if path.is_dir():
        raise NotFoundError(
            f"{target} is a folder, not a story.", "Give one file of it, or `firstseen dedup` the folder."
        )
    if not path.is_file():
        raise NotFoundError(
            f"There is no story {target}.", "Give a file (HTML, Markdown, text, docx, PDF) or an address."
        )
    if path.stat().st_size > MAX_BYTES:
        raise SourceError(f"The story {target} is larger than a story can be.", "Give its text without pictures.")
    return path.read_bytes()


def _fetched(session: Session, url: str) -> bytes:
    with Guard(session.options.settings) as guard:
        answer = get(url, guard, limit=MAX_BYTES, seconds=_SECONDS)[-1]
    if answer.status in {404, 410}:
        raise NotFoundError(f"The story {url} is gone (HTTP {answer.status}).", "Save it as a file and give that.")
    if answer.status != 200:
        raise NetworkError(f"The story {url} answers with HTTP {answer.status}.", "Save it as a file and give that.")
    return answer.body


# ---------------------------------------------------------------- what came of it


def _conclude(
    session: Session,
    name: str,
    text: StoryText,
    gathered: Gathered,
    looked: Sequence[looking.Looked],
    said: tuple[Sequence[Claim], Sequence[Stood]],
    before: StoryReport | None,
) -> Generator[Event, None, StoryReport]:
    claims, stood = said
    first = {one.examination.sha256: one for one in reversed(looked)}
    clips: list[StoryClip] = []
    matches: dict[tuple[frozenset[str], str], Match] = {}
    with Searches(session, list(first)) as searches:
        for number, (sha256, one) in enumerate(first.items()):
            yield Event(kind="progress", step="compare", target=one.item.media.name, current=number, total=len(first),
                        unit="clips")  # fmt: skip
            found = searches.search(sha256)
            for match in found:
                matches.setdefault((frozenset((match.a, match.b)), match.kind), match)
            told_of = parts.told_apart_by_others(session, found)
            clips.append(_clip(session, one, told_of, gathered, _said_of(one, gathered, text, claims, stood)))
    shared = parts.told_apart(session, list(matches.values()))
    others = {s: steps.other_clip(session, s) for s in {*first, *(x for p, _ in matches for x in p)}}
    rows = _with_clips(gathered.posts, {i.id: i.media.sha256 for i in gathered.items}, set(first))
    recordings, told = recordings_of(session, clips, rows, shared, others)
    by_clip = {c.sha256: c for c in clips}
    best = [next(by_clip[s] for s in (r.recording.best, *r.recording.members) if s in by_clip)
            for r in recordings if by_clip.keys() & set(r.recording.members)]  # fmt: skip
    clock = yield from align_clips(session, best, shared, claims, cameras_of(best, recordings, rows, text, stood))
    places = yield from place_links(session, best, recordings)
    findings = [f for c in clips for f in c.findings]
    montages = {s: why for s, why in told.montages.items() if s in by_clip}
    counted = tally.counts(rows, clips, recordings, clock, shared, montages)
    open_ = [*tally.not_established(counted, rows, findings), *tally.doubts(_names(recordings), told.aside)]
    decisions = tuple(dict.fromkeys(d for i in gathered.items for d in steps.decisions_about(session, i)))
    called = {name: c.label for c in clips for name in (c.item, c.sha256)}
    yield Event(kind="done", step="compare", current=len(first), total=len(first), unit="clips")
    report = StoryReport(
        id=name,
        story=text,
        posts=rows,
        counts=counted,
        results=gathered.results,
        clips=tuple(clips),
        recordings=tuple(recordings),
        matches=tuple(shared),
        others=others,
        clock=clock,
        links=(*tally.links(recordings, by_clip, shared, clock.used), *places),
        claims=tuple(claims),
        items=gathered.items,
        failed=gathered.failed,
        changes=tuple(since.changes(before, rows, recordings, decisions, called)),
        earlier_run=before.made if before else "",
        decisions=decisions,
        searched=session.case.library.searched(session.tools.descriptors),
        not_established=tuple(open_),
        custody=session.case.custody(),
        made=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        command=session.options.command,
        versions=session.tools.versions,
        settings=asdict(session.options.settings),
        montages=montages,
        chains=chains_of(session, others, [r.recording for r in recordings]),
    )
    return replace(report, summary=_summary(report))


def _summary(report: StoryReport) -> tuple[str, ...]:
    once = sorted(story_findings.once(report), key=lambda o: WEIGHTS[o.finding.weight])
    found = [(o.finding.bearing, f"{o.finding.sentence} ({o.where})") for o in once]
    place = [sentence for claim in report.claims for sentence in place_taken(claim)]
    return tuple(tally.summary(report.counts, found, report.not_established, place))


def _clip(
    session: Session, one: looking.Looked, found: list[Match], gathered: Gathered, claims: Sequence[Claim]
) -> StoryClip:
    """Check one clip, write its own report, and return what the story's page shows of it."""
    case = with_pictures(session, replace(steps.assemble(session, one, found), claim=next(iter(claims), None)))
    report = steps.conclude(session, case)
    findings: tuple[Finding, ...] = report.findings
    for claim in claims[1:]:
        more = asking.run(replace(case, claim=claim))
        findings += tuple(f for f in more if f not in findings)
    written = write_clip(session, report, formats=("html", "json"))
    seen, item = one.examination, one.item
    rows = [p for p in gathered.posts if item.media.sha256 in p.sha256]
    picture = next((s for s in seen.streams if s.kind == "video"), None)
    flashes = seen.extra.get("flash", {}).get("flashes", [])
    return StoryClip(
        sha256=item.media.sha256,
        item=item.id,
        label=label_of(item),
        posts=tuple(p.number for p in rows),
        duration=seen.duration,
        width=(picture.display_width or picture.width) if picture else None,
        height=(picture.display_height or picture.height) if picture else None,
        size=item.media.size,
        media_path=item.media.path,
        media_type=item.media.media_type,
        report_path=str(written.files["html"].relative_to(session.case.path)),
        keyframes=_where_they_lie(session, seen.sha256, seen.keyframes),
        loudness=seen.sound.envelope if seen.sound else None,
        brightness=next((c for c in seen.curves if c.name == "brightness"), None),
        impulses=seen.sound.impulses if seen.sound else (),
        flashes=tuple(float(f["time"] if isinstance(f, dict) else f) for f in flashes),
        findings=findings,
        uploaders=_uploaders(session, item.media.sha256),
    )


def _where_they_lie(session: Session, sha256: str, frames: Sequence[Keyframe]) -> tuple[Keyframe, ...]:
    """Return the keyframes named from the case: they lie with the first item of these bytes, which alone was read."""
    known = session.case.examination(sha256)
    folder = f"items/{known.item}/" if known else ""
    return tuple(replace(frame, path=f"{folder}{frame.path}") for frame in frames)


def _names(found: Sequence[StoryRecording]) -> dict[str, str]:
    """Return for each clip what a reader calls its recording."""
    return {s: tally.name_of(number) for number, one in enumerate(found) for s in one.recording.members}


def _said_of(
    one: looking.Looked, gathered: Gathered, text: StoryText, claims: Sequence[Claim], stood: Sequence[Stood]
) -> Sequence[Claim]:
    """Return the claims as they are about one clip: where a person says that its own camera stood goes first."""
    rows = [row for row in gathered.posts if one.item.media.sha256 in row.sha256]
    place = next((p for row in rows if (p := camera_of(row, text, stood)) is not None), None)
    return [replace(claim, camera=place) for claim in claims] if place is not None else claims


def _uploaders(session: Session, sha256: str) -> tuple[str, ...]:
    """Return who posted a clip, as far as the posts name anybody."""
    posts = [item.post for item in session.case.find(sha256) if item.post]
    return tuple(dict.fromkeys(name for p in posts if (name := p.author_id or p.author)))


def _with_clips(rows: Iterable[StoryPost], items: dict[str, str], seen: set[str]) -> tuple[StoryPost, ...]:
    """Return the rows with the clips that could be looked at; one that could not says so."""
    told = []
    for row in rows:
        clips = tuple(dict.fromkeys(items[i] for i in row.items if i in items and items[i] in seen))
        if row.items and not clips:
            row = replace(row, state="not a video", reason="What was fetched could not be examined.",
                          next_step="See the failures of this report.")  # fmt: skip
        told.append(replace(row, sha256=clips))
    return tuple(told)
