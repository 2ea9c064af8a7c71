"""Clips on one event clock, as a page draws and plays them. Rule: clips that could not be aligned stand on no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.records.stories import ClockPlace, StoryClip, StoryReport
from verify.reports import drawing
from verify.reports.page import in_case


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """One clip on an event clock, in seconds of that clock."""

    clip: StoryClip
    place: ClockPlace
    name: str

    @property
    def end(self) -> float:
        """Where the clip ends on the clock."""
        return self.place.start + (self.clip.duration or 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """Clips that could be put on one clock; `start` and `end` in its seconds, the earliest first second first."""

    group: int
    lanes: tuple[Lane, ...]
    start: float
    end: float


def clocks(report: StoryReport, clips: dict[str, StoryClip], names: dict[str, str]) -> tuple[Clock, ...]:
    """Return the groups of clips that share a clock, each with two lanes or more, the earliest clip first."""
    groups: dict[int, list[Lane]] = {}
    for place in report.clock.places:
        if place.sha256 in clips:
            lane = Lane(clip=clips[place.sha256], place=place, name=names.get(place.sha256, place.sha256[:12]))
            groups.setdefault(place.group, []).append(lane)
    return tuple(
        Clock(
            group=group,
            lanes=tuple(sorted(lanes, key=lambda lane: lane.place.start)),
            start=min(lane.place.start for lane in lanes),
            end=max(lane.end for lane in lanes),
        )
        for group, lanes in sorted(groups.items())
        if len(lanes) > 1
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Declined:
    """Why pairs of clips could not be aligned: the reason, how many pairs, and the first of them."""

    reason: str
    way: str
    pairs: tuple[tuple[str, str], ...]
    named: tuple[tuple[str, str], ...]


def declined(report: StoryReport, most: int = 12) -> tuple[Declined, ...]:
    """Return why pairs were not aligned, each reason once, with up to `most` pairs (SHA-256) to be named."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in report.clock.declined:
        groups.setdefault((one.way, one.declined), []).append((one.a, one.b))
    return tuple(
        Declined(reason=reason, way=way, pairs=tuple(pairs), named=tuple(pairs[:most]))
        for (way, reason), pairs in sorted(groups.items(), key=lambda group: -len(group[1]))
    )


def played(clock: Clock) -> dict[str, Any]:
    """Return what the page's player needs of a clock: seconds, and each clip's address beside the page."""
    lanes = [
        {"start": lane.place.start, "duration": lane.clip.duration or 0.0, "src": in_case(lane.clip.media_path)}
        for lane in clock.lanes
    ]
    return {"start": clock.start, "end": clock.end, "lanes": lanes}


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneBox:
    """One clip on a clock: percent of the clock's width, and its curve and marks in a box of 1000 by 100."""

    left: float
    width: float
    points: str
    flashes: tuple[float, ...]
    impulses: tuple[float, ...]


def drawn(clock: Clock, lane: Lane) -> LaneBox:
    """Return where and how one clip is drawn on its clock."""
    whole = max(clock.end - clock.start, 0.001)
    length = max(lane.clip.duration or 0.0, 0.001)
    loudness = lane.clip.loudness
    return LaneBox(
        left=round(100 * (lane.place.start - clock.start) / whole, 3),
        width=round(100 * length / whole, 3),
        points=drawing.curve_points(loudness, *drawing.QUIET_TO_LOUD) if loudness else "",
        flashes=tuple(round(1000 * t / length, 1) for t in lane.clip.flashes),
        impulses=tuple(round(1000 * t / length, 1) for t in lane.clip.impulses),
    )
