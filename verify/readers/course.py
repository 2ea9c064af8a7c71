"""Reads the course of a film's packets: their times, key pictures and parameters. Rule: bounded, nothing is decoded.

What it finds are places at which the file's own order breaks: a clock set anew, sound that overlaps itself, a key
picture out of turn, other parameters of the encoder. One of them may have many causes; verify/checks/course.py says so.
The pieces of MP4 files are found in their tables (verify/readers/isobmff/pieces.py), which give exact bytes.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import av
import av.error
import numpy as np

from verify.readers import rhythm, transport, units
from verify.readers.base import Reader, Reading
from verify.readers.boxes import CONTAINERS
from verify.readers.collect import Collector
from verify.readers.isobmff.samples import timecode
from verify.readers.isobmff.walk import Bytes
from verify.readers.streams import OPENING, demuxer

_MOST_PACKETS = 400_000  # of all tracks: an hour and a half at 25 pictures and 47 packets of sound a second
_MOST_KEYS = 4000
_MOST_TIMECODES = 4000
_BACK = 0.5  # seconds by which the time of decoding must run back to be a clock that starts again
_MOST_TOLD = 20
_NEAR = 0.3  # seconds in which broken counters of several tracks are one break
_UNTIMED = frozenset({"avi", "mpegps"})  # their packets of sound carry no times of their own, or few
_CODECS = frozenset({"h264", "hevc"})
_MPEG = frozenset({"mpeg1video", "mpeg2video"})


class Course(Reader):
    """Reads the packets of the largest picture track, the first sound track and a timecode track."""

    name: ClassVar[str] = "course"

    def handles(self, container: str) -> bool:
        """Return whether `container` holds packets with times."""
        return bool(demuxer(container)) and container not in {"wav", "mp3", "flac", "aiff", "caf", "m4a"}

    def read(self, path: Path, container: str) -> Reading:
        """Return restarts of the encoder as tags, and all else in `extra`."""
        out = Collector(self.name)
        options = {"protocol_whitelist": "file", "format_whitelist": demuxer(container)}
        extra: dict[str, Any] = {}
        try:
            with av.open(
                str(path.absolute()), options=options, metadata_errors="replace", timeout=(OPENING, None)
            ) as opened:
                seen = _Seen(container=container)
                _take_all(opened, seen)
                extra = _told(seen, out)
            if container == "mpegts" and extra:
                with path.open("rb") as file:
                    extra["counters"] = _counters(transport.breaks(Bytes(file, path.stat().st_size), out), seen)
        except (av.error.FFmpegError, ValueError, OSError, OverflowError) as error:
            out.problem(f"the packets cannot be read: {getattr(error, 'strerror', None) or str(error)[:200]}")
        return Reading(tags=out.tags, problems=out.problems, extra=extra)


@dataclass(kw_only=True, slots=True)
class _Clock:
    """Carries times on where they begin again, and keeps where they did: (second on this clock, from, to)."""

    shift: float = 0.0
    last: float | None = None
    step: float = 0.04
    back: list[tuple[float, float, float]] = field(default_factory=list)

    def take(self, stated: float) -> None:
        """Take the time at which the next packet is decoded, as stated."""
        if self.last is not None:
            if stated < self.last - _BACK:
                self.shift += self.last + self.step - stated
                self.back.append((stated + self.shift, self.last, stated))
            elif stated > self.last:
                self.step = min(stated - self.last, 1.0)
        self.last = stated


@dataclass(kw_only=True, slots=True)
class _Key:
    """One key picture: number among the pictures, second, byte, and what its encoder states."""

    number: int
    second: float
    offset: int | None
    parameters: bytes
    settings: str


@dataclass(kw_only=True, slots=True)
class _Seen:
    """What was gathered from the packets."""

    container: str
    codec: str = ""
    coded: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    pictures: list[float] = field(default_factory=list)
    sound: list[float] = field(default_factory=list)
    picture_clock: _Clock = field(default_factory=lambda: _Clock())
    sound_clock: _Clock = field(default_factory=lambda: _Clock())
    keys: list[_Key] = field(default_factory=list)
    groups: list[tuple[float, units.GroupTime]] = field(default_factory=list)  # of MPEG-1 and -2
    bytes: list[tuple[int, float]] = field(default_factory=list)  # of transport streams: byte and second of packets
    counted: list[tuple[float, int]] = field(default_factory=list)  # second and number in a timecode track
    drop: bool = False
    count: int = 0
    whole: bool = True


def _take_all(opened: Any, seen: _Seen) -> None:  # noqa: ANN401 - PyAV types its containers loosely
    shown = [s for s in opened.streams.video if s.codec_context is not None]
    if not shown:
        return
    video = max(shown, key=lambda s: (s.codec_context.width * s.codec_context.height, -s.index))
    sound = next((s for s in opened.streams.audio if s.codec_context is not None), None)
    code = next((s for s in opened.streams.data if s.metadata.get("timecode")), None)
    seen.codec, seen.drop = video.codec_context.name, bool(code and ";" in code.metadata["timecode"])
    try:
        for number, packet in enumerate(opened.demux([s for s in (video, sound, code) if s is not None])):
            if number >= _MOST_PACKETS:
                seen.whole = False
                return
            if packet.dts is None and packet.pts is None:
                continue
            if packet.stream is video:
                _picture(packet, seen)
            elif packet.stream is sound:
                seen.sound.append(_second(packet, seen.sound_clock))
                _place(packet, seen.sound[-1], seen)
            elif packet.size == 4 and len(seen.counted) < _MOST_TIMECODES:
                seen.counted.append((_second(packet, None), int.from_bytes(bytes(packet), "big")))
    except av.error.FFmpegError:  # a file that ends early: what came before it is there
        seen.whole = False


def _second(packet: Any, clock: _Clock | None) -> float:  # noqa: ANN401 - av.Packet
    """Return when a packet is shown, on a clock that never begins again."""
    base = packet.time_base
    shown = packet.pts if packet.pts is not None else packet.dts
    if clock is None:
        return float(shown * base)
    clock.take(float((packet.dts if packet.dts is not None else shown) * base))
    return float(shown * base) + clock.shift


def _picture(packet: Any, seen: _Seen) -> None:  # noqa: ANN401 - av.Packet
    seen.count += 1
    seen.coded.update(memoryview(packet))
    if packet.is_discard:
        return
    second = _second(packet, seen.picture_clock)
    seen.pictures.append(second)
    _place(packet, second, seen)
    if packet.is_keyframe and len(seen.keys) < _MOST_KEYS:
        _key(packet, second, seen)


def _place(packet: Any, second: float, seen: _Seen) -> None:  # noqa: ANN401 - av.Packet
    if seen.container == "mpegts" and packet.pos is not None and packet.pos >= 0:
        seen.bytes.append((packet.pos, second))


def _key(packet: Any, second: float, seen: _Seen) -> None:  # noqa: ANN401 - av.Packet
    number = seen.count - 1
    wanted = seen.codec in _CODECS | _MPEG or seen.codec == "mpeg4"
    raw = bytes(packet)[: units.HEAD] if wanted else b""
    seen.keys.append(
        _Key(
            number=number,
            second=second,
            offset=packet.pos if packet.pos is not None and packet.pos >= 0 else None,
            parameters=units.parameters(raw, seen.codec) if seen.codec in _CODECS else b"",
            settings="" if seen.container in CONTAINERS else units.settings(raw),
        )
    )
    code = units.group_timecode(raw) if seen.codec in _MPEG else None
    if code is not None:
        seen.groups.append((second, code))


def _told(seen: _Seen, out: Collector) -> dict[str, Any]:
    if not seen.pictures:
        return {}
    times = np.sort(np.array(seen.pictures))
    origin = float(times[0])
    _restarts(seen, origin, out)
    if seen.whole:
        out.add(
            "coded pictures", seen.coded.hexdigest(), "picture track", note=f"{seen.count} pictures, in their order"
        )
    sound = np.array(seen.sound)
    usual, steps = rhythm.odd_steps(times)
    gaps = rhythm.gaps(steps) if usual else rhythm.pauses(times)
    beat, odd_sound = rhythm.odd_steps(sound)
    every, broken = rhythm.broken_groups(np.array([k.number for k in seen.keys]), seen.count)
    at = {k.number: k.second for k in seen.keys}
    found: dict[str, Any] = {
        "pictures": seen.count,
        "whole": seen.whole,
        "step": round(usual, 5),
        "sound_step": round(beat, 5),
        "gaps": [_gap(s, origin, sound) for s in gaps],
        "clock_set_anew": [_break(s, origin, usual) for s in rhythm.set_anew(usual, steps)] if usual else [],
        "sound_breaks": [] if seen.container in _UNTIMED else [_break(s, origin, beat) for s in odd_sound],
        "timecode_jumps": _jumps(seen, usual or float(np.median(np.diff(times))) if len(times) > 1 else 0.0, origin),
        "clock_runs_back": _back(seen.picture_clock, origin),
        "key_every": every,
        "keys_out_of_turn": [
            {"second": round(at.get(n, origin) - origin, 3), "picture": n, "after": length} for n, length in broken
        ],
    }
    return found


def _jumps(seen: _Seen, step: float, origin: float) -> list[dict[str, Any]]:
    """Return where a timecode track, or the timecodes of groups of pictures, do not run on with the clip."""
    if step <= 0:
        return []
    rate = min(1000, max(1, round(1 / step)))
    if seen.counted:
        codes = [(at, number * step, timecode(number, rate, seen.drop)) for at, number in seen.counted]
    else:
        codes = [(at, code.seconds(rate), str(code)) for at, code in seen.groups]
    return [
        {"second": round(codes[i + 1][0] - origin, 3), "before": codes[i][2], "after": codes[i + 1][2]}
        for i in rhythm.jumps([c[0] for c in codes], [c[1] for c in codes])
    ]


def _counters(breaks: list[dict[str, Any]], seen: _Seen) -> list[dict[str, Any]]:
    """Return the breaks of a transport stream's counters by the second of the packet that follows each."""
    if not seen.bytes:
        return []
    places = sorted(seen.bytes)
    origin = min(seen.pictures)
    found: dict[float, list[dict[str, Any]]] = {}
    for one in breaks:
        behind = bisect_left(places, (int(one["byte"]), float("-inf")))
        second = places[min(behind, len(places) - 1)][1] - origin
        near = next((known for known in found if abs(known - second) < _NEAR), round(second, 3))
        found.setdefault(near, []).append(one)
    return [{"second": second, "packets": packets} for second, packets in found.items()]


def _gap(step: rhythm.Step, origin: float, sound: rhythm.Times) -> dict[str, Any]:
    end = step.at + step.length
    return {
        "start": round(step.at - origin, 3),
        "end": round(end - origin, 3),
        "sound_goes_on": rhythm.runs_on(sound, step.at, end),
    }


def _break(step: rhythm.Step, origin: float, beat: float) -> dict[str, Any]:
    return {"second": round(step.at - origin, 3), "step": round(step.length, 4), "usual": round(beat, 4)}


def _back(clock: _Clock, origin: float) -> list[dict[str, float]]:
    """Return where the times of decoding run back: they never do in one recording."""
    return [
        {"second": round(at - origin, 3), "from": round(before, 3), "to": round(after, 3)}
        for at, before, after in clock.back[:_MOST_TOLD]
    ]


def _restarts(seen: _Seen, origin: float, out: Collector) -> None:
    """Tell key pictures, behind the first, before which an encoder states its settings or other parameters."""
    first = next((k for k in seen.keys if k.settings), None)
    if first is not None:
        where = f"key picture {first.number + 1}"
        out.add("encoder settings", first.settings, where, first.offset, first.settings[:64].encode())
    known = {first.settings[:1000]} if first is not None else set()
    last = b""
    told = 0
    for key in seen.keys:
        note = ""
        if key is not first and key.settings and key.number:
            same = "the same" if key.settings[:1000] in known else "others"
            note = f"the settings are {same}"
            known.add(key.settings[:1000])
        if key.parameters:
            if last and key.parameters != last:
                note = note or "other parameters of the picture begin: the settings are others"
            last = key.parameters
        if note and told < _MOST_TOLD:
            told += 1
            where = f"key picture {key.number + 1}"
            raw = key.settings[:64].encode() or key.parameters[:64]
            out.add("encoder restart", f"{key.second - origin:.3f}", where, key.offset, raw, note)
