"""Does the file run on without a break? Rule: only several signs at one second speak of a joint.

A clock that begins anew, sound that overlaps itself, a key picture out of turn, counters that leave out a number, a
timecode that jumps: joining without encoding again leaves them, and so do recorders that were stopped or disturbed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding

_NEAR = 0.5  # seconds between signs of one break: sound and picture of a joint end apart, in MPEG-TS by a packet
_EVEN, _LEAST_EVEN = 0.25, 3  # as in verify/checks/joined.py: services work in pieces of one length
_MOST = 6
# Signs that other things than joining leave often: recorders' pictures come early or late, encoders set key pictures at
# cuts. They are told only beside another sign.
_BESIDE = frozenset({"key picture", "picture's clock", "encoder"})
_LIMITS = (
    "Recorders that were stopped, disturbed or short of memory leave the same signs as joining, and so do broadcasts "
    "that were badly received. Encoding the whole again removes all of them, so that none is found proves nothing."
)
_RECHECK = (
    "List the packets (around the seconds given, if any are), as with `ffprobe -show_entries "
    "packet=codec_type,pts_time,flags,pos FILE`: do their times go on evenly, and what do the "
    "pictures around a break show?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sign:
    kind: str
    second: float
    words: str
    place: str


class CourseOfTheFile(Check):
    """Tells where clocks, counters and key pictures of the file break their own order."""

    name = "course of the file"
    question = "Does the file run on without a break?"
    part = "original"
    order = 61

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding for breaks with several signs, one for each kind of lone sign, or one for none."""
        values = measured.values(case, "course")
        if not values:
            return (self.not_tested("The order of the file's packets was not read."),)
        together = _together(sorted(_signs(case, values), key=lambda s: s.second))
        joints = [group for group in together if len({s.kind for s in group}) > 1]
        lone = [s for group in together if group not in joints for s in group if s.kind not in _BESIDE]
        found = [*self._joints(case, joints), *self._lone(case, lone)]
        return tuple(found) or (self._nothing(values),)

    def _joints(self, case: Case, joints: list[list[_Sign]]) -> Iterator[Finding]:
        if not joints:
            return
        at = [min(s.second for s in group) for group in joints]
        moments = wording.listed([wording.clock(second) for second in at], _MOST)
        kinds = wording.listed(sorted({s.kind for group in joints for s in group}), _MOST)
        evidence = tuple(_shown(s) for group in joints[:_MOST] for s in group)[: 3 * _MOST]
        frames = tuple(e for second in at[:_MOST] for e in measured.nearest_keyframe(case, second))
        if _even([0.0, *at]):
            told = (
                f"The order of the file breaks {len(at)} times at one distance ({kinds}), as segments of a stream that "
                "a service delivered in pieces: no sign that clips were joined."
            )
            yield self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK)
            return
        told = (
            f"At {moments} several things in the order of the file break at once ({kinds}): pieces were put together "
            "there without being encoded again, or the recording was interrupted."
        )
        yield self._said(case, told, (*evidence, *frames))

    def _lone(self, case: Case, signs: list[_Sign]) -> Iterator[Finding]:
        for kind in sorted({s.kind for s in signs}):
            mine = [s for s in signs if s.kind == kind]
            evidence = tuple(_shown(s) for s in mine[:_MOST])
            told = f"{_MEANING[kind][0]}: {wording.listed([s.words for s in mine], 3)}. {_MEANING[kind][1]}"
            if kind in _EDITORS:
                yield self._said(case, told, evidence)
            else:
                yield self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK)

    def _nothing(self, values: dict[str, Any]) -> Finding:
        step = measured.number(values, "step")
        pictures = int(measured.number(values, "pictures") or 0)
        steady = (
            f"The {pictures:,} pictures of the file follow one another {step * 1000:.1f} ms apart without a break"
            if step
            else f"The {pictures:,} pictures of the file come at uneven steps, without a long gap"
        )
        told = f"{steady}, and no clock of the file begins anew: nothing shows that pieces were put together."
        return self.neutral(told, limits=_LIMITS, recheck=_RECHECK)

    def _said(self, case: Case, told: str, evidence: tuple[Evidence, ...]) -> Finding:
        if case.claim is not None and case.claim.original is True:
            return self.questions(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
        return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")


_EDITORS = frozenset({"clock", "timecode"})
_MEANING = {
    "clock": (
        "The file's clock begins anew",
        "One recording does not do that: files were put one after the other, or a recorder began again.",
    ),
    "timecode": (
        "The timecode jumps",
        "Pieces of other times stand there, or the recorder's clock was set while it ran.",
    ),
    "sound's clock": (
        "The sound is not in step with itself",
        "Nothing else breaks there: a piece of sound may have been lost, or pieces put together.",
    ),
    "missing pictures": (
        "Pictures are missing",
        "Where the sound goes on, a recorder may have been too slow, or wrote a picture only when something changed.",
    ),
    "counter": (
        "The counters of the transport stream leave out numbers",
        "Packets were lost on the way, or pieces were cut out or put together.",
    ),
}


def _signs(case: Case, values: dict[str, Any]) -> Iterator[_Sign]:
    yield from _of_clocks(case, values)
    for row in measured.rows(values, "gaps", "start", "end"):
        sound = {True: ", while the sound goes on", False: ", and the sound stops as well"}
        heard = sound.get(row.get("sound_goes_on"), "")  # type: ignore[arg-type]  # JSON: None finds nothing
        yield _sign("missing pictures", row["start"], f"none from {wording.seconds(row['start'], row['end'])}{heard}")
    every = int(measured.number(values, "key_every") or 0)
    for row in measured.rows(values, "keys_out_of_turn", "second", "picture", "after"):
        words = f"a key picture after {row['after']:.0f} pictures, which elsewhere come every {every}"
        yield _sign("key picture", row["second"], words, f"second {row['second']:.3f}, picture {row['picture']:.0f}")
    for row in measured.rows(values, "counters", "second"):
        yield _sign("counter", row["second"], *_counter(row))
    for tag in case.examination.tags if case.examination else ():
        if tag.name == "encoder restart" and (second := _number(tag.value)) is not None:
            yield _sign("encoder", second, "the encoder begins anew", tag.place)


def _of_clocks(case: Case, values: dict[str, Any]) -> Iterator[_Sign]:
    for row in measured.rows(values, "clock_runs_back", "second", "from", "to"):
        words = f"at {wording.clock(row['second'])} it runs from {row['from']:.2f} s back to {row['to']:.2f} s"
        yield _sign("clock", row["second"], words)
    for values_of in (values, measured.values(case, "timecode")):
        for row in measured.rows(values_of, "timecode_jumps", "second"):
            before, after = (wording.plain(str(row.get(key) or ""), 20) for key in ("before", "after"))
            yield _sign("timecode", row["second"], f"at {wording.clock(row['second'])} from {before} to {after}")
    for row in measured.rows(values, "sound_breaks", "second", "step", "usual"):
        yield _sign("sound's clock", row["second"], _sound(row))
    for row in measured.rows(values, "clock_set_anew", "second", "step", "usual"):
        yield _sign("picture's clock", row["second"], _picture(row))


def _sign(kind: str, second: float, words: str, place: str = "") -> _Sign:
    return _Sign(kind=kind, second=second, words=words, place=place or f"second {second:.3f}")


def _sound(row: dict[str, Any]) -> str:
    apart = (row["usual"] - row["step"]) * 1000
    if apart > 0:
        return f"at {wording.clock(row['second'])} packets of sound overlap by {apart:.0f} ms"
    return f"at {wording.clock(row['second'])} {-apart:.0f} ms of sound are missing"


def _picture(row: dict[str, Any]) -> str:
    apart, usual = row["step"] * 1000, row["usual"] * 1000
    return f"at {wording.clock(row['second'])} two pictures stand {apart:.0f} ms apart, elsewhere {usual:.0f} ms"


def _counter(row: dict[str, Any]) -> tuple[str, str]:
    """Return what is said of a break of a transport stream's counters, and its place."""
    given = row.get("packets")
    packets = [p for p in (given if isinstance(given, list | tuple) else []) if isinstance(p, dict)]
    named = [f"{p.get('byte')} (track {p.get('track')})" for p in packets]
    words = f"at {wording.clock(row['second'])} in {wording.count(len(packets), 'packet')}"
    return words, f"byte {wording.plain(wording.listed(named, _MOST), 200)}"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _together(signs: list[_Sign]) -> list[list[_Sign]]:
    """Return the signs in groups whose neighbours stand at most _NEAR apart; `signs` are sorted."""
    groups: list[list[_Sign]] = []
    for sign in signs:
        if groups and sign.second - groups[-1][-1].second <= _NEAR:
            groups[-1].append(sign)
        else:
            groups.append([sign])
    return groups


def _even(at: list[float]) -> bool:
    lengths = sorted(b - a for a, b in pairwise(at))
    middle = lengths[len(lengths) // 2]
    return len(lengths) >= _LEAST_EVEN and all(abs(one - middle) <= _EVEN * middle for one in lengths)


def _shown(sign: _Sign) -> Evidence:
    return Evidence(label=sign.kind.capitalize(), value=sign.words, place=sign.place)
