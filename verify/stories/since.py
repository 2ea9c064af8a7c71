"""What is otherwise than at the last look at a story. Rule: both states are kept; this only says where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verify.records.findings import Decision
from verify.records.matches import Appearance
from verify.records.stories import Change, StoryPost, StoryRecording, StoryReport


def changes(
    before: StoryReport | None,
    posts: Sequence[StoryPost],
    found: Sequence[StoryRecording],
    decisions: Iterable[Decision],
    names: Mapping[str, str],
) -> list[Change]:
    """Return what is otherwise than in the report of an earlier run, each as one sentence.

    `names` gives what a reader calls a clip, by item and by SHA-256.
    """
    if before is None:
        return []
    told = [*_posts(before, posts), *_decided(before.decisions, decisions, names)]
    if len(found) != len(before.recordings):
        was, now = len(before.recordings), len(found)
        words = f"The clips are {now} recordings now; they were {was}."
        told.append(_change("recordings", str(was), str(now), words))
    return [*told, *_earliest(before, found)]


def _posts(before: StoryReport, posts: Sequence[StoryPost]) -> list[Change]:
    told = []
    old = {_key(post): post for post in before.posts}
    for post in posts:
        was = old.pop(_key(post), None)
        name = f"Post {post.number}"
        if was is None:
            told.append(_change(post.url or name, "", post.state, f"{name} is new: {post.reason}"))
        elif was.state != post.state:
            words = f"{name} was {was.state} and is {post.state} now: {post.reason}"
            told.append(_change(post.url or name, was.state, post.state, words))
    return told + [
        _change(left.url, left.state, "", f"Post {left.number} of the earlier look left the story; its clip is kept.")
        if left.items
        else _change(left.url, left.state, "", f"Post {left.number} of the earlier look left the story.")
        for left in old.values()
    ]


def _decided(was: Iterable[Decision], now: Iterable[Decision], names: Mapping[str, str]) -> list[Change]:
    """Return what people decided or took back since."""
    old, new = set(was), set(now)
    told = []
    for one in sorted(new - old, key=lambda d: d.at):
        words = f"{one.by or 'Somebody'} decided “{one.category}” about {_about(one, names)}."
        told.append(_change(one.subject, "", one.category, words))
    for one in sorted(old - new, key=lambda d: d.at):
        words = f"The decision “{one.category}” about {_about(one, names)} was taken back."
        told.append(_change(one.subject, one.category, "", words))
    return told


def _about(decision: Decision, names: Mapping[str, str]) -> str:
    return " and ".join(names.get(subject, subject[:12]) for subject in decision.subject.split())


def _earliest(before: StoryReport, found: Sequence[StoryRecording]) -> list[Change]:
    """Return which recordings have another earliest copy than they had, or one where none could be named."""
    earlier = {s: r.recording.earliest for r in before.recordings for s in r.recording.members}
    told = []
    for one in found:
        mine = [s for s in one.recording.members if s in earlier]
        if not mine:
            continue
        was, now = earlier[mine[0]], one.recording.earliest
        if now and was and now.sha256 != was.sha256:
            words = f"An older copy of a recording was found: {_named(now)}; before, it was {_named(was)}."
        elif now and not was:
            words = f"The earliest copy of a recording is known now: {_named(now)}."
        elif was and not now:
            words = f"Which copy of a recording is the earliest is open again; before, it was {_named(was)}."
        else:
            continue
        told.append(_change(one.recording.id, was.label if was else "", now.label if now else "", words))
    return told


def _named(appearance: Appearance) -> str:
    day = appearance.bounds.not_after if appearance.bounds else None
    return appearance.label + (f", there by {day:%Y-%m-%d}" if day else "")


def _key(post: StoryPost) -> tuple[str, str]:
    return (post.url, post.author if not post.url else "")


def _change(subject: str, before: str, after: str, sentence: str) -> Change:
    return Change(subject=subject, before=before, after=after, sentence=sentence)
