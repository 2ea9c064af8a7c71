"""Recordings that may show one place, with the two frames to compare. Rule: only what a person can look at is told."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Sequence

from pipelines.pairs import cut_frames
from pipelines.session import Session
from verify.descriptors.patches import Patches
from verify.records.cases import Event
from verify.records.stories import Link, MarkedFrame, StoryClip, StoryRecording
from verify.stories.same_place import SamePlace, same_place

MOST_CLIPS = 60  # recordings compared with each other: 1,770 pairs, about a millisecond each
MOST_LINKS = 40  # shown: two pictures each


def place_links(
    session: Session, clips: Sequence[StoryClip], found: Sequence[StoryRecording]
) -> Generator[Event, None, list[Link]]:
    """Return the links between recordings that may show the same place; `clips` are of one recording each."""
    library = session.case.library
    prints = {c.sha256: library.fingerprints(c.sha256, (Patches.name,)).get(Patches.name) for c in clips[:MOST_CLIPS]}
    pairs = list(itertools.combinations(clips[:MOST_CLIPS], 2))
    same: list[tuple[StoryClip, StoryClip, SamePlace]] = []
    for number, (a, b) in enumerate(pairs):
        if number % 50 == 0:
            yield Event(kind="progress", step="places", current=number, total=len(pairs), unit="pairs")
        one = same_place(prints[a.sha256], prints[b.sha256])
        if one is not None:
            same.append((a, b, one))
    yield Event(kind="done", step="places", current=len(pairs), total=len(pairs), unit="pairs")
    same.sort(key=lambda told: -told[2].places)
    where = {s: r.recording.id for r in found for s in r.recording.members}
    return [_link(session, where, a, b, one) for a, b, one in same[:MOST_LINKS]]


def _link(session: Session, where: dict[str, str], a: StoryClip, b: StoryClip, one: SamePlace) -> Link:
    turned = ", one of them mirrored" if one.mirrored else ""
    return Link(
        a=where[a.sha256],
        b=where[b.sha256],
        kind="same place",
        bearing="links",
        sentence=f"They may show the same place from about the same spot{turned}: {one.places} points in {one.parts} "
        "of 16 parts of the picture fit, captions left out; what moves differs, so they are not copies. Look at both.",
        evidence=(a.sha256, b.sha256),
        frames=(
            MarkedFrame(sha256=a.sha256, time=one.a_time, image=_cut(session, a, one.a_time), points=one.a_points),
            MarkedFrame(sha256=b.sha256, time=one.b_time, image=_cut(session, b, one.b_time), points=one.b_points),
        ),
    )


def _cut(session: Session, clip: StoryClip, time: float) -> str:
    """Return the path from the case of the frame of a clip at `time`, cut now; nothing where it cannot be cut."""
    data = cut_frames(session, clip.sha256, [time]).get(time)
    if data is None:
        return ""
    name = f"{clip.sha256[:12]}-{round(time * 1000):09d}.jpg"
    return f"items/{clip.item}/{session.case.save_pictures(clip.item, {name: data})[name]}"
