"""Decoded sound of any layout and rate to one: mono, 16,000 samples a second, -1..1. Rule: in blocks, never whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import av.error
import numpy as np
import numpy.typing as npt

SOUND_RATE = 16_000  # samples a second, mono: speech, impulses and soundtrack hashes all live below 8 kHz
_SOUND_BLOCK = SOUND_RATE  # samples handed on at once


class Ears:
    """Decoded sound of any layout and rate to mono at SOUND_RATE, in blocks."""

    def __init__(self) -> None:
        self._resampler = _mono()
        self._form: tuple[Any, ...] | None = None
        self._held: list[npt.NDArray[np.float32]] = []
        self._count = 0
        self._start: float | None = None

    def take(self, frame: Any) -> Iterator[tuple[float | None, npt.NDArray[np.float32]]]:  # noqa: ANN401 - PyAV
        """Yield (stated seconds of the first sample ever, block) as blocks fill up."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._form not in (None, form):  # the resampler refuses a change: start a new one
            yield from self.finish()
            self._resampler = _mono()
        self._form = form
        if self._start is None and frame.pts is not None and frame.time_base:
            self._start = float(frame.pts * frame.time_base)
        yield from self._add(frame)

    def finish(self) -> Iterator[tuple[float | None, npt.NDArray[np.float32]]]:
        """Yield what is left."""
        if self._form is not None:
            yield from self._add(None)
        if self._count:
            yield self._start, self._block()

    def _add(self, frame: Any) -> Iterator[tuple[float | None, npt.NDArray[np.float32]]]:  # noqa: ANN401 - PyAV
        try:
            pieces = self._resampler.resample(frame)
        except (av.error.FFmpegError, ValueError):
            return  # a layout that cannot be mixed down: these samples are not heard
        for piece in pieces:
            samples = np.frombuffer(memoryview(piece.planes[0]), np.float32)[: piece.samples]
            self._held.append(samples.copy())
            self._count += len(samples)
        if self._count >= _SOUND_BLOCK:
            yield self._start, self._block()

    def _block(self) -> npt.NDArray[np.float32]:
        block = np.concatenate(self._held)
        self._held, self._count = [], 0
        np.nan_to_num(block, copy=False)
        return np.clip(block, -1.0, 1.0, out=block)


def _mono() -> av.AudioResampler:
    return av.AudioResampler(format="flt", layout="mono", rate=SOUND_RATE)
