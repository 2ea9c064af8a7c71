"""What a report format is: a pure function from a report record (and its pictures) to bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from verify.records.cases import BatchReport, ClipReport
from verify.records.stories import StoryReport

Pictures = Callable[[str], bytes | None]
"""Gives the bytes of an image file of the item (`keyframes/003.jpg`), or None when it is not there."""


class Format(ABC):
    """One report format. `name` is what `--format` takes, `ending` the file's, `media_type` its own."""

    name: ClassVar[str]
    ending: ClassVar[str]
    media_type: ClassVar[str]

    @abstractmethod
    def clip(self, report: ClipReport, pictures: Pictures) -> bytes:
        """Return the report of one clip. A format that cannot show something says so in words."""

    @abstractmethod
    def batch(self, report: BatchReport, pictures: Pictures) -> bytes:
        """Return the report of many clips."""

    @abstractmethod
    def story(self, report: StoryReport, pictures: Pictures) -> bytes:
        """Return the report of a story; its pictures are named from the case (`items/<id>/keyframes/003.jpg`)."""
