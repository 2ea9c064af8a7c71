"""Finds what shares footage with a clip: candidates by looks, then geometry, then movement. Rule: movement decides.

The order of work for one search: the index names clips that hold similar places (in any turn); a fit of the places
says where one picture would lie in the other; the films, read through that fit, say whether the two *change*
alike at one offset and speed, and over which seconds. Only then is there a match, with a strength.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

from verify.descriptors.moments import Moments
from verify.descriptors.patches import Patches
from verify.matching import strength
from verify.matching.base import Shelf
from verify.matching.clips import Clip
from verify.matching.codes import MIRROR, TURNS, UPRIGHT, Turn
from verify.matching.geometry import spots
from verify.matching.index import Index, Plain
from verify.matching.likeness import Likeness
from verify.matching.pairs import Pairs
from verify.matching.round import Links, Named, matches_of
from verify.records.matches import Match

CANDIDATES = 120  # (clip, turn) pairs looked at; the weakest of them are left after the fit
PLAIN_CANDIDATES = 16  # clips with few places to be found by, looked at for the look of the whole
BARE = 60  # clips with no places at all, the newest: nothing but their movement tells them, so all are looked at
MOMENTARY = 24  # (clip, turn) pairs that moments name
HAPPENED = 6  # of them looked at first: big text votes for all others with the same text, and has no moments
# Votes of moments from which that is done: of 140 searches it keeps 510 of the 686 matches among those, and 109 of the
# 625 clips that were none.
TOLD = 0.3
MOMENT = 4.0  # places that one moment counts as in the order of the others (docs/matching.md)
LEARNED = 24  # clips that a learned model names, where one is asked for
GUESSED = 60  # of the clips named first, tried without a fit too
MANY = 2000  # more candidates than CANDIDATES are looked at, up to this, while each has so many
MANY_VOTES = 12.0  # votes: a clip of which there are hundreds of copies


class Engine:
    """Searches a library. Keeps its index in step with the library; `index_folder` is where large ones are kept.

    `learned` is the name of the vectors of a learned model, which then names candidates too; '' for none.
    """

    def __init__(self, shelf: Shelf, index_folder: Path | None = None, learned: str = "") -> None:
        self._shelf = shelf
        self._index = Index(index_folder)
        self._moments = Index(index_folder, "moments")
        self._seen = 0  # generation whose clips and removals are known
        self._names: dict[int, str] = {}
        self._plain = Plain()
        self._bare: dict[int, None] = {}  # clips without a single picture in which anything could be found again
        self._likeness = Likeness(learned)
        self._nearest = MOMENTARY + GUESSED + PLAIN_CANDIDATES + (LEARNED if learned else 0)
        self.pairs = Pairs(shelf)

    def refresh(self) -> None:
        """Take in what the library gained or lost since the last search."""
        now = self._shelf.generation()
        if now == self._seen:
            return
        for number in self._shelf.removed(self._seen):
            self.pairs.forget(self._names.pop(number, ""))
            self._bare.pop(number, None)
        for number, _, sha256 in self._shelf.clips(self._seen):
            self._names[number] = sha256
            self._bare[number] = None
        for index in (self._index, self._moments):
            if index.generation > now:  # made from another library, or from one that was put back
                index.drop()
        rows = self._shelf.rows(Patches.name, Patches.version, self._index.generation)
        self._index.add(now, ((number, spots(prints, 1.0).looks) for number, prints in rows))
        rows = self._shelf.rows(Moments.name, Moments.version, self._moments.generation)
        self._moments.add(now, ((number, prints.arrays["codes"].astype(np.uint64)) for number, prints in rows))
        for number, prints in self._shelf.rows(Patches.name, Patches.version, self._seen):
            self._bare.pop(number, None)
            if prints.arrays["count"].mean() < strength.PLAIN:
                self._plain.add(number, prints.arrays["whole"])
        self._likeness.refresh(self._shelf, self._seen)
        self._seen = now

    def search(
        self,
        sha256: str,
        among: Iterable[str] | None = None,
        without: Collection[str] = (),
        links: Links | None = None,
    ) -> list[Match]:
        """Return the matches of a clip of the library with all others, or with those in `among`; strongest first.

        `without` and `links` as `matches_of`. Raises KeyError for a clip the library does not have.
        """

        def known(others: Collection[str]) -> Collection[str]:
            return {*others} & {*without}

        if among is None:
            return matches_of(sha256, self.named(sha256), self.pairs.look, known, links)
        self.refresh()
        wanted = dict.fromkeys((other for other in among if other != sha256), TURNS)
        return matches_of(sha256, Named(wanted, len(wanted), len(wanted)), self.pairs.look, known)

    def named(self, sha256: str) -> Named:
        """Return the clips worth a comparison with a clip of the library.

        Raises KeyError for a clip the library does not have.
        """
        self.refresh()
        mine = self.pairs.clip(sha256)
        return self._named(mine) if mine is not None else Named({}, 0)

    def _named(self, mine: Clip) -> Named:
        """Return the clips worth a comparison: those a plain one is like, those moments tell, then by votes of both."""
        found: dict[int, set[Turn]] = defaultdict(set)
        votes: dict[int, float] = defaultdict(float)
        sure: list[int] = []
        plain = self._plain.nearest(mine.spots.whole, PLAIN_CANDIDATES, self._names)
        for number in plain:
            found[number] |= {UPRIGHT, MIRROR}
        if mine.places < strength.PLAIN:
            bare = list(self._bare)[-BARE:]
            sure = [*plain, *bare]
            for number in bare:
                found[number] |= {*TURNS}
        for number in self._likeness.nearest(self._shelf, mine.sha256, LEARNED, self._names):
            sure.append(number)
            found[number] |= {*TURNS}
        momentary: dict[int, float] = defaultdict(float)
        for codes in (mine.moments, ~mine.moments):  # as it happened, and backwards
            happened = self._moments.candidates(codes, TURNS, MOMENTARY, self._names)
            sure += [number for number, _, many in happened[:HAPPENED] if many >= TOLD]
            for number, turn, many in happened:
                found[number].add(turn)
                momentary[number] = max(momentary[number], many)
        by_places = self._index.candidates(mine.spots.looks, TURNS, MANY, self._names)
        for place, (number, turn, many) in enumerate(by_places):
            if place >= CANDIDATES and many < MANY_VOTES:
                break
            found[number].add(turn)
            votes[number] = max(votes[number], many)
        first = [n for n in dict.fromkeys(sure) if self._names[n] != mine.sha256]
        ordered = dict.fromkeys([*first, *sorted(found, key=lambda n: -votes[n] - MOMENT * momentary[n])])
        turns = {self._names[n]: tuple(turn for turn in TURNS if turn in found[n]) for n in ordered}
        turns.pop(mine.sha256, None)
        return Named(turns, self._nearest, len(first))
