"""Leaves out pictures that nobody looks at and no other picture needs. Rule: what is looked at stays bit for bit.

Of a clip, one picture in each eighth of a second is looked at: the first one shown. Whether a picture is the first
of its eighth is told by the times in the packets, before anything is decoded; H.264 says of each picture whether
others refer to it (nal_ref_idc 0: none do; ITU-T H.264, 7.4.1), and so does HEVC, of pictures of the same temporal
layer (ITU-T H.265, 7.4.2.2: even types below 16): HEVC in more than one layer is decoded whole. A picture that is
neither is not decoded: a quarter to a half of usual clips. The decoders of VP9 and AV1 know no such mark. Where a
clip turns out to be odd, `Astray` says so, and it is decoded again, whole.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

CODECS = {"h264", "hevc"}
_NEAR = 2e-3  # seconds: a time this near to where an eighth begins or ends is not relied on
_JUMP = 1.0  # seconds between two packets: more is a clock that starts again, or a gap
_SETTLED = 12  # packets until the decoder knows how far pictures are out of order; it drops some while it learns
_SLOTS = 64  # eighths remembered: eight seconds, far more than any order of decoding spans


class Astray(Exception):  # noqa: N818 - not an error: the clip is decoded again, whole
    """Pictures were left out of a clip in which the order of pictures cannot be relied on."""


class Skim:
    """Tells, packet by packet, whether its picture may be left out; sees all packets of one video stream.

    `step` is the length in seconds of the spans of which only the first picture is looked at.
    """

    def __init__(self, stream: Any, step: float) -> None:  # noqa: ANN401 - av.VideoStream
        self._context = stream.codec_context
        self._step = step
        base = stream.time_base or Fraction(0)  # its parts: a Fraction for each packet would cost more than the rest
        self._numerator, self._denominator = base.numerator, base.denominator
        self._first: dict[int, float] = {}
        self._stated: float | None = None  # of the packet before
        self._shown: float | None = None  # time of the picture before
        self._latest = (0.0, 0.0)  # the two latest times of pictures, seconds
        self._due: set[float] = set()  # times of pictures that were asked for and did not come yet
        self._packets = 0
        self._depth = -1
        self._skips = self._skipped = False
        self._prefix = _prefix_of(self._context.extradata) if self._context.name == "hevc" else 0
        self.works = self._context.name in CODECS and self._prefix is not None

    def take(self, packet: Any, origin: float | None) -> None:  # noqa: ANN401 - av.Packet
        """Look at the next packet, and tell the decoder whether its picture may be left out.

        `origin` is the second that the clip's time is counted from, None until a picture came out. Raises Astray.
        """
        if not self.works or not packet.size:
            return
        pts = packet.pts
        if pts is None or not self._numerator or (self._prefix and not _in_lowest_layer(packet, self._prefix)):
            self.stop()
            return
        stated = pts * self._numerator / self._denominator
        if self._stated is not None and abs(stated - self._stated) > _JUMP:
            self.stop()
            return
        self._stated = stated
        self._packets += 1
        depth = self._context.reorder_depth
        if depth != self._depth and self._skipped:
            self.stop()
            return
        self._depth = depth
        if origin is not None and not packet.is_discard:
            time = stated - origin
            needed = self._is_first(time) or self._packets <= _SETTLED
            self._set(not needed)
            if needed:
                self._due.add(round(time, 4))

    def saw(self, time: float, *, whole: bool) -> None:
        """Take the time of a picture that came out, and whether the decoder found no fault in it. Raises Astray."""
        if not whole or (self._shown is not None and time <= self._shown):
            self.stop()
        self._shown = time
        self._due.discard(round(time, 4))

    def stop(self) -> None:
        """Leave out nothing from here on. Raises Astray when something may have been left out before."""
        if self.works:
            self.works = False
            self._set(False)
            if self._skipped:
                raise Astray

    def ends_at(self, end: float, step: float) -> tuple[float, float]:
        """Return the time of the last picture and the seconds it is shown, of all pictures; given those decoded.

        Raises Astray when a picture that was not left out never came.
        """
        before, last = self._latest
        if not self._skipped:
            return end, step
        if self._due:
            self.stop()
        return max(last, end), last - before if 0 < last - before < 1 else step

    def _is_first(self, time: float) -> bool:
        """Return whether a picture at `time` may be the first of its span that is shown."""
        before, last = self._latest
        if time > last:
            self._latest = last, time
        elif before < time < last:
            self._latest = time, last
        span = int(time // self._step)
        first = self._first.get(span)
        if time >= span * self._step + _NEAR and (first is None or time < first):
            self._first[span] = time
            while len(self._first) > _SLOTS:
                del self._first[next(iter(self._first))]
        return first is None or first >= time or time > (span + 1) * self._step - _NEAR

    def _set(self, skip: bool) -> None:
        if skip != self._skips:
            self._skips = skip
            self._skipped = self._skipped or skip
            self._context.skip_frame = "NONREF" if skip else "DEFAULT"


def _prefix_of(extradata: bytes | None) -> int | None:
    """Return how many bytes say the length of each HEVC unit (ISO/IEC 14496-15, 8.3.3), None where there are none."""
    return (extradata[21] & 3) + 1 if extradata and len(extradata) > 22 and extradata[0] == 1 else None


def _in_lowest_layer(packet: Any, prefix: int) -> bool:  # noqa: ANN401 - av.Packet
    """Return whether every HEVC unit of the packet can be read and is of the lowest temporal layer."""
    data = memoryview(packet)
    at = 0
    while at + prefix + 2 <= len(data):
        if data[at + prefix + 1] & 7 != 1:  # nuh_temporal_id_plus1, ITU-T H.265, 7.3.1.2
            return False
        at += prefix + int.from_bytes(data[at : at + prefix], "big")
    return at == len(data)
