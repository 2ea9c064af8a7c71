"""How loud the clip is, where it bangs, falls silent or repeats itself. Rule: what is heard is measured, not named.

A bang, a slammed door and a dropped microphone are one thing here: an impulse. Music is found in `music.py`; speech is
not told from other sound: nothing that fits a small measure does it well enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo
from verify.measures import repeats
from verify.measures.base import Measure, Measured
from verify.records.media import Curve, Sound

Samples = npt.NDArray[np.float32]

ENVELOPE_STEP = 0.1  # seconds
_FINE_STEP = 0.01  # seconds, for onsets
FLOOR = -96.0  # dBFS: below the last bit of 16
SILENT = -60.0  # dBFS: a clip that never gets louder carries no sound worth hearing (a quiet room is recorded at -50)
_LAST_BIT = 1.0 / 32768  # of 16-bit sound: what stays below it is digital silence, not a quiet place
_LEAST_SILENCE = 0.5  # seconds

# An impulse rises by this much over the loudest tenth of the second before it, half of it within 10 ms, and is loud.
# On the bench's clips that finds clapped hands, dropped barbells and footsteps, and nothing in steady music or wind.
_IMPULSE_RISE = 12.0  # dB
_IMPULSE_LEVEL = -40.0  # dBFS
_IMPULSE_APART = 0.2  # seconds
_BEFORE = 1.0  # seconds that make the background
_MOST_IMPULSES = 100

# Repeats: energy in bands, ten times a second, over the first five minutes (the cost grows with the square).
_FFT, _HOP, _BANDS = 2048, 1600, 12  # samples at 16 kHz: 128 ms, every 100 ms; bands from 94 Hz to 8 kHz
_MOST_ROWS = 3000
_REPEAT_WINDOW, _REPEAT_RATIO, _REPEAT_FLOOR = 30, 0.6, 2.0  # 3 s; dB: tests/bench/edits.py


@dataclass(frozen=True, kw_only=True, slots=True)
class Impulse:
    """A sudden sound: onset in seconds, level in dBFS, rise over the background in dB."""

    time: float
    level: float
    rise: float

    def told(self) -> dict[str, float]:
        """Return it as plain values."""
        return {"time": round(self.time, 2), "level": round(self.level, 1), "rise": round(self.rise, 1)}


class Hearing(Measure):
    """Listens to the mono sound and fills `Measured.sound`."""

    name = "sound"

    def __init__(self) -> None:
        self._rate = 0
        self._start = 0.0
        self._energy: list[npt.NDArray[np.float64]] = []
        self._quiet: list[npt.NDArray[np.bool_]] = []
        self._rows: list[npt.NDArray[np.float32]] = []
        self._counted = 0
        self._rest = np.zeros(0, np.float32)
        self._spectral_rest = np.zeros(0, np.float32)

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self.__init__()  # type: ignore[misc]  # the same fields, empty again

    def start_sound(self, time: float) -> None:
        """Take the second of the first sample, so that sound and picture are told on one clock."""
        self._start = time

    def add_sound(self, samples: Samples, rate: int) -> None:
        """Take the next stretch of mono sound."""
        self._rate = rate
        joined = np.concatenate([self._rest, samples])
        step = max(1, round(rate * _FINE_STEP))
        whole = len(joined) // step * step
        blocks = joined[:whole].reshape(-1, step)
        self._rest = joined[whole:].copy()
        self._energy.append(np.mean(np.square(blocks, dtype=np.float64), axis=1))
        self._quiet.append(np.abs(blocks).max(axis=1, initial=0.0) < _LAST_BIT)
        self._add_spectra(samples)

    def _add_spectra(self, samples: Samples) -> None:
        if self._counted >= _MOST_ROWS:
            return
        joined = np.concatenate([self._spectral_rest, samples])
        rows = spectra(joined)
        self._rows.append(rows)
        self._counted += len(rows)
        self._spectral_rest = joined[len(rows) * _HOP :].copy()

    def end(self) -> Measured:
        """Return the envelope, impulses, silences and repeats; nothing where the clip has no sound."""
        energy = np.concatenate(self._energy) if self._energy else np.zeros(0)
        if not len(energy):
            return Measured()
        fine = decibels(energy)
        quiet = np.concatenate(self._quiet)
        envelope = _envelope(energy)
        silent = bool(envelope.max(initial=FLOOR) < SILENT)
        found = [] if silent else impulses(fine, self._start)
        rows = np.concatenate(self._rows)[:_MOST_ROWS] if self._rows else np.zeros((0, _BANDS), np.float32)
        again = [] if silent else repeats.find(rows, _REPEAT_WINDOW, _REPEAT_RATIO, _REPEAT_FLOOR)
        curve = Curve(
            name="sound level",
            unit="dBFS",
            start=round(self._start, 3),
            step=ENVELOPE_STEP,
            values=tuple(np.round(envelope, 1).tolist()),
        )
        values: dict[str, Any] = {
            "impulses": [i.told() for i in found],
            "digital_silences": [] if quiet.all() else _stretches(quiet, self._start),
            "all_digital_silence": bool(quiet.all()),
            "loudest": round(float(envelope.max(initial=FLOOR)), 1),
            "repeats": [r.told(self._start + np.arange(len(rows)) * _HOP / self._rate) for r in again],
        }
        heard = Sound(
            sample_rate=self._rate,
            channels=1,
            duration=round(len(energy) * _FINE_STEP, 3),
            envelope=curve,
            impulses=tuple(round(i.time, 2) for i in found),
            silent=silent,
        )
        return Measured(values=values, sound=heard)


def decibels(energy: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return mean squares as dBFS, not below FLOOR."""
    return np.asarray(np.maximum(10 * np.log10(np.maximum(energy, 1e-12)), FLOOR))


def spectra(samples: Samples) -> npt.NDArray[np.float32]:
    """Return the energy in dB of each band, one row every _HOP samples; the tail that fills no window is left."""
    if len(samples) < _FFT:
        return np.zeros((0, _BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT)[::_HOP]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_FFT).astype(np.float32), axis=1)))
    edges = np.round(np.geomspace(12, _FFT // 2, _BANDS + 1)).astype(int)
    bands = np.stack([power[:, a:b].mean(axis=1) for a, b in pairwise(edges)], axis=1)
    return np.asarray(10 * np.log10(bands + 1e-4), np.float32)


def impulses(fine: npt.NDArray[Any], start: float = 0.0) -> list[Impulse]:
    """Return the sudden sounds in levels (dBFS) that are 10 ms apart, the first at second `start`."""
    if len(fine) < 20:
        return []
    before, reach = round(_BEFORE / _FINE_STEP), 5
    sudden = np.zeros(len(fine), bool)
    sudden[3:] = fine[3:] - np.maximum(np.maximum(fine[:-3], fine[1:-2]), fine[2:-1]) > _IMPULSE_RISE / 4
    found: list[Impulse] = []
    for at in np.flatnonzero(sudden):
        if at < 10 or (found and start + at * _FINE_STEP - found[-1].time < _IMPULSE_APART):
            continue
        background = float(np.quantile(fine[max(0, at - before) : at - 2], 0.9))
        peak = float(fine[at : at + reach].max())
        switched_on = background <= FLOOR + 10  # sound that starts out of digital silence is a cut, not a bang
        loud = peak - background >= _IMPULSE_RISE and peak >= _IMPULSE_LEVEL
        if loud and not switched_on and fine[at] - background >= _IMPULSE_RISE / 2:
            found.append(Impulse(time=start + float(at) * _FINE_STEP, level=peak, rise=peak - background))
    loudest = sorted(found, key=lambda i: -i.rise)[:_MOST_IMPULSES]
    return sorted(loudest, key=lambda i: i.time)


def _envelope(energy: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    size = round(ENVELOPE_STEP / _FINE_STEP)
    padded = np.concatenate([energy, np.full(-len(energy) % size, np.nan)])
    return decibels(np.nanmean(padded.reshape(-1, size), axis=1))


def _stretches(quiet: npt.NDArray[np.bool_], start: float) -> list[dict[str, float]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    return [
        {"start": round(start + float(a) * _FINE_STEP, 2), "end": round(start + float(b) * _FINE_STEP, 2)}
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if (b - a) * _FINE_STEP >= _LEAST_SILENCE
    ][:_MOST_IMPULSES]
