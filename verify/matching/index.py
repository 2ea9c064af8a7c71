"""Which clips hold places that look like these? Derived and disposable: the library is the truth, this only finds.

Rule: the index never decides. It answers with clips worth a comparison, best first. Codes are kept in segments; a
segment is four sorted tables of 16 bits each (multi-index hashing: a code within 7 bits agrees with the query in one
table but for one bit at most, and is found for certain; one of 14 bits is found about every other time, and a clip
has hundreds). New clips make new segments, small ones are merged, clips taken away are skipped at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verify.matching.codes import Turn, turned
from verify.matching.geometry import NEAR

Codes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

TABLES = 4
KEYS = 1 << 16
_FLIPS = np.array([0] + [1 << bit for bit in range(16)], np.uint64)
# A look shared by this many times the mean number of places tells nothing (sky, black, a channel's logo).
COMMON = 64


@dataclass(frozen=True, slots=True)
class Segment:
    """Codes of some clips, each with the clip it is from, and for every table the order of the codes by its key."""

    codes: Codes
    clip: npt.NDArray[np.int32]
    order: tuple[npt.NDArray[np.uint32], ...]
    start: tuple[npt.NDArray[np.uint32], ...]

    @classmethod
    def build(cls, codes: Codes, clip: npt.NDArray[np.int32]) -> Segment:
        """Return the segment of `codes` (n,), code k being of clip `clip[k]`."""
        orders, starts = [], []
        for table in range(TABLES):
            key = (codes >> np.uint64(16 * table)) & np.uint64(KEYS - 1)
            order = np.argsort(key, kind="stable").astype(np.uint32)
            starts.append(np.searchsorted(key[order], np.arange(KEYS + 1, dtype=np.uint64)).astype(np.uint32))
            orders.append(order)
        return cls(codes, clip, tuple(orders), tuple(starts))

    def near(self, codes: Codes, most: int) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
        """Return (query, code, bits apart) of codes within NEAR bits; keys with more than `most` codes are skipped."""
        found: list[tuple[Ints, Ints, npt.NDArray[np.uint8]]] = []
        for table in range(TABLES):
            key = (codes >> np.uint64(16 * table)) & np.uint64(KEYS - 1)
            probe = (key[:, None] ^ _FLIPS[None, :]).astype(np.int64).ravel()
            first, last = self.start[table][probe].astype(np.int64), self.start[table][probe + 1].astype(np.int64)
            count = last - first
            count[count > most] = 0
            asked = np.repeat(np.arange(len(codes)), len(_FLIPS))
            query = np.repeat(asked, count)
            at = np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(count.sum())
            place = self.order[table][at].astype(np.int64)
            gap = np.bitwise_count(codes[query] ^ self.codes[place])
            good = gap <= NEAR
            found.append((query[good], place[good], gap[good]))
        query, place, gap = (np.concatenate(part) for part in zip(*found, strict=True))
        if len(query):  # found in several tables: once
            _, first_seen = np.unique(query * len(self.codes) + place, return_index=True)
            query, place, gap = query[first_seen], place[first_seen], gap[first_seen]
        return query, place, gap


class Index:
    """The places of all clips of a library."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._dead: set[int] = set()

    def add(self, clips: Iterable[tuple[int, Codes]]) -> None:
        """Add clips: number and codes."""
        numbers, codes = [], []
        for number, own in clips:
            numbers.append(np.full(len(own), number, np.int32))
            codes.append(own)
        if codes and sum(map(len, codes)):
            self._segments.append(Segment.build(np.concatenate(codes), np.concatenate(numbers)))
        while len(self._segments) > 1 and len(self._segments[-2].codes) < 2 * len(self._segments[-1].codes):
            last, before = self._segments.pop(), self._segments.pop()
            merged_clip = np.concatenate([before.clip, last.clip])
            merged = np.concatenate([before.codes, last.codes])
            live = ~np.isin(merged_clip, list(self._dead)) if self._dead else np.ones(len(merged), bool)
            self._segments.append(Segment.build(merged[live], merged_clip[live]))

    def remove(self, clips: Iterable[int]) -> None:
        """Leave clips out of every answer from now on."""
        self._dead.update(clips)

    def __len__(self) -> int:
        return sum(len(s.codes) for s in self._segments)

    def candidates(self, codes: Codes, turns: Sequence[Turn], most: int) -> list[tuple[int, Turn, float]]:
        """Return up to `most` (clip, turn, votes): clips that hold places like `codes`, turned so, best first.

        A place votes once for a clip, the more the nearer its look and the fewer clips look like it.
        """
        votes: dict[tuple[int, int], float] = {}
        common = max(COMMON, COMMON * len(self) // KEYS)
        for number, turn in enumerate(turns):
            asked = turned(codes, turn)
            for segment in self._segments:
                query, place, gap = segment.near(asked, common)
                if not len(query):
                    continue
                key = query * (1 << 32) + segment.clip[place]
                order = np.lexsort((gap, key))
                key, first = np.unique(key[order], return_index=True)
                nearest = gap[order][first].astype(float)
                place_of, clip = key >> 32, key & 0xFFFFFFFF
                clips_like = np.bincount(place_of, minlength=len(codes))[place_of]
                weight = (NEAR + 1 - nearest) / (NEAR + 1) / np.log2(1 + clips_like)
                total = np.bincount(clip, weight)
                for c in np.nonzero(total)[0].tolist():
                    if c not in self._dead:
                        votes[(c, number)] = votes.get((c, number), 0.0) + float(total[c])
        ranked = sorted(votes.items(), key=lambda v: -v[1])[:most]
        return [(clip, turns[number], vote) for (clip, number), vote in ranked]
