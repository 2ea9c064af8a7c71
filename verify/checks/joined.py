"""Was the clip joined from pieces without encoding it again? Rule: even pieces with equal settings are a service's way.

x264 writes its settings before the first picture that it makes. Standing there again, they say that another encoding
begins. Services that encode a film in parallel leave pieces of equal length (about 5.3 s, in four real files);
a person who joins clips leaves pieces of any length, and often other settings.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding
from verify.records.media import Tag

_EVEN = 0.25  # of the middle length: scene changes move the joints of services (4.6 s to 5.5 s around 5.3 s, measured)
_LEAST_EVEN = 3  # pieces that must be alike before their likeness says anything
_MOST = 6
_READERS = frozenset({"boxes", "course"})  # those that look at later key pictures as well
_LIMITS = (
    "Only encoders that write their name (x264, x265) or parameters (H.264, HEVC) into the picture are looked at, "
    "and encoding the whole again removes the signs. Joining is no falsification by itself: recorders and editors join "
    "what belongs together."
)
_RECHECK = (
    "Search the file for the text `x264 - core` in a hex editor at the bytes given, and look at the pictures just "
    "before and after each second."
)


class JoinedPieces(Check):
    """Tells where an encoder began anew inside the clip."""

    name = "joined pieces"
    question = "Was the clip joined from pieces without being encoded again?"
    part = "original"
    order = 61
    decoded = True

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the encodings that the picture track is made of."""
        if case.examination is None:
            return (self.not_tested("The file could not be examined, so its encodings were not counted."),)
        tags = [t for t in case.examination.tags if t.name == "encoder restart" and _second(t) is not None]
        if not tags:
            looked = any(t.reader in _READERS and t.name == "encoder settings" for t in case.examination.tags)
            if not looked:
                told = (
                    "Whether the clip was joined from pieces cannot be told: its encoder left no name in the picture."
                )
                return (self.not_tested(told),)
            told = "The encoder's settings stand once, before the first picture: nothing shows that pieces were joined."
            return (self.neutral(told, limits=_LIMITS, recheck=_RECHECK),)
        return (self._told(case, sorted(tags, key=lambda t: _second(t) or 0.0)),)

    def _told(self, case: Case, tags: list[Tag]) -> Finding:
        at = [_second(t) or 0.0 for t in tags]
        moments = wording.listed([wording.clock(s) for s in at], _MOST)
        evidence = tuple(
            Evidence(
                label="Encoder begins anew",
                value=f"at {wording.clock(s)}; {tag.note}",
                place=tag.place + (f", byte {tag.offset}" if tag.offset is not None else ""),
            )
            for s, tag in list(zip(at, tags, strict=True))[:_MOST]
        )
        others = any("others" in tag.note or "another" in tag.note for tag in tags)
        if not others and _even([0.0, *at]):
            told = (
                f"The picture was encoded in {len(at) + 1} pieces of about {median(_lengths([0.0, *at])):.0f} s with "
                "the same settings, as services do that encode a film in parallel: no sign that clips were joined."
            )
            return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK)
        if not others:
            told = (
                f"The encoder begins anew at {moments}, with the same settings: pieces were joined there without being "
                "encoded again, by a person or by a service."
            )
            return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
        told = (
            f"The encoder begins anew at {moments}, with other settings: the clip was joined there from pieces that "
            "were encoded apart."
        )
        if case.claim is not None and case.claim.original is True:
            return self.questions(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
        return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")


def _second(tag: Tag) -> float | None:
    try:
        return float(tag.value)
    except ValueError:
        return None


def _lengths(at: list[float]) -> list[float]:
    return [b - a for a, b in pairwise(at)]


def _even(at: list[float]) -> bool:
    """Return whether the pieces that end inside the clip (all but the last) are of one length."""
    lengths = _lengths(at)
    middle = median(lengths)
    return len(lengths) >= _LEAST_EVEN and all(abs(one - middle) <= _EVEN * middle for one in lengths)
