"""Do the times written in the file fit the claimed time? Rule: a file's clock is a claim of whoever wrote the file.

A time before the claimed event questions it: processing a file later cannot make it older. A time after it may be
that of an export or of a platform's own rendition, so it questions only where the field is one that cameras write.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verify import clocks, statements
from verify.checks import wording
from verify.checks.base import Check
from verify.checks.stated import evidence_of
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.times import TimeBounds, moment
from verify.statements import StatedTime

_BY_CAMERA = {"recording time", "gps time"}  # tag names; `digitized` and `source time` are written by editors too
# Words of verify/statements.py for clocks that were never set, overflowed, or run ahead: shown, and not believed.
_BROKEN = ("never set", "overflow", "clock is wrong")
_MINUTE = timedelta(minutes=1)
_SLACK = timedelta(minutes=10)  # two clocks of one event, as in verify/statements.py
_LIMITS = (
    "Times in a file are written by a device whose clock may be wrong, can be changed by anyone with free tools, and "
    "are dropped or replaced by most platforms."
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
        usable = [s for s in stated if not any(word in doubt for doubt in s.doubts for word in _BROKEN)]
        if not usable:
            broken = " that can be believed" if stated else ""
            return (
                self.not_tested(
                    f"The file states no time of recording{broken}; most platforms remove it.",
                    "Ask the author for the original file from the phone or camera.",
                ),
            )
        when = case.claim.when if case.claim else None
        zone = wording.place_zone(case)
        evidence = tuple(evidence_of(s, zone) for s in stated)
        if when is None:
            told = f"The file states {_told(usable[0], zone)}; no time is claimed to compare it with."
            return (self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK),)
        return (self._compared(usable, evidence, when, wording.place_zones(case)),)

    def _compared(
        self, stated: list[StatedTime], evidence: tuple[Evidence, ...], when: TimeBounds, zones: tuple[str, ...]
    ) -> Finding:
        zone = zones[0] if zones else ""
        claimed = wording.tell_inside(when, zone)
        early = [s for s in stated if s.bounds.before(when)]
        fitting = [s for s in stated if s.bounds.overlaps(when)]
        camera = [s for s in stated if s.name in _BY_CAMERA and s.bounds.after(when)]
        against = _against(fitting, early, [s for s in camera if wording.gap(when, s.bounds) > _SLACK])
        if against:
            return self._both_ways(fitting, against, evidence, when, zone)
        if early:
            first = min(early, key=lambda s: str(s.bounds.not_after))
            but = f" Another time in the file lies within it: {_told(fitting[0], zone)}." if fitting else ""
            return self.questions(
                f"The file states {_told(first, zone)}, at least "
                f"{wording.tell_span(wording.gap(first.bounds, when))} before the claimed time ({claimed}).{but}",
                *evidence,
                limits=_limits(when),
                recheck=_RECHECK,
                weight="weak" if fitting else "moderate",
            )
        if fitting:
            return self._fits(fitting, evidence, when, zones)
        first = min(camera or stated, key=lambda s: str(s.bounds.not_before))
        told = (
            f"The file states {_told(first, zone)}, at least "
            f"{wording.tell_span(wording.gap(when, first.bounds))} after the claimed time ({claimed})"
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

    def _fits(
        self, fitting: list[StatedTime], evidence: tuple[Evidence, ...], when: TimeBounds, zones: tuple[str, ...]
    ) -> Finding:
        zone = zones[0] if zones else ""
        filmed = [s for s in fitting if clocks.PROCESSED not in s.doubts]
        if not filmed:
            return self.neutral(
                f"The file states {_told(fitting[0], zone)}, {clocks.PROCESSED}: old footage can be processed on any "
                "day, so nothing follows for the claimed time.",
                *evidence,
                limits=_limits(when),
                recheck=_RECHECK,
            )
        fitting = filmed
        exact = [s for s in fitting if s.bounds.zone != "unknown"]
        local = [s for s in fitting if s not in exact and _local(s.bounds, zones, when)]
        claimed = wording.tell_inside(when, zone)
        if exact or local:
            best = (exact or local)[0]
            if_local = (
                "" if exact else f", if that clock was set to the time of the claimed place ({' or '.join(zones)})"
            )
            return self.supports(
                f"The file states {_told(best, zone)}, which lies within the claimed time ({claimed}){if_local}.",
                *evidence,
                limits=_limits(when),
                recheck=_RECHECK,
                weight="moderate" if exact and best.name in _BY_CAMERA else "weak",
            )
        return self.neutral(
            f"The file states {_told(fitting[0], zone)}, which can neither be placed inside nor outside the claimed "
            f"time ({claimed}).",
            *evidence,
            limits=_limits(when),
            recheck=_RECHECK,
        )


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


def _local(bounds: TimeBounds, zones: tuple[str, ...], when: TimeBounds) -> bool:
    """Return whether a clock without a zone, read as local time, touches the claimed time.

    `when` holds every zone of a place that may have several, so the clock must touch it in each: 04:10 is not 05:10,
    though 04:10 in the one zone is 05:10 in the other.
    """
    return bool(bounds.clock and zones) and all(_touches(bounds.clock or "", zone, when) for zone in zones)


def _touches(clock: str, zone: str, when: TimeBounds) -> bool:
    try:
        read = moment(datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(zone)), "").not_before
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return False
    if read is None:
        return False
    not_early = when.not_before is None or read + _MINUTE >= when.not_before
    return not_early and (when.not_after is None or read - _MINUTE <= when.not_after)
