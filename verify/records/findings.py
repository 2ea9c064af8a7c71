"""What a check concludes. Rule: no finding without evidence a person can re-check; a machine never says true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Bearing = Literal["supports", "questions", "neutral", "not tested"]
Part = Literal["what", "when", "where", "by whom", "original", "source"]
Weight = Literal["strong", "moderate", "weak"]

# schema.org MediaManipulationRatingEnumeration: a person sets one, a machine never does.
MEDIA_CATEGORIES = (
    "OriginalMediaContent",
    "DecontextualizedContent",
    "EditedOrCroppedContent",
    "TransformedContent",
    "StagedContent",
    "SatireOrParodyContent",
)
CLAIM_VERDICT = "claim:"  # a Decision of category `claim: Missing context` rates the claim, in the person's own words


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One thing a person can look at again: a value, where it stands, and (for pictures) the file."""

    label: str
    value: str
    place: str = ""  # tag place, second of the clip, URL
    image: str = ""  # path relative to the item folder
    sha256: str = ""
    outline: tuple[tuple[float, float], ...] = ()  # corners in 0..1 of the part of `image` that is meant


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One question asked, one sentence answered.

    `part` is the part of the claim it bears on, `weight` how much one such finding can carry by itself,
    `limits` what it cannot show, `recheck` how to repeat it by hand without firstseen.
    """

    check: str
    bearing: Bearing
    part: Part
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    limits: str = ""
    recheck: str = ""
    weight: Weight = "moderate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a person decided; kept apart from what machines found, and never overwritten by them."""

    subject: str  # item id, or two SHA-256 joined by a space
    category: str  # `not a match`, `same recording`, or a MediaReview category
    by: str
    note: str
    at: str  # ISO 8601 UTC
    undone: bool = False
