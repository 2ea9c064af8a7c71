"""What was found of the made clip: matches with other clips, where they were, and findings of checks."""

from __future__ import annotations

from datetime import datetime, timedelta

from reports.made_clip import HEBREW, sha, utc
from verify.records.cases import (
    OtherClip,
    OutsideLink,
)
from verify.records.chains import FileChain, FileChains, WrittenCopies
from verify.records.findings import Evidence, Finding
from verify.records.matches import Appearance, FramePair, Geometry, Match, Parting, Segment, Strength
from verify.records.times import TimeBounds, clock_without_zone, moment

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


CHAINS = FileChains(
    groups=(
        FileChain(
            fingerprint="2-de0b75b4d0ed4320279966e2defbe873",
            clips=(sha(1), sha(3), sha(4)),
            recordings=("r001", "r002"),
            writers=("The file, as it is, was last written by a messenger.",),
            sentence="3 files of 2 recordings were written by one chain of programs, or by chains that write alike.",
            limits="It ties the files to a program or a platform, not to a person.",
        ),
    ),
    copies=(
        WrittenCopies(
            recording="r001",
            clips=(sha(1), sha(2)),
            chains=2,
            not_encoded_again=((sha(1), sha(2)),),
            sentence="Each of its 2 copies was written by another chain of programs.",
        ),
    ),
    unknown=(sha(5),),
)
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

FINDINGS = (
    Finding(
        check="earlier_upload",
        bearing="questions",
        part="when",
        weight="strong",
        sentence="A copy of this clip was online by 30 March 2022, at least a day before the claimed time.",
        evidence=(
            Evidence(
                label="Earlier copy",
                value="night_archive, YouTube, 28 to 30 March 2022",
                place="https://example.net/watch?v=abc",
                image="matches/2-12000-b.jpg",
                sha256=sha(2),
            ),
            Evidence(label="Shared seconds", value="0:00.0 to 0:34.5, mirrored"),
        ),
        limits="A platform's upload day can be off by one; the copy's own source is not known.",
        recheck="Open both clips at 0:12 and compare the pair of frames below; read the upload date on the page.",
    ),
    Finding(
        check="container",
        bearing="questions",
        part="when",
        weight="weak",
        sentence="The file states a creation time before the claimed one, but without a zone and after a transcode.",
        evidence=(Evidence(label="mvhd creation time", value="2022-03-30 21:14:05", place="moov/mvhd, byte 40"),),
        limits="Platforms rewrite this field.",
        recheck="exiftool -G1 -time:all FILE",
    ),
    Finding(
        check="post_id",
        bearing="supports",
        part="when",
        weight="moderate",
        sentence="The post was made 22 minutes after the end of the claimed time.",
        evidence=(Evidence(label="Post id", value="1509712148689846273 = 1 April 2022, 03:12:44 UTC"),),
        limits="It dates the post, never the recording.",
        recheck="(id >> 22) + 1288834974657 = Unix milliseconds",
    ),
    Finding(
        check="place_tag",
        bearing="supports",
        part="where",
        weight="moderate",
        sentence="A location tag in the file lies inside the claimed place.",
        evidence=(Evidence(label="©xyz", value="50.6100 N 36.5800 E", place="moov/udta/©xyz"),),
        limits="Location tags can be written by anyone.",
        recheck="exiftool -GPS:all FILE",
    ),
    Finding(
        check="light",
        bearing="neutral",
        part="when",
        weight="weak",
        sentence="The sky is dark throughout; the sun stood 11.6° to 3.9° below the horizon in the claimed time.",
        evidence=(Evidence(label="Mean brightness", value="0.13 of 1"),),
        limits="Exposure is not known.",
        recheck="Look up civil dawn for Belgorod on 1 April 2022.",
    ),
    Finding(
        check="credentials", bearing="not tested", part="original", sentence="The file carries no content credentials."
    ),
    Finding(
        check="sound",
        bearing="not tested",
        part="where",
        sentence="No camera place is claimed, so the sound's delay cannot be turned into a distance.",
    ),
    Finding(
        check="readers_agree",
        bearing="neutral",
        part="original",
        weight="weak",
        sentence="Two readers agree on every tag both can read.",
        evidence=(Evidence(label="Compared", value="14 tags"),),
        limits="Agreement is not originality.",
        recheck="Run another reader.",
    ),
)
NOT_ESTABLISHED = (
    "Who acted is not established: nothing in a picture can show it.",
    "When the clip was recorded is not established; its earliest known copy is from 28 to 30 March 2022.",
    "Where it was filmed is not established: no view was matched with a map.",
)
SUMMARY = (
    "Two findings question that this clip shows 1 April 2022: a copy was online by 30 March 2022.",
    "Two findings support parts of the claim; two say nothing either way and two could not be tested.",
)


ELSEWHERE = (
    OutsideLink(
        about="A frame of this clip",
        service="Google Lens",
        url="https://lens.google.com/",
        words="drop the picture there",
        ready=False,
    ),
    OutsideLink(about="A frame of this clip", service="TinEye", url="https://tineye.com/", words="", ready=False),
    OutsideLink(
        about="Kept copies of the post",
        service="Wayback Machine",
        url="https://web.archive.org/web/*/https://example.org/status/1509712148689846273",
        words="captures, oldest first",
    ),
)
