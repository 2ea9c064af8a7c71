"""Where music is heard: many steady tones that begin one after another and keep to one tuning. Rule: tones, not beats.

Voices glide, engines and alarms hold few tones, bells and animals keep to no scale. Instruments play tones that stay,
change in steps, and lie a whole number of semitones apart. Sustained tones tell music from speech and noise in
Seyerlehner et al. (Automatic music detection in television productions, DAFx 2007); how well frequencies keep to one
tuning is measured as in Dressler & Streich (Tuning frequency estimation using circular statistics, ISMIR 2007), here by
Rayleigh's test of uniformity. Drums alone, rap and music too faint to leave steady tones are not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.base import ClipInfo
from verify.measures.base import Measure, Measured
from verify.measures.tones import Tones, aligned, peaks

Samples = npt.NDArray[np.float32]
Notes = npt.NDArray[np.float64]  # rows of start, end (seconds) and pitch (semitones)

_FORM = Tones(window=4096, hop=1024, lowest=110.0, highest=3000.0, prominence=9.0, around=12)
_STEP = _FORM.hop / _FORM.rate  # seconds
_FOLLOWS = 0.16  # semitones, or 0.6 of a line of the spectrum, by which a tone may move from one row to the next
_LINES = 0.6
_LEAST_ROWS = 6  # a third of a second: the windows overlap, so that chance peaks live for three or four rows
_MOST_ROWS = 160  # ten seconds: a hum that lasts is told in pieces
_WAVERS = 0.15  # semitones (standard deviation) within which a tone is steady: voices and sirens move more

# Chosen on music of three packages, on a collection of ambient sounds and on English speech; checked on music of four
# other packages, two other collections of ambient sounds, Russian speech and real clips: tests/bench/sound_over.py.
BLOCK, _APART = 8.0, 4.0  # seconds that are judged together, and from one block to the next
LEAST_TUNED = 12.0  # Rayleigh's n R²; of the ambient sounds only a carousel's organ exceeds 10.2
_LEAST_BEGUN = 20  # tones that begin in a block: what hums all along is no music
_MOST_STRETCHES = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a block of sound holds: steady tones that begin in it, different pitches, and how well they are in tune."""

    begun: int
    pitches: int
    tuned: float  # Rayleigh's n R²; its chance under no tuning is about exp of minus this

    @property
    def music(self) -> bool:
        """Whether it is told as music."""
        return self.begun >= _LEAST_BEGUN and self.tuned >= LEAST_TUNED


class Music(Measure):
    """Follows the tones of the sound and judges them in blocks."""

    name = "music"

    def __init__(self) -> None:
        self._start = 0.0
        self._rest = np.zeros(0, np.float32)
        self._row = 0
        self._live = np.zeros((0, 5))  # of each tone: first row, rows, line, sum and sum of squares of pitches
        self._notes: list[Notes] = []
        self._begun = 0.0  # where the next block begins
        self._blocks: list[tuple[float, float, Heard]] = []

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self.__init__()  # type: ignore[misc]  # the same fields, empty again

    def start_sound(self, time: float) -> None:
        """Take the second of the first sample."""
        self._start = time

    def add_sound(self, samples: Samples, rate: int) -> None:
        """Take the next stretch of mono sound."""
        joined = np.concatenate([self._rest, samples])
        found = peaks(joined, _FORM)
        for lines in np.split(found.line, found.rows[1:-1]) if found.count else ():
            self._follow(lines)
            self._row += 1
        self._rest = joined[found.count * _FORM.hop :].copy()
        while self._row * _STEP >= self._begun + BLOCK:
            self._judge(self._begun + BLOCK)
            self._begun += _APART

    def _follow(self, lines: npt.NDArray[Any]) -> None:
        """Take the peaks of the next row: go on with the tones they belong to, end the others."""
        pitches = 12 * np.log2(lines)
        live = self._live
        before, after = aligned(live[:, 2], lines, np.maximum(_LINES, lines * (2 ** (_FOLLOWS / 12) - 1)))
        before_full = live[before, 1] >= _MOST_ROWS
        before, after = before[~before_full], after[~before_full]
        fresh = np.empty((len(lines), 5))
        fresh[:, 0], fresh[:, 1], fresh[:, 2] = self._row, 1, lines
        fresh[:, 3], fresh[:, 4] = pitches, pitches**2
        fresh[after, 0] = live[before, 0]
        fresh[after, 1] += live[before, 1]
        fresh[after, 3:] += live[before, 3:]
        ended = live[:, 1] >= _LEAST_ROWS
        ended[before] = False
        if ended.any():
            self._notes.append(_steady(live[ended]))
        self._live = fresh

    def _judge(self, end: float) -> None:
        notes = np.concatenate([*self._notes, _steady(self._live)]) if self._notes else _steady(self._live)
        self._blocks.append((self._begun, end, judged(notes, self._begun, end)))
        kept = np.concatenate(self._notes) if self._notes else notes[:0]
        self._notes = [kept[kept[:, 1] > self._begun + _APART]]

    def end(self) -> Measured:
        """Return the stretches with music, and how much of the sound was judged; nothing where there is no sound."""
        length = self._row * _STEP
        if not self._row:
            return Measured()
        if length > self._begun + BLOCK - _APART or not self._blocks:
            self._judge(length)
        found = [(a, b, heard) for a, b, heard in self._blocks if heard.music]
        best = max((heard.tuned for _, _, heard in self._blocks), default=0.0)
        values = {
            "stretches": _joined(found, self._start)[:_MOST_STRETCHES],
            "searched_seconds": round(length, 2),
            "most_tuned": round(best, 1),
        }
        return Measured(values=values)


def _steady(tones: npt.NDArray[Any]) -> Notes:
    """Return the tones that lasted and kept their pitch."""
    tones = tones[tones[:, 1] >= _LEAST_ROWS]
    first, rows, mean = tones[:, 0], tones[:, 1], tones[:, 3] / np.maximum(tones[:, 1], 1)
    wavers = np.sqrt(np.maximum(tones[:, 4] / np.maximum(rows, 1) - mean**2, 0))
    notes = np.stack([first * _STEP, (first + rows - 1) * _STEP, mean], axis=1)
    return np.asarray(notes[wavers <= _WAVERS])


def judged(notes: Notes, begin: float, end: float) -> Heard:
    """Return what the steady tones between two seconds amount to.

    Each pitch counts once, however often it is played, so that an alarm of one tone is not in tune with itself.
    """
    lasts = np.minimum(notes[:, 1], end) - np.maximum(notes[:, 0], begin)
    notes, lasts = notes[lasts > 0.2], lasts[lasts > 0.2]
    if not len(notes):
        return Heard(begun=0, pitches=0, tuned=0.0)
    order = np.argsort(notes[:, 2])
    pitch, weight = notes[order, 2], lasts[order]
    group = np.concatenate([[0], np.cumsum(np.diff(pitch) > 0.25)])
    means = np.bincount(group, pitch * weight) / np.bincount(group, weight)
    concentrated = float(np.abs(np.exp(2j * np.pi * means).mean()))
    begun = int((notes[:, 0] > begin + 0.1).sum())
    return Heard(begun=begun, pitches=len(means), tuned=len(means) * concentrated**2)


def _joined(found: list[tuple[float, float, Heard]], start: float) -> list[dict[str, float]]:
    """Return the stretches that blocks with music make up, on the clock of the picture, which begins at 0."""
    told: list[dict[str, float]] = []
    for begin, end, heard in found:
        if told and start + begin <= told[-1]["end"] + 0.01:
            last = told.pop()
            first, tuned, pitches = last["start"], max(last["tuned"], heard.tuned), max(last["pitches"], heard.pitches)
        else:
            first, tuned, pitches = round(max(0.0, start + begin), 2), heard.tuned, heard.pitches
        told.append({"start": first, "end": round(start + end, 2), "tuned": round(tuned, 1), "pitches": pitches})
    return told
