"""What every format shows of a story, in reading order. Rule: every post of the story is accounted for, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from verify.records.matches import Appearance, Match
from verify.records.stories import Link, Quote, Reference, StoryClip, StoryPost, StoryRecording, StoryReport
from verify.reports import chains_view, story_findings, wording
from verify.reports.chains_view import Chains
from verify.reports.standing import Standing, standing
from verify.reports.story_clock import Clock, clocks
from verify.reports.story_findings import OfClip, PartOfStory
from verify.stories.tally import name_of
from verify.text import one_line

STATES = {
    "fetched": "fetched",
    "mapped": "given as a file",
    "gone": "gone",
    "refused": "refused",
    "not a video": "no video in it",
    "not reachable": "not reachable",
    "no link": "no link in the story",
    "not tried": "not tried",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy(Standing):
    """One copy of a recording: its name, and its clip where it is of this story."""

    sha256: str
    label: str
    clip: StoryClip | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """What ties a recording to others, or argues against independence from them, said once for all of them."""

    kind: str
    bearing: str
    sentence: str
    others: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def words(self) -> str:
        """The tie in words, for formats without links."""
        return f"{self.bearing}, {self.kind}, {wording.listed(list(self.others), 12)}: {self.sentence}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One recording as the page shows it; `name` is what the page calls it (`Recording A`)."""

    name: str
    found: StoryRecording
    best: StoryClip | None
    copies: tuple[Copy, ...]
    held_by: tuple[str, ...]
    appearances: tuple[Appearance, ...]
    links: tuple[Tie, ...]
    against: tuple[Tie, ...]

    @property
    def seen(self) -> str:
        """Whether more than one account name showed it, as a sentence."""
        return f"{'Seen' if self.found.unrelated else 'Not seen'} under at least two different account names."


@dataclass(frozen=True, kw_only=True, slots=True)
class Montage:
    """A clip that shows several recordings: what gives it away, and the page's names of those that it holds."""

    label: str
    clip: StoryClip | None
    why: str
    holds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One post of the story: who, when, the addresses, and what came of it."""

    post: StoryPost
    quote: Quote | None
    references: tuple[Reference, ...]
    state: str
    clips: tuple[StoryClip, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryView:
    """A story in reading order."""

    report: StoryReport
    title: str
    headline: str
    recordings: tuple[Shown, ...]
    parts: tuple[PartOfStory, ...]
    posts: tuple[Told, ...]
    clocks: tuple[Clock, ...]
    soundtracks: tuple[tuple[Match, str, str], ...]
    questions: tuple[OfClip, ...]
    supports: tuple[OfClip, ...]
    names: dict[str, str]
    montages: tuple[Montage, ...]
    chains: Chains

    def named(self, sha256: str) -> str:
        """Return what the page calls a clip."""
        return self.names.get(sha256, f"clip {sha256[:12]}")


def view(report: StoryReport) -> StoryView:
    """Return `report` in reading order."""
    report = replace(report, clips=_told_apart(report.clips))
    clips = {c.sha256: c for c in report.clips}
    names = {sha: one_line(c.label, 90) for sha, c in clips.items() if c.label.strip()}
    names = {sha: one_line(o.label, 90) for sha, o in report.others.items() if o.label.strip()} | names
    findings = story_findings.once(report)
    shown = tuple(_shown(report, r, n, clips, names) for n, r in enumerate(report.recordings))
    return StoryView(
        report=report,
        title=one_line(report.story.title, 160) or "A story without a title",
        headline=headline(report),
        recordings=shown,
        parts=story_findings.parts(report, findings),
        posts=_posts(report, clips),
        clocks=clocks(report, clips, names),
        soundtracks=tuple(
            (m, names.get(m.a, f"clip {m.a[:12]}"), names.get(m.b, f"clip {m.b[:12]}"))
            for m in report.matches
            if m.kind == "same soundtrack"
        ),
        questions=story_findings.of_bearing(findings, "questions"),
        supports=story_findings.of_bearing(findings, "supports"),
        names=names,
        montages=_montages(report, shown, clips, names),
        chains=_chains(report, names),
    )


def _chains(report: StoryReport, names: dict[str, str]) -> Chains:
    places = {s: name_of(n) for n, r in enumerate(report.recordings) for s in r.recording.members}
    return chains_view.view(
        report.chains,
        lambda sha256: names.get(sha256, f"clip {sha256[:12]}"),
        lambda sha256: places.get(sha256, "no recording by itself"),
    )


def headline(report: StoryReport) -> str:
    """Return the counts as one sentence: how many posts, how many recordings, how many of them independent."""
    n = report.counts
    came = [f"{n.fetched} fetched"] if n.fetched else []
    came += [f"{n.mapped} given as {'a file' if n.mapped == 1 else 'files'}"] if n.mapped else []
    were = "was" if n.fetched + n.mapped == 1 else "were"
    had = (
        f"{came[0].replace(' ', f' {were} ', 1)}{f' and {came[1]}' if came[1:] else ''}" if came else "none was fetched"
    )
    told = f"Of {wording.count(n.posts, 'post')} in this story, {had}"
    if not n.clips:
        return f"{told}; no clip could be looked at."
    held = f"{wording.count(n.clips, 'clip')} {'holds' if n.clips == 1 else 'hold'}"
    mixed = f", {n.compilations} of the clips several at once" if n.compilations else ""
    return f"{told}; the {held} {wording.count(n.recordings, 'recording')}{mixed}."


def told_in_a_line(found: StoryView) -> str:
    """Return the story's result as one sentence, to stand where `could not be verified` would."""
    n = found.report.counts
    parts = [found.headline.rstrip(".")]
    if n.recordings:
        parts.append(f"{n.unrelated or 'none'} of the recordings seen under at least two different account names")
        parts.append(f"{n.aligned or 'none'} aligned in time with another")
    asked, backed = len(found.questions), len(found.supports)
    if found.report.claims and not asked and not backed:
        parts.append("nothing that was tested questions or supports what is claimed")
    elif found.report.claims:
        told = wording.count(asked, "finding") if asked else "no finding"
        parts.append(f"{told} {'questions' if asked < 2 else 'question'} what is claimed")
        parts.append(f"{backed or 'none'} {'supports' if backed < 2 else 'support'} it")
    return f"{'; '.join(parts)} (firstseen, {found.report.made[:10]})."


def told_in_a_paragraph(found: StoryView) -> str:
    """Return the story's result as one paragraph: counts, what questions, what supports, what stays open."""
    parts = [told_in_a_line(found)]
    for title, some in (("Questioned by", found.questions), ("Supported by", found.supports)):
        if some:
            told = [f"{one_line(o.finding.sentence)} ({o.where})" for o in some[:5]]
            parts.append(f"{title}: {' '.join(told)}{_more(len(some) - 5)}")
    open_ = found.report.not_established
    if open_:
        parts.append("Not established: " + " ".join(one_line(s) for s in open_[:6]) + _more(len(open_) - 6))
    return " ".join(parts)


def picture(clip: StoryClip, path: str) -> str:
    """Return the path from the case of a clip's picture, which its record names from the item's folder."""
    return path if path.startswith("items/") else f"items/{clip.item}/{path}"


def middle(clip: StoryClip) -> str:
    """Return the path of the keyframe that stands for a clip: the middle one of those that show something."""
    telling = [k for k in clip.keyframes if k.informative] or list(clip.keyframes)
    return telling[len(telling) // 2].path if telling else ""


def by(post: StoryPost) -> str:
    """Return who a post is by: name and handle, as far as known."""
    handle = f"@{post.handle.lstrip('@')}" if post.handle else ""
    return f"{post.author} ({handle})" if post.author and handle else post.author or handle


def _told_apart(clips: Sequence[StoryClip]) -> tuple[StoryClip, ...]:
    """Return the clips with names that differ: two clips of one author get the number of their post, or their hash."""
    labels = [one_line(c.label, 90) for c in clips]
    named = []
    for clip, label in zip(clips, labels, strict=True):
        if labels.count(label) > 1 or not label:
            mark = f"post {clip.posts[0]}" if clip.posts else clip.sha256[:12]
            label = f"{label or 'Clip'} ({mark})"
        named.append(replace(clip, label=label))
    return tuple(named)


def _more(left: int) -> str:
    return f" And {left} more." if left > 0 else ""


def _shown(
    report: StoryReport, found: StoryRecording, number: int, clips: dict[str, StoryClip], names: dict[str, str]
) -> Shown:
    inside = found.recording
    copies = [
        Copy(sha256=m, label=names.get(m, f"clip {m[:12]}"), clip=clips.get(m), **standing(inside, m))
        for m in inside.members
    ]
    held = found.held_by or inside.containers
    links = [x for x in report.links if inside.id in (x.a, x.b)]
    return Shown(
        name=name_of(number),
        found=found,
        best=clips.get(inside.best) or next((c.clip for c in copies if c.clip), None),
        copies=tuple(sorted(copies, key=lambda c: (not c.earliest, not c.best, c.label))),
        held_by=tuple(names.get(h, f"clip {h[:12]}") for h in held),
        appearances=inside.appearances,
        links=_ties(report, inside.id, [x for x in links if x.bearing == "links"]),
        against=_ties(report, inside.id, [x for x in links if x.bearing != "links"]),
    )


def _ties(report: StoryReport, mine: str, links: Iterable[Link]) -> tuple[Tie, ...]:
    """Return the links of one recording, those of one sentence together."""
    names = {r.recording.id: name_of(number) for number, r in enumerate(report.recordings)}
    groups: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        groups.setdefault((link.kind, link.sentence), []).append(link)
    return tuple(
        Tie(kind=kind, bearing=same[0].bearing, sentence=sentence, links=tuple(same),
            others=tuple(dict.fromkeys(names.get(x.b if x.a == mine else x.a, "another") for x in same)))
        for (kind, sentence), same in groups.items()
    )  # fmt: skip


def _montages(
    report: StoryReport, shown: Iterable[Shown], clips: dict[str, StoryClip], names: dict[str, str]
) -> tuple[Montage, ...]:
    """Return the compilations, in the order of the story's clips."""
    holds: dict[str, list[str]] = {sha: [] for sha in report.montages}
    for one in shown:
        for sha in one.found.held_by or one.found.recording.containers:
            holds.setdefault(sha, []).append(one.name)
    order = {sha: number for number, sha in enumerate(clips)}
    return tuple(
        Montage(label=names.get(sha, f"clip {sha[:12]}"), clip=clips.get(sha), why=report.montages.get(sha, ""),
                holds=tuple(held))
        for sha, held in sorted(holds.items(), key=lambda one: order.get(one[0], len(order)))
    )  # fmt: skip


def _posts(report: StoryReport, clips: dict[str, StoryClip]) -> tuple[Told, ...]:
    quotes = {q.number: q for q in report.story.quotes}
    references = {r.number: r for r in report.story.references}
    return tuple(
        Told(
            post=p,
            quote=quotes.get(p.quote),
            references=tuple(references[r] for r in p.references if r in references),
            state=STATES[p.state],
            clips=tuple(clips[s] for s in p.sha256 if s in clips),
        )
        for p in report.posts
    )
