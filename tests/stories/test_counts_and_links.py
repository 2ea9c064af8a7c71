"""The headline's numbers and what ties recordings: a borrowed soundtrack makes no third witness."""

from __future__ import annotations

from verify.records.matches import Geometry, Match, Recording, Segment, Strength
from verify.records.stories import Alignment, EventClock, StoryClip, StoryRecording
from verify.stories import tally

FOUND = [StoryRecording(recording=Recording(id=f"R{n}", members=members), uploaders=(f"u{n}",))
         for n, members in enumerate((("near", "copy"), ("far",), ("street",), ("fire",)), 1)]  # fmt: skip
CLIPS = {c: StoryClip(sha256=c, item=c, label=c) for c in ("near", "copy", "far", "street", "fire")}


def sound(a, b, offset=1.0):
    return Alignment(a=a, b=b, way="sound", offset=offset, error=0.02, basis="sound")


def track(a, b):
    segment = Segment(a_start=0, a_end=9, b_start=0, b_end=9)
    return Match(a=a, b=b, kind="same soundtrack", segments=(segment,), geometry=Geometry(),
                 strength=Strength(score=1, false_rate=None))  # fmt: skip


def counted(used, matches=()):
    return tally.counts([], list(CLIPS.values()), FOUND, EventClock(used=tuple(used)), matches)


def test_copies_of_one_recording_are_not_aligned_recordings():
    assert counted([sound("near", "copy")]).aligned == 0


def test_two_viewpoints_are_two():
    assert counted([sound("near", "far"), sound("copy", "far")]).aligned == 2


def test_a_borrowed_soundtrack_makes_no_third():
    used = [sound("near", "far"), sound("street", "far")]
    assert counted(used).aligned == 3
    assert counted(used, [track("street", "copy")]).aligned == 2
    assert counted([sound("near", "street")], [track("street", "copy")]).aligned == 0


def test_a_soundtrack_shared_over_many_copies_is_said_once_and_casts_its_doubt():
    told = tally.links(FOUND, CLIPS, [track("street", "near"), track("copy", "street")], [sound("street", "far")])
    assert [link.kind for link in told] == ["sound aligned", "same soundtrack"]
    assert "whose it is, is not known" in told[0].sentence
    assert "not known" not in tally.links(FOUND, CLIPS, [], [sound("near", "far")])[0].sentence
