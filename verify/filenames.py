"""Dates in file names. Rule: a name is what somebody's phone or program called a file, and anyone can change it.

Only patterns with a source are here: `facts` (the sample names that were measured or quoted for this project), or a
public program's own code or issue. What each date means differs: a recording begun, a message received, a file saved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from verify.asset_ids import bytedance
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
        rf"(?i)WhatsApp (?:Video|Image|Audio|Ptt) {_DAY_DASHED} at "
        r"(?P<h>\d{1,2})[.:](?P<mi>\d\d)[.:](?P<s>\d\d)(?:[\s\u202f\u00a0](?P<half>[AP]M))?",
        "received or sent on some phone",
        "WhatsApp on a computer",
        _QUOTED,
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


def dates(name: str) -> tuple[NamedDate, ...]:
    """Return the dates that the file name `name` carries, usually none or one; nonsense dates are none."""
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
    return (*found, *_of_service(name))


def _of_service(name: str) -> tuple[NamedDate, ...]:
    """Return the second in the id under which TikTok's app saves a clip (verify/asset_ids.py), or nothing."""
    made = bytedance(name)
    if made is None:
        return ()
    program = "TikTok or Douyin"
    basis = f"file name {name!r}, an id as {program} gives it (by then the clip was there); anyone can rename a file"
    return (
        NamedDate(
            bounds=moment(made, basis),
            meaning="given its id by the service",
            program=program,
            source="verify/asset_ids.py: an xid, measured on 16 ids beside their posts",
            text=name,
        ),
    )


def _bounds(hit: re.Match[str], pattern: _Pattern, name: str) -> TimeBounds | None:
    part = hit.groupdict()
    basis = f"file name {name!r}, a form that {pattern.program} uses ({pattern.meaning}); anyone can rename a file"
    try:
        if part.get("unix"):
            return moment(datetime.fromtimestamp(int(part["unix"]), UTC), basis)
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
