"""A story, what it refers to, and what came of each reference. Rule: everything the story names is accounted for.

Words: a *quoted post* is a post whose words the story shows; a *reference* is one link or embed; a *story post* is
what a reader counts as one post: a quoted post with its links, or a link that stands by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from verify.records.cases import Custody, FailedItem, Item, OtherClip, Searched
from verify.records.chains import FileChains
from verify.records.claims import Claim
from verify.records.findings import Decision, Finding
from verify.records.matches import Match, Recording
from verify.records.media import Curve, Keyframe, Problem
from verify.records.times import TimeBounds

StoryKind = Literal["html", "markdown", "text", "docx", "pdf"]
ReferenceState = Literal["not tried", "fetched", "mapped", "gone", "refused", "not a video", "not reachable", "no link"]
"""`fetched`: we have its bytes. `mapped`: a person gave a file for it (`--media`). `gone`: the address answers, the
post is no longer there. `refused`: private, login, region, or our own network guard. `not reachable`: no answer,
or an answer that could not be used. `no link`: a quoted post that the story gives no address for."""
FoundAs = Literal["link", "text", "embed", "quote", "video", "metadata"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """One address the story points to. `key` is the same for two spellings of one address; `times` counts them.

    `quote` is the number of the quoted post it belongs to (0: none). `context` is the story's own words around it.
    """

    number: int  # from 1, in the order of the story
    url: str
    key: str
    found_as: FoundAs
    platform: str = ""
    post_id: str = ""
    quote: int = 0
    times: int = 1
    context: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """A post whose words the story shows, with the author and date it gives; absent parts stay empty."""

    number: int  # from 1, in the order of the story
    author: str
    handle: str
    text: str
    date: TimeBounds | None = None
    date_text: str = ""
    references: tuple[int, ...] = ()
    url: str = ""  # the post's own address, where the quote gives it
    after: int = 0  # how many references stand before it in the story


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryText:
    """What reading the story gave, nothing of it fetched or run."""

    kind: StoryKind
    title: str = ""
    date: TimeBounds | None = None
    author: str = ""
    url: str = ""
    text: str = ""
    quotes: tuple[Quote, ...] = ()
    references: tuple[Reference, ...] = ()
    problems: tuple[Problem, ...] = ()
    other_links: tuple[str, ...] = ()  # addresses of pages that are no post and no video: listed, not fetched


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceResult:
    """What came of one reference: each is accounted for, also the second link of a quoted post."""

    number: int
    state: ReferenceState
    reason: str
    next_step: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryPost:
    """One post of the story and what came of it: the row of the table in which each is accounted for.

    `references` and `quote` point into StoryText by number (quote 0: a link by itself). `items` are the case's item
    ids, `sha256` the clips that came of it.
    """

    number: int
    state: ReferenceState
    reason: str
    next_step: str
    quote: int = 0
    references: tuple[int, ...] = ()
    url: str = ""
    author: str = ""
    handle: str = ""
    date: TimeBounds | None = None
    items: tuple[str, ...] = ()
    sha256: tuple[str, ...] = ()
    tried: str = ""  # ISO 8601 UTC of this attempt
    mapped_file: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """How two clips lie in time: a moment at second `t` of b is second `t + offset` of a, within `error` seconds.

    `declined` is empty, or says why no offset is given; then `offset` and `error` mean nothing. `confidence` is the
    chance (0..1) that the offset is right, as measured (`basis` says on what). `way` is what was compared.
    """

    a: str  # SHA-256
    b: str
    way: Literal["sound", "flash", "picture", "person"]
    offset: float = 0.0
    error: float = 0.0
    confidence: float = 0.0
    overlap: float = 0.0  # seconds both clips cover at this offset
    basis: str = ""
    declined: str = ""
    travel: float = 0.0  # seconds by which sound travel was corrected (0: places not known)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockPlace:
    """Where a clip lies on the event clock: its first second is `start`, within `error` seconds."""

    sha256: str
    start: float
    error: float
    group: int = 0  # clips of different groups could not be put on one clock


@dataclass(frozen=True, kw_only=True, slots=True)
class EventClock:
    """All clips that could be put on one clock, the alignments used, and those that contradicted the others."""

    places: tuple[ClockPlace, ...] = ()
    used: tuple[Alignment, ...] = ()
    declined: tuple[Alignment, ...] = ()
    contradicted: tuple[Alignment, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryClip:
    """One clip of the story as the page shows it: contact sheet, curves to draw, findings, and its own report."""

    sha256: str
    item: str
    label: str
    posts: tuple[int, ...] = ()  # StoryPost numbers
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    size: int = 0
    media_path: str = ""  # relative to the case: what the page plays
    media_type: str = ""
    report_path: str = ""  # relative to the case
    keyframes: tuple[Keyframe, ...] = ()
    loudness: Curve | None = None
    brightness: Curve | None = None
    impulses: tuple[float, ...] = ()
    flashes: tuple[float, ...] = ()
    findings: tuple[Finding, ...] = ()
    uploaders: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedFrame:
    """A frame of a clip at `time` seconds with points (x, y, 0..1), the n-th being the n-th of the other frame."""

    sha256: str
    time: float
    image: str = ""  # path from the case
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """What links two recordings, or argues against their independence; one sentence with its evidence."""

    a: str  # Recording ids
    b: str
    kind: Literal[
        "sound aligned", "flashes aligned", "same place", "same uploader", "same soundtrack", "same segment",
        "same screen filmed", "same file history",
    ]  # fmt: skip
    bearing: Literal["links", "argues against independence"]
    sentence: str
    evidence: tuple[str, ...] = ()  # SHA-256 of the clips it rests on
    frames: tuple[MarkedFrame, ...] = ()  # one of each clip of `evidence`, for a person to compare


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryRecording:
    """A recording with what the story's reader asks of it: who showed it, and whether more than one name did."""

    recording: Recording
    uploaders: tuple[str, ...] = ()
    unrelated: bool = False  # under at least two different account names; whose they are is not known
    posts: tuple[int, ...] = ()
    held_by: tuple[str, ...] = ()  # SHA-256 of compilations that hold part of it


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryCounts:
    """The headline, as numbers. Compilations and clips with no picture of their own count as clips only."""

    posts: int = 0
    with_link: int = 0
    fetched: int = 0
    mapped: int = 0
    clips: int = 0
    recordings: int = 0
    unrelated: int = 0  # recordings seen under at least two different account names
    aligned: int = 0  # recordings aligned with another one
    compilations: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is otherwise than when the story was looked at before; both states are kept."""

    subject: str  # an address, an item, a recording
    before: str
    after: str
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryReport:
    """A story, its posts, the clips that came of them, how many recordings they are, and what stands."""

    schema: Literal["firstseen/story-report/1"] = "firstseen/story-report/1"
    id: str
    story: StoryText
    posts: tuple[StoryPost, ...]
    counts: StoryCounts
    results: tuple[ReferenceResult, ...] = ()
    clips: tuple[StoryClip, ...] = ()
    recordings: tuple[StoryRecording, ...] = ()
    matches: tuple[Match, ...] = ()
    others: dict[str, OtherClip] = field(default_factory=dict)
    clock: EventClock = field(default_factory=EventClock)
    links: tuple[Link, ...] = ()
    claims: tuple[Claim, ...] = ()
    items: tuple[Item, ...] = ()
    failed: tuple[FailedItem, ...] = ()
    changes: tuple[Change, ...] = ()
    earlier_run: str = ""  # ISO 8601 UTC of the run that `changes` compares with
    decisions: tuple[Decision, ...] = ()
    searched: Searched | None = None
    not_established: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    custody: Custody = field(default_factory=Custody)
    made: str = ""
    command: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    montages: dict[str, str] = field(default_factory=dict)  # SHA-256 of what holds several recordings -> how it shows
    chains: FileChains = field(default_factory=FileChains)  # which files one chain of programs wrote
