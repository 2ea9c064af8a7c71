"""Do all the dates that are known of the clip fit together? Rule: only dates that exclude each other are a finding.

File, file name, post and known appearances each say when something was: a recording, a saving, a publication. What was
recorded cannot have been published before, and the dates of one recording cannot lie apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Literal

from verify import filenames, statements
from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.times import TimeBounds

Act = Literal["recorded", "saved", "published"]

_SLACK = timedelta(minutes=10)  # two clocks of one event, as in verify/statements.py
_LIMITS = (
    "Every date is only as good as the clock and the hand that wrote it: cameras run wrong, files are renamed, "
    "platforms state the time of processing."
)
# Of 340 real files of cameras, programs and test collections, nobody's false footage, 24 hold such dates.
_HONEST = "Honest files hold such dates as well: 24 of 340 real ones did (docs/checks.md)."
_RECHECK = "Write the dates on one line, each with its zone, and ask of each which act it dates and who wrote it."
_MOST = 12
_SAID = 2  # contradictions told in the sentence; every further one is a piece of evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """One date of the clip: what it dates, its bounds, and where it stands."""

    act: Act
    bounds: TimeBounds
    label: str
    place: str
    supposed: bool = False  # read from a number that another service may have given


class AllDates(Check):
    """Puts every known date on one line and names those that exclude each other."""

    name = "dates"
    question = "Do the dates in file, file name and post fit together?"
    part = "source"
    order = 25

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on dates that exclude each other, and one on dates in the file's name."""
        dated = timeline(case)
        if not dated:
            return (self.not_tested("Neither the file, its name nor a post states a date."),)
        tags = case.examination.tags if case.examination else ()
        zone = wording.place_zone(case)
        inside, early = list(statements.conflicts(statements.recording_times(tags))), _too_early(dated, zone)
        evidence = tuple(_evidence(d, zone) for d in dated[:_MOST])
        if early:
            told, more = _told([*early, *inside])
            found = self.questions(told, *more, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="weak")
        elif inside:
            told, more = _told(inside)
            found = self.neutral(
                told,
                *more,
                *evidence,
                limits=f"{_LIMITS} {_HONEST}",
                recheck=_RECHECK,
                weight="moderate",
            )
        else:
            found = self.neutral(
                _number(dated),
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        return (found, *self._name_against_claim(case))

    def _name_against_claim(self, case: Case) -> tuple[Finding, ...]:
        when = case.claim.when if case.claim else None
        before = [d for d in _named(case) if when and d.bounds.before(when)]
        if not before or when is None:
            return ()
        zone = wording.place_zone(case)
        early = [d for d in before if not d.supposed]
        if not early:
            return (self._supposed(before[0], when, zone),)
        first = early[0]
        return (
            Finding(
                check=self.name,
                bearing="questions",
                part="when",
                sentence=f"The name of the file carries a date ({wording.tell_inside(first.bounds, zone)}; "
                f"{first.label}) at least {wording.tell_span(wording.gap(first.bounds, when))} before the claimed time "
                f"({wording.tell_inside(when, zone)}).",
                evidence=tuple(_evidence(d, zone) for d in early),
                limits=f"{_LIMITS} Anyone can rename a file.",
                recheck=_RECHECK,
                weight="weak",
            ),
        )

    def _supposed(self, named: Dated, when: TimeBounds, zone: str) -> Finding:
        """Return what a number in the name would say, if the service gave it that it may be of: a lead, no more."""
        return Finding(
            check=self.name,
            bearing="neutral",
            part="when",
            sentence=f"The name of the file ends with a number that would be of {wording.tell(named.bounds, zone)} "
            f"({named.label}), at least {wording.tell_span(wording.gap(named.bounds, when))} before the claimed time: "
            "whether that service gave it is not established.",
            evidence=(_evidence(named, zone),),
            limits=f"{_LIMITS} Anyone can rename a file, and other services give numbers of the same size.",
            recheck="Search for the number on the service that is named, and look whether the post shows this clip.",
            weight="weak",
        )


def _told(apart: list[str]) -> tuple[str, tuple[Evidence, ...]]:
    """Return a sentence on dates that exclude each other, and as evidence those that it only counts."""
    told = " ".join(wording.plain(a, 400) for a in apart[:_SAID])
    rest = apart[_SAID:]
    if not rest:
        return told, ()
    more = "1 more pair of dates excludes" if len(rest) == 1 else f"{len(rest)} more pairs of dates exclude"
    listed = tuple(Evidence(label="Dates that exclude each other", value=wording.plain(a, 400)) for a in rest)
    return f"{told} {more} each other: see the evidence.", listed


def _number(dated: tuple[Dated, ...]) -> str:
    """Return how many dates there are: one that several places repeat is one."""
    different = {(d.act, d.bounds.not_before, d.bounds.not_after) for d in dated}
    posted = [d for d in dated if d.act == "published"]
    if any(a.place == b.place and not a.bounds.overlaps(b.bounds) for a, b in combinations(posted, 2)):
        return (
            f"{len(different)} different dates of the clip are known; those of the post lie apart (see `post dates`)."
        )
    if len(different) > 1:
        return f"{len(different)} different dates of the clip are known and none excludes another."
    places = f", told in {len(dated)} places" if len(dated) > 1 else ""
    return f"One date of the clip is known{places}, so there is none to compare it with."


def timeline(case: Case) -> tuple[Dated, ...]:
    """Return every date known of this clip, earliest last moment first; open ends last."""
    tags = case.examination.tags if case.examination else ()
    found = [
        Dated(act="recorded", bounds=t.bounds, label=f"{t.name} in the file", place=t.tags[0].place)
        for t in statements.recording_times(tags)
    ]
    found += _named(case)
    if case.item.post:
        found += [
            Dated(act="published", bounds=d, label=d.basis or "date of the post", place=case.item.post.url)
            for d in case.item.post.dates
        ]
    own = {case.item.media.sha256, *(f.sha256 for f in case.item.files)}
    found += [
        Dated(act="published", bounds=a.bounds, label=a.label, place=a.url or a.item)
        for a in case.appearances
        if a.sha256 in own and a.bounds is not None
    ]
    unique = list(dict.fromkeys(found))
    return tuple(sorted(unique, key=lambda d: d.bounds.not_after.isoformat() if d.bounds.not_after else "9999"))


def _named(case: Case) -> list[Dated]:
    known_by = case.item.acquired.not_after if case.item.acquired else None
    names = dict.fromkeys([case.item.media.name, *(f.name for f in case.item.files)])
    return [
        Dated(
            act="recorded" if n.meaning == "recording began" else "saved",
            bounds=n.bounds,
            label=f"{n.meaning}, in the manner of {n.program}",
            place=f"file name {wording.quote(name, 80)}",
            supposed=n.supposed,
        )
        for name in names
        for n in filenames.dates(name, known_by)
    ]


def _too_early(dated: tuple[Dated, ...], zone: str) -> list[str]:
    """Return sentences on publications that lie before every moment the recording can be of."""
    made = [d for d in dated if d.act == "recorded"]
    return [
        f"The clip was published {wording.tell_when(p.bounds, zone)} ({wording.plain(p.label)}), at least "
        f"{wording.tell_span(wording.gap(p.bounds, r.bounds))} before it was recorded by its own account "
        f"({wording.tell_inside(r.bounds, zone)}; {wording.plain(r.label)})."
        for p in dated
        if p.act == "published"
        for r in made
        if p.bounds.before(r.bounds) and wording.gap(p.bounds, r.bounds) > _SLACK
    ]


def _evidence(dated: Dated, zone: str) -> Evidence:
    return Evidence(label=dated.label, value=wording.tell(dated.bounds, zone), place=dated.place)
