"""Clips of one event on one clock. Rule: what cannot be aligned says why, and stays off the clock."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from pipelines.session import Session
from verify.records.cases import Event
from verify.records.media import Examination
from verify.records.stories import EventClock


def align_clips(session: Session, clips: Sequence[Examination]) -> Generator[Event, None, EventClock]:
    """Return the clock of the clips that could be aligned with each other."""
    yield Event(kind="started", step="align", total=len(clips), unit="clips")
    return EventClock()
