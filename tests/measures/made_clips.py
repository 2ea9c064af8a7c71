"""Clips drawn and encoded for tests of measures, each with a known truth: 10 s, 15 pictures a second, H.264 and AAC."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np

WIDTH, HEIGHT, RATE, SECONDS = 320, 180, 15, 10.0
SOUND_RATE = 16_000
Draw = Callable[[float], np.ndarray]


def texture(seed: int, blur: float = 3.0) -> np.ndarray:
    """Return a large picture of blotches with clear edges, BGR, that a camera can pan over."""
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.random((HEIGHT * 4, WIDTH * 4, 3)).astype(np.float32), (0, 0), blur)
    noise = np.floor((noise - noise.min()) / (noise.max() - noise.min()) * 5) / 5
    return np.asarray(noise * 255, np.uint8)


_WORLD = texture(1)


def panned(at: float) -> np.ndarray:
    """Return what a camera sees that sways over the texture, never twice the same way."""
    x = int(300 + 250 * np.sin(at * 0.9) + 30 * np.sin(at * 4.3))
    y = int(200 + 150 * np.sin(at * 0.61 + 1) + 20 * np.sin(at * 5.1))
    return _WORLD[y : y + HEIGHT, x : x + WIDTH].copy()


def blank(at: float) -> np.ndarray:
    """Return a grey picture, for tests of sound."""
    return np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


def night(at: float) -> np.ndarray:
    """Return a dark scene with sensor noise and three lamps."""
    rng = np.random.default_rng(int(at * 1000))
    picture = np.clip(rng.normal((12, 8, 8), 3, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
    for x, y in ((60, 120), (150, 140), (270, 128)):
        cv2.circle(picture, (x, y), 7, (140, 220, 255), -1)
    return picture


def write(
    path: Path, draw: Draw, sound: np.ndarray | None = None, seconds: float = SECONDS, skip=(), sound_late: float = 0.0
) -> Path:
    """Encode `draw(second)` and a mono sound (-1..1 at SOUND_RATE); `skip` holds stretches left out."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=RATE, options={"crf": "26", "preset": "veryfast"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = out.add_stream("aac", rate=SOUND_RATE, layout="mono") if sound is not None else None
        for number in range(int(seconds * RATE)):
            at = number / RATE
            if any(a <= at < b for a, b in skip):
                continue
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(draw(at)), format="bgr24")
            frame.pts = number
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio is not None and sound is not None:
            _write_sound(out, audio, sound, int(sound_late * SOUND_RATE))
    return path


def _write_sound(out, audio, sound: np.ndarray, late: int) -> None:
    whole = np.asarray(sound, np.float32)
    for start in range(0, len(whole), 1024):
        piece = np.ascontiguousarray(whole[start : start + 1024].reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(piece, format="flt", layout="mono")
        frame.sample_rate, frame.pts = SOUND_RATE, late + start
        out.mux(audio.encode(frame))
    out.mux(audio.encode(None))


def hum(seconds: float = SECONDS, seed: int = 3) -> np.ndarray:
    """Return steady soft noise, like wind."""
    rng = np.random.default_rng(seed)
    return (rng.normal(0, 0.01, int(seconds * SOUND_RATE))).astype(np.float32)


def bang(sound: np.ndarray, at: float, level: float = 0.5, seed: int = 5) -> np.ndarray:
    """Return `sound` with a bang at second `at` that dies away within half a second."""
    rng = np.random.default_rng(seed)
    age = np.arange(int(0.6 * SOUND_RATE)) / SOUND_RATE
    burst = rng.normal(0, 1, len(age)) * np.exp(-age / 0.08) * level
    made = sound.copy()
    first = int(at * SOUND_RATE)
    length = min(len(burst), len(made) - first)
    made[first : first + length] += burst[:length].astype(np.float32)
    return np.clip(made, -1, 1)
