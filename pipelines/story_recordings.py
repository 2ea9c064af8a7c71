"""Which recordings a story's clips show, and where their cameras stood. Rule: what is not known is left out.

Clips of the library that match one of the story's are looked at with them: an older copy, or a montage of both.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines import grouping, parts
from pipelines.searching import Searches
from pipelines.session import Session
from verify.records.cases import OtherClip
from verify.records.claims import Place
from verify.records.matches import Match
from verify.records.stories import StoryClip, StoryPost, StoryRecording, StoryText
from verify.stories import tally
from verify.stories.montages import Sorted
from verify.stories.posts import Stood, camera_of

MOST_OTHERS = 200  # clips of the library compared with each other: about a tenth of a second each


def recordings_of(
    session: Session,
    clips: Sequence[StoryClip],
    rows: Sequence[StoryPost],
    matches: list[Match],
    others: dict[str, OtherClip],
) -> tuple[list[StoryRecording], Sorted]:
    """Return the story's recordings, and how its matches were sorted: montages apart, doubtful links set aside."""
    matches = [*matches, *_among_others(session, set(others) - {c.sha256 for c in clips}, set(others))]
    matches = parts.told_apart(session, matches)
    found, told = grouping.recordings(session, matches, others, {c.sha256: c.size for c in clips})
    return tally.recordings(found, clips, rows), told


def _among_others(session: Session, others: set[str], known: set[str]) -> list[Match]:
    """Return what other clips of the library share with each other: that two show each other is not known without."""
    found: dict[tuple[frozenset[str], str], Match] = {}
    asked = sorted(others)[:MOST_OTHERS]
    with Searches(session, asked) as searches:
        for match in (m for sha256 in asked for m in searches.search(sha256)):
            if match.b in known and match.b in others:
                found.setdefault((frozenset((match.a, match.b)), match.kind), match)
    return list(found.values())


def cameras_of(
    best: Sequence[StoryClip],
    found: Sequence[StoryRecording],
    rows: Sequence[StoryPost],
    text: StoryText,
    stood: Sequence[Stood],
) -> dict[str, Place]:
    """Return where the camera of each recording stood, under its best clip: said of any of its copies, by one word."""
    places: dict[str, Place] = {}
    for clip in best:
        mine = next(r for r in found if clip.sha256 in r.recording.members)
        shown = [row for row in rows if set(row.sha256) & set(mine.recording.members)]
        said = {place for row in shown if (place := camera_of(row, text, stood)) is not None}
        if len(said) == 1:
            places[clip.sha256] = said.pop()
    return places
