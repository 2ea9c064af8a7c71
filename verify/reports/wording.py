"""Numbers and bounds as words a reader understands. Rule: a wording never says more than the record it is made from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from verify.checks.known_copies import only_received
from verify.checks.strength import chance, grade
from verify.checks.strength import told as sureness
from verify.checks.wording import by_hand, clock, count, listed, quote, tell, tell_moment
from verify.records.findings import Bearing, Finding
from verify.records.matches import Appearance, Recording, Segment
from verify.records.times import TimeBounds

__all__ = [
    "BEARINGS",
    "UNDATED",
    "UNNAMED",
    "bounds",
    "by_hand",
    "chance",
    "clock",
    "count",
    "day",
    "duration",
    "earliest",
    "first_known",
    "first_word",
    "grade",
    "listed",
    "of_bearing",
    "quote",
    "segment",
    "sentence",
    "size",
    "stamp",
    "sureness",
]

BEARINGS: dict[Bearing, str] = {
    "questions": "Questions the claim",
    "supports": "Supports the claim",
    "neutral": "Neither",
    "not tested": "Not tested",
}
# Of a post that was fetched both may be known from its page: the list of posts says what the story names.
UNNAMED = "author not named in the story"
UNDATED = "no date in the story"


def sentence(text: str) -> str:
    """Return `text` with its first letter raised."""
    return text[:1].upper() + text[1:]


def duration(seconds: float | None) -> str:
    """Return a length for people: `34.6 s`, `12 min 05 s`, `unknown length`."""
    if seconds is None:
        return "unknown length"
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours} h {minutes:02d} min {rest:02d} s" if hours else f"{minutes} min {rest:02d} s"


def size(number: int) -> str:
    """Return a file size: `8.1 MB (8,123,457 bytes)`, decimal megabytes as platforms state them."""
    if number < 1000:
        return count(number, "byte")
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= step:
            return f"{number / step:.1f} {unit} ({number:,} bytes)"
    raise AssertionError("unreachable")  # 1000 and more is at least a kB


def bounds(known: TimeBounds | None, zone: str = "") -> str:
    """Return when something was, as far as it is known; `zone` adds the clock of that IANA zone."""
    return tell(known, zone) if known is not None else "no date known"


def day(known: TimeBounds | None) -> str:
    """Return a date short enough for a caption: the day, or `by` the day before which it was; no zone, no hour."""
    if known is None or (known.not_after is None and known.clock is None):
        return "no date"
    if known.clock:
        return known.clock[:10]
    at = (known.not_before or known.not_after) if known.width is not None else known.not_after
    return f"{'' if known.not_before else 'by '}{at:%Y-%m-%d}"


def stamp(iso: str) -> str:
    """Return an ISO 8601 UTC text (`2026-11-22T11:03:00Z`) as `2026-11-22 11:03:00 UTC`; other text as it is."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return tell_moment(at) if at.utcoffset() is not None else iso


def segment(part: Segment, here: str = "here", there: str = "there") -> str:
    """Return which seconds equal which: `0:09.0–0:16.0 here is 1:01.0–1:04.5 there, played 2 times as fast`."""
    text = f"{clock(part.a_start)}–{clock(part.a_end)} {here} is {clock(part.b_start)}–{clock(part.b_end)} {there}"
    if part.reversed:
        text += ", backwards"
    if abs(part.speed - 1) >= 0.01:  # below 1 % a viewer sees and hears no difference
        faster = part.speed > 1
        text += f", played {part.speed if faster else 1 / part.speed:.3g} times as {'fast' if faster else 'slowly'}"
    return text


def first_known(recording: Recording) -> str:
    """Return which copy of a recording is the earliest known, in one sentence; or those that it lies between."""
    known = recording.earliest
    if known is not None and only_received(known):
        return "No date of publication is known of any of its copies."
    if known is None:
        first = list(dict.fromkeys(_dated(a) for a in earliest(recording.appearances)))
        if len(first) < 2:
            return "None of its copies can be said to be the earliest."
        return f"Which of its copies was the first cannot be said: {'; '.join(first[:3])}{_and_more(len(first) - 3)}."
    if known.bounds and known.bounds.not_before:
        return f"Earliest known: {_dated(known)}."
    return f"None of its copies has a date of publication; the first date that is sure: {_dated(known)}."


def _dated(known: Appearance) -> str:
    by = f", {known.author}" if known.author and known.author not in known.label else ""
    return f"{known.label}{by}, {bounds(known.bounds)}{by_hand(known)}"


def _and_more(left: int) -> str:
    return f"; and {left} more" if left > 0 else ""


def first_word(known: Appearance | None) -> str:
    """Return what the earliest copy may be called: a file of no date is only the first whose date is sure.

    Nothing where that date is of its arrival here: which file was brought in first says nothing of it.
    """
    if known and only_received(known):
        return ""
    return "earliest known" if known and known.bounds and known.bounds.not_before else "first sure date"


def earliest(known: Iterable[Appearance]) -> tuple[Appearance, ...]:
    """Return the appearances that no other one is entirely before: one where the order is certain, else several."""
    dated = [a for a in known if a.bounds is not None and (a.bounds.not_before or a.bounds.not_after)]
    return tuple(a for a in dated if not any(b.bounds.before(a.bounds) for b in dated if b.bounds and a.bounds))


def of_bearing(findings: Iterable[Finding], bearing: Bearing) -> tuple[Finding, ...]:
    """Return the findings of one bearing, in order."""
    return tuple(f for f in findings if f.bearing == bearing)
