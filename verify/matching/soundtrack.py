"""Clips that carry one soundtrack under different pictures. Rule: a shared sound is reported apart, never as a copy.

Sound is laid over any footage, so this says nothing about the picture; and it warns: two clips with one soundtrack
are not two microphones at one event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from verify.descriptors.onsets import STEP, Onsets, unpack
from verify.matching.base import Shelf
from verify.records.fingerprints import Fingerprint
from verify.records.matches import Geometry, Match, Segment, Strength
from verify.sync.correlation import Likeness, Peak, Series, normalised, peak
from verify.sync.sound import LEAST_OVERLAP, LEAST_SCORE, MOST_RIVAL

# Likeness (correlation of changes in eight bands) from which two clips carry one soundtrack. Measured by
# tests/bench/soundtracks.py: the sound of 19 real clips after five re-encodings each 0.69 to 0.98; 171 pairs of
# unrelated clips at most 0.28; two drawn microphones at one event 0.25.
LEAST_LIKENESS = 0.6
MOST_CLIPS = 400  # newest clips whose sound is compared: each costs a few milliseconds, and there is no index for it
Look = Callable[[str, str], Match | None]
_ROUNDED = 0.01  # by which a likeness worked out quickly may be off, and ten times that
_QUIET = 0.3  # decibels, as in verify/sync/sound.py
_BASIS = "likeness {likeness:.2f}; none of 171 pairs of unrelated real clips came above 0.28"


class Soundtracks:
    """Searches the newest clips of a library for the soundtrack of one."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._asked = ""
        self._mine: _Mine | None = None  # the clip searched for last: it is read once for all others

    def search(self, sha256: str, among: Iterable[str], look: Look | None = None) -> list[Match]:
        """Return a match of kind `same soundtrack` for each of the first MOST_CLIPS of `among` that shares it.

        `among` begins with the newest. `look` (this one's own by default) says whether two clips do.
        """
        look = look or self.look
        return [match for other in self.named(sha256, among) if (match := look(sha256, other)) is not None]

    def named(self, sha256: str, among: Iterable[str]) -> list[str]:
        """Return the clips whose sound is compared with that of a clip: the first of `among`."""
        named = list(islice((other for other in among if other != sha256), MOST_CLIPS))
        return named if named and self._sound(sha256) is not None else []

    def look(self, a: str, b: str) -> Match | None:
        """Return the match of two clips by their sound, or None."""
        if self._asked != a:
            sound = self._sound(a)
            self._asked, self._mine = a, _Mine(sound) if sound is not None else None
        theirs = self._sound(b) if self._mine is not None else None
        return self._mine.match(theirs, a, b) if self._mine is not None and theirs is not None else None

    def _sound(self, sha256: str) -> Fingerprint | None:
        found = self._shelf.fingerprints(sha256, (Onsets.name,)).get(Onsets.name)
        return found if found is not None and found.version == Onsets.version else None


class _Mine:
    """The soundtrack of the clip that is searched for."""

    def __init__(self, sound: Fingerprint) -> None:
        self._series = normalised(unpack(sound), _QUIET)
        self._likeness = Likeness(self._series)

    def match(self, theirs: Fingerprint, a_name: str, b_name: str) -> Match | None:
        """Return the match with another soundtrack, or None: nearly all are too little alike at any offset."""
        other = normalised(unpack(theirs), _QUIET)
        if self._likeness.most(other, LEAST_OVERLAP / STEP) < LEAST_LIKENESS - _ROUNDED:
            return None
        return _compared(self._series, other, a_name, b_name)


def compare(a: Fingerprint, b: Fingerprint, a_name: str, b_name: str) -> Match | None:
    """Return the match of two soundtracks, or None where they are not one."""
    return _Mine(a).match(b, a_name, b_name)


def _compared(a: Series, b: Series, a_name: str, b_name: str) -> Match | None:
    top = peak(a, b, STEP, LEAST_OVERLAP)
    if top is None or top.likeness < LEAST_LIKENESS or top.score < LEAST_SCORE or top.rival > MOST_RIVAL:
        return None
    return Match(
        a=a_name,
        b=b_name,
        kind="same soundtrack",
        segments=(_segment(top),),
        geometry=Geometry(),
        strength=Strength(
            score=round(top.score, 2),
            false_rate=None,
            kind="sound",
            basis=_BASIS.format(likeness=top.likeness),
            words="strong",
        ),
        descriptors=(f"{Onsets.name}/{Onsets.version}",),
    )


def _segment(top: Peak) -> Segment:
    start = max(0.0, top.offset)
    return Segment(
        a_start=round(start, 2),
        a_end=round(start + top.overlap, 2),
        b_start=round(start - top.offset, 2),
        b_end=round(start - top.offset + top.overlap, 2),
    )
