"""What every job is told, and what it gives back. Rule: plain values; nothing here opens anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from verify.records.cases import BatchReport, ClipReport, FailedItem
from verify.records.claims import Claim
from verify.records.stories import StoryReport
from verify.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How a job runs. `case` None means the user's default case; `command` is what a report says to repeat it with."""

    case: Path | None = None
    settings: Settings = field(default_factory=Settings)
    by: str = ""
    command: str = ""
    claim: Claim | None = None
    post: str = ""  # the address of the post that a file saved by hand came from
    formats: tuple[str, ...] = ("html", "json")
    ask: tuple[str, ...] = ()  # services asked by name; nothing is asked otherwise


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One clip's report and the files it was written to, by format name."""

    report: ClipReport
    files: dict[str, Path]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """What `check` gives back: a report for each item that could be done, and the items that could not."""

    case: Path
    written: tuple[Written, ...]
    failed: tuple[FailedItem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchResult:
    """What `dedup` gives back: one report over all items, and the files it was written to."""

    case: Path
    report: BatchReport
    files: dict[str, Path]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryResult:
    """What `story` gives back: the story's report, and the files it was written to, by format name."""

    case: Path
    report: StoryReport
    files: dict[str, Path]
