"""Decoded sound of any layout and rate to one: mono, 16,000 samples a second, -1..1. Rule: in blocks, never whole.

Decoded frames are handed to FFmpeg's filters one by one and asked for a second at a time: asking after each frame,
as PyAV's own resampler does, costs three times as much as the resampling.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import av
import av.error
import av.filter
import numpy as np
import numpy.typing as npt

SOUND_RATE = 16_000  # samples a second, mono: speech, impulses and soundtrack hashes all live below 8 kHz
_SOUND_BLOCK = SOUND_RATE  # samples handed on at once

Block = tuple[float | None, npt.NDArray[np.float32]]


class Ears:
    """Decoded sound of any layout and rate to mono at SOUND_RATE, in blocks."""

    def __init__(self) -> None:
        self._graph: Any = None  # av.filter.Graph; None where the sound cannot be mixed down
        self._form: tuple[Any, ...] | None = None
        self._waiting = 0.0  # seconds handed to the filters since they were asked last
        self._start: float | None = None

    def take(self, frame: Any) -> Iterator[Block]:  # noqa: ANN401 - PyAV
        """Yield (stated seconds of the first sample ever, block) as blocks fill up."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._form != form:  # filters are made for one form of sound: at a change they end and new ones begin
            yield from self.finish()
            self._form, self._graph, self._waiting = form, _mono(frame), 0.0
        if self._start is None and frame.pts is not None and frame.time_base:
            self._start = float(frame.pts * frame.time_base)
        if self._graph is None:
            return
        with contextlib.suppress(av.error.FFmpegError, ValueError):  # this frame is not heard
            self._graph.push(frame)
        self._waiting += frame.samples / max(1, frame.sample_rate)
        if self._waiting >= 1.0:
            self._waiting = 0.0
            yield from self._ready()

    def finish(self) -> Iterator[Block]:
        """Yield what is left."""
        if self._graph is None:
            return
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            self._graph.push(None)
        yield from self._ready()
        self._graph, self._form = None, None

    def _ready(self) -> Iterator[Block]:
        while True:
            try:
                piece = self._graph.pull()
            except (av.error.FFmpegError, ValueError):  # no whole block yet, or the end
                return
            block = np.frombuffer(memoryview(piece.planes[0]), np.float32)[: piece.samples].copy()
            np.nan_to_num(block, copy=False)
            yield self._start, np.clip(block, -1.0, 1.0, out=block)


def _mono(frame: Any) -> Any:  # noqa: ANN401 - PyAV
    """Return the filters for sound like that of `frame`, or None for a layout that cannot be mixed down.

    They are those of PyAV's AudioResampler, and one more that makes blocks.
    """
    graph = av.filter.Graph()
    base = {"time_base": str(frame.time_base)} if frame.time_base is not None else {}
    try:
        graph.link_nodes(
            graph.add(
                "abuffer",
                sample_rate=str(frame.sample_rate),
                sample_fmt=frame.format.name,
                channel_layout=frame.layout.name,
                **base,
            ),
            graph.add("aformat", sample_rates=str(SOUND_RATE), sample_fmts="flt", channel_layouts="mono"),
            graph.add("asetnsamples", nb_out_samples=str(_SOUND_BLOCK), pad="0"),
            graph.add("abuffersink"),
        ).configure()
    except (av.error.FFmpegError, ValueError):
        return None
    return graph
