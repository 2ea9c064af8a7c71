"""How the sound rises and falls in eight bands, fifty times a second: what two microphones of one event share.

Rule: what is stored is change against the second around it, so that neither loudness nor the microphone's own colour
matters. It cannot be turned back into words: 20 ms steps of eight bands in 3 dB carry no speech a person could follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo, Descriptor, Frame
from verify.records.fingerprints import Fingerprint

STEP = 0.02  # seconds
PER_ROW = 50  # steps in one stored row: a second, 200 bytes, 0.7 MB an hour
EDGES = (80.0, 200.0, 400.0, 700.0, 1100.0, 1700.0, 2600.0, 4000.0, 7000.0)  # hertz; about equal steps of hearing
BANDS = len(EDGES) - 1
DECIBELS = 3.0  # one step of the 16 stored ones: +-22 dB around the running mean
_WINDOW = 0.04  # seconds, Hann
_AROUND = 1.0  # seconds of the running mean
_STRETCH = 10_000  # steps worked on at once: 200 seconds, a whole number of rows
_FLOOR = 1e-9  # -90 dB of full scale in a band: below it is no sound but a coder's silence

Levels = npt.NDArray[np.float32]


class Onsets(Descriptor):
    """Band energies of the mono sound, as change; None for a clip without sound or with digital silence only."""

    name: ClassVar[str] = "onsets"
    version: ClassVar[int] = 1
    kind: ClassVar[str] = "sound"

    def __init__(self) -> None:
        self._rate = 0
        self._start = 0.0
        self._rest = np.zeros(0, np.float32)
        self._first = 0  # sample number of the first one in `_rest`
        self._next = 0  # number of the next step
        self._rows: list[npt.NDArray[np.float32]] = []

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self.__init__()  # type: ignore[misc]  # the same fields, empty again

    def add(self, frame: Frame) -> None:
        """Look away: only the sound counts."""

    def start_sound(self, time: float) -> None:
        """Learn when the sound begins."""
        self._start = time

    def add_sound(self, samples: npt.NDArray[np.float32], rate: int) -> None:
        """Take the next stretch of mono sound, -1..1."""
        self._rate = self._rate or rate
        if not self._rest.size and not self._first:
            self._rest = np.zeros(self._half(), np.float32)  # so that step 0 is centred on sample 0
        self._rest = np.concatenate([self._rest, np.asarray(samples, np.float32)])
        self._work()

    def end(self) -> Fingerprint | None:
        """Return the fingerprint."""
        if not self._rate:
            return None
        self._rest = np.concatenate([self._rest, np.zeros(self._half() * 2, np.float32)])
        self._work()
        steps = np.concatenate(self._rows) if self._rows else np.zeros((0, BANDS), np.float32)
        self._rows = []
        if len(steps) < PER_ROW or float(steps.max()) <= _FLOOR * 2:
            return None
        steps += _FLOOR  # in place: of hours, each array is a good part of the memory
        np.log10(steps, out=steps)
        steps *= 10
        packed = np.concatenate([pack(part) for part in stretches_of_changes(steps)])
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.arange(len(packed), dtype=np.float32) * np.float32(STEP * PER_ROW) + np.float32(self._start),
            arrays={"levels": packed},
            parameters={"steps": len(steps), "step": STEP, "edges": list(EDGES), "decibels": DECIBELS},
        )

    def _half(self) -> int:
        return max(8, round(self._rate * _WINDOW / 2))

    def _work(self) -> None:
        """Turn what is complete of `_rest` into steps; `_rest` begins `_half` before sample `_first`."""
        half, rate = self._half(), self._rate
        count = int((self._first + len(self._rest) - 2 * half) / (rate * STEP)) + 1 - self._next
        if count <= 0:
            return
        starts = np.round((self._next + np.arange(count)) * rate * STEP).astype(np.int64) - self._first
        starts = starts[(starts >= 0) & (starts + 2 * half <= len(self._rest))]
        for block in np.array_split(starts, max(1, len(starts) // 500)):
            if len(block):
                self._rows.append(self._energies(self._rest[block[:, None] + np.arange(2 * half)]))
        self._next += len(starts)
        keep = max(0, round(self._next * rate * STEP) - self._first)
        self._rest, self._first = self._rest[keep:], self._first + keep

    def _energies(self, pieces: npt.NDArray[np.float32]) -> Levels:
        window, bands = _window(pieces.shape[1], self._rate)
        spectrum = np.abs(np.fft.rfft(pieces * window, axis=1)) ** 2
        scale = 4.0 / pieces.shape[1] ** 2
        return np.asarray(np.stack([spectrum[:, band].sum(1) * scale for band in bands], axis=1), np.float32)


@lru_cache(maxsize=8)
def _window(size: int, rate: int) -> tuple[Levels, tuple[npt.NDArray[np.intp], ...]]:
    """Return Hann's window of `size` samples, and which lines of its spectrum at `rate` are in each band."""
    hertz = np.fft.rfftfreq(size, 1 / rate)
    bands = tuple(np.flatnonzero((hertz >= low) & (hertz < high)) for low, high in pairwise(EDGES))
    return np.hanning(size).astype(np.float32), bands


def changes(decibels: Levels) -> Levels:
    """Return steps x bands of decibels less their mean over the second around each step."""
    return np.concatenate([np.empty((0, decibels.shape[1]), np.float32), *stretches_of_changes(decibels)])


def stretches_of_changes(decibels: Levels) -> Iterator[Levels]:
    """Yield what `changes` returns, _STRETCH steps at a time."""
    around = round(_AROUND / STEP) | 1
    count = len(decibels)
    total = np.zeros((0, decibels.shape[1]))
    for first in range(0, count, _STRETCH):  # the sums of hours, in double precision, would be most of the memory
        last = min(first + _STRETCH, count)
        steps = np.arange(first + around if first else 0, last + around) - (around // 2 + 1)
        heard = decibels[np.clip(steps, 0, count - 1)].astype(np.float64)
        if first:  # the sums go on from those before: the same numbers as in one go
            heard[0] += total[-1]
        total = np.concatenate([total[-around:], np.cumsum(heard, axis=0)])
        yield np.asarray(decibels[first:last] - (total[around:] - total[:-around]) / around, np.float32)


def pack(levels: Levels) -> npt.NDArray[np.uint8]:
    """Return steps x BANDS of decibels as rows of a second, two bands in a byte; the last row is filled up."""
    steps = np.clip(np.round(levels / DECIBELS + 7.5), 0, 15).astype(np.uint8)
    steps = np.pad(steps, ((0, -len(steps) % PER_ROW), (0, 0)), constant_values=8)
    return np.asarray((steps[:, 0::2] | steps[:, 1::2] << 4).reshape(-1, PER_ROW * BANDS // 2), np.uint8)


def unpack(fingerprint: Fingerprint) -> Levels:
    """Return the steps x BANDS of decibels of a fingerprint that `Onsets` made."""
    flat = fingerprint.arrays["levels"].reshape(-1, BANDS // 2)
    steps = np.empty((len(flat), BANDS), np.float32)
    steps[:, 0::2], steps[:, 1::2] = flat & 15, flat >> 4
    return (steps[: int(fingerprint.parameters["steps"])] - np.float32(7.5)) * np.float32(DECIBELS)
