"""The pictures that stand for a clip: the sharpest of each shot, more where much moves. Rule: memory stays bounded.

Sharpness is Brenner's focus measure (Brenner et al. 1976), a tenth of the cost of a Laplacian's variance. Candidates
are kept while the clip streams by, at most four times as many as are wanted; when there are too many, the two
neighbours that look most alike become one, the sharper. Shots keep one each as long as there is room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from verify.descriptors.base import Gray
from verify.descriptors.shrinking import Shrunk, shrunk
from verify.media.shots import View, distance
from verify.records.media import Shot

MOVED = 0.12  # distance from the last candidate's picture at which the scene counts as another view; check_shots.py
ROOM = 4  # candidates held for each keyframe wanted
CLEARLY = 1.05  # times sharper than the picture held, to replace it: making a picture costs 1 ms


@dataclass(kw_only=True)
class Candidate:
    """A picture that may stand for a stretch of the clip."""

    time: float
    start: float  # of the stretch it stands for
    sharpness: float
    informative: bool
    view: View
    gray: Gray
    make: Callable[[], Gray]
    picture: Gray | None = None

    def settle(self) -> Gray:
        """Return its picture in colour, made when it is first asked for."""
        if self.picture is None:
            self.picture = picture = self.make()
            self.make = lambda: picture  # lets go of the decoder's memory
        return self.picture

    @property
    def shrunk(self) -> Shrunk:
        """The picture shrunk for the three hashes."""
        return shrunk(self.gray)

    def better_than(self, other: Candidate) -> bool:
        """Return whether this one shows more than `other`."""
        return (self.informative, self.sharpness) > (other.informative, other.sharpness)


class Keyframes:
    """Takes sampled frames in order and keeps the few that show the clip."""

    def __init__(self, wanted: int) -> None:
        self.wanted = max(1, wanted)
        self._kept: list[Candidate] = []
        self._anchor: View | None = None

    def add(
        self,
        *,
        time: float,
        gray: Gray,
        view: View,
        first_of_shot: bool,
        informative: bool,
        make: Callable[[], Gray],
        later: bool = False,
    ) -> None:
        """Take a sampled frame; `make` gives its picture in colour, and is only called when it is kept.

        With `later` it is called at the end, if the frame is still kept then: what `make` holds is held until then.
        """
        sharpness = sharpness_of(gray)
        opens = self._anchor is None or first_of_shot or distance(self._anchor, view) > MOVED
        if opens or not self._kept:
            self._anchor = view
            start = time
        else:
            held = self._kept[-1]
            if (informative, sharpness) <= (held.informative, held.sharpness * CLEARLY):
                return
            start = held.start
            self._kept.pop()
        candidate = Candidate(
            time=time,
            start=start,
            sharpness=sharpness,
            informative=informative,
            view=view,
            gray=gray,
            make=make,
        )
        if not later:
            candidate.settle()
        self._kept.append(candidate)
        if len(self._kept) > ROOM * self.wanted:
            _merge_closest(self._kept, lambda _a, _b: True)

    def chosen(self, shots: tuple[Shot, ...]) -> list[tuple[int, Candidate]]:
        """Return (number of the shot, candidate) of the keyframes, in order of time."""
        kept = list(self._kept)

        def one_shot(a: Candidate, b: Candidate) -> bool:
            return shot_at(shots, a.time) == shot_at(shots, b.time)

        # First those that show nothing new inside their shot, then, if there are too many, any.
        while _merge_closest(kept, lambda a, b: one_shot(a, b) and distance(a.view, b.view) < MOVED):
            pass
        while len(kept) > self.wanted and _merge_closest(kept, one_shot):
            pass
        while len(kept) > self.wanted:
            _merge_closest(kept, lambda _a, _b: True)
        return [(shot_at(shots, c.time), c) for c in kept]


def shot_at(shots: tuple[Shot, ...], time: float) -> int:
    """Return the number of the shot that `time` (seconds) lies in."""
    starts = [shot.start for shot in shots]
    return max(0, int(np.searchsorted(starts, time + 1e-6, side="right")) - 1)


def sharpness_of(gray: Gray) -> float:
    """Return Brenner's focus measure of `gray`, both ways: the mean square of steps over two pixels."""
    if min(gray.shape) < 3:
        return 0.0
    across = cv2.norm(gray[:, 2:], gray[:, :-2], cv2.NORM_L2SQR)
    down = cv2.norm(gray[2:], gray[:-2], cv2.NORM_L2SQR)
    return float(across + down) / (2 * gray.size)


def _merge_closest(kept: list[Candidate], may: Callable[[Candidate, Candidate], bool]) -> bool:
    """Make one of the two neighbours that look most alike and for which `may` is true; False when there are none."""
    pairs = [(_apart(a, b), i) for i, (a, b) in enumerate(pairwise(kept)) if may(a, b)]
    if not pairs:
        return False
    _, i = min(pairs)
    a, b = kept[i], kept[i + 1]
    best = b if b.better_than(a) else a
    best.start = a.start
    kept[i : i + 2] = [best]
    return True


def _apart(a: Candidate, b: Candidate) -> float:
    """Return how much is lost when one of the two goes: nothing where one of them shows nothing."""
    return distance(a.view, b.view) if a.informative and b.informative else 0.0
