"""What is written in the picture? Rule: writing is told as writing; it may be misread, misplaced, or put in to mislead.

Handles and addresses lead to accounts that showed the clip, and dates to days that somebody wrote: neither says who
filmed, nor when.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.times import TimeBounds, whole_day

_HANDLE = re.compile(r"(?<![\w.])@ ?[A-Za-z0-9_][A-Za-z0-9_.]{2,30}")
_ADDRESS = re.compile(
    r"(?i)\b(?:(?:t|vk|fb)\.(?:me|com)|(?:youtube|tiktok|instagram|facebook|twitter|x|ok)\.(?:com|ru)"
    r"|[a-z0-9-]{2,40}\.(?:com|net|org|tv|ru|ua|by|news|info|media))(?:/[A-Za-z0-9_.@/-]{1,60})?"
)
_DATE = re.compile(
    r"(?<!\d)(?:(?P<y>(?:19|20)\d\d)[-./](?P<m>\d\d)[-./](?P<d>\d\d)"
    r"|(?P<a>\d{1,2})[-./](?P<b>\d{1,2})[-./](?P<c>(?:19|20)\d\d|\d\d))(?!\d)"
)
# Marks that were seen in real files of the light bench (tests/bench/light_more.csv names them), whose reader may split
# them or change their case; each with its owner. Others wait for a file that shows them.
_MARKS = (
    (re.compile(r"(?i)\btik ?tok\b"), "TikTok"),  # IAN6567__fireworks.mp4, the last card
    (re.compile(r"(?i)\bpond ?5\b"), "Pond5, which sells footage"),  # AshotKostanyan__fire.mp4, across the middle
    (re.compile(r"(?i)\bgetty ?images\b"), "Getty Images, which sells footage"),  # sharath-yanamandra__parking.mp4
    (re.compile(r"(?i)\bi ?stock\b"), "iStock, which sells footage"),  # RamyaGundibilli__night.mp4
    (re.compile(r"(?i)\bmake ?a ?gif\b"), "MakeAGif, which makes clips of others"),  # ekinkalhoro934__evening.mp4
)
_MOST = 8
_LIMITS = (
    "A program read the writing in a few pictures, in Latin and Cyrillic letters, and may have misread or missed it: "
    "of 8 lines drawn into real clips and compressed it read 5 without a mistake (docs/checks.md). Anyone "
    "can write into a picture; a clock in it may be wrong; a handle names who showed the clip, not who filmed it."
)
_RECHECK = (
    "Open the keyframes and read the writing (in the box, if one is given) with your own eyes; look the account or the "
    "date up."
)


class WritingInPicture(Check):
    """Tells marks of platforms, handles, addresses, dates and other lines that were read in the picture."""

    name = "writing"
    question = "Which handles, dates and other words are written in the picture?"
    part = "source"
    order = 63
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return findings on marks, on handles, on dates and on other lines, as far as there are any."""
        values = measured.values(case, "writing")
        if values.get("told") is not True:
            why = wording.plain(str(values.get("reason") or "the setting `read_text` is off"))
            return (self.not_tested(f"Writing in the picture was not read: {why}.", _RECHECK),)
        lines = [line for line in measured.rows(values, "lines", "time", "confidence") if _text(line)]
        found = (
            *self._marks(case, lines),
            *self._leads(case, lines),
            *self._dates(case, lines),
            *self._others(case, lines),
        )
        if found:
            return found
        return (self._neutral("No writing was read in the keyframes that were looked at.", ()),)

    def _marks(self, case: Case, lines: list[dict[str, Any]]) -> tuple[Finding, ...]:
        found = []
        for form, owner in _MARKS:
            hits = [(line, hit[0]) for line in lines if (hit := form.search(_text(line)))]
            if hits:
                told = (
                    f"Written in the picture is {_quoted([h for _, h in hits])}, the mark of {owner}: the clip, or a "
                    "part of it, was there or was made to look so."
                )
                found.append(self._neutral(told, _shown(case, [line for line, _ in hits])))
        return tuple(found)

    def _leads(self, case: Case, lines: list[dict[str, Any]]) -> tuple[Finding, ...]:
        hits = [(line, hit[0]) for line in lines for form in (_HANDLE, _ADDRESS) for hit in form.finditer(_text(line))]
        if not hits:
            return ()
        told = (
            f"Written in the picture is {_quoted([h for _, h in hits])}: a lead to where the clip was shown or "
            "watermarked, not to who filmed it."
        )
        return (self._neutral(told, _shown(case, [line for line, _ in hits])),)

    def _dates(self, case: Case, lines: list[dict[str, Any]]) -> tuple[Finding, ...]:
        found = []
        for line in lines:
            for hit in _DATE.finditer(_text(line)):
                readings = _readings(hit)
                if readings:
                    found.append(self._date(case, line, hit[0], readings))
        return tuple(found[:_MOST])

    def _date(self, case: Case, line: dict[str, Any], words: str, readings: list[TimeBounds]) -> Finding:
        told = f"Written in the picture is the date {wording.quote(words)}"
        shown = _shown(case, [line])
        when = case.claim.when if case.claim else None
        if when is None or not any(r.overlaps(when) for r in readings):
            if when is None:
                return self._neutral(f"{told}; no time is claimed that it could be compared with.", shown, "when")
            if all(len(number) < 4 for number in re.split(r"\D", words)):
                told = (
                    f"{told}, which is not the claimed day; without four digits of a year it may be a piece of another"
                )
                return self._neutral(f"{told} number.", shown, "when")
            other = "neither of its readings is" if len(readings) > 1 else "it is not"
            told = f"{told}, and {other} the claimed day, if it was read rightly and the clock or writer was right."
            return Finding(
                check=self.name,
                bearing="questions",
                part="when",
                sentence=told,
                evidence=shown,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="weak",
            )
        fits = "one of its readings fits" if len(readings) > 1 else "it fits"
        return self._neutral(f"{told}; {fits} the claimed time, as anything written in would.", shown, "when")

    def _others(self, case: Case, lines: list[dict[str, Any]]) -> tuple[Finding, ...]:
        plain = [
            line
            for line in lines
            if not any(form.search(_text(line)) for form in (_HANDLE, _ADDRESS, _DATE, *(m for m, _ in _MARKS)))
        ]
        if not plain:
            return ()
        told = f"Also read in the picture: {_quoted([_text(line) for line in plain])}."
        return (self._neutral(told, _shown(case, plain), "what"),)

    def _neutral(self, sentence: str, evidence: tuple[Evidence, ...], part: str = "source") -> Finding:
        return Finding(
            check=self.name,
            bearing="neutral",
            part="when" if part == "when" else "what" if part == "what" else "source",
            sentence=sentence,
            evidence=evidence,
            limits=_LIMITS,
            recheck=_RECHECK,
        )


def _text(line: dict[str, Any]) -> str:
    found = line.get("text")
    return wording.plain(found, 300) if isinstance(found, str) else ""


def _quoted(texts: list[str]) -> str:
    return wording.listed([wording.quote(text, 80) for text in dict.fromkeys(texts)], _MOST)


def _shown(case: Case, lines: list[dict[str, Any]]) -> tuple[Evidence, ...]:
    """Return each line with its keyframe, box and confidence."""
    paths = {k.path for k in case.examination.keyframes} if case.examination else set()
    shown = []
    for line in [line for at, line in enumerate(lines) if line not in lines[:at]][:_MOST]:
        box = measured.box(line)
        image = str(line.get("image")) if line.get("image") in paths else ""
        confidence = measured.number(line, "confidence") or 0.0
        at = measured.number(line, "time") or 0.0
        pictured = measured.number(line, "shown")
        other = f"; the keyframe shown is of second {pictured:.1f}" if image and pictured not in (None, at) else ""
        shown.append(
            Evidence(
                label="Read in the picture",
                value=f"{wording.quote(_text(line), 300)} (the reader's own confidence: {confidence:.0f} of 100)",
                place=f"second {at:.1f}" + (f", box {', '.join(f'{v:.3f}' for v in box)}" if box else "") + other,
                image=image,
                outline=measured.corners(box) if box and image else (),
            )
        )
    return tuple(shown)


def _readings(hit: re.Match[str]) -> list[TimeBounds]:
    """Return the days that a date may mean: day before month, and month before day where both can be."""
    part = hit.groupdict()
    if part["y"]:
        orders = [(part["y"], part["m"], part["d"])]
    else:
        year = part["c"] if len(part["c"]) == 4 else f"20{part['c']}"
        orders = [(year, part["b"], part["a"]), (year, part["a"], part["b"])]
    found: list[TimeBounds] = []
    for year, month, day in orders:
        try:
            given = date(int(year), int(month), int(day))
        except ValueError:
            continue
        bounds = whole_day(given, "a date written in the picture, on somebody's clock", zone="unknown")
        if bounds not in found:
            found.append(bounds)
    return found
