"""Cases made by hand: one clip, changed part by part by each test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from verify.records.cases import Case, Item, OtherClip, Searched
from verify.records.claims import Claim, Place
from verify.records.matches import Appearance, Geometry, Match, Segment, Strength
from verify.records.media import Examination, MediaFile, Post, Tag
from verify.records.times import TimeBounds, moment

OURS, THEIRS, THIRD = "a" * 64, "b" * 64, "c" * 64
BELGOROD = Place(
    name="Belgorod", latitude=50.60, longitude=36.59, radius=15_000, zone="Europe/Moscow", basis="given coordinates"
)
FIVE = TimeBounds(
    not_before=datetime(2022, 4, 1, 2, 0, tzinfo=UTC),
    not_after=datetime(2022, 4, 1, 2, 51, tzinfo=UTC),
    precision="interval",
    zone="offset",
    basis="given",
)
CLAIM = Claim(what="helicopters fire rockets at a depot", when=FIVE, where=BELGOROD, by="Ukraine", original=True)


def at(text: str, basis: str = "given") -> TimeBounds:
    """Return the bounds of a moment written with its zone."""
    return moment(datetime.fromisoformat(text), basis)


def tag(name: str, value: str) -> Tag:
    """Return a tag as a reader would give it."""
    return Tag(name=name, value=value, reader="boxes", place="moov/mvhd", offset=44)


def match(other: str = THEIRS, **changes: Any) -> Match:
    """Return a match of our clip with `other`: the whole picture, practically certain."""
    given = {
        "a": OURS,
        "b": other,
        "kind": "same picture",
        "segments": (Segment(a_start=1.0, a_end=9.5, b_start=0.0, b_end=8.5),),
        "geometry": Geometry(),
        "strength": Strength(score=12.0, false_rate=1e-6, words="practically certain", basis="212,000 pairs"),
    }
    return Match(**(given | changes))


def post(*dates: TimeBounds, **changes: Any) -> Post:
    """Return a post with these dates."""
    return Post(url="https://x.example/1/status/2", platform="x", dates=dates, **changes)


YEAR_EARLIER = at("2021-04-01T05:00:00+03:00", "number of the post")
DAY_LATER = at("2022-04-02T05:00:00+03:00", "number of the post")


def case(
    claim: Claim | None = CLAIM,
    tags: tuple[Tag, ...] = (),
    post: Post | None = None,
    dated: dict[str, tuple[TimeBounds, ...]] | None = None,
    clips: int | None = 31,
    **changes: Any,
) -> Case:
    """Return a case of our clip; `dated` gives appearances by SHA-256, `changes` replace whole parts of the Case."""
    media = MediaFile(sha256=OURS, size=1000, role="evidentiary copy", path="originals/a", name="clip.mp4")
    appearances = tuple(
        Appearance(sha256=sha, label=f"post by @{sha[0]}", bounds=b, url=f"https://x.example/{sha[0]}", item=sha[0])
        for sha, many in (dated or {}).items()
        for b in many
    )
    given = {
        "item": Item(id="item-1", target="clip.mp4", media=media, files=(media,), post=post),
        "examination": Examination(sha256=OURS, container="mp4", duration=30.0, tags=tags),
        "others": {s: OtherClip(sha256=s, item=s[0], label=f"clip {s[0]}", duration=20.0) for s in (THEIRS, THIRD)},
        "appearances": appearances,
        "searched": Searched(clips=clips, frames=clips * 60) if clips is not None else None,
    }
    return Case(claim=claim, **(given | changes))
