"""Tones in sound: the peaks of short spectra, and which of them go on from one to the next. Rule: one way for all.

A peak is a local maximum that stands above the mean level (in dB) of the lines around it; its place between two lines
comes from a parabola through three levels (Smith & Serra, PARSHL, 1987).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.media.sound import SOUND_RATE

_FLOOR = 1e-7  # added to powers: some 130 dB below a full-scale tone, so that digital silence has a level
_STRETCH = 256  # spectra that are computed at once, to bound memory


@dataclass(frozen=True, kw_only=True, slots=True)
class Tones:
    """How spectra are taken: `window` and `hop` in samples, `lowest` and `highest` in Hz.

    A peak stands `prominence` dB above the mean of the `around` lines on either side.
    """

    window: int
    hop: int
    lowest: float
    highest: float
    prominence: float
    around: int
    rate: int = SOUND_RATE
    taper: npt.NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "taper", np.hanning(self.window + 1)[:-1].astype(np.float32))

    def lines(self) -> tuple[int, int]:
        """Return the first line that may be a peak, and the one after the last."""
        return int(self.lowest * self.window / self.rate), int(self.highest * self.window / self.rate)

    def hertz(self, line: float) -> float:
        """Return the frequency of a line."""
        return line * self.rate / self.window


@dataclass(frozen=True, kw_only=True, slots=True)
class Peaks:
    """The peaks of `count` rows: row r holds those from `rows[r]` to `rows[r + 1]`.

    `line` is where it lies (lines of the spectrum, with fractions), `level` in dB, `phase` in radians at the middle
    of the window.
    """

    count: int
    rows: npt.NDArray[np.intp]
    line: npt.NDArray[np.float64]
    level: npt.NDArray[np.float64]
    phase: npt.NDArray[np.float64]


def peaks(samples: npt.NDArray[np.float32], form: Tones) -> Peaks:
    """Return the peaks of every spectrum that fits into `samples`."""
    if len(samples) < form.window:
        nothing = np.zeros(0)
        return Peaks(count=0, rows=np.zeros(1, np.intp), line=nothing, level=nothing, phase=nothing)
    frames = np.lib.stride_tricks.sliding_window_view(samples, form.window)[:: form.hop]
    parts = [_peaks(frames[at : at + _STRETCH], form) for at in range(0, len(frames), _STRETCH)]
    row = np.concatenate([part[0] + at * _STRETCH for at, part in enumerate(parts)])
    line, level, phase = (np.concatenate([part[k] for part in parts]) for k in (1, 2, 3))
    rows = np.searchsorted(row, np.arange(len(frames) + 1))
    return Peaks(count=len(frames), rows=rows, line=line, level=level, phase=phase)


def _peaks(frames: npt.NDArray[np.float32], form: Tones) -> tuple[npt.NDArray[Any], ...]:
    low, high = form.lines()
    around = form.around
    spectra = np.fft.rfft(frames * form.taper, axis=1)[:, : high + around + 1]
    level = 10 * np.log10(np.square(spectra.real) + np.square(spectra.imag) + _FLOOR)
    total = np.cumsum(np.pad(level, ((0, 0), (around + 1, around)), mode="edge"), axis=1)
    usual = (total[:, 2 * around + 1 :] - total[:, : -2 * around - 1]) / (2 * around + 1)
    here = level[:, low:high]
    stands = here - usual[:, low:high] > form.prominence
    row, line = np.nonzero(stands & (here > level[:, low - 1 : high - 1]) & (here >= level[:, low + 1 : high + 1]))
    line = line + low
    left, middle, right = level[row, line - 1], level[row, line], level[row, line + 1]
    offset = 0.5 * (left - right) / (left - 2 * middle + right - 1e-9)
    turned = spectra[row, line] * np.where(line % 2, -1, 1)  # the phase at the middle of the window, not at its start
    return row, line + offset, middle, np.angle(turned)


def aligned(
    before: npt.NDArray[Any], after: npt.NDArray[Any], reach: npt.NDArray[Any] | float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return which of `before` go on as which of `after`: pairs that are nearest to each other and within `reach`."""
    if not len(before) or not len(after):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    apart = np.abs(before[:, None] - after[None, :])
    nearest = apart.argmin(axis=0)
    mine = np.arange(len(after))
    good = (apart[nearest, mine] <= reach) & (apart.argmin(axis=1)[nearest] == mine)
    return nearest[good], mine[good]
