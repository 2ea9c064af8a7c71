"""What a source is: it turns what a user typed into files in a folder of ours, with everything the source told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from verify.records.media import Post, Problem, Role
from verify.records.times import TimeBounds
from verify.settings import Settings

Progress = Callable[[float, float | None, str], None]
"""Called with (bytes so far, total bytes or None, words)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """One file as it came, in the staging folder: hashed and preserved by the archive next, then deleted here."""

    path: Path
    role: Role
    name: str
    made_from: tuple[Path, ...] = ()  # for a working copy: the received files it was made from
    made_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One item as it came: its files, its post, and what the source told.

    The working copy is examined where there is one, else the first evidentiary copy.
    """

    target: str
    files: tuple[Received, ...]
    post: Post | None = None
    acquired: TimeBounds | None = None
    acquired_by: str = ""
    problems: tuple[Problem, ...] = ()
    info: dict[str, Any] = field(default_factory=dict)


class Source(ABC):
    """One way material arrives. `takes` says whether a target is for it; `fetch` yields one Arrival an item."""

    name: ClassVar[str]
    order: ClassVar[int] = 50

    @abstractmethod
    def takes(self, target: str) -> bool:
        """Return whether this source handles `target`."""

    @abstractmethod
    def fetch(self, target: str, staging: Path, settings: Settings, progress: Progress) -> Iterator[Arrival]:
        """Yield the items of `target`, their files under `staging`.

        Raises SourceError (or MediaError for a file that is no media) when nothing at all can be had; an item of
        several that fails is raised by the iterator only after the others were yielded.
        """
