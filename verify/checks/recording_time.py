"""Do the times written in the file fit the claimed time? Rule: a file's clock is a claim of whoever wrote the file.

A time before the claimed event questions it: processing a file later cannot make it older. A time after it may be
that of an export or of a platform's own rendition, so it questions only where the camera itself is named as writer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.media import Tag
from verify.records.times import TimeBounds, clock_without_zone, moment

_CLOCK = re.compile(
    r"^(\d{4})[:\-](\d\d)[:\-](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?", re.ASCII
)
# Tag names (verify/tagnames.py) that speak of filming; `modification time`, `processing date` and the like do not.
_BY_CAMERA = {"recording time", "digitized time", "gps time"}
_TIME_NAMES = {*_BY_CAMERA, "creation time", "track creation time"}
_LIMITS = (
    "Times in a file are written by a device whose clock may be wrong, can be changed by anyone with free tools, and "
    "are dropped or replaced by most platforms."
)
_RECHECK = (
    "Read the file as received with another tool (exiftool -a -G1 -time:all -api QuickTimeUTC FILE) and compare the "
    "values and their places; ask the author for the original from the phone."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """One time stated in the file, with the tag that states it; `by_camera`: the tag is one that cameras write."""

    bounds: TimeBounds
    tag: Tag
    by_camera: bool


class RecordingTime(Check):
    """Compares the times in the file's metadata with the claimed time."""

    name = "recording time"
    question = "Do the recording times written in the file fit the claimed time?"
    part = "when"
    order = 30

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on all the times the file states."""
        if case.examination is None:
            return (self.not_tested("The file could not be examined, so its times were not read."),)
        stated = stated_times(case.examination.tags)
        if not stated:
            return (
                self.not_tested(
                    "The file states no time of recording; most platforms remove it.",
                    "Ask the author for the original file from the phone or camera.",
                ),
            )
        when = case.claim.when if case.claim else None
        zone = wording.place_zone(case)
        if when is None:
            return (
                self.neutral(
                    f"The file states {wording.tell(stated[0].bounds, zone)} as its time; no time is claimed to "
                    "compare it with.",
                    *(_evidence(s, zone) for s in stated),
                    limits=_LIMITS,
                    recheck=_RECHECK,
                ),
            )
        return (self._compared(stated, when, zone),)

    def _compared(self, stated: list[Stated], when: TimeBounds, zone: str) -> Finding:
        evidence = tuple(_evidence(s, zone) for s in stated)
        claimed = wording.tell(when, zone)
        early = [s for s in stated if s.bounds.before(when)]
        if early:
            first = min(early, key=lambda s: str(s.bounds.not_after))
            return self.questions(
                f"The file states {wording.tell(first.bounds, zone)} as its time, at least "
                f"{wording.tell_span(wording.gap(first.bounds, when))} before the claimed time ({claimed}).",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="moderate",
            )
        fitting = [s for s in stated if s.bounds.overlaps(when)]
        if fitting:
            return self._fits(fitting, evidence, when, zone)
        first = min(stated, key=lambda s: str(s.bounds.not_before))
        told = (
            f"The earliest time the file states is {wording.tell(first.bounds, zone)}, at least "
            f"{wording.tell_span(wording.gap(when, first.bounds))} after the claimed time ({claimed})"
        )
        if any(s.by_camera for s in stated):
            return self.questions(
                f"{told}, in a field that cameras write when they record.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="moderate",
            )
        return self.neutral(
            f"{told}; that may be when the file was exported or processed, not when it was filmed.",
            *evidence,
            limits=_LIMITS,
            recheck=_RECHECK,
        )

    def _fits(self, fitting: list[Stated], evidence: tuple[Evidence, ...], when: TimeBounds, zone: str) -> Finding:
        exact = [s for s in fitting if s.bounds.zone != "unknown"]
        local = [s for s in fitting if s not in exact and _local(s.bounds, zone, when)]
        claimed = wording.tell(when, zone)
        if exact or local:
            best = (exact or local)[0]
            if_local = "" if exact else f", if that clock was set to the time of the claimed place ({zone})"
            return self.supports(
                f"The file states {wording.tell(best.bounds, zone)} as its time, which lies within the claimed time "
                f"({claimed}){if_local}.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="moderate" if exact and best.by_camera else "weak",
            )
        return self.neutral(
            f"The file states {wording.tell(fitting[0].bounds, zone)}; because no zone is given, it can neither be "
            f"placed inside nor outside the claimed time ({claimed}).",
            *evidence,
            limits=_LIMITS,
            recheck=_RECHECK,
        )


def stated_times(tags: tuple[Tag, ...]) -> list[Stated]:
    """Return every time that tags state, in their order; unset and unreadable ones are left out."""
    found = []
    for tag in tags:
        bounds = _bounds(tag) if tag.name in _TIME_NAMES else None
        if bounds:
            found.append(Stated(bounds=bounds, tag=tag, by_camera=tag.name in _BY_CAMERA))
    return found


def _bounds(tag: Tag) -> TimeBounds | None:
    found = _CLOCK.match(tag.value.strip())
    if not found or int(found[1]) < 1971:  # 1904 and 1970 are the zero of two epochs: not set
        return None
    basis = f"{tag.name} at {tag.place} ({tag.reader})"
    text = f"{found[1]}-{found[2]}-{found[3]}T{found[4]}:{found[5]}:{found[6] or '00'}"
    zone = found[7] or ""
    try:
        at = datetime.fromisoformat(text + ("+00:00" if zone in {"Z", "UTC"} else zone))
        # A header's time is meant to be UTC, and many cameras write their local clock there (facts: GoPro karma).
        sure = zone not in {"", "Z", "UTC"} or (zone and tag.name == "gps time")
        return moment(at, basis) if sure else clock_without_zone(at.replace(tzinfo=None), basis)
    except (ValueError, OverflowError):
        return None


def _local(bounds: TimeBounds, zone: str, when: TimeBounds) -> bool:
    """Return whether a clock without a zone, read as the local time of `zone`, touches the claimed time."""
    if not bounds.clock or not zone:
        return False
    try:
        read = moment(datetime.fromisoformat(bounds.clock).replace(tzinfo=ZoneInfo(zone)), "")
    except (ZoneInfoNotFoundError, ValueError):
        return False
    step = timedelta(minutes=1)
    return (when.not_before is None or read.not_before is None or read.not_before >= when.not_before - step) and (
        when.not_after is None or read.not_before is None or read.not_before <= when.not_after + step
    )


def _evidence(stated: Stated, zone: str) -> Evidence:
    tag = stated.tag
    place = tag.place + (f", byte {tag.offset}" if tag.offset is not None else "")
    return Evidence(label=tag.name, value=f"{tag.value} = {wording.tell(stated.bounds, zone)}", place=place)
