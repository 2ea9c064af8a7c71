"""What the sound does where the picture is cut: run on, or change. Rule: each is shown by itself; else nothing is said.

Sound runs on through a cut when tones go on through it with the phase that they had before: of two recordings that were
put together, tones of one pitch meet at phases that have nothing to do with each other (the phase vocoder's prediction,
Flanagan & Golden 1966). Sound changes when the levels of its bands (their 5 to 95 % ranges) before and after the cut do
not overlap. Noise that is alike on both sides shows neither.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors.base import TINY_STEP, ClipInfo, Frame
from verify.measures.base import Measure, Measured
from verify.measures.tones import Tones, aligned, peaks
from verify.media.frames import Picture
from verify.media.sound import SOUND_RATE

Samples = npt.NDArray[np.float32]
Ridges = npt.NDArray[np.float64]  # a line for each tone, a column for each spectrum; NaN where it is not heard

_MOST_CUTS = 200  # candidates that are listened to: a strobe would make thousands
_HELD = 60.0  # seconds of sound that are kept, for files whose sound lies far ahead of the picture
_AROUND = 0.65  # seconds of sound on either side of a cut
_NEAR = 0.3  # seconds of it in which tones are followed: what lies farther decides nothing
_FAINT = 0.003  # of full scale (-50 dBFS): below it there is nothing to hear
_POINTS = 8  # points across and down by which the very picture of a cut is found
_OFF = 0.06  # seconds by which the sound may be cut beside the picture: a picture, and what encoders delay sound by

# tests/bench/sound_over.py: chosen on music of three packages and half of the scenes, checked on the others.
_FORM = Tones(window=1024, hop=256, lowest=100.0, highest=3500.0, prominence=6.0, around=10)
_LINES = 0.8  # lines of the spectrum by which a tone may move from one spectrum to the next
_SIDE, _GAP = 2, _FORM.window // _FORM.hop  # spectra on either side, and those that a splice in the middle would spoil
_PHASE = 0.6  # radians by which the phase may miss what both sides predict: by chance one in five does
_LEVEL = 6.0  # dB by which a tone may be louder on one side

_BAND_WINDOW, _BANDS, _OUTER = 512, 12, 5  # samples; bands from 125 Hz to 8 kHz; percentile that ends a range


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A place where the picture may be cut: its shot's first looked-at picture, and where the sound would be cut."""

    shot: float
    time: float
    first: float
    last: float


class SoundAtCuts(Measure):
    """Listens to the sound around each place where a shot may begin."""

    name = "sound_at_cuts"

    def __init__(self) -> None:
        self._start = self._end = 0.0
        self._heard = False
        self._blocks: deque[Samples] = deque()
        self._held = 0
        self._recent: deque[tuple[float, npt.NDArray[np.uint8]]] = deque()
        self._waiting: list[Cut] = []
        self._taken = 0
        self._told: list[dict[str, Any]] = []

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self.__init__()  # type: ignore[misc]  # the same fields, empty again

    def add_each(self, picture: Picture) -> None:
        """Take every decoded picture: points of the last few are kept."""
        if not picture.shape.planar:
            return
        luma, shape = picture.planes.luma, picture.shape
        down, across = max(1, shape.height // _POINTS), max(1, shape.width // _POINTS)
        points = shape.eight_bits(luma[down // 2 :: down, across // 2 :: across]).copy()
        self._recent.append((picture.time, points))
        while self._recent[0][0] < picture.time - 2 * TINY_STEP:
            self._recent.popleft()

    def add(self, frame: Frame) -> None:
        """Take the next sampled frame; only those that may begin a shot matter."""
        if not frame.first_of_shot or frame.index == 0 or self._taken >= _MOST_CUTS:
            return
        self._taken += 1
        at = self._precise(frame.time)
        first, last = (frame.time - TINY_STEP, frame.time) if at is None else (at, at)
        time = frame.time if at is None else at
        self._waiting.append(Cut(shot=frame.time, time=time, first=first - _OFF, last=last + _OFF))
        self._listen()

    def _precise(self, time: float) -> float | None:
        """Return the second of the picture that differs most from the one before, of the last 125 ms."""
        near = [one for one in self._recent if one[0] >= time - TINY_STEP * 1.5]
        steps = [(cv2.norm(a[1], b[1], cv2.NORM_L1), b[0]) for a, b in pairwise(near) if a[1].shape == b[1].shape]
        return max(steps)[1] if steps else None

    def start_sound(self, time: float) -> None:
        """Take the second of the first sample."""
        self._start = self._end = time
        self._heard = True

    def add_sound(self, samples: Samples, rate: int) -> None:
        """Take the next stretch of mono sound."""
        self._blocks.append(samples)
        self._held += len(samples)
        self._end += len(samples) / rate
        while self._held - len(self._blocks[0]) > _HELD * SOUND_RATE:
            gone = self._blocks.popleft()
            self._held -= len(gone)
            self._start += len(gone) / SOUND_RATE
        self._listen()

    def _listen(self, over: bool = False) -> None:
        ready = [cut for cut in self._waiting if over or cut.last + _AROUND <= self._end]
        if not ready:
            return
        self._waiting = [cut for cut in self._waiting if cut not in ready]
        for cut in ready:
            piece, offset = self._between(cut.first - _AROUND, cut.last + _AROUND)
            told = at_cut(piece, cut.first - offset, cut.last - offset)
            if told is not None:
                self._told.append({"shot": round(cut.shot, 3), "time": round(cut.time, 3), **told})

    def _between(self, begin: float, end: float) -> tuple[Samples, float]:
        """Return the sound between two seconds, as far as it is held, and the second at which it begins."""
        first = max(0, round((begin - self._start) * SOUND_RATE))
        last = max(first, round((end - self._start) * SOUND_RATE))
        parts, at = [np.zeros(0, np.float32)], 0
        for block in self._blocks:
            if at < last and at + len(block) > first:
                parts.append(block[max(0, first - at) : last - at])
            at += len(block)
        return np.concatenate(parts), self._start + first / SOUND_RATE

    def end(self) -> Measured:
        """Return what was heard at each place where a shot may begin; nothing where there is none, or no sound."""
        if not self._heard:
            return Measured()
        self._listen(over=True)
        return Measured(values={"cuts": self._told} if self._told else {})


def at_cut(sound: Samples, first: float, last: float) -> dict[str, Any] | None:
    """Return what the sound does between two seconds of `sound`; None where too little of it is there, or too faint.

    `through`: tones that go on through every moment of it; `hertz`: which. `step`: mean of what lies between the
    ranges of the bands before and after, in dB; `bands`: of how many of the 12 the ranges lie 1 dB apart or more.
    """
    if first < _AROUND / 2 or len(sound) / SOUND_RATE - last < _AROUND / 2 or np.abs(sound).max(initial=0.0) < _FAINT:
        return None
    hertz = running_on(sound, first, last)
    step, bands = _step(sound, first, last)
    return {"through": len(hertz), "hertz": [round(h) for h in hertz[:4]], "step": round(step, 1), "bands": bands}


def running_on(sound: Samples, first: float, last: float) -> list[float]:
    """Return the tones (Hz) that go on unbroken, where fewest do, between two seconds of `sound`."""
    begin = max(0, round((first - _NEAR) * SOUND_RATE))
    line, phase, level = _ridges(sound[begin : round((last + _NEAR) * SOUND_RATE)])
    first, last = first - begin / SOUND_RATE, last - begin / SOUND_RATE
    turn = 2 * np.pi * _FORM.hop / _FORM.window
    predicted = turn * (line[:, 1:] + line[:, :-1]) / 2
    advance = predicted + _wrapped(phase[:, 1:] - phase[:, :-1] - predicted)
    fewest: npt.NDArray[Any] | None = None
    for at in range(_SIDE, line.shape[1] - _GAP - _SIDE):
        middle = ((at + _GAP / 2) * _FORM.hop + _FORM.window / 2) / SOUND_RATE
        if not first <= middle <= last:
            continue
        after = at + _GAP
        usual = (advance[:, at - _SIDE : at].mean(axis=1) + advance[:, after : after + _SIDE].mean(axis=1)) / 2
        off = np.abs(_wrapped(phase[:, after] - phase[:, at] - _GAP * usual))
        louder = level[:, after : after + _SIDE + 1].mean(axis=1) - level[:, at - _SIDE : at + 1].mean(axis=1)
        whole = ~np.isnan(line[:, at - _SIDE : after + _SIDE + 1]).any(axis=1)
        good = np.flatnonzero(whole & (off < _PHASE) & (np.abs(louder) < _LEVEL))
        if fewest is None or len(good) < len(fewest):
            loudest = good[np.argsort(-level[good, at])]
            fewest = line[loudest, at]
    return [_FORM.hertz(float(one)) for one in fewest] if fewest is not None else []


def _ridges(sound: Samples) -> tuple[Ridges, Ridges, Ridges]:
    """Return lines, phases and levels of the tones that last long enough to cross a splice."""
    found = peaks(sound, _FORM)
    tone = np.full(len(found.line), -1)
    count = 0
    for row in range(found.count):
        here = slice(found.rows[row], found.rows[row + 1])
        if row:
            was = slice(found.rows[row - 1], found.rows[row])
            before, after = aligned(found.line[was], found.line[here], _LINES)
            tone[here][after] = tone[was][before]
        new = np.flatnonzero(tone[here] < 0)
        tone[here][new] = count + np.arange(len(new))
        count += len(new)
    lasting = np.flatnonzero(np.bincount(tone, minlength=count) >= 2 * _SIDE + _GAP + 1)
    place = np.full(count, -1)
    place[lasting] = np.arange(len(lasting))
    rows = np.repeat(np.arange(found.count), np.diff(found.rows))
    kept = place[tone] >= 0
    at = (place[tone][kept], rows[kept])
    line, phase, level = (np.full((len(lasting), found.count), np.nan) for _ in range(3))
    line[at], phase[at], level[at] = found.line[kept], found.phase[kept], found.level[kept]
    return line, phase, level


def _wrapped(angle: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi)


def _step(sound: Samples, first: float, last: float) -> tuple[float, int]:
    frames = np.lib.stride_tricks.sliding_window_view(sound, _BAND_WINDOW)[:: _BAND_WINDOW // 2]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_BAND_WINDOW).astype(np.float32), axis=1)))
    edges = np.round(np.geomspace(4, _BAND_WINDOW // 2, _BANDS + 1)).astype(int)
    level = 10 * np.log10(np.stack([power[:, a:b].mean(axis=1) for a, b in pairwise(edges)], axis=1) + 1e-4)
    half = _BAND_WINDOW / 2 / SOUND_RATE
    times = np.arange(len(frames)) * half + half
    before, after = level[times < first - half], level[times > last + half]
    low, high = np.percentile(before, [_OUTER, 100 - _OUTER], axis=0)
    low_after, high_after = np.percentile(after, [_OUTER, 100 - _OUTER], axis=0)
    between = np.maximum(0.0, np.maximum(low_after - high, low - high_after))
    return float(between.mean()), int((between >= 1.0).sum())
