"""Opens a clip and yields its pictures and sound in one pass. Rule: believe nothing that a container states.

FFmpeg is only given a path, one demuxer (that of the magic bytes) and the `file` protocol; nothing is decoded while
opening (`skip_frame`), so that a picture of 16,000 x 16,000 pixels is refused for 40 MB instead of 620 MB; stated
frame counts and rates are never used to allocate or to loop; side data is never touched (PyAV 18 crashes on some).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import av.container
import av.error
import av.stream
import numpy as np
import numpy.typing as npt

from verify.errors import LimitError, UnreadableMediaError
from verify.media.clock import Clock
from verify.media.pictures import Planes, Shape, quarter_turns, sane_aspect
from verify.media.skimming import Skim
from verify.media.sniff import Kind
from verify.media.sound import SOUND_RATE, Ears
from verify.media.streams import stream_record
from verify.records.media import Problem, Stream
from verify.settings import Settings

# Seconds to find the streams: real files take under one; an index of two gigabytes of zeros takes minutes (measured).
OPENING = 60.0
_BAD_PACKETS = 200  # packets in a row that give nothing: the rest of the stream is given up (8 s of a 25 fps clip)
# Packets that are decoded in one go, where only a few pictures are looked at: what looks at them finds the processor's
# caches full of pictures otherwise, and takes two to four times as long (docs/benchmarks.md).
TOGETHER = 32
_BURST = 1024 * 1024  # bytes of packets


@dataclass(kw_only=True, slots=True)  # not frozen: one is made for every frame, and freezing triples its cost
class Picture:
    """One decoded frame: seconds from the first frame shown, its number, and how it lies in memory."""

    time: float
    number: int
    frame: Any  # av.VideoFrame
    shape: Shape

    @property
    def planes(self) -> Planes:
        """Return its planes: views of the decoder's memory, made only for frames that are looked at."""
        return Planes.of(self.frame, self.shape)


@dataclass(frozen=True, kw_only=True, slots=True)
class SoundBlock:
    """A stretch of mono sound, -1..1, at SOUND_RATE; `time` is seconds from the first frame shown."""

    time: float
    samples: npt.NDArray[np.float32]


@dataclass(kw_only=True)
class Clip:
    """An open clip. `run` decodes it once; afterwards the other attributes say what was found."""

    container: Any  # av.container.InputContainer
    kind: Kind
    settings: Settings
    name: str
    problems: list[Problem] = field(default_factory=list)
    frames: int = 0
    end: float = 0.0  # seconds, of the last picture
    sound_seconds: float = 0.0
    sound_start: float | None = None
    shape: Shape | None = None
    first_shape: Shape | None = None
    pixel_format: str = ""
    _clock: Clock = field(init=False)
    _failures: dict[int, int] = field(default_factory=dict)
    _skim: Skim | None = None

    def __post_init__(self) -> None:
        self._clock = Clock()

    @property
    def video(self) -> Any:  # noqa: ANN401 - av.VideoStream or None
        """The stream whose pictures are looked at: the largest one that is no cover picture, or None."""
        found = [s for s in self.container.streams.video if s.codec_context is not None and not _is_cover(s)]
        return max(found, key=lambda s: (s.codec_context.width * s.codec_context.height, -s.index), default=None)

    @property
    def sound(self) -> Any:  # noqa: ANN401 - av.AudioStream or None
        """The stream that is listened to: the first one a decoder exists for, or None."""
        return next((s for s in self.container.streams.audio if s.codec_context is not None), None)

    @property
    def usual_step(self) -> float:
        """Seconds between the last pictures: how long the last one is shown."""
        return self._clock.step

    @property
    def stated_duration(self) -> float | None:
        """Seconds the container states, or None when it states none or a negative one."""
        stated = self.container.duration
        return stated / av.time_base if stated and stated > 0 else None

    def run(self, *, sound: bool = True, first_of: float | None = None) -> Iterator[Picture | SoundBlock]:
        """Yield pictures and sound as they are decoded.

        With `first_of` (seconds), only the first picture of each such span is sure to come; others are left out
        where they need not be decoded. What cannot be decoded becomes a Problem. Raises LimitError for a picture
        size beyond the settings, and with `first_of` Astray, for a clip that has to be decoded whole.
        """
        video, audio = self.video, self.sound if sound else None
        wanted = [s for s in (video, audio) if s is not None]
        if not wanted:
            return
        self._prepare(video, wanted)
        ears = Ears()
        self._skim = Skim(video, first_of) if video is not None and first_of else None
        heard: list[Any] = []  # packets of sound that wait
        for packets in self._bursts(wanted):
            decoded: list[Any] = []
            for packet in packets:
                if packet.stream is video:
                    decoded += self._shown(packet)
                else:
                    heard.append(packet)
            for frame in decoded:
                picture = self._picture(frame, video)
                if picture is None:
                    yield from self._listen(ears, heard)
                    return
                yield picture
            if len(heard) >= self._together() or self._clock.origin is None:
                yield from self._listen(ears, heard)
        yield from self._listen(ears, heard)
        yield from self._heard(ears.finish())
        if self._skim is not None:
            self.end, self._clock.step = self._skim.ends_at(self.end, self._clock.step)

    def _prepare(self, video: Any, wanted: list[Any]) -> None:  # noqa: ANN401 - PyAV
        if video is not None:
            self._check_size(video.codec_context.width, video.codec_context.height)
            video.codec_context.options = {"max_pixels": str(self.settings.max_pixels)}
        for stream in wanted:
            stream.codec_context.thread_count = 1

    def _together(self) -> int:
        """Return how many packets are decoded in one go: one each, unless some pictures may be left out."""
        if self._skim is None or self.shape is None or self._clock.origin is None:
            return 1
        return min(TOGETHER, self.shape.few)

    def _bursts(self, wanted: list[Any]) -> Iterator[list[Any]]:
        """Yield the packets of the file in order, some at a time."""
        burst: list[Any] = []
        size, error = 0, None
        try:
            for packet in self.container.demux(wanted):
                burst.append(packet)
                size += packet.size
                if size > _BURST or len(burst) >= self._together():
                    yield burst
                    burst, size = [], 0
        except (av.error.FFmpegError, ValueError, OSError) as raised:
            error = raised
        if burst:
            yield burst
        if error is not None:
            self._note("container", f"The file ends early or is damaged: {_reason(error)}.")

    def _shown(self, packet: Any) -> Iterator[Any]:  # noqa: ANN401 - av.Packet
        if self._skim is not None:
            self._skim.take(packet, self._clock.origin)
        return self._decoded(packet)

    def _listen(self, ears: Ears, packets: list[Any]) -> Iterator[SoundBlock]:
        """Yield the sound of the packets that waited, which are none then."""
        for packet in packets:
            for frame in self._decoded(packet):
                yield from self._heard(ears.take(frame))
        packets.clear()

    def _decoded(self, packet: Any) -> Iterator[Any]:  # noqa: ANN401 - PyAV
        index = packet.stream.index
        if self._failures.get(index, 0) >= _BAD_PACKETS:
            return
        try:
            frames = packet.decode()
        except MemoryError:
            raise LimitError(f"A picture of {self.name} needs more memory than allowed.") from None
        except (av.error.FFmpegError, ValueError, OSError) as error:
            if isinstance(error, av.error.EOFError):
                return
            self._failures[index] = self._failures.get(index, 0) + 1
            self._note(f"stream {index}", f"Parts of the {packet.stream.type} cannot be decoded: {_reason(error)}.")
            if self._failures[index] == _BAD_PACKETS:
                self._note(f"stream {index}", f"The rest of the {packet.stream.type} was given up.")
            return
        if frames:
            self._failures[index] = 0
        yield from frames

    def _picture(self, frame: Any, stream: Any) -> Picture | None:  # noqa: ANN401 - PyAV
        """Return the frame with its time, or None when the clip is longer than the settings allow."""
        shape = self.shape
        if shape is None or not shape.fits(frame):
            shape = self._take_shape(frame, stream)
        time, note = self._clock.time(frame)
        if note:
            self._note("times", note)
        if time > self.settings.max_duration:
            self._note("length", f"Only the first {self.settings.max_duration:.0f} seconds were examined.")
            return None
        if self._skim is not None:
            self._skim.saw(time, whole=not frame.is_corrupt)
        number, self.frames, self.end = self.frames, self.frames + 1, time
        return Picture(time=time, number=number, frame=frame, shape=shape)

    def _take_shape(self, frame: Any, stream: Any) -> Shape:  # noqa: ANN401 - PyAV
        self._check_size(frame.width, frame.height)
        aspect = stream.codec_context.sample_aspect_ratio or stream.sample_aspect_ratio
        shape = Shape.of(frame, sane_aspect(aspect), quarter_turns(frame.rotation))
        if self.first_shape is None:
            self.first_shape, self.pixel_format = shape, frame.format.name
        elif (shape.width, shape.height) != (self.first_shape.width, self.first_shape.height):
            self._note("picture", f"The picture size changes inside the clip, to {shape.width} x {shape.height}.")
        self.shape = shape
        return shape

    def _heard(self, blocks: Iterator[tuple[float | None, npt.NDArray[np.float32]]]) -> Iterator[SoundBlock]:
        origin = self._clock.origin
        for stated, samples in blocks:
            if self.sound_start is None:
                self.sound_start = (stated - origin) if stated is not None and origin is not None else 0.0
            if self.sound_seconds > self.settings.max_duration:
                return
            yield SoundBlock(time=self.sound_start + self.sound_seconds, samples=samples)
            self.sound_seconds += len(samples) / SOUND_RATE

    def _check_size(self, width: int, height: int) -> None:
        if max(width, height) > self.settings.max_side or width * height > self.settings.max_pixels:
            raise LimitError(
                f"The pictures of {self.name} are {width} x {height} pixels, more than is examined.",
                "Raise max_side and max_pixels in the settings if that is really its size.",
            )

    def _note(self, part: str, reason: str) -> None:
        problem = Problem(part=part, reason=reason)
        if problem not in self.problems and len(self.problems) < 50:
            self.problems.append(problem)
            if self._skim is not None and part != "length":
                self._skim.stop()

    def streams(self) -> tuple[Stream, ...]:
        """Return what the container's streams are; call after `run`, when the picture format is known."""
        video, shape = self.video, self.first_shape
        return tuple(stream_record(s, shape if s is video else None, self.pixel_format) for s in self.container.streams)


@contextlib.contextmanager
def opened(path: Path, kind: Kind, settings: Settings, name: str) -> Iterator[Clip]:
    """Open the clip at `path`, of the sniffed `kind`.

    Raises UnreadableMediaError when FFmpeg cannot open it as that kind.
    """
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": kind.demuxer,
        "max_pixels": str(settings.max_pixels),
        "skip_frame": "all",
    }
    try:
        container = av.open(str(path), metadata_errors="replace", options=options, timeout=(OPENING, None))
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise UnreadableMediaError(
            f"{name} looks like {kind.words} and cannot be opened: {_reason(error)}.",
            "It is damaged or incomplete: save or download it again.",
        ) from error
    try:
        yield Clip(container=container, kind=kind, settings=settings, name=name)
    finally:
        container.close()


def _is_cover(stream: Any) -> bool:  # noqa: ANN401 - av.VideoStream
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _reason(error: Exception) -> str:
    if isinstance(error, av.error.FFmpegError):
        return str(error.strerror or error)
    return str(error) or type(error).__name__
