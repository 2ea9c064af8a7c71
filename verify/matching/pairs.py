"""Compares clips of a library two by two. Rule: what was read is kept, but never more than so many bytes of it."""

from __future__ import annotations

from verify.descriptors.grid import STEP, Grid
from verify.descriptors.moments import Moments
from verify.descriptors.patches import Patches
from verify.matching import describe, strength
from verify.matching.apart import shown_apart
from verify.matching.backdrop import one_picture
from verify.matching.base import Shelf
from verify.matching.both_ways import BOTH, Seen, backwards, seen_from_both
from verify.matching.clips import Clip, clip_of, kind
from verify.matching.codes import Turn
from verify.matching.compare import Found, compare
from verify.matching.details import another
from verify.matching.partings import jumps, partings
from verify.matching.pieces import pieces
from verify.matching.standing import another_take
from verify.matching.turned import turned
from verify.records.matches import Match

KEPT = 256 * 1024 * 1024  # bytes of clips: some 600 of 15 seconds; reading one again costs a quarter of comparing it


class Pairs:
    """Compares clips of `shelf`; those read last are kept, in at most `kept` bytes."""

    def __init__(self, shelf: Shelf, kept: int = KEPT) -> None:
        self._shelf = shelf
        self._most = kept
        self._clips: dict[str, Clip] = {}  # the one used longest ago comes first
        self._size = 0

    def clip(self, sha256: str) -> Clip | None:
        """Return a clip, or None for one without pictures. Raises KeyError for one the shelf does not have."""
        known = self._clips.pop(sha256, None)
        if known is None:
            known = clip_of(sha256, self._shelf.fingerprints(sha256, (Grid.name, Patches.name, Moments.name)))
            if known is None:
                return None
            self._size += known.nbytes
        self._clips[sha256] = known
        while self._size > self._most and len(self._clips) > 1:
            self.forget(next(iter(self._clips)))
        return known

    def forget(self, sha256: str) -> None:
        """Let go of a clip: it was removed from the shelf, or has other fingerprints now."""
        gone = self._clips.pop(sha256, None)
        self._size -= gone.nbytes if gone is not None else 0

    def look(self, a: str, b: str, turns: tuple[Turn, ...], close: bool) -> Match | None:
        """Return the match of `a` with `b` under one of `turns`, or None; `close` as `guess` of `compare`."""
        mine, theirs = self.clip(a), self.clip(b)
        if mine is None or theirs is None:
            return None
        found = compare(mine, theirs, turns, close)
        seen = seen_from_both(found, lambda: compare(theirs, mine, backwards(turns), close)) if found else None
        if seen is None:
            return None
        if _taken_again(mine, theirs, seen.found) or (seen.back is not None and _taken_again(theirs, mine, seen.back)):
            return None
        here = seen.found if _alike(mine, theirs, seen.found) else None
        there = seen.back if seen.back is not None and _alike(theirs, mine, seen.back) else None
        if there is not None and (seen.clearer_back or here is None):
            return turned(_match(theirs, mine, there, seen))
        return _match(mine, theirs, here, seen) if here is not None else None


def _alike(a: Clip, b: Clip, found: Found) -> bool:
    """Return whether two clips that move alike do not show other things all the same."""
    if not one_picture(found.matrix, found.aligned, a, b):
        return False
    return not another(found.matrix, found.turn, found.aligned, a, b)


def _taken_again(a: Clip, b: Clip, found: Found) -> bool:
    return another_take(found.matrix, found.aligned, strength.score(found.aligned, found.fit), a, b)


def _match(a: Clip, b: Clip, found: Found, seen: Seen) -> Match:
    of_kind = kind(a, b)
    shared = pieces(
        *found.sides,
        found.aligned,
        found.spans,
        lambda one: strength.judge(one, found.fit, of_kind) is not None,
    )
    named = describe.segments(shared, len(a.grid) * STEP)
    lies = describe.geometry(found.matrix, a.aspect, b.aspect)
    beside = shown_apart(found.matrix, found.aligned, a, b)
    return Match(
        a=a.sha256,
        b=b.sha256,
        kind="same picture",
        segments=named,
        geometry=describe.narrowed(lies, beside.kept, of_a=beside.of_a) if beside else lies,
        strength=strength.rated(seen.score, found.aligned, of_kind, BOTH if seen.back is not None else ""),
        frames=describe.frames(shared, len(a.grid) * STEP),
        descriptors=(f"{Patches.name}/{Patches.version}", f"{Grid.name}/{Grid.version}"),
        partings=partings(*found.sides, shared),
        jumps_a=jumps(found.sides[0], [t for s in named for t in (s.a_start, s.a_end)]),
        jumps_b=jumps(found.sides[1], [t for s in named for t in (s.b_start, s.b_end)]),
        apart=round(beside.share, 2) if beside else 0.0,
    )
