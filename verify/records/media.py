"""Files, posts and what the worker saw in a file. Rule: a file's identity is its SHA-256, never its path."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from verify.records.times import TimeBounds

Role = Literal["evidentiary copy", "working copy", "thumbnail", "subtitles", "info", "page", "keyframe", "report"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaFile:
    """One preserved file. `path` is relative to the case; `name` is what it was called where it came from."""

    sha256: str
    size: int
    role: Role
    path: str
    name: str
    media_type: str = "application/octet-stream"
    made_from: tuple[str, ...] = ()  # SHA-256 of the evidentiary copies a working copy was made from
    made_by: str = ""  # the command and version that made it


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """Where a clip was published. A post is dated; a recording is not. `dates` holds every date anyone states."""

    url: str
    platform: str
    id: str = ""
    author: str = ""
    author_id: str = ""
    author_url: str = ""
    title: str = ""
    text: str = ""
    dates: tuple[TimeBounds, ...] = ()
    fetched: TimeBounds | None = None
    stated_by_user: bool = False  # tied to the file by hand (`--post`), not fetched


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """One metadata fact read from bytes. `place` is the path in the file (`moov/mvhd`), `raw` the bytes in hex."""

    name: str
    value: str
    reader: str
    place: str
    offset: int | None = None
    raw: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One stream of a container. Sizes in pixels as stored; `display_width/height` after aspect and rotation."""

    index: int
    kind: Literal["video", "audio", "subtitle", "data", "attachment"]
    codec: str
    profile: str = ""
    duration: float | None = None
    bit_rate: int | None = None
    width: int | None = None
    height: int | None = None
    display_width: int | None = None
    display_height: int | None = None
    rotation: int = 0
    frame_rate: float | None = None
    pixel_format: str = ""
    sample_rate: int | None = None
    channels: int | None = None
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """A span without a cut, in seconds from the first frame shown."""

    start: float
    end: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyframe:
    """The sharpest frame that stands for a span. `path` is relative to the item's folder; times in seconds."""

    time: float
    shot: int
    path: str
    width: int
    height: int
    sharpness: float
    phash: str = ""  # imagehash hex, 64 bits
    dhash: str = ""
    pdq: str = ""  # 256 bits, hex
    pdq_quality: int = 0
    informative: bool = True  # False: black, one colour, or a title card


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """A measured value over time: `step` seconds between values, the first at `start`."""

    name: str
    unit: str
    start: float
    step: float
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sound:
    """What was measured in the sound. `envelope` is RMS in dBFS; `impulses` are onset times in seconds."""

    sample_rate: int
    channels: int
    duration: float
    envelope: Curve
    impulses: tuple[float, ...] = ()
    silent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something that could not be read or checked, and why; carried to the report as it is."""

    part: str
    reason: str


# `all`: whatever any check may ask. `copies`: fingerprints, shots, one keyframe and the container's own tags, which is
# what a report on copies needs.
# `tags`: metadata alone, of a file in which neither picture nor sound could be decoded.
Scope = Literal["all", "copies", "tags"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """All that the worker saw in one file, from one decode. Fingerprints travel beside it as an npz file."""

    sha256: str
    container: str
    duration: float | None
    streams: tuple[Stream, ...] = ()
    tags: tuple[Tag, ...] = ()
    shots: tuple[Shot, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()
    curves: tuple[Curve, ...] = ()  # `brightness` (0..1), `change`, ...
    sound: Sound | None = None
    frames_decoded: int = 0
    problems: tuple[Problem, ...] = ()
    isolation: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)  # a reader's own structures, by reader name
    scope: Scope = "all"
