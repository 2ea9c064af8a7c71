"""Which recordings a story's clips show, and where their cameras stood. Rule: what is not known is left out.

Clips of the library that match one of the story's are looked at with them: an older copy, or a montage of both.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines import steps
from pipelines.session import Session
from verify.descriptors.grid import STEP, Grid, kept_median_change
from verify.records.cases import OtherClip
from verify.records.claims import Place
from verify.records.matches import Match
from verify.records.stories import StoryClip, StoryPost, StoryRecording, StoryText
from verify.stories import holding, tally
from verify.stories.montages import Facts, Sorted
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
    decisions = list(session.case.library.decisions().values())
    matches = [*matches, *_among_others(session, set(others) - {c.sha256 for c in clips}, set(others))]
    # Of copies as long and as large as each other the first is called the best: the one with most bytes a second.
    rate = {c.sha256: c.size / max(c.duration or 0.0, 0.1) for c in clips}
    ordered = sorted(others.values(), key=lambda other: -rate.get(other.sha256, 0.0))
    found, told = holding.recordings(ordered, matches, decisions, _facts(session, others))
    return tally.recordings(found, clips, rows), told


def _among_others(session: Session, others: set[str], known: set[str]) -> list[Match]:
    """Return what other clips of the library share with each other: that two show each other is not known without."""
    found: dict[tuple[frozenset[str], str], Match] = {}
    for sha256 in sorted(others)[:MOST_OTHERS]:
        for match in steps.search(session, sha256):
            if match.b in known and match.b in others:
                found.setdefault((frozenset((match.a, match.b)), match.kind), match)
    return list(found.values())


def _facts(session: Session, others: dict[str, OtherClip]) -> Facts:
    """Return what is known of the clips beside their matches: lengths, cuts, and how the whole picture changes."""
    changes = {}
    for sha256 in others:
        print_ = session.case.library.fingerprints(sha256, (Grid.name,)).get(Grid.name)
        if print_ is not None and print_.version == Grid.version:
            changes[sha256] = kept_median_change(print_)[1:-1]
    return Facts(
        lengths={s: other.duration or 0.0 for s, other in others.items()},
        cuts=steps.cuts_of(session, others),
        changes=changes,
        step=STEP,
    )


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
