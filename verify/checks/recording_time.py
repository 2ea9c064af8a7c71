"""Do the times written in the file fit the claimed time? Rule: a file's clock is a claim of whoever wrote the file.

A time before the claimed event questions it: processing a file later cannot make it older. A time after it may be
that of an export or of a platform's own rendition, so it questions only where the field is one that cameras write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verify import clocks, statements
from verify.checks import wording
from verify.checks.base import Check
from verify.checks.slack import tell_near, well_before
from verify.checks.stated import evidence_of
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.times import TimeBounds, moment
from verify.statements import StatedTime

_MINUTE = timedelta(minutes=1)
_LIMITS = (
    "Times in a file are written by a device whose clock may be wrong, can be changed by anyone with free tools, and "
    "are dropped or replaced by most platforms. A clip that was cut keeps the time at which the whole recording began."
)
_RECHECK = (
    "Read the file as received with another tool (exiftool -a -G1 -time:all -api QuickTimeUTC FILE) and compare the "
    "values and their places; ask the author for the original from the phone."
)


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
        known_by = case.item.acquired.not_after if case.item.acquired else None
        stated = statements.recording_times(case.examination.tags, known_by)
        zones = wording.place_zones(case)
        zone = zones[0] if zones else ""
        evidence = tuple(evidence_of(s, zone) for s in stated)
        usable = [s for s in stated if not s.broken]
        if not usable:
            return (self._none_usable(stated, evidence, zone),)
        when = case.claim.when if case.claim else None
        if when is None:
            told = f"The file states {_told(usable[0], zone)}; no time is claimed to compare it with."
            return (self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK),)
        return (self._compared(_Sides.of(usable, when, case.examination.duration), evidence, when, zones),)

    def _none_usable(self, stated: tuple[StatedTime, ...], evidence: tuple[Evidence, ...], zone: str) -> Finding:
        if not stated:
            return self.not_tested(
                "The file states no time of recording; most platforms remove it.",
                "Ask the author for the original file from the phone or camera.",
            )
        first = stated[0]
        why = next(d for d in first.doubts if any(sign in d for sign in clocks.BROKEN))
        return self.neutral(
            f"The file states no time of recording that can be believed: {_told(first, zone)} ({why}).",
            *evidence,
            limits=_LIMITS,
            recheck=_RECHECK,
        )

    def _compared(
        self, sides: _Sides, evidence: tuple[Evidence, ...], when: TimeBounds, zones: tuple[str, ...]
    ) -> Finding:
        zone = zones[0] if zones else ""
        inside = sides.fitting or sides.near
        against = _against([*sides.fitting, *sides.near], sides.early, [s for s in sides.late if s.of_camera])
        if against:
            return self._both_ways([*sides.fitting, *sides.near], against, evidence, when, zone)
        if sides.early:
            return self._before(sides, inside, evidence, when, zone)
        if sides.fitting:
            return self._fits(sides, evidence, when, zones)
        if inside:
            first = inside[0]
            return self.neutral(
                f"The file states {_told(first, zone)}, {tell_near(first.ran(sides.length), when)}.",
                *evidence,
                limits=_limits(when),
                recheck=_RECHECK,
            )
        return self._after(sides, evidence, when, zone)

    def _before(
        self, sides: _Sides, inside: list[StatedTime], evidence: tuple[Evidence, ...], when: TimeBounds, zone: str
    ) -> Finding:
        first = min(sides.early, key=lambda s: str(s.bounds.not_after))
        lies = "lies within it" if sides.fitting else "lies within minutes of it"
        but = f" Another time in the file {lies}: {_told(inside[0], zone)}." if inside else ""
        least = wording.gap(first.ran(sides.length), when)
        return self.questions(
            f"The file states {_told(first, zone)}, at least {wording.tell_span(least)} before the claimed time "
            f"({wording.tell_inside(when, zone)}).{but}",
            *evidence,
            limits=_limits(when),
            recheck=_RECHECK,
            weight="weak" if inside else "moderate",
        )

    def _after(self, sides: _Sides, evidence: tuple[Evidence, ...], when: TimeBounds, zone: str) -> Finding:
        camera = [s for s in sides.late if s.of_camera]
        first = min(camera or sides.late, key=lambda s: str(s.bounds.not_before))
        told = (
            f"The file states {_told(first, zone)}, at least "
            f"{wording.tell_span(wording.gap(when, first.ran(sides.length)))} after the claimed time "
            f"({wording.tell_inside(when, zone)})"
        )
        if camera:
            return self.questions(
                f"{told}, in a field that cameras write when they record.",
                *evidence,
                limits=_limits(when),
                recheck=_RECHECK,
                weight="moderate",
            )
        return self.neutral(
            f"{told}; that may be when the file was exported or processed, not when it was filmed.",
            *evidence,
            limits=_limits(when),
            recheck=_RECHECK,
        )

    def _both_ways(
        self,
        fitting: list[StatedTime],
        outside: list[StatedTime],
        evidence: tuple[Evidence, ...],
        when: TimeBounds,
        zone: str,
    ) -> Finding:
        """Return the finding on a file of which one time fits and another does not: its own clocks disagree."""
        inside = next((s for s in fitting if s.kind == "satellites"), fitting[0])
        side = "before" if outside[0].bounds.before(when) else "after"
        return self.neutral(
            f"The file's own times disagree: {_told(inside, zone)} can lie within the claimed time "
            f"({wording.tell_inside(when, zone)}), {_told(outside[0], zone)} lies {side} it.",
            *evidence,
            limits=f"{_limits(when)} A clock that was set by hand is oftener wrong than the satellites' time (GPS).",
            recheck=_RECHECK,
            weight="moderate",
        )

    def _fits(self, sides: _Sides, evidence: tuple[Evidence, ...], when: TimeBounds, zones: tuple[str, ...]) -> Finding:
        zone = zones[0] if zones else ""
        filmed = [s for s in sides.fitting if clocks.PROCESSED not in s.doubts]
        claimed = wording.tell_inside(when, zone)
        if not filmed:
            told = (
                f"{_told(sides.fitting[0], zone)}, {clocks.PROCESSED}: old footage can be processed on any day, so "
                "nothing follows for the claimed time"
            )
            return self.neutral(f"The file states {told}.", *evidence, limits=_limits(when), recheck=_RECHECK)
        exact = [s for s in filmed if s.bounds.zone != "unknown" and (s.of_camera or s.bounds.overlaps(when))]
        local = [s for s in filmed if s.bounds.zone == "unknown" and _local_fits(s, zones, when, sides.length)]
        if exact or local:
            best = (exact or local)[0]
            if_local = (
                "" if exact else f", if that clock was set to the time of the claimed place ({' or '.join(zones)})"
            )
            return self.supports(
                f"The file states {_told(best, zone)}, which {_lies(best, sides.length, when)} the claimed time "
                f"({claimed}){if_local}.",
                *evidence,
                limits=_limits(when),
                recheck=_RECHECK,
                weight="moderate" if exact and best.of_camera else "weak",
            )
        return self.neutral(
            f"The file states {_told(filmed[0], zone)}{_readings(filmed[0], zone)}, which can neither be placed inside "
            f"nor outside the claimed time ({claimed}).",
            *evidence,
            limits=_limits(when),
            recheck=_RECHECK,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sides:
    """The times of a file by where they lie to the claimed one, the clip running as long as it does (seconds)."""

    early: list[StatedTime]
    near: list[StatedTime]
    fitting: list[StatedTime]
    late: list[StatedTime]
    length: float | None

    @classmethod
    def of(cls, stated: list[StatedTime], when: TimeBounds, length: float | None) -> _Sides:
        """Sort them."""
        early = [s for s in stated if well_before(s.ran(length), when)]
        late = [s for s in stated if well_before(when, s.ran(length))]
        fitting = [s for s in stated if s.ran(length).overlaps(when)]
        near = [s for s in stated if s not in early and s not in late and s not in fitting]
        return cls(early=early, near=near, fitting=fitting, late=late, length=length)


def _limits(when: TimeBounds) -> str:
    return f"{_LIMITS} {wording.unsure_zone(when)}".strip()


def _against(fitting: list[StatedTime], early: list[StatedTime], late: list[StatedTime]) -> list[StatedTime]:
    """Return the times outside the claimed one that are no surer than one inside it, so that neither decides.

    The satellites' time is set by no hand: one that fits outweighs another clock that is early, and none outweighs it.
    """
    if not fitting:
        return []
    if not early:
        return late
    by_hand = not any(s.kind == "satellites" for s in early)
    return early if by_hand and any(s.kind == "satellites" for s in fitting) else []


def _told(stated: StatedTime, zone: str) -> str:
    return f"{wording.tell(stated.bounds, zone)} as its {stated.name.replace('gps', 'GPS')}"


def _lies(stated: StatedTime, length: float | None, when: TimeBounds) -> str:
    """Return how a time that fits does so: by itself, or because the clip went on for its length."""
    if stated.bounds.overlaps(when):
        return "lies within"
    return f"lies before, and the clip is {wording.tell_span(timedelta(seconds=length or 0))} long: it ran into"


def _read_in(stated: StatedTime, zone: str) -> datetime | None:
    """Return a clock without a zone read as the time of `zone` (IANA name), in UTC; None where there is no such."""
    if not stated.bounds.clock or not zone:
        return None
    try:
        read = datetime.fromisoformat(stated.bounds.clock).replace(tzinfo=ZoneInfo(zone))
        return moment(read, "").not_before
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return None


def _local_fits(stated: StatedTime, zones: tuple[str, ...], when: TimeBounds, length: float | None) -> bool:
    """Return whether a clock without a zone, read as local time, touches the claimed time, to a minute.

    `when` holds every zone of a place that may have several, so the clock must touch it in each of `zones`: 04:10 is
    not 05:10, though 04:10 in the one is 05:10 in the other. A header must do so read as UTC too: its format asks for
    UTC and many cameras write local time, so that either reading alone would support whatever hour was claimed.
    """
    if not zones:
        return False
    read_in = (*zones, "UTC") if stated.kind == "header" else zones
    ran = timedelta(seconds=length or 0) if stated.of_camera and stated.ran(length) != stated.bounds else timedelta(0)
    return all((read := _read_in(stated, name)) and _touches(read, read + ran, when) for name in read_in)


def _touches(first: datetime, last: datetime, when: TimeBounds) -> bool:
    not_early = when.not_before is None or last + _MINUTE >= when.not_before
    return not_early and (when.not_after is None or first - _MINUTE <= when.not_after)


def _readings(stated: StatedTime, zone: str) -> str:
    """Return what a header's clock without a zone says at the claimed place, local and UTC; '' for any other time."""
    local, universal = _read_in(stated, zone), _read_in(stated, "UTC")
    if stated.kind != "header" or not local or not universal:
        return ""
    there = ZoneInfo(zone)
    form = "%H:%M" if local.astimezone(there).date() == universal.astimezone(there).date() else "%Y-%m-%d %H:%M"
    asked = ", as the format asks" if any(t.value.endswith("Z") for t in stated.tags) else ""
    return (
        f" ({local.astimezone(there):{form}} in {zone} if that clock was local, {universal.astimezone(there):{form}} "
        f"if it was UTC{asked})"
    )
