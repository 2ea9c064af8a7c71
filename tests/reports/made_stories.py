"""A story report made for tests: eight posts, three recordings, a compilation, two recordings on one clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from reports import made_reports as made
from verify.records.cases import Custody, FailedItem, Searched
from verify.records.findings import Decision
from verify.records.matches import Match, Recording
from verify.records.media import Curve, Problem
from verify.records.stories import (
    Alignment,
    Change,
    ClockPlace,
    EventClock,
    Link,
    Quote,
    Reference,
    ReferenceResult,
    StoryClip,
    StoryCounts,
    StoryPost,
    StoryRecording,
    StoryReport,
    StoryText,
)
from verify.records.times import whole_day

DAY = whole_day(date(2022, 4, 1), "day given in the story, no clock", zone="unknown")
PEOPLE = (
    ("Olga T.", "olgat"),
    ("Julian R.", "julianr"),
    ("Rob L.", "robl"),
    ("Rob L.", "robl"),
    ("Yaroslav T.", "yaro"),
    ("Igor S.", "igors"),
    ("OSINT", "osintt"),
    ("Oleksiy S.", "oleksiys"),
)


def pictures(path: str) -> bytes | None:
    """Return the drawn picture of `items/<id>/keyframes/<ms>.jpg`."""
    place, _, rest = path.partition("/keyframes/")
    if not place.startswith("items/i") or not rest:
        return None
    number = int(place[7:])
    found: bytes = made.scene(float(rest.split(".")[0]) / 1000, tint=8 * number, mirrored=number % 2 == 0)
    return found


def clip(number: int, **changes: Any) -> StoryClip:
    """Return clip `number` with curves, flashes and findings."""
    wave = tuple(-50.0 + (34 if t in (72 - 4 * number, 73 - 4 * number) else 0) + t % 4 for t in range(139))
    found = StoryClip(
        sha256=made.sha(number),
        item=f"i{number:04d}",
        label=f"{PEOPLE[(number + 1) % 8][0]}: video {number} " + (made.HEBREW if number == 3 else ""),
        posts=(number + 2,),
        duration=34.6,
        width=1280,
        height=720,
        size=8_000_000,
        media_path=f"originals/{made.sha(number)[:2]}/{made.sha(number)}",
        media_type="video/mp4",
        report_path=f"items/i{number:04d}/report.html",
        keyframes=made.keyframes(8),
        loudness=Curve(name="loudness", unit="dBFS", start=0.0, step=0.25, values=wave),
        brightness=Curve(name="brightness", unit="share", start=0.0, step=0.25, values=(0.1,) * 139),
        impulses=(18.0 - number,),
        flashes=(17.1 - number,),
        findings=made.FINDINGS if number == 1 else made.FINDINGS[2:6],
        uploaders=(PEOPLE[(number + 1) % 8][1],),
    )
    return replace(found, **changes)


def story_text() -> StoryText:
    """Return the story as read: quotes with references, one address twice, one other link."""
    quotes = tuple(
        Quote(
            number=n + 1,
            author=name,
            handle=handle,
            text=f"Post {n + 1} of the story. "
            + (made.ARABIC[:90] if n == 4 else "Video shows the strike on the depot."),
            date=DAY,
            date_text="April 1, 2022",
            references=(n + 1,) if 2 <= n <= 6 else (),
        )
        for n, (name, handle) in enumerate(PEOPLE)
    )
    references = tuple(
        Reference(
            number=n,
            url=f"https://example.org/pic/{n}",
            key=f"example.org/pic/{n}",
            found_as="text",
            platform="X",
            quote=n,
            times=2 if n == 3 else 1,
            context="Video shows the strike",
        )
        for n in range(3, 8)
    )
    return StoryText(
        kind="text",
        title="Helicopters strike an oil depot in Belgorod",
        date=DAY,
        author="A. Reporter",
        url="https://example.org/story",
        text="…",
        quotes=quotes,
        references=references,
        problems=(Problem(part="encoding", reason="Three bytes were not UTF-8 and were replaced."),),
        other_links=("https://example.org/about",),
    )


def posts() -> tuple[StoryPost, ...]:
    """Return one row for each quoted post: words only, given as files, gone, not reachable."""
    found = []
    for n, (name, handle) in enumerate(PEOPLE, 1):
        state, reason, step = (
            "no link",
            "The story gives no address for this post.",
            "Search the author's posts of that day.",
        )
        if 3 <= n <= 6:
            state, reason, step = "mapped", "The address does not answer; a file was given for it.", ""
        if n == 7:
            state, reason, step = (
                "not reachable",
                "The address did not answer within 30 s.",
                "Try again, or give a file with --media.",
            )
        found.append(
            StoryPost(
                number=n,
                state=state,  # type: ignore[arg-type]
                reason=reason,
                next_step=step,
                quote=n,
                references=(n,) if 3 <= n <= 7 else (),
                url=f"https://example.org/pic/{n}" if 3 <= n <= 7 else "",
                author=name,
                handle=handle,
                date=DAY,
                items=(f"i{n - 2:04d}",) if 3 <= n <= 6 else (),
                sha256=(made.sha(n - 2),) if 3 <= n <= 6 else (),
                mapped_file=f"files/{n}.mp4" if 3 <= n <= 6 else "",
            )
        )
    return tuple(found)


def recordings() -> tuple[StoryRecording, ...]:
    """Return two recordings that are on one clock and a third that stands apart."""
    first = Recording(
        id="r001",
        members=(made.sha(1), made.sha(2)),
        containers=(made.sha(4),),
        appearances=made.APPEARANCES[:2],
        earliest=made.APPEARANCES[0],
        best=made.sha(1),
        best_reason="longest and largest, no caption",
        changes={made.sha(2): "mirrored, cropped to 80 %"},
    )
    second = Recording(id="r002", members=(made.sha(3),), appearances=(made.APPEARANCES[2],), best=made.sha(3))
    return (
        StoryRecording(
            recording=first, uploaders=("robl", "night_archive"), unrelated=True, posts=(3, 4), held_by=(made.sha(4),)
        ),
        StoryRecording(recording=second, uploaders=("yaro",), unrelated=False, posts=(5,)),
    )


def story_report(**changes: Any) -> StoryReport:
    """Return the made story report, with `changes` over it."""
    sound: Match = replace(made.matches()[2], a=made.sha(1), b=made.sha(4))
    used = Alignment(
        a=made.sha(1),
        b=made.sha(3),
        way="sound",
        offset=1.94,
        error=0.03,
        confidence=0.98,
        overlap=30.0,
        basis="measured on 400 pairs cut and degraded by script",
        travel=0.4,
    )
    report = StoryReport(
        id="s-belgorod",
        story=story_text(),
        posts=posts(),
        counts=StoryCounts(
            posts=8, with_link=5, fetched=0, mapped=4, clips=4, recordings=2, unrelated=1, aligned=2, compilations=1
        ),
        results=tuple(
            ReferenceResult(number=n, state="mapped", reason="A file was given.", next_step="") for n in range(3, 7)
        ),
        clips=tuple(clip(n) for n in range(1, 5)),
        recordings=recordings(),
        matches=(made.matches()[0], sound),
        others=made.others(),
        clock=EventClock(
            places=(
                ClockPlace(sha256=made.sha(1), start=0.0, error=0.0),
                ClockPlace(sha256=made.sha(3), start=1.94, error=0.03),
            ),
            used=(used,),
            declined=(replace(used, b=made.sha(4), offset=0.0, declined="No sound stands out in both."),),
        ),
        links=(
            Link(
                a="r001",
                b="r002",
                kind="sound aligned",
                bearing="links",
                sentence="Two bangs lie at the same moments, 1.94 s apart on the clips.",
                evidence=(made.sha(1), made.sha(3)),
            ),
            Link(
                a="r001",
                b="r002",
                kind="same uploader",
                bearing="argues against independence",
                sentence="One copy of each was posted by the same account.",
                evidence=(made.sha(1), made.sha(3)),
            ),
        ),
        claims=(made.CLAIM,),
        chains=made.CHAINS,
        items=tuple(made.item(n) for n in range(1, 5)),
        failed=(
            FailedItem(
                target="files/7.mp4", kind="not-found", reason="There is no such file.", advice="Check the map."
            ),
        ),
        changes=(
            Change(
                subject="https://example.org/pic/7", before="fetched", after="gone", sentence="Post 7 is gone since."
            ),
        ),
        earlier_run="2026-11-15T09:00:00Z",
        decisions=(
            Decision(
                subject="i0001",
                category="DecontextualizedContent",
                by="A. Editor",
                note="Older clip.",
                at="2026-11-22T11:30:00Z",
            ),
        ),
        searched=Searched(clips=1240, frames=88_211, descriptors=("phash/1", "local/2")),
        not_established=(
            *made.NOT_ESTABLISHED,
            "Whether posts 1, 2 and 8 carried a video is not established: the story gives no address.",
        ),
        summary=made.SUMMARY,
        custody=Custody(head=made.sha(79), entries=31, signed_by="ed25519:3f2a9c"),
        made="2026-11-22T12:30:00Z",
        command="firstseen story story.txt --media map.toml",
        versions={"firstseen": "0.1.0"},
        settings={"workers": 2},
    )
    return replace(report, **changes)
