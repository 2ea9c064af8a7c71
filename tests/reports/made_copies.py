"""The copies of the made clip: matches with other clips, those clips, and where and when they are known from."""

from __future__ import annotations

from datetime import datetime, timedelta

from reports.made_clip import HEBREW, sha, utc
from verify.records.cases import OtherClip
from verify.records.matches import Appearance, FramePair, Geometry, Match, Parting, Segment, Strength
from verify.records.times import TimeBounds, clock_without_zone, moment

OLDER = Appearance(
    sha256=sha(2),
    label="Night raid (archive)",
    url="https://example.net/watch?v=abc",
    author="night_archive",
    platform="YouTube",
    bounds=TimeBounds(
        not_before=utc(2022, 3, 28),
        not_after=utc(2022, 3, 31) - timedelta(microseconds=1),
        precision="day",
        zone="utc",
        basis="upload day without a clock, widened by a day",
    ),
    item="i0002",
)
APPEARANCES = (
    OLDER,
    Appearance(
        sha256=sha(1),
        label="Video of the strike",
        url="https://example.org/status/1509712148689846273",
        author="Rob L.",
        platform="X",
        bounds=moment(utc(2022, 4, 1, 3, 12, 44), "time in the post's id", "millisecond"),
        item="i0001",
    ),
    Appearance(
        sha256=sha(3),
        label="Ten strikes in one minute",
        author="warvids",
        platform="Telegram",
        bounds=clock_without_zone(datetime(2022, 4, 1, 5, 40), "clock shown on the page"),
        item="i0003",
    ),
    Appearance(
        sha256=sha(1),
        label="Agency feed",
        author="desk",
        platform="file",
        bounds=TimeBounds(
            not_before=None, not_after=utc(2022, 4, 2, 9), precision="hour", zone="utc", basis="received by mail"
        ),
        item="i0001",
    ),
    Appearance(sha256=sha(2), label="Saved copy without a date", platform="file", bounds=None, item="i0002"),
)


TURNED = Geometry(
    matrix=(-0.8, 0.02, 0.9, 0.0, 0.8, 0.1, 0.0, 0.0, 1.0),
    mirrored=True,
    rotation=0.0,
    scale=0.8,
    words=("mirrored", "cropped to 80 %"),
    outline_a=((0.1, 0.12), (0.9, 0.1), (0.92, 0.88), (0.12, 0.9)),
    outline_b=((0.02, 0.02), (0.98, 0.0), (1.0, 1.0), (0.0, 0.98)),
)


def matches() -> tuple[Match, ...]:
    """Return a mirrored older copy, a compilation played faster, a shared intro, and a shared soundtrack."""
    return (
        Match(
            a=sha(1),
            b=sha(2),
            kind="same picture",
            segments=(Segment(a_start=0.0, a_end=34.5, b_start=2.0, b_end=36.5),),
            geometry=TURNED,
            strength=Strength(
                score=41.2,
                false_rate=4e-6,
                kind="dark, much movement",
                basis="250,000 unrelated pairs of dark footage, tail fitted",
                words="practically certain",
            ),
            frames=tuple(
                FramePair(
                    a_time=t,
                    b_time=t + 2,
                    a_image=f"matches/2-{int(t * 1000)}-a.jpg",
                    b_image=f"matches/2-{int(t * 1000)}-b.jpg",
                    distance=6,
                )
                for t in (4.0, 12.0, 21.5)
            ),
            descriptors=("phash/1", "local/2"),
            notes=("The other copy carries a caption bar at its foot.",),
        ),
        Match(
            a=sha(1),
            b=sha(3),
            kind="same picture",
            segments=(
                Segment(a_start=9.0, a_end=16.0, b_start=61.0, b_end=64.5, speed=2.0),
                Segment(a_start=17.0, a_end=24.0, b_start=70.0, b_end=77.0, reversed=True),
            ),
            geometry=Geometry(
                words=("in a corner",), scale=0.4, outline_b=((0.58, 0.55), (0.98, 0.55), (0.98, 0.95), (0.58, 0.95))
            ),
            strength=Strength(
                score=12.9, false_rate=0.0003, kind="dark", basis="250,000 unrelated pairs", words="strong"
            ),
            frames=(
                FramePair(a_time=12.0, b_time=62.5, a_image="matches/3-12000-a.jpg", b_image="matches/3-12000-b.jpg"),
            ),
            descriptors=("local/2",),
        ),
        Match(
            a=sha(1),
            b=sha(5),
            kind="shared part",
            segments=(Segment(a_start=0.0, a_end=4.0, b_start=30.0, b_end=34.0),),
            geometry=Geometry(),
            strength=Strength(score=4.2, false_rate=1e-9, kind="lively", basis="4,000 unrelated pairs", words="strong"),
            frames=(
                FramePair(a_time=2.0, b_time=32.0, a_image="matches/3-12000-a.jpg", b_image="matches/3-12000-b.jpg"),
            ),
            descriptors=("local/2",),
            partings=(Parting(a_time=4.0, b_time=34.0, alike=0.1),),
            jumps_a=(4.0,),
        ),
        Match(
            a=sha(1),
            b=sha(4),
            kind="same soundtrack",
            segments=(Segment(a_start=14.0, a_end=30.0, b_start=0.0, b_end=16.0),),
            geometry=Geometry(),
            strength=Strength(score=3.1, false_rate=None, basis="", words="possible"),
            descriptors=("sound/1",),
        ),
    )


def others() -> dict[str, OtherClip]:
    """Return the clips the matches name."""
    return {
        sha(2): OtherClip(
            sha256=sha(2),
            item="i0002",
            label="Night raid (archive), " + HEBREW,
            duration=38.0,
            width=640,
            height=360,
            appearances=(OLDER,),
        ),
        sha(3): OtherClip(
            sha256=sha(3), item="i0003", label="Ten strikes in one minute", duration=91.0, width=1920, height=1080
        ),
        sha(5): OtherClip(
            sha256=sha(5), item="i0005", label="Evening news, whole", duration=60.0, width=1280, height=720
        ),
        sha(4): OtherClip(
            sha256=sha(4), item="i0004", label="Fire seen from the road", duration=16.0, width=720, height=1280
        ),
    }
