"""Which parts several clips were given, an intro or one shot, without being copies. Rule: a part is told once.

A channel's ident stands in all it publishes: a hundred clips would be five thousand pairs, and are one part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from verify.records.matches import Match

MOSTLY = 0.5  # of the shorter of two spans of one clip: they are one part of it


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Seconds `start` to `end` of a clip; `of_picture`: only a part of its picture there."""

    sha256: str
    start: float
    end: float
    of_picture: bool = False


def common_parts(matches: Iterable[Match]) -> list[tuple[Shown, ...]]:
    """Return the parts that matches of kind `shared part` speak of, each with the clips that show it, longest first.

    Seconds of a clip that matches place a little differently are one span; a clip may show a part twice.
    """
    parts: list[list[Shown]] = []
    for match in matches:
        if match.kind != "shared part":
            continue
        for s in match.segments:
            beside = match.apart > 0
            spans = [Shown(sha256=match.a, start=s.a_start, end=s.a_end, of_picture=beside),
                     Shown(sha256=match.b, start=s.b_start, end=s.b_end, of_picture=beside)]  # fmt: skip
            touched = [part for part in parts if any(_one(span, old) for span in spans for old in part)]
            parts = [part for part in parts if part not in touched]
            parts.append(_once([*(old for part in touched for old in part), *spans]))
    told = [tuple(sorted(part, key=lambda shown: (shown.sha256, shown.start))) for part in parts]
    return sorted(told, key=lambda part: (-len(part), part[0].sha256, part[0].start))


def _one(one: Shown, other: Shown) -> bool:
    if one.sha256 != other.sha256 or one.of_picture != other.of_picture:
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared > MOSTLY * min(one.end - one.start, other.end - other.start)


def _once(spans: Iterable[Shown]) -> list[Shown]:
    """Return the spans, those that are one part of one clip as the longest of them."""
    kept: list[Shown] = []
    for span in sorted(spans, key=lambda shown: shown.start - shown.end):
        if not any(_one(span, old) for old in kept):
            kept.append(span)
    return kept
