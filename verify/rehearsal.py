"""Uses everything once on a picture and a sound made here. Rule: no foreign byte, no thread, no file.

The nursery does this before it forks: what libraries set up on first use is then there for every child.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from functools import partial

import av
import av.error
import cv2
import numpy as np

from verify.audience import Audience
from verify.descriptors.base import SAMPLE_LINES, TINY_HEIGHT, TINY_STEP, TINY_WIDTH, ClipInfo, Descriptor, Frame
from verify.descriptors.shrinking import shrunk
from verify.measures.base import Measure
from verify.media import frames, informative
from verify.media.keyframes import Keyframes
from verify.media.shots import Cuts, View
from verify.media.sound import SOUND_RATE, Ears

_DECODERS = ("h264", "hevc", "mpeg4", "vp8", "vp9", "aac", "mp3", "opus", "vorbis")
_WIDTH = SAMPLE_LINES * 16 // 9
_PICTURES = 20
# Usual pictures, upright and wide: what hashing each of them needs is worked out once.
_SHAPES = (
    (SAMPLE_LINES, _WIDTH),
    (SAMPLE_LINES, SAMPLE_LINES * 4 // 3),
    (_WIDTH, SAMPLE_LINES),
    (240, 320),
    (270, 480),
)


def rehearse(members: Iterable[Descriptor | Measure]) -> None:
    """Decode nothing, but set up the decoders; show and play `members` two seconds of patches and noise."""
    for name in _DECODERS:
        with contextlib.suppress(av.error.FFmpegError, ValueError):  # a build without it does without
            context = av.CodecContext.create(name, "r")
            context.thread_count = 1
            context.open()
    random = np.random.default_rng(0)
    party = Audience(ClipInfo(width=_WIDTH, height=SAMPLE_LINES, duration=_PICTURES * TINY_STEP), members)
    cuts, keyframes = Cuts(), Keyframes(1)
    patches = random.integers(0, 255, (SAMPLE_LINES // 20, _WIDTH // 20), np.uint8)
    for number in range(_PICTURES):
        time = number * TINY_STEP
        rolled = np.roll(patches, number, axis=1)
        gray = np.asarray(cv2.resize(rolled, (_WIDTH, SAMPLE_LINES), interpolation=cv2.INTER_CUBIC), np.uint8)
        tiny = np.asarray(cv2.resize(gray, (TINY_WIDTH, TINY_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
        view = View(tiny)
        cuts.add(time, view)
        party.tiny(time, tiny)
        if number % 8:
            continue
        colour = np.asarray(cv2.cvtColor(tiny, cv2.COLOR_GRAY2BGR), np.uint8)
        shows = informative.is_informative(gray)
        shown = Frame(time=time, gray=gray, colour=colour, index=number, first_of_shot=False, informative=shows)
        party.frame(shown)
        keyframes.add(
            time=time, gray=gray, view=view, first_of_shot=False, informative=shows, make=partial(np.asarray, colour)
        )
    for shape in _SHAPES:
        shrunk(np.zeros(shape, np.uint8))
    for block in _heard(random.normal(0, 0.1, (1, 3 * 44_100)).astype(np.float32)):
        party.hear(block)
    party.end()
    for _, candidate in keyframes.chosen(cuts.shots(_PICTURES * TINY_STEP)):
        cv2.imencode(".jpg", candidate.settle())


def _heard(noise: np.ndarray) -> Iterable[frames.SoundBlock]:
    ears = Ears()
    sound = av.AudioFrame.from_ndarray(noise, format="fltp", layout="mono")
    sound.sample_rate, sound.pts = 44_100, 0
    for stated, samples in [*ears.take(sound), *ears.finish()]:
        yield frames.SoundBlock(time=stated or 0.0, samples=samples[:SOUND_RATE])
