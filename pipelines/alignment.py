"""Clips of one event on one clock. Rule: what cannot be aligned says why, and stays off the clock.

Only clips of different recordings are compared, the best copy of each; and not two that carry one soundtrack, which
align perfectly and show nothing. Where a camera stood is what a person says, or else what the file received states.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Mapping, Sequence

from pipelines.session import Session
from verify import coordinates, statements
from verify.descriptors.onsets import Onsets
from verify.records.cases import Event
from verify.records.claims import Claim, Place
from verify.records.matches import Match
from verify.records.stories import Alignment, EventClock, StoryClip
from verify.sync import flashes, sound, travel
from verify.sync.clock import one_clock

MOST_CLIPS = 60  # recordings compared with each other: 1,770 pairs, a few seconds


# Metres a position in a file is taken to be good for: phones are asked for 50 m in 80 % of calls (47 CFR 9.10(i)),
# and what a file states may be a rough or an older one.
POSITION_IN_FILE = 100.0


def align_clips(
    session: Session,
    clips: Sequence[StoryClip],
    matches: Iterable[Match],
    claims: Iterable[Claim] = (),
    cameras: Mapping[str, Place] | None = None,
) -> Generator[Event, None, EventClock]:
    """Return the clock of the clips that could be aligned with each other; each is of another recording.

    `claims` may say where a blast was, `cameras` (by SHA-256) where cameras stood: then sound travel is taken out.
    """
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
    places = {c.sha256: place for c in clips if (place := (cameras or {}).get(c.sha256) or stated_place(session, c))}
    bangs = {c.sha256: c.impulses for c in clips}
    return one_clock(travel.corrected(found, places, source_of(claims), bangs))


def source_of(claims: Iterable[Claim]) -> travel.Source | None:
    """Return the one place that the claims say a blast was at; None where none does, or two say different ones."""
    given = list(claims)
    blasts = {claim.blast for claim in given if claim.blast is not None}
    warm = {claim.temperature for claim in given if claim.temperature is not None}
    if len(blasts) != 1:
        return None
    return travel.Source(place=blasts.pop(), celsius=warm.pop() if len(warm) == 1 else None)


def stated_place(session: Session, clip: StoryClip) -> Place | None:
    """Return where the clip's own file says it was made, if it says one place only."""
    seen = session.case.examination(clip.sha256)
    stated = statements.positions(seen.examination.tags) if seen else ()
    points = [(one.latitude, one.longitude) for one in stated if not coordinates.unset(one.latitude, one.longitude)]
    if not points or any(coordinates.distance(points[0], point) > POSITION_IN_FILE for point in points[1:]):
        return None
    return Place(
        name="position in the file", latitude=points[0][0], longitude=points[0][1], radius=POSITION_IN_FILE,
        basis="stated in the file",
    )  # fmt: skip


def _align(session: Session, a: StoryClip, b: StoryClip) -> Alignment:
    """Return how two clips lie: by their flashes, which light brings at once, else by their sound."""
    by_light = flashes.align(a.flashes, b.flashes, a.duration or 0.0, b.duration or 0.0, a.sha256, b.sha256)
    if not by_light.declined:
        return by_light
    library = session.case.library
    heard = [library.fingerprints(c.sha256, (Onsets.name,)).get(Onsets.name) for c in (a, b)]
    return sound.align(heard[0], heard[1], a.sha256, b.sha256)
