"""What has been found so far in one file, while it is examined. Rule: it grows with what is found, not with hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verify import rooms
from verify.audience import Audience
from verify.descriptors.base import Descriptor
from verify.descriptors.learned import vectors
from verify.measures.base import Measure
from verify.media.pages import Page
from verify.records.fingerprints import Fingerprint
from verify.records.media import Curve, Keyframe, Problem, Scope, Shot, Sound, Stream, Tag
from verify.settings import Settings


@dataclass(kw_only=True)
class Seen:
    """What has been found so far."""

    out: Path
    settings: Settings
    scope: Scope
    duration: float | None = None
    frames: int = 0
    streams: tuple[Stream, ...] = ()
    shots: tuple[Shot, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()
    sound: Sound | None = None
    tags: list[Tag] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fingerprints: list[Fingerprint] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    pages: tuple[Page, ...] = ()

    @property
    def reads(self) -> bool:
        """Whether writing in the picture is to be read."""
        return self.scope == "all" and self.settings.read_text

    @property
    def members(self) -> tuple[Descriptor | Measure, ...]:
        """Who looks and listens."""
        offered = (m for m in rooms.offered().members if self.scope == "all" or isinstance(m, Descriptor))
        return (*offered, *vectors.wanted(self.settings))

    @property
    def keyframes_wanted(self) -> int:
        """How many keyframes are kept."""
        return self.settings.max_keyframes if self.scope == "all" else 1

    def take(self, audience: Audience) -> None:
        """Take over what descriptors and measures found."""
        self.fingerprints += audience.fingerprints
        self.curves += audience.curves
        self.problems += audience.problems
        self.sound = audience.sound
        self.extra |= audience.extra
