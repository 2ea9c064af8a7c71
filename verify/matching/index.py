"""Which clips hold places that look like these? Derived and disposable: the library is the truth, this only finds.

Rule: the index never decides. It answers with clips worth a comparison, best first. Codes lie in segments, sorted by
a key of their steadiest bits, so that what looks alike lies together; a look-up reads the key's bucket and those one
bit away. New clips make new segments in memory, small ones are merged, large ones are written as files that are
mapped, not read: a file is written beside, synced and renamed, never changed, and made anew from the library when it
is missing or does not fit. A clip that the library no longer names is left out of every answer by who asks.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verify.descriptors.looks import waves
from verify.matching.codes import Turn, turned
from verify.matching.geometry import NEAR

Codes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

FORMAT = 1
# A key is the signs of the lowest waves: of 2612 places found again after compression, blur and a turn of 5 degrees
# the 16 lowest bits changed in 3.6 to 8.7 of 100 each, the next ones in 9 to 13, the last in 19 (docs/matching.md).
_STEADY = sorted(range(64), key=lambda i: (waves()[i][0] ** 2 + waves()[i][1] ** 2, waves()[i]))
NARROWEST, WIDEST = 12, 24  # bits of a key; about one for each doubling, so that a bucket holds a few codes
TWO_TABLES = 4_000_000  # codes up to which a second table, of the next bits, is kept: it finds what the first misses
KEPT = 1_000_000  # codes from which a segment is worth a file
LARGEST = 32_000_000  # codes of a segment: building one takes about 40 bytes a code for a few seconds
ASKED = 8192  # codes looked up at once: those of hours would need gigabytes for a moment
# A look shared by so many times the mean number of places tells nothing (sky, black, a channel's logo).
COMMON = 48


def _keys(codes: Codes, table: int, width: int) -> npt.NDArray[np.uint32]:
    key = np.zeros(len(codes), np.uint32)
    for place, bit in enumerate(_STEADY[table * width : (table + 1) * width] if width <= 24 else ()):
        key |= (((codes >> np.uint64(bit)) & np.uint64(1)) << np.uint64(place)).astype(np.uint32)
    return key


@dataclass(frozen=True, slots=True)
class Table:
    """Codes in the order of their key; `start[k]` is where key k begins; `clip` is the clip of each code."""

    codes: Codes
    clip: npt.NDArray[np.int32]
    start: npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Segment:
    """Codes of the clips added between two generations of the library."""

    first: int
    last: int
    width: int
    tables: tuple[Table, ...]

    def __len__(self) -> int:
        return len(self.tables[0].codes)

    @classmethod
    def build(cls, first: int, last: int, codes: Codes, clip: npt.NDArray[np.int32]) -> Segment:
        """Return the segment of `codes` (n,), code k being of clip `clip[k]`."""
        width = int(np.clip(np.ceil(np.log2(max(len(codes), 1) + 1)), NARROWEST, WIDEST))
        tables = []
        for table in range(2 if len(codes) <= TWO_TABLES else 1):
            key = _keys(codes, table, width)
            order = np.argsort(key, kind="stable")
            start = np.zeros((1 << width) + 1, np.uint32)
            np.cumsum(np.bincount(key, minlength=1 << width), out=start[1:])
            tables.append(Table(codes[order], clip[order], start))
        return cls(first, last, width, tuple(tables))

    def near(self, codes: Codes) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
        """Return (query, clip, bits apart) of codes within NEAR bits that share a bucket or lie one bit from it.

        Of each query in each clip the nearest of those that were looked up together, once or, by two tables, twice.
        """
        parts = [
            self._near(table, number, codes[first : first + ASKED], first)
            for number, table in enumerate(self.tables)
            for first in range(0, max(1, len(codes)), ASKED)
        ]
        query, clip, gap = (np.concatenate(part) for part in zip(*parts, strict=True))
        return query, clip, gap

    def _near(self, table: Table, number: int, codes: Codes, first: int) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
        """Return what `near` does of one table, for the codes from number `first` on."""
        flips = np.array([0] + [1 << bit for bit in range(self.width)], np.uint32)
        common = max(COMMON, COMMON * len(self) >> self.width)
        probe = (_keys(codes, number, self.width)[:, None] ^ flips[None, :]).ravel()
        begin = table.start[probe].astype(np.int64)
        count = table.start[probe.astype(np.int64) + 1].astype(np.int64) - begin
        count[count > common] = 0
        kept = np.nonzero(count)[0]
        begin, count = begin[kept], count[kept]
        query = np.repeat(kept // len(flips), count)
        at = np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        gap = np.bitwise_count(codes[query] ^ table.codes[at])
        good = np.nonzero(gap <= NEAR)[0]
        return _nearest(query[good] + first, table.clip[at[good]].astype(np.int64), gap[good])

    def path(self, folder: Path, of: str) -> Path:
        """Return the file the segment has in `folder`, if it has one; `of` says what the codes are of."""
        return folder / f"{of}-{FORMAT}-{self.first}-{self.last}.seg"

    def write(self, folder: Path, of: str) -> Path:
        """Write the segment into `folder` and return the file; several writers of one segment write the same."""
        path = self.path(folder, of)
        arrays = [a for t in self.tables for a in (t.codes, t.clip, t.start)]
        head = {"width": self.width, "arrays": [[a.dtype.str, len(a)] for a in arrays]}
        line = json.dumps(head).encode() + b"\n"
        temporary = folder / f".{path.name}.{os.getpid()}"
        with temporary.open("wb") as out:
            out.write(line.rjust(4096))
            for array in arrays:
                out.write(np.ascontiguousarray(array).data)
                out.write(bytes(-out.tell() % 4096))
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
        return path

    @classmethod
    def read(cls, path: Path) -> Segment:
        """Return the segment of a file, mapped. Raises ValueError when the file is not whole."""
        try:
            _, version, first, last = path.stem.split("-")
            with path.open("rb") as file:
                head = json.loads(file.read(4096))
            arrays, at = [], 4096
            for dtype, length in head["arrays"]:
                arrays.append(np.memmap(path, dtype=dtype, mode="r", offset=at, shape=(length,)))
                at += -(-arrays[-1].nbytes // 4096) * 4096
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name} is no whole index segment: {error}") from error
        if int(version) != FORMAT or path.stat().st_size != at or len(arrays) % 3:
            raise ValueError(f"{path.name} is not of this format or size")
        tables = tuple(Table(*arrays[i : i + 3]) for i in range(0, len(arrays), 3))
        return cls(int(first), int(last), int(head["width"]), tables)


def _nearest(query: Ints, clip: Ints, gap: npt.NDArray[np.uint8]) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
    """Return what is nearest for each query in each clip, in their order."""
    packed = query << 40 | clip << 8 | gap  # up to 8 million queries and four billion clips
    packed.sort()
    first = np.ones(len(packed), bool)
    first[1:] = packed[1:] >> 8 != packed[:-1] >> 8
    packed = packed[first]
    return packed >> 40, packed >> 8 & 0xFFFFFFFF, (packed & 0xFF).astype(np.uint8)


class Index:
    """The codes of all clips of a library, in step with its generations.

    `folder` keeps large segments, or None; `of` says in their names what the codes are of.
    """

    def __init__(self, folder: Path | None = None, of: str = "places") -> None:
        self._folder, self._of = folder, of
        self._segments: list[Segment] = []
        if folder is not None:
            with contextlib.suppress(OSError):  # without a place for it the index lives in memory
                folder.mkdir(parents=True, exist_ok=True)
            self._open(folder)

    @property
    def generation(self) -> int:
        """The generation of the library up to which clips are in."""
        return self._segments[-1].last if self._segments else 0

    def __len__(self) -> int:
        return sum(len(s) for s in self._segments)

    def _open(self, folder: Path) -> None:
        """Take the files that follow on one another from the beginning, the longest first."""
        files: dict[int, list[Segment]] = {}
        for path in folder.glob(f"{self._of}-{FORMAT}-*.seg"):
            try:
                segment = Segment.read(path)
            except ValueError:
                with contextlib.suppress(OSError):
                    path.unlink()  # derived: it is made again
                continue
            files.setdefault(segment.first, []).append(segment)
        at = 0
        while files.get(at):
            best = max(files[at], key=lambda s: s.last)
            if best.last <= at:
                break
            self._segments.append(best)
            at = best.last

    def drop(self) -> None:
        """Forget everything: the library is not the one this index was made from."""
        self._segments = []

    def add(self, generation: int, clips: Iterable[tuple[int, Codes]]) -> None:
        """Add the clips (number, codes) that the library gained up to `generation`."""
        numbers, codes = [np.zeros(0, np.int32)], [np.zeros(0, np.uint64)]
        for number, own in clips:
            numbers.append(np.full(len(own), number, np.int32))
            codes.append(own)
        fresh = Segment.build(self.generation, generation, np.concatenate(codes), np.concatenate(numbers))
        merged = []
        while self._segments and len(self._segments[-1]) < min(2 * len(fresh) + 1, LARGEST - len(fresh)):
            before = self._segments.pop()
            merged.append(before)
            one, two = before.tables[0], fresh.tables[0]
            fresh = Segment.build(
                before.first, fresh.last, np.concatenate([one.codes, two.codes]), np.concatenate([one.clip, two.clip])
            )
        if self._folder is not None and len(fresh) >= KEPT:
            with contextlib.suppress(OSError):  # a full disk slows the next start down and harms nothing else
                fresh = Segment.read(fresh.write(self._folder, self._of))
                for old in merged:  # who has one mapped keeps it until it lets go
                    if (old.first, old.last) != (fresh.first, fresh.last):
                        old.path(self._folder, self._of).unlink(missing_ok=True)
        self._segments.append(fresh)

    def candidates(
        self, codes: Codes, turns: Sequence[Turn], most: int, live: Mapping[int, str] | None = None
    ) -> list[tuple[int, Turn, float]]:
        """Return up to `most` (clip, turn, votes): clips that hold places like `codes`, turned so, best first.

        A place votes once for a clip, the more the nearer its look and the fewer clips look like it. Clips that are
        not in `live` are left out.
        """
        keys: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
        votes: list[npt.NDArray[np.float64]] = [np.zeros(0)]
        for number, turn in enumerate(turns):
            asked = turned(codes, turn)
            parts = [segment.near(asked) for segment in self._segments]
            if not parts:
                continue
            place, clip, gap = _nearest(*(np.concatenate(part) for part in zip(*parts, strict=True)))
            clips_like = np.bincount(place, minlength=len(codes))[place]
            named, at = np.unique(clip, return_inverse=True)
            keys.append(named * 8 + number)
            weights = (NEAR + 1 - gap.astype(float)) / (NEAR + 1) / np.log2(1 + clips_like)
            votes.append(np.bincount(at, weights, minlength=len(named)).astype(np.float64, copy=False))
        both, every = np.concatenate(keys), np.concatenate(votes)
        order = np.argsort(both)
        both, every = both[order], every[order]
        found: list[tuple[int, Turn, float]] = []
        for i in np.argsort(-every, kind="stable").tolist():
            clip_number = int(both[i] >> 3)
            if live is None or clip_number in live:
                found.append((clip_number, turns[int(both[i] & 7)], float(every[i])))
                if len(found) >= most:
                    break
        return found


class Plain:
    """Clips with few places to be found by (sky, fog, night): told by the codes of their whole pictures, all read."""

    def __init__(self) -> None:
        self._fresh: list[tuple[int, Codes]] = []
        self._codes: Codes = np.zeros(0, np.uint64)
        self._clip: Ints = np.zeros(0, np.int64)

    def add(self, number: int, codes: Codes) -> None:
        """Add a clip by the codes of its pictures (any shape)."""
        self._fresh.append((number, np.unique(codes)))

    def nearest(self, codes: Codes, most: int, live: Mapping[int, str]) -> list[int]:
        """Return up to `most` live clips, that with the nearest code first."""
        if self._fresh:
            self._codes = np.concatenate([self._codes, *(c for _, c in self._fresh)])
            self._clip = np.concatenate([self._clip, *(np.full(len(c), n, np.int64) for n, c in self._fresh)])
            self._fresh = []
        if not len(self._codes) or not len(codes):
            return []
        gap = np.full(len(self._codes), 64, np.uint8)
        for code in codes[:64]:
            np.minimum(gap, np.bitwise_count(self._codes ^ code), out=gap)
        found: dict[int, None] = {}
        for i in np.argsort(gap, kind="stable").tolist():
            number = int(self._clip[i])
            if number in live:
                found[number] = None
                if len(found) >= most:
                    break
        return list(found)
