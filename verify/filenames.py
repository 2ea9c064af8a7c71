"""Dates in file names. Rule: a name is what somebody's phone or program called a file, and anyone can change it.

Only patterns with a source are here: `facts` (the sample names that were measured or quoted for this project), or a
public program's own code or issue. What each date means differs: a recording begun, a message received, a file saved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from verify.asset_ids import bytedance, of_tiktok, of_x
from verify.records.times import TimeBounds, clock_without_zone, moment, whole_day

Meaning = Literal[
    "recording began",
    "received or sent on some phone",
    "saved on some device",
    "screen recorded",
    "given its id by the service",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedDate:
    """A date that a file name carries: its bounds, what it means, which program names files so, and the source."""

    bounds: TimeBounds
    meaning: Meaning
    program: str
    source: str
    text: str  # the part of the name that was read
    supposed: bool = False  # the service is guessed from the size of a number that the name does not explain


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pattern:
    form: re.Pattern[str]
    meaning: Meaning
    program: str
    source: str
    utc: bool = False


_START = r"(?:^|[^A-Za-z0-9])"  # what may stand before: the start, a blank, a bracket
_DAY = r"(?P<y>(?:19|20)\d\d)(?P<mo>\d\d)(?P<d>\d\d)"
_DAY_DASHED = r"(?P<y>(?:19|20)\d\d)-(?P<mo>\d\d)-(?P<d>\d\d)"
_CLOCK = r"(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)"
_SPOKEN_CLOCK = (
    r"(?P<h>\d{1,2})[.:](?P<mi>\d\d)[.:](?P<s>\d\d)(?:[\s\u202f\u00a0-](?P<half>[AP]M))?"  # 9.16.39 PM, 21.26.11
)
_QUOTED = "names quoted in public projects (facts: metadata.md 2.2)"
_ENTE = "names and readings in ente's tests (github.com/ente/photos-web pull request 491)"


def _pattern(form: str, meaning: Meaning, program: str, source: str, *, utc: bool = False) -> _Pattern:
    return _Pattern(form=re.compile(form), meaning=meaning, program=program, source=source, utc=utc)


_PATTERNS = (
    _pattern(
        rf"{_START}(?:VID|IMG|AUD|PTT)-{_DAY}-WA\d{{4,}}",
        "received or sent on some phone",
        "WhatsApp on Android",
        f"{_QUOTED}; {_ENTE}; the number after WA counts the day's files",
    ),
    _pattern(
        rf"(?i)WhatsApp[ -](?:Video|Image|Audio|Ptt)[ -]{_DAY_DASHED}[ -]at[ -]"
        rf"{_SPOKEN_CLOCK}",
        "received or sent on some phone",
        "WhatsApp on a computer",
        f"{_QUOTED}; sites that the files are uploaded to write hyphens for blanks (ten addresses in public projects)",
    ),
    _pattern(
        rf"(?i){_START}Screen Recording {_DAY_DASHED} at {_SPOKEN_CLOCK}",
        "screen recorded",
        "macOS screen recording",
        "names in public projects; in one the file's own header lies within a second of the clock in its name "
        "(github.com/korovin-aa97/talkthrough-mcp issue 9)",
    ),
    _pattern(
        rf"{_START}(?:video|photo|audio|file)_{_DAY_DASHED}_(?P<h>\d\d)-(?P<mi>\d\d)-(?P<s>\d\d)",
        "saved on some device",
        "Telegram Desktop",
        "Telegram Desktop's own code (core/file_utilities.cpp, filedialogDefaultName): the local time of saving, or, "
        "saved from the viewer, of the picture's post",
    ),
    _pattern(
        rf"{_START}PXL_{_DAY}_{_CLOCK}(?P<ms>\d{{3}})?",
        "recording began",
        "Google Pixel camera",
        "pigallery2 issue 682: name in UTC beside a local time in the file",
        utc=True,
    ),
    _pattern(
        rf"{_START}(?:VID|IMG|MVIMG|PANO)_{_DAY}_{_CLOCK}",
        "recording began",
        "Android camera",
        f"{_QUOTED}; {_ENTE}",
    ),
    _pattern(
        rf"{_START}(?:VID|IMG){_DAY}{_CLOCK}(?!\d)",
        "recording began",
        "camera of OPPO, realme and OnePlus phones",
        "names in public projects: one in the folder of a OnePlus phone's videos, one in a test for a OnePlus 9 Pro",
    ),
    _pattern(
        rf"^{_DAY_DASHED} (?P<h>\d\d)\.(?P<mi>\d\d)\.(?P<s>\d\d)(?!\d)",
        "saved on some device",
        "Dropbox camera uploads",
        "github.com/haiwen/seafile-iOS issue 100, Gulivertx/synology-photos-auto-sort issue 5: the time of the shot "
        "where Dropbox knows it",
    ),
    _pattern(
        rf"{_START}FB_IMG_(?P<milliseconds>1\d{{12}})(?!\d)",
        "saved on some device",
        "Facebook for Android",
        "names in public projects; one was posted on a service whose ids carry time 8 s after the clock in its name",
        utc=True,
    ),
    _pattern(rf"^{_DAY}_{_CLOCK}(?!\d)", "recording began", "Samsung and other cameras", _QUOTED),
    _pattern(
        rf"{_START}DJI_{_DAY}{_CLOCK}_\d{{4}}",
        "recording began",
        "DJI camera",
        "names in tests of public programs for DJI cameras, which read them as the clock at the start",
    ),
    _pattern(
        rf"{_START}(?P<y>20\d\d)_(?P<mo>\d\d)(?P<d>\d\d)_{_CLOCK}(?:_\d+)?_?[A-Z]{{1,2}}\b",
        "recording began",
        "VIOFO dash camera",
        "github.com/RobXYZ/viofosync issue 34",
    ),
    _pattern(
        rf"{_START}RPReplay_Final(?P<unix>1\d{{9}})(?!\d)",
        "screen recorded",
        "iOS screen recording",
        "names in public projects; one published on a platform whose own ids carry time fits to the day",
        utc=True,
    ),
    _pattern(
        rf"{_START}Screenrecorder-{_DAY_DASHED}-(?P<h>\d\d)-(?P<mi>\d\d)-(?P<s>\d\d)",
        "screen recorded",
        "Xiaomi screen recorder",
        "names in public projects; one was published two minutes after the clock in its name",
    ),
    _pattern(
        rf"{_START}Screen_Recording_{_DAY}[-_]{_CLOCK}",
        "screen recorded",
        "Samsung screen recorder",
        "names in public projects",
    ),
    _pattern(rf"{_START}Screenshot_{_DAY}-{_CLOCK}", "screen recorded", "Android screenshot", _ENTE),
    _pattern(
        rf"{_START}signal-{_DAY_DASHED}-(?P<h>\d\d)-?(?P<mi>\d\d)-?(?P<s>\d\d)",
        "saved on some device",
        "Signal",
        _ENTE,
    ),
)


# An id in a name counts in a form that a program is known to write. yt-dlp's (its DEFAULT_OUTTMPL) does not say whose.
_SNAPTIK = re.compile(r"(?i)(?:^|[^a-z0-9])snaptik_(?P<id>\d{19})(?!\d)")
_YT_DLP = re.compile(r" \[(?P<id>\d{18,19})\](?: ?\(\d+\))?(?:\.[A-Za-z0-9]{2,5})?$")
_TIKTOK_BEGAN = datetime(2014, 8, 1, tzinfo=UTC)  # as musical.ly; smaller numbers are not TikTok's
_TIKTOK_MARGIN = timedelta(seconds=60)  # as for a post (verify/sources/platforms/tiktok.py)
_X_ALONE = datetime(2012, 1, 1, tzinfo=UTC)  # numbers that X gave before are as large as Mastodon's and Truth Social's


def dates(name: str, known_by: datetime | None = None) -> tuple[NamedDate, ...]:
    """Return the dates that the file name `name` carries, usually none or one; nonsense dates are none.

    `known_by` is when the file was certainly there already (aware): a number that would be of a later day is no id.
    """
    found: list[NamedDate] = []
    for pattern in _PATTERNS:
        hit = pattern.form.search(name)
        bounds = _bounds(hit, pattern, name) if hit else None
        if hit and bounds:
            found.append(
                NamedDate(
                    bounds=bounds,
                    meaning=pattern.meaning,
                    program=pattern.program,
                    source=pattern.source,
                    text=hit[0].strip(" ([-"),
                )
            )
    ids = (*_of_service(name), *_of_snaptik(name), *_of_yt_dlp(name))
    return (*found, *(i for i in ids if known_by is None or (i.bounds.not_before or known_by) <= known_by))


def _of_service(name: str) -> tuple[NamedDate, ...]:
    """Return the second in the id under which TikTok's app saves a clip (verify/asset_ids.py), or nothing."""
    made = bytedance(name)
    if made is None:
        return ()
    program = "TikTok or Douyin"
    source = "verify/asset_ids.py: an xid, measured on 16 ids beside their posts"
    return (_given(moment(made, _basis(name, program)), program, source, name),)


def _of_snaptik(name: str) -> tuple[NamedDate, ...]:
    """Return the minute in the TikTok id under which the site snaptik.app saves a clip, or nothing."""
    hit = _SNAPTIK.search(name)
    if hit is None or of_tiktok(int(hit["id"])) < _TIKTOK_BEGAN:
        return ()
    program = "TikTok, saved through SnapTik"
    source = "names with TikTok's 19 digits in ten public projects (facts: metadata.md 2.2)"
    return (_given(_around(int(hit["id"]), _basis(name, program)), program, source, hit[0]),)


def _of_yt_dlp(name: str) -> tuple[NamedDate, ...]:
    """Return what a number in brackets before the ending would date if TikTok, else if X gave it, or nothing.

    The two never give one number both: TikTok's of 2014 and later are X's of 2056 and later. Other services (LinkedIn,
    Pinterest) number in the same range, so the date is only supposed.
    """
    hit = _YT_DLP.search(name)
    if hit is None:
        return ()
    number = int(hit["id"])
    service = "TikTok" if of_tiktok(number) >= _TIKTOK_BEGAN else "X"
    basis = _basis(name, f"yt-dlp, if {service} gave the number {number}; other services number alike")
    if service == "TikTok":
        bounds = _around(number, basis)
    elif of_x(number) >= _X_ALONE:
        bounds = moment(of_x(number), basis, "millisecond")
    else:
        return ()
    source = "yt-dlp's own code: its default form of a name ends with the id in brackets"
    return (_given(bounds, f"yt-dlp, if {service} gave the number", source, hit[0].strip(), supposed=True),)


def _around(number: int, basis: str) -> TimeBounds:
    at = of_tiktok(number)
    return TimeBounds(
        not_before=at - _TIKTOK_MARGIN, not_after=at + _TIKTOK_MARGIN, precision="minute", zone="utc", basis=basis
    )


def _given(bounds: TimeBounds, program: str, source: str, text: str, *, supposed: bool = False) -> NamedDate:
    meaning: Meaning = "given its id by the service"
    return NamedDate(bounds=bounds, meaning=meaning, program=program, source=source, text=text, supposed=supposed)


def _basis(name: str, program: str) -> str:
    return f"file name {name!r}, an id as {program} gives it (by then the clip was there); anyone can rename a file"


def _bounds(hit: re.Match[str], pattern: _Pattern, name: str) -> TimeBounds | None:
    part = hit.groupdict()
    basis = f"file name {name!r}, a form that {pattern.program} uses ({pattern.meaning}); anyone can rename a file"
    try:
        if part.get("unix"):
            return moment(datetime.fromtimestamp(int(part["unix"]), UTC), basis)
        if part.get("milliseconds"):
            return moment(datetime.fromtimestamp(int(part["milliseconds"]) / 1000, UTC), basis, "millisecond")
        day = date(int(part["y"]), int(part["mo"]), int(part["d"]))
        if part.get("h") is None:
            return whole_day(day, basis, zone="unknown")
        hour = int(part["h"])
        half = (part.get("half") or "").upper()
        if half:
            hour = hour % 12 + (12 if half == "PM" else 0)
        at = datetime(day.year, day.month, day.day, hour, int(part["mi"]), int(part["s"]))
        if pattern.utc:
            milliseconds = int(part.get("ms") or 0)
            return moment(
                at.replace(tzinfo=UTC, microsecond=milliseconds * 1000),
                basis,
                "millisecond" if part.get("ms") else "second",
            )
        return clock_without_zone(at, basis)
    except (ValueError, OverflowError):
        return None
