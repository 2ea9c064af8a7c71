"""Chooses the pictures that are looked at, of a clip or a still, and keeps shots and keyframes. Rule: one pass."""

from __future__ import annotations

from functools import partial
from math import floor
from pathlib import Path

import cv2
import numpy as np

from verify.audience import Audience
from verify.descriptors import dhash, pdq, phash
from verify.descriptors.base import (
    SAMPLE_LINES,
    SAMPLE_STEP,
    TINY_HEIGHT,
    TINY_STEP,
    TINY_WIDTH,
    ClipInfo,
    Frame,
)
from verify.media import frames, informative, still
from verify.media.keyframes import Candidate, Keyframes
from verify.media.pages import LINES, Page, Pages
from verify.media.pictures import COLOUR_HEIGHT, COLOUR_WIDTH, Planes, fit, shrink, within
from verify.media.shots import Cuts, View
from verify.media.sniff import Kind
from verify.records.media import Keyframe, Shot, Stream
from verify.seen import Seen
from verify.settings import Settings

KEYFRAMES = "keyframes"
JPEG_QUALITY = 88
_NO_COLOUR = np.zeros((0, 0, 3), np.uint8)
LEAST_SAMPLES = 8  # a clip of two seconds still gives this many frames to compare
_TOGETHER = 16  # pictures looked at in one go, where nobody wants each at once (see frames.TOGETHER)


class Eye:
    """Chooses the frames that are looked at, and keeps shots and keyframes."""

    def __init__(self, clip: frames.Clip, seen: Seen) -> None:
        self._clip, self._seen = clip, seen
        stated = clip.stated_duration
        video = clip.video
        width = video.codec_context.width if video is not None else 0
        height = video.codec_context.height if video is not None else 0
        self.party = Audience(ClipInfo(width=width, height=height, duration=stated), seen.members)
        self._step = min(SAMPLE_STEP, max(stated / LEAST_SAMPLES, TINY_STEP)) if stated else SAMPLE_STEP
        self._cuts = Cuts()
        self._pages = Pages() if seen.reads else None
        self._keyframes = Keyframes(seen.keyframes_wanted)
        self._next_tiny = self._next_sample = 0.0
        self._index = 0
        self._together = 1 if self.party.attends else _TOGETHER
        self._waiting: list[frames.Picture] = []

    def picture(self, picture: frames.Picture) -> None:
        """Take the next decoded frame; of most, only how much it differs from the last is kept."""
        time = picture.time
        if self._together == 1:
            self.party.each(picture)
        if time + 1e-4 < self._next_tiny:
            return
        self._next_tiny = (floor(time / TINY_STEP + 1e-3) + 1) * TINY_STEP
        self._waiting.append(picture)
        if len(self._waiting) >= min(self._together, picture.shape.few):
            self._look()

    def _look(self) -> None:
        """Look at the pictures that wait: one thing at a time at all of them."""
        planes = [picture.planes for picture in self._waiting]
        tinies = [each.tiny() for each in planes]
        views = [View(tiny) for tiny in tinies]
        samples = []
        for picture, view, each in zip(self._waiting, views, planes, strict=True):
            time = picture.time
            begins = self._cuts.add(time, view) or self._next_sample == 0.0
            if begins or time + 1e-4 >= self._next_sample:
                self._next_sample = (floor(time / self._step + 1e-3) + 1) * self._step
                samples.append((time, each, view, begins))
        for picture, tiny in zip(self._waiting, tinies, strict=True):
            self.party.tiny(picture.time, tiny)
        self._waiting = []
        if samples:
            self._sample(samples)

    def _sample(self, samples: list[tuple[float, Planes, View, bool]]) -> None:
        shown = []
        for time, planes, _, begins in samples:
            gray = planes.gray()
            colour = planes.colour(gray) if self.party.sees_colour else _NO_COLOUR
            shows = informative.is_informative(gray)
            shown.append(
                Frame(time=time, gray=gray, colour=colour, index=self._index, first_of_shot=begins, informative=shows)
            )
            self._index += 1
        self.party.sampled(shown)
        for frame, (time, planes, view, begins) in zip(shown, samples, strict=True):
            if self._pages is not None:
                self._pages.add(time, partial(planes.gray, LINES))
            shape = planes.shape
            size = fit(shape.display_width, shape.display_height, self._seen.settings.keyframe_side)
            self._keyframes.add(
                time=time,
                gray=frame.gray,
                view=view,
                first_of_shot=begins,
                informative=frame.informative,
                make=partial(planes.picture, *size, gray=frame.gray),
                later=shape.width * shape.height <= 2 * size[0] * size[1],  # a picture in colour takes as much memory
            )

    def finish(self) -> None:
        """Collect shots, keyframes, fingerprints and measures."""
        self._look()
        self.party.end()
        self._seen.take(self.party)
        if self._pages is not None:
            self._seen.pages = self._pages.end()
        if self._clip.frames:
            self._seen.shots = self._cuts.shots(self._clip.end + self._clip.usual_step)
            self._seen.keyframes = _write_keyframes(self._keyframes.chosen(self._seen.shots), self._seen.out)


def _write_keyframes(chosen: list[tuple[int, Candidate]], out: Path) -> tuple[Keyframe, ...]:
    folder = out / KEYFRAMES
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (shot, candidate) in enumerate(chosen, 1):
        path = f"{KEYFRAMES}/{number:03d}.jpg"
        picture = candidate.settle()
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not done:
            raise RuntimeError("a keyframe could not be written as JPEG")
        (out / path).write_bytes(data.tobytes())
        bits, quality = pdq.of(candidate.shrunk)
        written.append(
            Keyframe(
                time=round(candidate.time, 3),
                shot=shot,
                path=path,
                width=picture.shape[1],
                height=picture.shape[0],
                sharpness=round(candidate.sharpness, 1),
                phash=phash.of(candidate.shrunk).tobytes().hex(),
                dhash=dhash.of(candidate.shrunk).tobytes().hex(),
                pdq=bits.tobytes().hex(),
                pdq_quality=quality,
                informative=candidate.informative,
            )
        )
    return tuple(written)


def look_at_still(path: Path, kind: Kind, settings: Settings, name: str, seen: Seen) -> None:
    """Look at the one picture of a still. Raises what reading it raises."""
    picture, problems = still.read(path, kind, settings, name)
    seen.problems += problems
    seen.frames = 1
    high, wide = picture.shape[:2]
    party = Audience(ClipInfo(width=wide, height=high, duration=None), seen.members)
    size = within(wide, high, SAMPLE_LINES, min)
    gray = np.asarray(cv2.cvtColor(shrink(picture, *size), cv2.COLOR_BGR2GRAY), np.uint8)
    shows = informative.is_informative(gray)
    tiny = np.asarray(cv2.resize(gray, (TINY_WIDTH, TINY_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
    colour_size = COLOUR_WIDTH, COLOUR_HEIGHT
    colour = np.asarray(cv2.resize(picture, colour_size, interpolation=cv2.INTER_AREA), np.uint8)
    party.tiny(0.0, tiny)
    party.frame(Frame(time=0.0, gray=gray, colour=colour, index=0, first_of_shot=True, informative=shows))
    party.end()
    seen.take(party)
    seen.shots = (Shot(start=0.0, end=0.0),)
    seen.streams = (
        Stream(
            index=0,
            kind="video",
            codec=kind.container,
            width=wide,
            height=high,
            display_width=wide,
            display_height=high,
        ),
    )
    keyframes = Keyframes(1)
    keyframes.add(
        time=0.0,
        gray=gray,
        view=View(tiny),
        first_of_shot=True,
        informative=shows,
        make=lambda: shrink(picture, *fit(wide, high, settings.keyframe_side)),
    )
    seen.keyframes = _write_keyframes(keyframes.chosen(seen.shots), seen.out)
    if seen.reads:
        large = cv2.cvtColor(shrink(picture, *within(wide, high, LINES, min)), cv2.COLOR_BGR2GRAY)
        seen.pages = (Page(time=0.0, gray=np.asarray(large, np.uint8)),)
