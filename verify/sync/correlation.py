"""Where two series of measured changes agree best, and whether that could be chance. Rule: the pair is its own control.

Normalised cross-correlation at every offset, by FFT; the peak is judged against all other offsets of the same two
clips (median and MAD), which carry the same rhythm, noise and length. Two more things must hold: no other offset
comes near it (music and rotors repeat), and the agreement does not rest on one moment (a door and a gunshot agree
once, anywhere).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Series = npt.NDArray[np.float64]  # steps x channels

CLIP = 3.0  # standard deviations: one loud moment may not outvote a minute
_MAD = 1.4826  # of a normal distribution, to its standard deviation
_NEAR = 0.3  # seconds around the peak that belong to it
_LENGTHS = 512  # steps: series are filled up to a multiple, which is quick to transform
_LEAST_OFFSETS = 40  # offsets to judge against; with fewer the spread means nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Peak:
    """The best offset of b against a: a moment at `t` of b is at `t + offset` of a.

    `score` is how far it stands above the other offsets, in their standard deviations, less what the best of that
    many offsets reaches by chance; `rival` is the best other offset's height as a share of it; `without` is the score
    when the second of the clip that agrees most is left out; `likeness` is the correlation itself, -1..1.
    """

    offset: float
    score: float
    rival: float
    without: float
    likeness: float
    overlap: float


def normalised(series: npt.NDArray[np.floating], least: float, reach: int = 2) -> Series:
    """Return the change over `reach` steps, each channel scaled to its own spread (`least` at least) and clipped.

    Two steps of 20 ms are the window the energies were taken over: one step measured worse where microphones differ.
    """
    change = np.zeros(series.shape, np.float64)
    change[reach:] = series[reach:] - series[:-reach]
    change -= change.sum(axis=0) / max(1, len(series))
    spread = np.sqrt((change * change).sum(axis=0) / max(1, len(series)))
    change /= spread + least
    return np.clip(change, -CLIP, CLIP, out=change)


def peak(a: Series, b: Series, step: float, least_overlap: float) -> Peak | None:
    """Return the best offset of two normalised series, or None where they are too short to be judged."""
    offsets, likeness, overlap = _everywhere(a, b, least_overlap / step)
    if len(offsets) < _LEAST_OFFSETS:
        return None
    height = likeness * np.sqrt(overlap)  # of unrelated series: the same spread at every offset
    best = int(np.argmax(height))
    far = np.abs(offsets - offsets[best]) > _NEAR / step
    if far.sum() < _LEAST_OFFSETS:
        return None
    middle = float(np.median(height[far]))
    spread = max(1e-6, float(_MAD * np.median(np.abs(height[far] - middle))))
    chance = float(np.sqrt(2 * np.log(len(offsets))))  # expected best of so many normal draws
    top = float(height[best])
    rest = _without_best_second(a, b, int(offsets[best]), round(1 / step))
    return Peak(
        offset=float(offsets[best] + _between(height, best)) * step,
        score=(top - middle) / spread - chance,
        rival=float(height[far].max()) / top if top > 0 else 1.0,
        without=(rest - middle) / spread - chance,
        likeness=float(likeness[best]),
        overlap=float(overlap[best]) * step,
    )


class Likeness:
    """How alike other series are to `a` (normalised) at best, over all offsets, before any is judged.

    In single precision, and what is of `a` alone is worked out once: a quarter of what `peak` costs.
    """

    def __init__(self, a: Series) -> None:
        self._a = np.ascontiguousarray(a.T, np.float32)
        self._sums = _running(a)
        self._spectra: dict[int, npt.NDArray[np.complexfloating]] = {}
        self._laid: dict[tuple[int, float], tuple[npt.NDArray[np.intp], ...]] = {}

    def most(self, b: Series, least: float) -> float:
        """Return the highest correlation at an offset with at least `least` steps of overlap; -1 where none has.

        Within 0.001 of the highest likeness `peak` may give, and of none lower.
        """
        here, there = self._a.shape[1], len(b)
        if not here or not there:
            return -1.0
        size = _LENGTHS * -(-(here + there - 1) // _LENGTHS)
        if size not in self._spectra:
            self._spectra = {size: np.fft.rfft(self._a, size)}  # most clips are about as long as the one before
        spectra = np.fft.rfft(np.ascontiguousarray(b.T, np.float32), size)
        agreement = np.fft.irfft((self._spectra[size] * spectra.conj()).sum(axis=0), size)
        if (there, least) not in self._laid:  # most clips of one length come after one another
            offsets = np.arange(1 - there, here)
            first, last = np.maximum(0, offsets), np.minimum(here, offsets + there)
            fits = last - first >= max(1.0, least)
            offsets, first, last = offsets[fits], first[fits], last[fits]
            self._laid = {(there, least): (offsets, first, last, first - offsets, last - offsets)}
        offsets, first, last, first_b, last_b = self._laid[there, least]
        sums = _running(b)
        power = (self._sums[last] - self._sums[first]) * (sums[last_b] - sums[first_b])
        likeness = agreement[offsets] / np.sqrt(np.maximum(power, 1.0))
        return float(likeness.max(initial=-1.0))


def _running(series: Series) -> Series:
    """Return the power of all steps before each, and of all."""
    return np.concatenate([[0.0], np.cumsum((series**2).sum(axis=1))])


def _everywhere(a: Series, b: Series, least: float) -> tuple[npt.NDArray[np.int64], Series, Series]:
    """Return all offsets (steps) with at least `least` steps of overlap, the likeness there, and the overlap."""
    size = 1 << (len(a) + len(b) - 1).bit_length()

    def product(x: Series, y: Series) -> Series:
        spectra = np.fft.rfft(x, size, axis=0) * np.fft.rfft(y, size, axis=0).conj()
        return np.asarray(np.fft.irfft(spectra.sum(axis=1), size))

    ones_a, ones_b = np.ones((len(a), 1)), np.ones((len(b), 1))
    overlap = np.round(product(ones_a, ones_b))
    power = product((a**2).sum(1, keepdims=True), ones_b) * product(ones_a, (b**2).sum(1, keepdims=True))
    offsets = np.arange(size)
    offsets[offsets > len(a) - 1] -= size
    fits = (overlap >= max(1.0, least)) & (offsets > -len(b))
    order = np.argsort(offsets[fits])
    likeness = product(a, b) / np.sqrt(np.maximum(power, 1.0))
    return offsets[fits][order], likeness[fits][order], overlap[fits][order]


def _without_best_second(a: Series, b: Series, offset: int, second: int) -> float:
    """Return the height at `offset` when the second of overlap that agrees most counts as no agreement."""
    first, last = max(0, offset), min(len(a), offset + len(b))
    x, y = a[first:last], b[first - offset : last - offset]
    agreement = (x * y).sum(1)
    sums = np.convolve(agreement, np.ones(min(second, len(agreement))), "valid")
    power = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float(agreement.sum() - sums.max()) / max(1.0, power) * float(np.sqrt(len(x)))


def _between(height: Series, best: int) -> float:
    """Return how far from `best` the top of the parabola through it and its neighbours lies, -0.5..0.5 steps."""
    if not 0 < best < len(height) - 1:
        return 0.0
    left, top, right = (float(height[best + d]) for d in (-1, 0, 1))
    bend = left - 2 * top + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0
