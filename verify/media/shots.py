"""Where a clip was cut, from its tiny pictures. Rule: a flash is not a cut, and neither is a fast pan.

Method: the classic twin test of shot boundary work (Zhang, Kankanhalli & Smoliar 1993; Hanjalic 2002): a picture
that is far from the one before it is a candidate; it is a cut when the distance also stands out from the distances
around it (movement raises all of them, a cut only one), and when the pictures after it stay different from those
before (a flash returns). Distances are between equalised tiny pictures, so that a change of light alone is small.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from verify.descriptors.base import Gray
from verify.records.media import Shot

# Measured by tests/bench/check_shots.py.
CANDIDATE = 0.30  # distance (0..1) from which a picture may begin a shot
STANDS_OUT = 2.0  # times the mean distance of the NEIGHBOURS pictures on both sides
NEIGHBOURS = 4
SETTLED = 3  # pictures after a candidate until it is judged: a flash of gunfire or lightning has passed by then
SHORTEST = 0.4  # seconds: a shorter shot cannot be told from a flash at eight pictures a second


@dataclass(kw_only=True)
class _Candidate:
    time: float
    index: int
    before: Gray


class Cuts:
    """Takes tiny pictures in order and says where shots begin."""

    def __init__(self) -> None:
        self.distances: list[float] = []
        self.starts: list[float] = []
        self._last: Gray | None = None
        self._open: deque[_Candidate] = deque()
        self._kept: list[_Candidate] = []

    def add(self, time: float, tiny: Gray) -> bool:
        """Take the next tiny picture; True when it may begin a shot (later pictures decide)."""
        if self._last is None:
            self.distances.append(0.0)
            self._last = tiny.copy()
            return False
        away = distance(self._last, tiny)
        self.distances.append(away)
        index = len(self.distances) - 1
        self._judge(index, tiny)
        begins = away >= CANDIDATE
        if begins:
            self._open.append(_Candidate(time=time, index=index, before=self._last))
        self._last = tiny.copy()
        return begins

    def _judge(self, index: int, tiny: Gray) -> None:
        while self._open and index - self._open[0].index >= SETTLED:
            candidate = self._open.popleft()
            if distance(candidate.before, tiny) >= CANDIDATE * 0.8:
                self._kept.append(candidate)

    def shots(self, end: float) -> tuple[Shot, ...]:
        """Return the shots of the clip that ends at `end` seconds."""
        kept = [*self._kept, *self._open]  # nothing came after the last ones to show them to be flashes
        starts = [0.0]
        for candidate in kept:
            if self._stands_out(candidate.index) and candidate.time - starts[-1] >= SHORTEST:
                starts.append(candidate.time)
        ends = [*starts[1:], max(end, starts[-1])]
        return tuple(Shot(start=a, end=b) for a, b in zip(starts, ends, strict=True))

    def _stands_out(self, index: int) -> bool:
        around = self.distances[max(1, index - NEIGHBOURS) : index] + self.distances[index + 1 : index + 1 + NEIGHBOURS]
        return not around or self.distances[index] >= STANDS_OUT * float(np.mean(around))


def distance(a: Gray, b: Gray) -> float:
    """Return how far apart two tiny pictures are: half of one minus their correlation, blended with their change.

    0 for equal pictures, near 0.5 for unrelated ones, 0 for two flat ones of one brightness.
    """
    first, second = a.astype(np.float32), b.astype(np.float32)
    change = float(np.mean(np.abs(first - second))) / 255
    mean_a, mean_b = first.mean(), second.mean()
    first -= mean_a
    second -= mean_b
    # 64 = variance of +-8 levels: below that a picture is flat and its pattern is noise.
    scale = float(
        np.sqrt((cv2.norm(first, cv2.NORM_L2SQR) / first.size + 64))
        * np.sqrt(cv2.norm(second, cv2.NORM_L2SQR) / second.size + 64)
    )
    alike = float(np.vdot(first, second)) / first.size / scale
    pattern = (1 - max(-1.0, min(1.0, alike))) / 2
    flat = 64 / scale
    return max(0.0, pattern - flat / 2) + min(change, 0.5) * 0.5
