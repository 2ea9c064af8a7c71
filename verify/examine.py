"""What the worker's child does with one file: sniff, read tags, decode once, feed all that look and listen.

Rule: one file, one decode, bounded memory; what fails inside one reader, descriptor or measure becomes a Problem and
costs only that part. Runs in the limited child of `verify/worker.py`, never in the process of the run. (Longer than
other files: the order of one pass is easier to follow in one piece.)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import av
import av.logging
import cv2
import msgspec
import numpy as np

from verify import catalog, descriptors, measures, readers, rehearsal
from verify.audience import Audience, words
from verify.descriptors import dhash, pdq, phash
from verify.descriptors.base import (
    SAMPLE_LINES,
    SAMPLE_STEP,
    TINY_HEIGHT,
    TINY_STEP,
    TINY_WIDTH,
    ClipInfo,
    Descriptor,
    Frame,
)
from verify.descriptors.learned import vectors
from verify.errors import FirstseenError, UnreadableMediaError
from verify.measures.base import Measure
from verify.media import frames, informative, still
from verify.media.keyframes import Candidate, Keyframes
from verify.media.pictures import COLOUR_HEIGHT, COLOUR_WIDTH, Planes, fit, shrink, within
from verify.media.shots import Cuts, View
from verify.media.skimming import Astray
from verify.media.sniff import Kind, sniff
from verify.readers.base import Reader
from verify.records import fingerprints
from verify.records.fingerprints import Fingerprint
from verify.records.media import Curve, Examination, Keyframe, Problem, Scope, Shot, Sound, Stream, Tag
from verify.settings import Settings

FINGERPRINTS = "fingerprints.npz"
KEYFRAMES = "keyframes"
JPEG_QUALITY = 88
_NO_COLOUR = np.zeros((0, 0, 3), np.uint8)
LEAST_SAMPLES = 8  # a clip of two seconds still gives this many frames to compare
_DISTRIBUTIONS = ("av", "opencv-python-headless", "numpy", "imagehash", "pillow", "exifread", "pillow-heif")


def warm_up() -> None:
    """Import and use once everything a child needs, so that each fork finds it in memory.

    What libraries set up on first use (tables of decoders and filters, plans, work space) is then there for every
    child; what that saves one was too little to measure beside the fork itself.
    """
    cv2.setNumThreads(1)
    av.logging.set_level(None)
    _rooms()
    _versions()
    rehearsal.rehearse(_rooms().members)


def nothing(*, out: Path) -> str:
    """Do nothing in a child: to start the nursery ahead of time, and to measure what a child costs."""
    return str(out)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rooms:
    """What the three rooms offer. One set of instances is enough: a process examines one clip at a time."""

    readers: tuple[Reader, ...]
    members: tuple[Descriptor | Measure, ...]
    problems: tuple[Problem, ...]


@lru_cache(maxsize=1)
def _rooms() -> _Rooms:
    reading = catalog.offer(readers, Reader)
    describing = catalog.offer(descriptors, Descriptor)
    measuring = catalog.offer(measures, Measure)
    missing = [*reading.missing, *describing.missing, *measuring.missing]
    return _Rooms(
        readers=reading.found,
        members=(*describing.found, *measuring.found),
        problems=tuple(
            Problem(part=m.module.rpartition(".")[2], reason=f"Not installed: {m.reason}.") for m in missing
        ),
    )


def work(*, out: Path, path: str, name: str, sha256: str, settings: dict[str, Any], scope: Scope = "all") -> Any:  # noqa: ANN401 - JSON
    """Do what `Workers.examine` asks: JSON values in and out."""
    found = examine(Path(path), out, msgspec.convert(settings, Settings), name=name, sha256=sha256, scope=scope)
    return msgspec.to_builtins(found)


def examine(
    path: Path, out: Path, settings: Settings, name: str = "", sha256: str = "", scope: Scope = "all"
) -> Examination:
    """Return all that is seen in the file at `path`; keyframes and fingerprints are written under `out`.

    With the scope `copies`, only what finding copies needs is looked at: no tags are read, nothing is measured, one
    keyframe is kept, and pictures that nobody looks at are not decoded. The fingerprints are the same in both.
    Raises UnreadableMediaError for what is no media, holds neither picture nor sound, or does not hash to `sha256`
    (when given), and LimitError for what is larger than the settings allow.
    """
    cv2.setNumThreads(1)
    called = name or path.name
    kind = sniff(path, called)
    digest = _hash(path)
    if sha256 and digest != sha256:
        raise UnreadableMediaError(
            f"{called} is not the file that was preserved: its bytes hash to {digest[:12]}…, not {sha256[:12]}….",
            "Run `firstseen audit` on the case.",
        )
    seen = _Seen(out=out, settings=settings, scope=scope, problems=list(_rooms().problems))
    if scope == "all":
        _read_tags(path, kind, seen)
    if kind.family == "still":
        _look_at_still(path, kind, settings, called, seen)
    else:
        _watch(path, kind, settings, called, seen)
    fingerprints.save(out / FINGERPRINTS, seen.fingerprints)
    return Examination(
        sha256=digest,
        container=kind.container,
        duration=seen.duration,
        streams=seen.streams,
        tags=tuple(seen.tags),
        shots=seen.shots,
        keyframes=seen.keyframes,
        curves=tuple(seen.curves),
        sound=seen.sound,
        frames_decoded=seen.frames,
        problems=tuple(seen.problems),
        versions=dict(_versions()),
        settings={"sample_step": SAMPLE_STEP, "tiny_step": TINY_STEP, **msgspec.to_builtins(settings)},
        extra=seen.extra,
        scope=scope,
    )


@dataclass(kw_only=True)
class _Seen:
    """What has been found so far."""

    out: Path
    settings: Settings
    scope: Scope
    duration: float | None = None
    frames: int = 0
    streams: tuple[Stream, ...] = ()
    shots: tuple[Shot, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()
    sound: Sound | None = None
    tags: list[Tag] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fingerprints: list[Fingerprint] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def members(self) -> tuple[Descriptor | Measure, ...]:
        """Who looks and listens."""
        offered = (m for m in _rooms().members if self.scope == "all" or isinstance(m, Descriptor))
        return (*offered, *vectors.wanted(self.settings))

    @property
    def keyframes_wanted(self) -> int:
        """How many keyframes are kept."""
        return self.settings.max_keyframes if self.scope == "all" else 1

    def take(self, audience: Audience) -> None:
        """Take over what descriptors and measures found."""
        self.fingerprints += audience.fingerprints
        self.curves += audience.curves
        self.problems += audience.problems
        self.sound = audience.sound
        self.extra |= audience.extra


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_tags(path: Path, kind: Kind, seen: _Seen) -> None:
    for reader in _rooms().readers:
        try:
            if not reader.handles(kind.container):
                continue
            reading = reader.read(path, kind.container)
        except (FirstseenError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - hostile bytes raise anything in a parser; the rest is still read
            seen.problems.append(Problem(part=reader.name, reason=f"Stopped on this file: {words(error)}."))
            continue
        seen.tags += reading.tags
        seen.problems += reading.problems
        if reading.extra:
            seen.extra[reader.name] = reading.extra


def _look_at_still(path: Path, kind: Kind, settings: Settings, name: str, seen: _Seen) -> None:
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


def _watch(path: Path, kind: Kind, settings: Settings, name: str, seen: _Seen) -> None:
    if seen.scope == "copies":
        try:
            _decode(path, kind, settings, name, seen, first_of=TINY_STEP)
        except Astray:
            pass
        else:
            return
    _decode(path, kind, settings, name, seen)


def _decode(
    path: Path, kind: Kind, settings: Settings, name: str, seen: _Seen, *, first_of: float | None = None
) -> None:
    with frames.opened(path, kind, settings, name) as clip:
        eye = _Eye(clip, seen)
        for thing in clip.run(sound=eye.party.listens, first_of=first_of):
            if isinstance(thing, frames.Picture):
                eye.picture(thing)
            else:
                eye.party.hear(thing)
        seen.frames = clip.frames
        seen.problems += clip.problems
        seen.streams = clip.streams()
        if clip.frames == 0 and clip.sound_seconds == 0:
            why = f": {clip.problems[0].reason}" if clip.problems else "."
            raise UnreadableMediaError(
                f"{name} is {kind.words}, and no picture or sound in it could be decoded{why}",
                "It is damaged, encrypted or holds no video: save or download it again.",
            )
        eye.finish()
        _check_length(clip, seen)


def _check_length(clip: frames.Clip, seen: _Seen) -> None:
    """Set the duration from what was decoded, and say when the file promised more."""
    shown = clip.end + clip.usual_step if clip.frames else 0.0
    heard = (clip.sound_start or 0.0) + clip.sound_seconds
    seen.duration = round(max(shown, heard), 3)
    stated = clip.stated_duration
    # Half a second and a tenth: containers round, and sound is often a frame longer than the picture.
    if stated is not None and seen.duration < stated * 0.9 - 0.5:
        seen.problems.append(
            Problem(
                part="length",
                reason=f"The file states {stated:.1f} seconds and {seen.duration:.1f} could be decoded: it ends early.",
            )
        )


class _Eye:
    """Chooses the frames that are looked at, and keeps shots and keyframes."""

    def __init__(self, clip: frames.Clip, seen: _Seen) -> None:
        self._clip, self._seen = clip, seen
        stated = clip.stated_duration
        video = clip.video
        width = video.codec_context.width if video is not None else 0
        height = video.codec_context.height if video is not None else 0
        self.party = Audience(ClipInfo(width=width, height=height, duration=stated), seen.members)
        self._step = min(SAMPLE_STEP, max(stated / LEAST_SAMPLES, TINY_STEP)) if stated else SAMPLE_STEP
        self._cuts = Cuts()
        self._keyframes = Keyframes(seen.keyframes_wanted)
        self._next_tiny = self._next_sample = 0.0
        self._index = 0

    def picture(self, picture: frames.Picture) -> None:
        """Take the next decoded frame; most are only counted."""
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


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    found = {}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    found |= {name: ".".join(map(str, version)) for name, version in av.library_versions.items()}
    for reader in _rooms().readers:
        if reader.version():
            found[f"reader {reader.name}"] = reader.version()
    return found
