"""Chooses the pictures that are looked at, of a clip or a still, and keeps shots and keyframes. Rule: one pass."""

from __future__ import annotations

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

    def picture(self, picture: frames.Picture) -> None:
        """Take the next decoded frame; of most, only how much it differs from the last is kept."""
        self.party.each(picture)
        time = picture.time
        if time + 1e-4 < self._next_tiny:
            return
        self._next_tiny = (np.floor(time / TINY_STEP + 1e-3) + 1) * TINY_STEP
        planes = picture.planes
        tiny = planes.tiny()
        view = View(tiny)
        begins = self._cuts.add(time, view) or self._index == 0
        self.party.tiny(time, tiny)
        if not begins and time + 1e-4 < self._next_sample:
            return
        self._next_sample = (np.floor(time / self._step + 1e-3) + 1) * self._step
        self._sample(time, planes, view, begins)

    def _sample(self, time: float, planes: Planes, view: View, begins: bool) -> None:
        gray = planes.gray()
        shows = informative.is_informative(gray)
        self.party.frame(
            Frame(
                time=time,
                gray=gray,
                colour=planes.colour(gray) if self.party.sees_colour else _NO_COLOUR,
                index=self._index,
                first_of_shot=begins,
                informative=shows,
            )
        )
        self._index += 1
        if self._pages is not None:
            self._pages.add(time, lambda: planes.gray(LINES))
        size = fit(planes.shape.display_width, planes.shape.display_height, self._seen.settings.keyframe_side)
        self._keyframes.add(
            time=time,
            gray=gray,
            view=view,
            first_of_shot=begins,
            informative=shows,
            make=lambda: planes.picture(*size, gray=gray),
        )

    def finish(self) -> None:
        """Collect shots, keyframes, fingerprints and measures."""
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
        done, data = cv2.imencode(".jpg", candidate.picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not done:
            raise RuntimeError("a keyframe could not be written as JPEG")
        (out / path).write_bytes(data.tobytes())
        bits, quality = pdq.of(candidate.shrunk)
        written.append(
            Keyframe(
                time=round(candidate.time, 3),
                shot=shot,
                path=path,
                width=candidate.picture.shape[1],
                height=candidate.picture.shape[0],
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
