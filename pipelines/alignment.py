"""Clips of one event on one clock. Rule: what cannot be aligned says why, and stays off the clock.

Only clips of different recordings are compared, the best copy of each; and not two that carry one soundtrack, which
align perfectly and show nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Sequence

from pipelines.session import Session
from verify.descriptors.onsets import Onsets
from verify.records.cases import Event
from verify.records.matches import Match
from verify.records.stories import Alignment, EventClock, StoryClip
from verify.sync import flashes, sound
from verify.sync.clock import one_clock

MOST_CLIPS = 60  # recordings compared with each other: 1,770 pairs, a few seconds


def align_clips(
    session: Session, clips: Sequence[StoryClip], matches: Iterable[Match]
) -> Generator[Event, None, EventClock]:
    """Return the clock of the clips that could be aligned with each other; each is of another recording."""
    one_sound = {frozenset((m.a, m.b)) for m in matches if m.kind == "same soundtrack"}
    pairs = list(itertools.combinations(clips[:MOST_CLIPS], 2))
    found: list[Alignment] = []
    for number, (a, b) in enumerate(pairs):
        if number % 50 == 0:
            yield Event(kind="progress", step="align", current=number, total=len(pairs), unit="pairs")
        if frozenset((a.sha256, b.sha256)) in one_sound:
            why = "both carry the same soundtrack: that it fits shows nothing"
            found.append(Alignment(a=a.sha256, b=b.sha256, way="sound", declined=why))
        else:
            found.append(_align(session, a, b))
    yield Event(kind="done", step="align", current=len(pairs), total=len(pairs), unit="pairs")
    return one_clock(found)


def _align(session: Session, a: StoryClip, b: StoryClip) -> Alignment:
    """Return how two clips lie: by their flashes, which light brings at once, else by their sound."""
    by_light = flashes.align(a.flashes, b.flashes, a.duration or 0.0, b.duration or 0.0, a.sha256, b.sha256)
    if not by_light.declined:
        return by_light
    library = session.case.library
    heard = [library.fingerprints(c.sha256, (Onsets.name,)).get(Onsets.name) for c in (a, b)]
    return sound.align(heard[0], heard[1], a.sha256, b.sha256)
