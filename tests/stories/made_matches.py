"""Made clips and matches, and the recordings that follow from them."""

from __future__ import annotations

from datetime import UTC, datetime

from verify.records.cases import OtherClip
from verify.records.matches import Appearance, Geometry, Match, Segment, Strength
from verify.records.times import moment
from verify.stories.holding import recordings
from verify.stories.montages import Facts


def clip(name, duration=10.0, day=None, size=(640, 360)):
    bounds = moment(datetime(2022, 4, day, tzinfo=UTC), "stated") if day else None
    return OtherClip(
        sha256=name, item=name, label=name, duration=duration, width=size[0], height=size[1],
        appearances=(Appearance(sha256=name, label=name, bounds=bounds),),
    )  # fmt: skip


def match(a, b, a_span=(0.0, 10.0), b_span=(0.0, 10.0), outline_a=(), kind="same picture", score=2.0):
    segment = Segment(a_start=a_span[0], a_end=a_span[1], b_start=b_span[0], b_end=b_span[1])
    return Match(a=a, b=b, kind=kind, segments=(segment,), geometry=Geometry(outline_a=outline_a),
                 strength=Strength(score=score, false_rate=None))  # fmt: skip


def group(clips, pairs, decisions=(), cuts=None):
    """Return the recordings of several clips (or held by a compilation), and the clips that stand alone."""
    facts = Facts(lengths={c.sha256: c.duration for c in clips}, cuts=cuts or {}, changes={}, step=0.25)
    found, _ = recordings(clips, pairs, decisions, facts)
    several = [one for one in found if len(one.members) + len(one.containers) > 1]
    return several, [one.members[0] for one in found if one not in several]


def members(recordings):
    return sorted(sorted(r.members) for r in recordings)
