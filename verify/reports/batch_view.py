"""What every format shows of many clips, in reading order. Rule: a compilation holds recordings and joins none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from verify.records.cases import BatchReport, Item, OtherClip
from verify.records.findings import Decision
from verify.records.matches import Appearance, Match, Recording
from verify.reports import chains_view, wording
from verify.reports.chains_view import Chains
from verify.reports.standing import Standing, standing
from verify.stories.common_parts import Shown, common_parts
from verify.text import one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """One clip of the batch as people name it."""

    sha256: str
    label: str
    items: tuple[Item, ...]
    known: OtherClip | None
    thumbnail: str

    @property
    def facts(self) -> str:
        """Length and size of the picture, as far as known."""
        words = []
        if self.known and self.known.duration is not None:
            words.append(wording.duration(self.known.duration))
        if self.known and self.known.width:
            words.append(f"{self.known.width} × {self.known.height}")
        if len(self.items) > 1:
            words.append(f"brought in {len(self.items)} times")
        return ", ".join(words)

    @property
    def dates(self) -> tuple[Appearance, ...]:
        """Where and when it is known from."""
        return self.known.appearances if self.known else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Member(Standing):
    """One copy within a recording."""

    clip: Clip


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """One match between two clips of the batch."""

    match: Match
    a: Clip
    b: Clip


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part that several clips were given, an intro or one shot: who shows it, and in which seconds.

    `of_picture`: a part of the picture, beside which each shows something of its own.
    """

    shown: tuple[tuple[Clip, str], ...]
    of_picture: bool = False

    @property
    def heading(self) -> str:
        """How many clips show it."""
        clips = wording.count(len({clip.sha256 for clip, _ in self.shown}), "clip")
        return wording.sentence(f"{clips} {'share a part of the picture' if self.of_picture else 'show one part'}")

    @property
    def sentence(self) -> str:
        """Who shows it, and when."""
        return f"{self.heading}: {wording.listed([f'{clip.label} ({seconds})' for clip, seconds in self.shown])}."


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One recording: its copies, the clips that hold it among others, and how they match."""

    recording: Recording
    members: tuple[Member, ...]
    containers: tuple[Clip, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchView:
    """Many clips in reading order."""

    PARTS: ClassVar[str] = "The same part in several (not copies)"
    ABOUT_PARTS: ClassVar[str] = (
        "Each of these clips cuts to the seconds named and away from them, and shows different footage beside: an "
        "intro, an ident, or one shot used in all. Or only a part of the picture is the same, one game or the frame "
        "of a channel, and each shows something of its own in the rest. That joins no recording; “same recording”, "
        "said by a person, does."
    )

    report: BatchReport
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    soundtracks: tuple[Pair, ...]
    singles: tuple[Clip, ...]
    decided: tuple[str, ...]
    chains: Chains
    headline: str
    facts: tuple[str, ...]


def view(report: BatchReport) -> BatchView:
    """Return `report` in reading order: the largest recordings first."""
    clips = _Clips(report)
    groups = [_group(report, clips, r) for r in report.recordings]
    sound = [m for m in report.matches if m.kind == "same soundtrack"]
    return BatchView(
        report=report,
        groups=tuple(sorted(groups, key=lambda g: (-len(g.members), g.recording.id))),
        parts=tuple(clips.part(one) for one in common_parts(report.matches)),
        soundtracks=tuple(clips.pair(m) for m in sound),
        singles=tuple(clips.named(s) for s in report.singles),
        decided=tuple(_decided(d, clips) for d in report.decisions),
        chains=_chains(report, clips),
        headline=headline(report),
        facts=_facts(report),
    )


def _chains(report: BatchReport, clips: _Clips) -> Chains:
    places = {s: f"Recording {r.id}" for r in report.recordings for s in r.members}
    return chains_view.view(
        report.chains,
        lambda sha256: clips.named(sha256).label,
        lambda sha256: places.get(sha256, "holds several recordings" if sha256 in report.montages else "stands alone"),
    )


def _decided(decision: Decision, clips: _Clips) -> str:
    one, other = (clips.named(sha256).label for sha256 in decision.subject.split())
    taken_back = " (undone)" if decision.undone else ""
    why = f": {one_line(decision.note)}" if decision.note else ""
    by, at = one_line(decision.by), wording.stamp(decision.at)
    return f"{one} and {other}: “{decision.category}”{taken_back}, decided by {by}, {at}{why}"


def headline(report: BatchReport) -> str:
    """Return the counts as one sentence."""
    files = {i.media.sha256 for i in report.items}
    copied = {m for r in report.recordings for m in r.members}
    several = [r for r in report.recordings if len(r.members) > 1]
    told = ["none is a copy of another"]
    if report.recordings:
        shared = wording.count(len(several or report.recordings), "recording")
        told = [f"{len(copied)} {'is a copy' if len(copied) == 1 else 'are copies'} of {shared}"]
    told.append(f"{len(report.singles)} {'stands' if len(report.singles) == 1 else 'stand'} alone")
    held = {c for r in report.recordings for c in r.containers}
    if held:
        told.append(f"{wording.count(len(held), 'compilation')} {'holds' if len(held) == 1 else 'hold'} others")
    if report.failed:
        told.append(f"{wording.count(len(report.failed), 'item')} could not be examined")
    return f"Of {wording.count(len(files), 'clip')}, {wording.listed(told)}."


class _Clips:
    """Names for hashes, looked up once."""

    def __init__(self, report: BatchReport) -> None:
        self.report = report
        self.items: dict[str, list[Item]] = {}
        for item in report.items:
            self.items.setdefault(item.media.sha256, []).append(item)
        self.made: dict[str, Clip] = {}

    def named(self, sha256: str) -> Clip:
        """Return the clip of that hash with the best name known."""
        if sha256 not in self.made:
            known, items = self.report.others.get(sha256), tuple(self.items.get(sha256, ()))
            names = [known.label if known else "", *(i.media.name or i.target for i in items), f"clip {sha256[:12]}"]
            self.made[sha256] = Clip(
                sha256=sha256,
                label=one_line(next(n for n in names if n.strip()), 120),
                items=items,
                known=known,
                thumbnail=self.report.thumbnails.get(sha256, ""),
            )
        return self.made[sha256]

    def part(self, part: Sequence[Shown]) -> Part:
        """Return a part with the names of its clips."""
        return Part(
            shown=tuple(
                (self.named(one.sha256), f"{wording.clock(one.start)}–{wording.clock(one.end)}") for one in part
            ),
            of_picture=all(one.of_picture for one in part),
        )

    def pair(self, match: Match) -> Pair:
        """Return the match with both names."""
        return Pair(match=match, a=self.named(match.a), b=self.named(match.b))


def _group(report: BatchReport, clips: _Clips, recording: Recording) -> Group:
    inside = {*recording.members, *recording.containers}
    members = [Member(clip=clips.named(m), **standing(recording, m)) for m in recording.members]
    return Group(
        recording=recording,
        members=tuple(sorted(members, key=lambda m: (not m.earliest, not m.best, m.clip.label))),
        containers=tuple(clips.named(c) for c in recording.containers),
        pairs=tuple(clips.pair(m) for m in _within(report.matches, inside, set(recording.members))),
    )


def _within(matches: Iterable[Match], inside: set[str], members: set[str]) -> list[Match]:
    return [
        m
        for m in matches
        if m.kind == "same picture" and m.a in inside and m.b in inside and (m.a in members or m.b in members)
    ]


def _facts(report: BatchReport) -> tuple[str, ...]:
    facts = [wording.count(len(report.items), "item")]
    if report.searched:
        facts.append(f"{wording.count(report.searched.frames, 'frame')} compared")
    facts.append(wording.stamp(report.made))
    return tuple(facts)
