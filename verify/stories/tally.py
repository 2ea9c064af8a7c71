"""The numbers and sentences of a story report. Rule: pure functions of records; each count says what it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from verify.records.findings import Bearing, Finding
from verify.records.matches import Match, Recording
from verify.records.stories import (
    Alignment,
    EventClock,
    Link,
    StoryClip,
    StoryCounts,
    StoryPost,
    StoryRecording,
)

_TOLD = 4  # findings of one bearing that the summary quotes
_OPEN = 3  # and of what is not established
LinkKind = Literal["sound aligned", "flashes aligned"]
BorrowedKind = Literal["same soundtrack", "same segment"]


def recordings(
    found: Iterable[Recording], clips: Sequence[StoryClip], posts: Sequence[StoryPost]
) -> list[StoryRecording]:
    """Return the recordings that the story's clips show, each with who showed it.

    `unrelated` says that uploaders' account names differ, no more: one person may have two, and two may work together.
    """
    by_clip = {c.sha256: c for c in clips}
    told: list[StoryRecording] = []
    for one in found:
        shown = [s for s in (*one.members, *one.containers) if s in by_clip]
        if not shown:
            continue
        # Who only put it into a compilation showed other people's copies: no witness of his own.
        own = [s for s in one.members if s in by_clip] or shown
        uploaders = list(dict.fromkeys(u for s in own for u in by_clip[s].uploaders))
        told.append(
            StoryRecording(
                recording=one,
                uploaders=tuple(uploaders),
                unrelated=len({u.casefold().lstrip("@") for u in uploaders}) > 1,
                posts=tuple(p.number for p in posts if set(p.sha256) & set(shown)),
                held_by=one.containers,
            )
        )
    return told


def name_of(number: int) -> str:
    """Return what a reader calls the recording at place `number` of a report, from 0: `Recording A`, ... `AA`."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return f"Recording {name}"


def counts(
    posts: Sequence[StoryPost],
    clips: Sequence[StoryClip],
    found: Sequence[StoryRecording],
    clock: EventClock,
    matches: Iterable[Match] = (),
    montages: Iterable[str] = (),
) -> StoryCounts:
    """Return the headline's numbers; recordings that carry one soundtrack count as one among those aligned by sound."""
    where = {s: r.recording.id for r in found for s in r.recording.members}
    owner = _one_sound(where, matches)
    aligned: set[str] = set()
    for one in clock.used:
        pair = [where.get(clip, "") for clip in (one.a, one.b)]
        if one.way == "sound":
            pair = [owner.get(name, name) for name in pair]
        if all(pair) and pair[0] != pair[1]:
            aligned |= set(pair)
    return StoryCounts(
        posts=len(posts),
        with_link=sum(1 for p in posts if p.references),
        fetched=sum(1 for p in posts if p.state == "fetched"),
        mapped=sum(1 for p in posts if p.state == "mapped"),
        clips=len(clips),
        recordings=len(found),
        unrelated=sum(1 for r in found if r.unrelated),
        aligned=len(aligned),
        compilations=len({h for r in found for h in r.held_by} | set(montages)),
    )


def _one_sound(where: Mapping[str, str], matches: Iterable[Match]) -> dict[str, str]:
    """Return, for each recording that shares its soundtrack with another, one name that stands for all of them."""
    owner: dict[str, str] = {}
    for match in matches:
        pair = sorted({where.get(match.a, ""), where.get(match.b, "")})
        if match.kind == "same soundtrack" and len(pair) == 2 and all(pair):
            first = min(owner.get(name, name) for name in pair)
            merged = {owner.get(name, name) for name in pair}
            owner |= {name: first for name in (*pair, *(n for n, o in owner.items() if o in merged))}
    return owner


def _borrowed(where: Mapping[str, str], matches: Iterable[Match]) -> list[Link]:
    """Return the sound and the parts that recordings share, once for two, however many copies of each carry it."""
    told: dict[tuple[frozenset[str], str], Link] = {}
    for match in matches:
        pair = (where.get(match.a, ""), where.get(match.b, ""))
        key = (frozenset(pair), match.kind)
        if match.kind == "same picture" or not all(pair) or pair[0] == pair[1] or key in told:
            continue
        if match.kind == "same soundtrack":
            kind: BorrowedKind = "same soundtrack"
            sentence = "They carry the same soundtrack over different pictures: one of the two was laid over."
        else:
            kind = "same segment"
            parts = "; ".join(
                f"{s.a_start:.1f} to {s.a_end:.1f} s and {s.b_start:.1f} to {s.b_end:.1f} s" for s in match.segments
            )
            sentence = (
                f"Both were given one part ({parts}), and show different footage beside: an intro, an ident, or "
                "one shot used in both."
            )
        told[key] = Link(
            a=pair[0],
            b=pair[1],
            kind=kind,
            bearing="argues against independence",
            sentence=sentence,
            evidence=(match.a, match.b),
        )
    return list(told.values())


def links(
    found: Sequence[StoryRecording], clips: Mapping[str, StoryClip], matches: Iterable[Match], used: Iterable[Alignment]
) -> list[Link]:
    """Return what ties recordings to one event, and what argues against their independence."""
    where = {s: r.recording.id for r in found for s in r.recording.members}
    matches = list(matches)
    owner = _one_sound(where, matches)
    names = {r.recording.id: name_of(number) for number, r in enumerate(found)}
    told: list[Link] = []
    for one in used:
        pair = (where.get(one.a, ""), where.get(one.b, ""))
        if all(pair) and pair[0] != pair[1]:
            kind: LinkKind = "flashes aligned" if one.way == "flash" else "sound aligned"
            borrowed = [name for name in pair if name in owner] if one.way == "sound" else []
            told.append(
                Link(a=pair[0], b=pair[1], kind=kind, bearing="links", evidence=(one.a, one.b),
                     sentence=_apart(one, names[pair[0]], names[pair[1]], [names[b] for b in borrowed[:1]]))
            )  # fmt: skip
    told += _borrowed(where, matches)
    for number, one_recording in enumerate(found):
        for other in found[number + 1 :]:
            shared = sorted(set(one_recording.uploaders) & set(other.uploaders))
            if shared:
                told.append(
                    Link(
                        a=one_recording.recording.id,
                        b=other.recording.id,
                        kind="same uploader",
                        bearing="argues against independence",
                        sentence=f"Copies of both were posted by {', '.join(shared)}.",
                        evidence=(one_recording.recording.members[0], other.recording.members[0]),
                    )
                )
    return told


def _apart(one: Alignment, a: str, b: str, borrowed: Sequence[str]) -> str:
    """Return how two recordings lie in time, in one sentence."""
    order = f"{b} begins {abs(one.offset):.2f} s {'after' if one.offset >= 0 else 'before'} {a}"
    told = f"{order} by their {'flashes' if one.way == 'flash' else one.way}, give or take {one.error:.2f} s"
    told += "; the way of the sound to each camera is taken out." if one.travel else "."
    return told + "".join(
        f" The sound of {name} is also under another: whose it is, is not known." for name in borrowed
    )


def not_established(counted: StoryCounts, posts: Sequence[StoryPost], findings: Iterable[Finding]) -> list[str]:
    """Return what the story leaves open, by name."""
    told: list[str] = []
    missing = [p for p in posts if p.references and not p.sha256]
    if missing:
        numbers = ", ".join(str(p.number) for p in missing)
        one = len(missing) == 1
        told.append(
            f"What {'post' if one else 'the posts'} {numbers} {'shows' if one else 'show'}: no clip of "
            f"{'it' if one else 'them'} could be looked at."
        )
    silent = [p for p in posts if not p.references]
    if silent:
        told.append(
            f"{_many(len(silent), 'quoted post')} in the story {'has' if len(silent) == 1 else 'have'} no address; "
            "whether a clip was shown there is not known."
        )
    if counted.recordings > 1 and not counted.aligned:
        told.append("Whether the recordings show the same moment: none could be aligned in time with another.")
    if counted.recordings and not counted.unrelated:
        told.append(
            "Whether people independent of each other showed this: no recording is known under two account names."
        )
    elif counted.unrelated:
        told.append("Whether accounts of different names are independent of each other: only the names are known.")
    untold = Counter(f.sentence for f in findings if f.bearing == "not tested" and f.part in {"when", "where"})
    told += [f"{sentence} ({number} of {counted.clips} clips)" for sentence, number in untold.most_common(2)]
    told.append("Who acted: pictures do not answer that.")
    return list(dict.fromkeys(told))


def doubts(where: Mapping[str, str], aside: Iterable[tuple[Match, str]]) -> list[str]:
    """Return what was left open between two recordings: links that the other copies do not bear out, once a pair.

    `where` gives for each clip the name of its recording.
    """
    told: dict[tuple[str, ...], str] = {}
    for match, why in sorted(aside, key=lambda one: -one[0].strength.score):
        pair = tuple(dict.fromkeys(where[s] for s in (match.a, match.b) if s in where))
        if len(pair) == 2 and pair[::-1] not in told:
            told.setdefault(
                pair,
                f"Whether {pair[0]} and {pair[1]} are one recording: two of their clips were matched "
                f"with strength {match.strength.score:.2f}, but only {why}. They are counted as two; look at both.",
            )
    return list(told.values())


def summary(
    counted: StoryCounts,
    told_of: Sequence[tuple[Bearing, str]],
    open_: Sequence[str],
    place: Sequence[str] = (),
) -> list[str]:
    """Return a few sentences an editor can paste: the counts, what questions, what supports, what is open.

    `told_of` are the findings with the clips they were made on, each once, and what carries most first; `place` says
    for what the claimed places were taken.
    """
    came = [f"{counted.fetched} could be fetched"] if counted.fetched or not counted.mapped else []
    came += [f"{counted.mapped} {'was' if counted.mapped == 1 else 'were'} given as files"] if counted.mapped else []
    told = [f"Of {_many(counted.posts, 'post')} in the story, {' and '.join(came)}."]
    if counted.clips:
        told[0] = (
            f"{told[0][:-1]}; {_many(counted.clips, 'clip')} {'shows' if counted.clips == 1 else 'show'} "
            f"{_many(counted.recordings, 'recording')} ({counted.unrelated or 'none'} seen under at least two "
            f"different account names, {counted.aligned or 'none'} aligned in time with another)."
        )
    for bearing, word in (("questions", "Questions"), ("supports", "Supports")):
        some = [sentence for how, sentence in told_of if how == bearing]
        told += [f"{word} the claim: {s}" for s in some[:_TOLD]]
        left = len(some) - _TOLD
        if left > 0:
            told.append(f"{_many(left, 'more finding')} {bearing if left == 1 else bearing.rstrip('s')} the claim.")
    told += [*place, *(f"Not established: {s}" for s in open_[:_OPEN])]
    if len(open_) > _OPEN:
        told.append(f"The report names {len(open_) - _OPEN} more that is not established.")
    return told


def _many(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"
