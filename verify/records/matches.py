"""What two files share. Rule: a match says which seconds, which part of the picture, and how surely."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from verify.records.times import TimeBounds

MatchKind = Literal["same picture", "shared part", "same soundtrack"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """Seconds `a_start..a_end` of file a show what seconds `b_start..b_end` of file b show.

    `speed` is how many times faster b plays (seconds of a per second of b); `reversed` means b runs backwards.
    """

    a_start: float
    a_end: float
    b_start: float
    b_end: float
    speed: float = 1.0
    reversed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Geometry:
    """Where a's picture lies in b's: a 3x3 matrix on coordinates that run 0..1 over each picture, row by row.

    `words` name it for people: `mirrored`, `rotated 90°`, `cropped to 60 %`, `in a corner`...
    `outline_a` and `outline_b` are the part of each picture that is shared, as four (x, y) corners in 0..1.
    """

    matrix: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    mirrored: bool = False
    rotation: float = 0.0  # degrees, counter-clockwise
    scale: float = 1.0
    words: tuple[str, ...] = ()
    outline_a: tuple[tuple[float, float], ...] = ()
    outline_b: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Strength:
    """A score (higher is surer) and how often unrelated footage of this kind reaches it.

    `false_rate` is the estimated share of unrelated pairs that score this high or higher (an upper bound where too
    few were seen); `kind` is the kind of footage it was estimated for; `basis` says from how many pairs, and how.
    """

    score: float
    false_rate: float | None
    kind: str = "any"
    basis: str = ""
    words: str = ""  # `practically certain`, `strong`, `possible`


@dataclass(frozen=True, kw_only=True, slots=True)
class FramePair:
    """Two moments, one of each file, that show the same instant: what a person looks at."""

    a_time: float
    b_time: float
    a_image: str = ""  # paths relative to the report's item folder, filled when the pictures are written
    b_image: str = ""
    distance: int | None = None  # pHash bits of 64, after undoing the geometry


@dataclass(frozen=True, kw_only=True, slots=True)
class Parting:
    """An edge of what two files share beyond which both go on: its second in each, and how alike they are there.

    `alike` is the correlation of the pictures laid over each other, in the median of up to three seconds (1: the same).
    """

    a_time: float
    b_time: float
    alike: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Two media files that share footage, or no more than a part cut into both, or only sound, which `kind` says."""

    a: str  # SHA-256
    b: str
    kind: MatchKind
    segments: tuple[Segment, ...]
    geometry: Geometry
    strength: Strength
    frames: tuple[FramePair, ...] = ()
    descriptors: tuple[str, ...] = ()  # which fingerprints found it, name/version
    notes: tuple[str, ...] = ()
    partings: tuple[Parting, ...] = ()
    jumps_a: tuple[float, ...] = ()  # edges of the segments, in seconds of a, at which its picture becomes another
    jumps_b: tuple[float, ...] = ()
    apart: float = 0.0  # share of what both pictures cover that shows something of its own in each; 0 for copies


@dataclass(frozen=True, kw_only=True, slots=True)
class Appearance:
    """One place where a clip is known from: a post or a file, with the bounds of when it was there."""

    sha256: str
    label: str
    bounds: TimeBounds | None  # None: no date is known but our own fetch
    url: str = ""
    author: str = ""
    platform: str = ""
    item: str = ""
    by_hand: bool = False  # a person tied the file to that post: that it is the post's is their word


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """The copies judged to come from one act of filming. `members` are SHA-256; containers hold it, and others too."""

    id: str
    members: tuple[str, ...]
    containers: tuple[str, ...] = ()
    appearances: tuple[Appearance, ...] = ()
    earliest: Appearance | None = None
    best: str = ""
    best_reason: str = ""
    decided_by: str = ""  # a person, when a person joined or parted it
    changes: dict[str, str] = field(default_factory=dict)  # SHA-256 -> what that copy did to the picture and time
