"""Do all the dates that are known of the clip fit together? Rule: only dates that exclude each other are a finding.

File, file name, post and known appearances each say when something was: a recording, a saving, a publication. What was
recorded cannot have been published before, and the dates of one recording cannot lie apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from verify import filenames, statements
from verify.checks import wording
from verify.checks.base import Check
from verify.checks.known_copies import only_received
from verify.checks.slack import well_before
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.times import TimeBounds

# `written` is a header's or an editor's: when the file, as it is, was made, by recording, saving or exporting it;
# `here` is when we had it; `doubted` is a clock that is not believed.
Act = Literal["recorded", "written", "saved", "published", "here", "doubted"]

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
    ran: TimeBounds  # when the clip can have run by it, its length taken in; equal to `bounds` for other acts
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
        if all(d.act == "here" for d in dated):
            return (self.not_tested("Neither the file, its name nor a post states a date."),)
        tags = case.examination.tags if case.examination else ()
        zone = wording.place_zone(case)
        inside = statements.conflicts(statements.recording_times(tags))
        apart = [*_name_against_file(dated, zone), *inside]
        early, again = _too_early(dated, zone), _written_again(dated, zone)
        evidence = tuple(_evidence(d, zone) for d in dated[:_MOST])
        if early:
            told, more = _told([*early, *apart])
            found = self.questions(told, *more, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="weak")
        elif apart:
            told, more = _told(apart)
            found = self.neutral(
                told,
                *more,
                *evidence,
                limits=f"{_LIMITS} {_HONEST}" if inside else _LIMITS,
                recheck=_RECHECK,
                weight="moderate",
            )
        else:
            found = self.neutral(again or _number(dated), *evidence, limits=_LIMITS, recheck=_RECHECK)
        return (found, *self._name_against_claim(case))

    def _name_against_claim(self, case: Case) -> tuple[Finding, ...]:
        when = case.claim.when if case.claim else None
        before = [d for d in _named(case) if when and well_before(d.ran, when)]
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
                f"{first.label}) at least {wording.tell_span(wording.gap(first.ran, when))} before the claimed time "
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
    known = [d for d in dated if d.act != "here"]
    different = {(d.act, d.bounds.not_before, d.bounds.not_after) for d in known}
    posted = [d for d in dated if d.act == "published"]
    if any(a.place == b.place and not a.bounds.overlaps(b.bounds) for a, b in combinations(posted, 2)):
        return (
            f"{len(different)} different dates of the clip are known; those of the post lie apart (see `post dates`)."
        )
    if any(d.act == "doubted" for d in known):
        many = wording.count(len(different), "date of the clip is", "different dates of the clip are")
        return f"{many} known, and not every clock can be believed (see the doubts at `recording time`)."
    if len(different) > 1:
        return f"{len(different)} different dates of the clip are known and none excludes another."
    places = f", told in {len(known)} places" if len(known) > 1 else ""
    return f"One date of the clip is known{places}, so there is none to compare it with."


def timeline(case: Case) -> tuple[Dated, ...]:
    """Return every date known of this clip, earliest last moment first; open ends last."""
    tags, length = (case.examination.tags, case.examination.duration) if case.examination else ((), None)
    found = [
        Dated(
            act="doubted" if t.broken else "recorded" if t.of_camera else "written",
            bounds=t.bounds,
            ran=t.ran(length),
            label=f"{t.name} in the file",
            place=t.tags[0].place,
        )
        for t in statements.recording_times(tags)
    ]
    found += _named(case)
    if case.item.post:
        found += [_published(d, d.basis or "date of the post", case.item.post.url) for d in case.item.post.dates]
    own = {case.item.media.sha256, *(f.sha256 for f in case.item.files)}
    found += [
        _published(a.bounds, a.label, a.url or a.item, act="here" if only_received(a) else "published")
        for a in case.appearances
        if a.sha256 in own and a.bounds is not None
    ]
    unique = {(d.act, d.bounds.not_before, d.bounds.not_after, d.place): d for d in reversed(found)}
    return tuple(sorted(reversed(unique.values()), key=_last))


def _last(dated: Dated) -> str:
    return dated.bounds.not_after.isoformat() if dated.bounds.not_after else "9999"


def _published(bounds: TimeBounds, label: str, place: str, act: Act = "published") -> Dated:
    return Dated(act=act, bounds=bounds, ran=bounds, label=label, place=place)


def _named(case: Case) -> list[Dated]:
    known_by = case.item.acquired.not_after if case.item.acquired else None
    names = dict.fromkeys([case.item.media.name, *(f.name for f in case.item.files)])
    length = case.examination.duration if case.examination else None
    return [
        Dated(
            act="recorded" if began else "saved",
            bounds=n.bounds,
            ran=statements.ran(n.bounds, length) if began else n.bounds,
            label=f"{n.meaning}, in the manner of {n.program}",
            place=f"file name {wording.quote(name, 80)}",
            supposed=n.supposed,
        )
        for name in names
        for n in filenames.dates(name, known_by)
        for began in (n.meaning == "recording began",)
    ]


def _too_early(dated: tuple[Dated, ...], zone: str) -> list[str]:
    """Return sentences on publications before every moment the recording can be of, each pair of dates once.

    Only what says when the recording was made counts: saving a post by hand writes a new header after it.
    """
    made = [d for d in dated if d.act == "recorded"]
    pairs = {
        (p.bounds.not_after, r.bounds.not_before): (p, r)
        for p in reversed(dated)
        if p.act == "published"
        for r in made
        if well_before(p.bounds, r.ran)
    }
    return [
        f"The clip was published {wording.tell_when(p.bounds, zone)} ({wording.plain(p.label)}), at least "
        f"{wording.tell_span(wording.gap(p.bounds, r.ran))} before it was recorded by its own account "
        f"({wording.tell_inside(r.bounds, zone)}; {wording.plain(r.label)})."
        for p, r in reversed(pairs.values())
    ]


def _written_again(dated: tuple[Dated, ...], zone: str) -> str:
    """Return a sentence on a file whose header is of after its publication: it was saved or exported; '' if none is."""
    for p in dated:
        for w in dated:
            if p.act == "published" and w.act == "written" and well_before(p.bounds, w.ran):
                return (
                    f"The file was written again after the post: it says {wording.tell(w.bounds, zone)} ({w.label}), "
                    f"at least {wording.tell_span(wording.gap(p.bounds, w.ran))} after the clip was published "
                    f"{wording.tell_when(p.bounds, zone)}. Saving a post or exporting a clip does that, and says "
                    "nothing of when it was filmed."
                )
    return ""


def _name_against_file(dated: tuple[Dated, ...], zone: str) -> list[str]:
    """Return sentences on dates of the file's name that its own times exclude.

    A recording that began by the name has one time with every camera's field, and no header before it; what was
    received or saved had been recorded. A header after any of them is of a later writing, and excludes nothing.
    """
    found: list[str] = []
    for n in dated:
        for t in dated:
            if n.supposed or not n.place.startswith("file name") or t.place.startswith("file name"):
                continue
            late = t.act == "recorded" and well_before(n.ran, t.ran)
            early = n.act == "recorded" and t.act in ("recorded", "written") and well_before(t.ran, n.ran)
            if late or early:
                least = wording.gap(n.ran, t.ran) if late else wording.gap(t.ran, n.ran)
                found.append(
                    f"The file's name says {wording.tell(n.bounds, zone)} ({n.label}), and the file itself "
                    f"{wording.tell(t.bounds, zone)} ({t.label}), at least {wording.tell_span(least)} "
                    f"{'later' if late else 'earlier'}: both cannot be right. Names can be changed by anyone, and "
                    "clocks run wrong."
                )
    return list(dict.fromkeys(found))


def _evidence(dated: Dated, zone: str) -> Evidence:
    return Evidence(label=dated.label, value=wording.tell(dated.bounds, zone), place=dated.place)
