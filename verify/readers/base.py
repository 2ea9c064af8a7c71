"""What a metadata reader is: it looks at one preserved file and returns tags, each with its place in the bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from verify.records.media import Problem, Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one reader found. `extra` holds its own structure (box tree, credentials...) as plain JSON values."""

    tags: tuple[Tag, ...] = ()
    problems: tuple[Problem, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


class Reader(ABC):
    """One metadata reader. `read` never raises for what is in the file: that becomes a Problem."""

    name: ClassVar[str]
    of_copies: ClassVar[bool] = False  # read too where a clip is only looked at for copies: who wrote it, in few ms

    @abstractmethod
    def handles(self, container: str) -> bool:
        """Return whether this reader looks at files sniffed as `container` (`mp4`, `mkv`, `jpeg`, `heic`...)."""

    @abstractmethod
    def read(self, path: Path, container: str) -> Reading:
        """Return the tags of the file at `path`."""

    def version(self) -> str:
        """Return the version of the library behind it, for the report."""
        return ""
