"""Draws clips for the tests: a bright disc that moves over four fields of known brightness, in any container."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

# Luma of the four fields as shown, 0..255: top left, top right, bottom left, bottom right.
FIELDS = (60, 110, 160, 210)


def picture(width: int, height: int, number: int = 0, fields: tuple[int, ...] = FIELDS) -> np.ndarray:
    """Return an RGB picture: four grey fields, and a white disc that moves with `number`."""
    half_wide, half_high = width // 2, height // 2
    gray = np.empty((height, width), np.uint8)
    gray[:half_high, :half_wide], gray[:half_high, half_wide:] = fields[0], fields[1]
    gray[half_high:, :half_wide], gray[half_high:, half_wide:] = fields[2], fields[3]
    x = int(width * (0.3 + 0.4 * ((number % 40) / 40)))
    cv2.circle(gray, (x, half_high), max(2, height // 10), 245, -1)
    return cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)


def clip(
    path: Path,
    *,
    codec: str | None = "libx264",
    sound: str | None = None,
    size: tuple[int, int] = (160, 120),
    rate: int = 25,
    seconds: float = 2.0,
    pixels: str = "yuv420p",
    container: str | None = None,
    options: dict[str, str] | None = None,
    times: list[int] | None = None,
    draw=None,
    aspect: Fraction | None = None,
    tags: dict[str, str] | None = None,
    turn: int = 0,
    sound_rate: int = 44_100,
) -> Path:
    """Write a clip with PyAV and return its path. `times` are the pictures' times in 1/1000 s (variable rate)."""
    count = len(times) if times else round(rate * seconds)
    with av.open(str(path), "w", format=container) as out:
        out.metadata.update(tags or {})
        video = voice = None
        if codec:
            video = out.add_stream(codec, rate=1000 if times else rate, options=options or {})
            video.width, video.height, video.pix_fmt = *size, pixels
            if aspect:
                video.codec_context.sample_aspect_ratio = aspect
            if turn:
                video.set_display_rotation(turn)
        if sound:
            voice = out.add_stream(sound, rate=sound_rate)
            voice.layout = "mono"
        for number in range(count if video else 0):
            drawn = draw(number) if draw else picture(*size, number)
            frame = av.VideoFrame.from_ndarray(drawn, format="rgb24").reformat(format=pixels)
            frame.pts = times[number] if times else number
            out.mux(video.encode(frame))
        if voice:
            _speak(out, voice, seconds, sound_rate)
        for stream in (video, voice):
            if stream is not None:
                out.mux(stream.encode(None))
    return path


def clip_apart(path: Path, **how) -> Path:
    """Write a clip as `clip` does, in a process of its own.

    For SVT-AV1: run by root it gives the whole process the priority of real time (FIFO, 99) and never takes it back.
    Each Chromium a later test starts inherits it, and two of them held a machine of two cores for good.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
        return apart.submit(clip, path, **how).result()


def _speak(out, voice, seconds: float, rate: int) -> None:
    samples = (np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate) * 12_000).astype(np.int16)
    resampler = av.AudioResampler(format=voice.format, layout="mono", rate=rate)
    fifo = av.AudioFifo()
    block = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
    block.sample_rate, block.pts = rate, 0
    for piece in resampler.resample(block) + resampler.resample(None):
        fifo.write(piece)
    size = voice.codec_context.frame_size or 1024
    while fifo.samples:
        out.mux(voice.encode(fifo.read(min(size, fifo.samples), partial=True)))
