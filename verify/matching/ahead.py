"""Makes the round of one clip ahead of its turn, and tells what every look found. Rule: what was found is only lent.

Clips are searched one after the other, because what one search finds is left out of the next ones. Looking at pairs
is what takes the time, and it depends on the pair alone: other processes look ahead, and the search that decides is
then made with what they saw. Where that differs from what they expected, it looks itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from verify.matching.base import Shelf
from verify.matching.codes import Turn
from verify.matching.pairs import Pairs
from verify.matching.round import Known, Links, Named, matches_of
from verify.matching.soundtrack import Soundtracks
from verify.records.matches import Match


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A clip to be searched for: who is named for it, by picture and by sound.

    `generation` is that of the library; `search` is the name under which its matches are kept.
    """

    sha256: str
    turns: list[tuple[str, tuple[Turn, ...]]]
    nearest: int
    sure: int
    sounds: list[str]
    generation: int
    search: str

    @property
    def named(self) -> Named:
        """The clips that are named by their pictures."""
        return Named(dict(self.turns), self.nearest, self.sure)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What looking at pairs found: other clip, turns, whether closely, and the match; other clip and the match."""

    pictures: list[tuple[str, tuple[Turn, ...], bool, Match | None]]
    sounds: list[tuple[str, Match | None]]


class Lookout:
    """Makes rounds ahead over the clips of `shelf`, keeping at most `kept` bytes of them."""

    def __init__(self, shelf: Shelf, kept: int) -> None:
        self._shelf, self._kept = shelf, kept
        self._pairs, self._generation = Pairs(shelf, kept), -1

    def look(self, task: Task, known: Known, links: Links) -> Seen:
        """Return what a search for the clip of `task` would look at, and what is found there.

        `known` and `links` as `matches_of`.

        Raises KeyError when a clip was taken off the shelf meanwhile.
        """
        if task.generation != self._generation:  # a clip may have other fingerprints now
            self._pairs, self._generation = Pairs(self._shelf, self._kept), task.generation
        seen = Seen(pictures=[], sounds=[])

        def look(a: str, b: str, turns: tuple[Turn, ...], close: bool) -> Match | None:
            found = self._pairs.look(a, b, turns, close)
            seen.pictures.append((b, turns, close, found))
            return found

        matches_of(task.sha256, task.named, look, known, links)
        listening = Soundtracks(self._shelf)
        pictures = {b for b, _, _, match in seen.pictures if match is not None}
        wanted = [other for other in task.sounds if other not in pictures]
        seen.sounds.extend((other, listening.look(task.sha256, other)) for other in wanted)
        return seen


class Remembered:
    """Looks at pairs by what was seen ahead, and for itself where nothing was."""

    def __init__(self, seen: Seen, pairs: Pairs, sounds: Soundtracks) -> None:
        self._pictures = {(other, turns, close): match for other, turns, close, match in seen.pictures}
        self._sounds = dict(seen.sounds)
        self._look, self._listen = pairs.look, sounds.look

    def look(self, a: str, b: str, turns: tuple[Turn, ...], close: bool) -> Match | None:
        """Return the match of two clips by their pictures, or None."""
        known = (b, turns, close)
        return self._pictures[known] if known in self._pictures else self._look(a, b, turns, close)

    def listen(self, a: str, b: str) -> Match | None:
        """Return the match of two clips by their sound, or None."""
        return self._sounds[b] if b in self._sounds else self._listen(a, b)
