"""A short clip drawn here, for every test that needs one file that can be examined."""

from __future__ import annotations

from pathlib import Path


def draw_clip(
    path: Path, *, seed: int = 1, seconds: float = 4.0, rate: int = 15, size: tuple[int, int] = (320, 240)
) -> None:
    """Write a clip of a random landscape that pans, cutting to another in the middle, with a tone (MPEG-4, AAC)."""
    import av
    import cv2
    import numpy as np

    random = np.random.default_rng(seed)
    width, height = size
    worlds = [cv2.GaussianBlur(random.integers(0, 255, (height * 2, width * 2, 3), np.uint8), (0, 0), 5) for _ in "ab"]
    worlds = [cv2.normalize(w, None, 0, 255, cv2.NORM_MINMAX) for w in worlds]
    frames = int(seconds * rate)
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=rate)
        video.width, video.height, video.pix_fmt, video.bit_rate = width, height, "yuv420p", 1_500_000
        sound = out.add_stream("aac", rate=16000, layout="mono")
        for number in range(frames):
            world = worlds[number * 2 // frames]
            x, y = int(number * 1.5) % width, int(number * 0.8) % height
            picture = np.ascontiguousarray(world[y : y + height, x : x + width])
            cv2.rectangle(picture, (number * 3 % width, 60), (number * 3 % width + 30, 110), (250, 250, 250), -1)
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(video.encode(None))
        times = np.arange(int(seconds * 16000)) / 16000
        tone = (0.2 * np.sin(2 * np.pi * (300 + 40 * seed) * times)).astype(np.float32)
        samples = av.AudioFrame.from_ndarray(tone[None, :], format="fltp", layout="mono")
        samples.sample_rate = 16000
        out.mux(sound.encode(samples))
        out.mux(sound.encode(None))
