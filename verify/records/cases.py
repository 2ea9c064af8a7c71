"""One clip with all that is known of it: what a check may look at, and what a report shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from verify.records.chains import FileChains
from verify.records.claims import Claim
from verify.records.findings import Decision, Finding
from verify.records.matches import Appearance, Match, Recording
from verify.records.media import Examination, MediaFile, Post, Problem
from verify.records.times import TimeBounds

SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing that was brought in: its files, its post (if any), when and how. `media` is what is examined."""

    id: str
    target: str  # what the user typed
    media: MediaFile
    files: tuple[MediaFile, ...] = ()  # everything kept, `media` included
    post: Post | None = None
    acquired: TimeBounds | None = None
    acquired_by: str = ""  # tool and version
    problems: tuple[Problem, ...] = ()
    info: dict[str, Any] = field(default_factory=dict)  # format_id, codecs, CDN host... as the source told


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherClip:
    """Another clip of the library that the examined one is compared with."""

    sha256: str
    item: str
    label: str
    duration: float | None
    appearances: tuple[Appearance, ...] = ()
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Searched:
    """What the search for copies went through, so that `none found` means something."""

    clips: int
    frames: int
    oldest: str = ""  # ISO date of the oldest item
    newest: str = ""
    descriptors: tuple[str, ...] = ()
    not_searched: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One clip, assembled once, then read-only."""

    item: Item
    examination: Examination | None
    claim: Claim | None = None
    matches: tuple[Match, ...] = ()
    others: dict[str, OtherClip] = field(default_factory=dict)  # by SHA-256, every clip a match names
    appearances: tuple[Appearance, ...] = ()  # of this clip and of its copies, ours included
    searched: Searched | None = None
    decisions: tuple[Decision, ...] = ()
    own_signs: str = ""  # the newsroom's own table of signs (TOML), whole: the report shows what was applied


@dataclass(frozen=True, kw_only=True, slots=True)
class Custody:
    """What a report prints of the log: its head, and how many entries stand behind it."""

    head: str = ""
    entries: int = 0
    signed_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutsideLink:
    """An address where a person can look further: nothing is sent there until the person follows it.

    `about` says what is looked for there (`this clip's frames`, the claimed place, the post's address); `ready` is
    False where the page opens empty and the picture must be given there by hand.
    """

    about: str
    service: str
    url: str
    words: str = ""
    ready: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipReport:
    """Findings about one clip, with everything needed to run it again and get the same."""

    schema: Literal["firstseen/clip-report/1"] = "firstseen/clip-report/1"
    case: Case
    findings: tuple[Finding, ...]
    not_established: tuple[str, ...]
    summary: tuple[str, ...]
    custody: Custody
    made: str  # ISO 8601 UTC
    command: str
    versions: dict[str, str]
    settings: dict[str, Any]
    elsewhere: tuple[OutsideLink, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedItem:
    """An item that could not be done, and why."""

    target: str
    kind: str
    reason: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchReport:
    """Many clips: which are copies of which, what stands alone, what failed."""

    schema: Literal["firstseen/batch-report/1"] = "firstseen/batch-report/1"
    items: tuple[Item, ...]
    recordings: tuple[Recording, ...]
    singles: tuple[str, ...]
    matches: tuple[Match, ...]
    others: dict[str, OtherClip]
    failed: tuple[FailedItem, ...]
    searched: Searched | None
    custody: Custody
    made: str
    command: str
    versions: dict[str, str]
    settings: dict[str, Any]
    thumbnails: dict[str, str] = field(default_factory=dict)  # SHA-256 -> small picture, path as `pictures` takes it
    montages: dict[str, str] = field(default_factory=dict)  # SHA-256 of what holds several recordings -> how it shows
    doubts: tuple[str, ...] = ()  # matches that were set aside, and why
    chains: FileChains = field(default_factory=FileChains)  # which files one chain of programs wrote
    decisions: tuple[Decision, ...] = ()  # of people, about two of these clips; also those that were undone


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A check's name and the question it asks, for the list of what was and was not tested."""

    name: str
    question: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What a running pipeline tells: nothing here changes what is computed."""

    kind: Literal["started", "progress", "done", "failed", "note"]
    step: str  # acquire, archive, examine, search, check, report
    target: str = ""
    message: str = ""
    current: float = 0.0
    total: float | None = None
    unit: str = ""
    data: dict[str, Any] = field(default_factory=dict)


__all__ = [
    "SCHEMA_VERSION",
    "Appearance",
    "BatchReport",
    "Case",
    "Check",
    "ClipReport",
    "Custody",
    "Event",
    "FailedItem",
    "Item",
    "OtherClip",
    "OutsideLink",
    "Searched",
]
