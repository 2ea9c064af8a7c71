"""What moves where: a film of changes on a small grid, four a second, and a still every two seconds; 1 MB an hour.

Rule: the grid keeps the whole picture, bars and captions included, so that any geometry can be laid over it later.
Matching asks whether two clips *change* alike, so change is what is kept: at every quarter second the difference of
the pictures a quarter before and a quarter after, less what light alone makes of them, in few levels
(verify/descriptors/levels.py). Stills say what it looked like.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from verify.descriptors import film, levels
from verify.descriptors.base import ClipInfo, Descriptor, Frame, Gray
from verify.records.fingerprints import Fingerprint

Floats = npt.NDArray[np.floating[Any]]

WIDTH, HEIGHT, CELLS, STEP = film.WIDTH, film.HEIGHT, film.CELLS, film.STEP  # a row is a picture of the film
STILL_EVERY = 8  # rows from one still to the next
QUANTUM = 4.0  # grey levels a step of the lowest waves of a still
_COARSER = 0.2  # share of the highest frequency at which the step has doubled
_BYTE, _LARGE = 127, -128  # the largest wave that a byte holds, and what stands there for a larger one
_HIGHEST = 0.6  # share of the highest frequency above which nothing is kept

_ROWS, _COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
_FREQUENCY = np.hypot(_COLUMNS / WIDTH, _ROWS / HEIGHT)
_KEPT = np.argsort(_FREQUENCY.ravel(), kind="stable")[: int((_FREQUENCY <= _HIGHEST).sum())]
_WAVE_STEP = (QUANTUM * (1 + (_FREQUENCY / _COARSER) ** 2)).ravel()[_KEPT].astype(np.float32)
WAVES = len(_KEPT)


def changes(rows: Floats) -> Floats:
    """Return the change of each cell of `rows` (n, cells) over half a second, light changes of the whole taken out."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    change: Floats = np.zeros_like(centred)
    change[1:-1] = centred[2:] - centred[:-2]
    return change


def without_light(rows: Floats, change: Floats) -> Floats:
    """Return `change` less what light alone makes of the pictures `rows`: what is even, or in proportion to them.

    A picture that fades in, and exposure that follows a lamp, change each place by a share of what it shows. Two moons
    that were faded in are two of a kind, not one recording (docs/benchmarks.md).
    """
    even: Floats = change - change.mean(axis=1, keepdims=True)
    picture = rows - rows.mean(axis=1, keepdims=True)
    power = np.maximum((picture * picture).sum(axis=1, keepdims=True), 1.0)
    moved: Floats = even - (even * picture).sum(axis=1, keepdims=True) / power * picture
    return moved


def pack_stills(stills: Floats) -> bytes:
    """Return `stills` (k, CELLS; luma) coded: what the one before does not say, through a cosine transform."""
    coded = np.empty((len(stills), WAVES), np.int16)
    seen = np.zeros(WAVES, np.float32)
    for i, still in enumerate(stills):
        wave = cv2.dct(still.reshape(HEIGHT, WIDTH).astype(np.float32)).ravel()[_KEPT]
        coded[i] = np.clip(np.round((wave - seen) / _WAVE_STEP), -32767, 32767)
        seen += coded[i] * _WAVE_STEP
    # Wave after wave, a byte each: of one wave nearly all are nothing. The few that need more stand behind.
    waves = coded.T.ravel()
    large = np.abs(waves) > _BYTE
    short = np.where(large, _LARGE, waves).astype(np.int8)
    return levels.zipped(short.tobytes() + waves[large].astype("<i2").tobytes())


def unpack_stills(packed: bytes, count: int) -> Floats:
    """Return the `count` stills (count, CELLS) that `pack_stills` coded. Raises ValueError when they do not fit."""
    size = count * WAVES
    raw = levels.unzipped(packed, 3 * size)
    waves = np.frombuffer(raw[:size], np.int8).astype(np.int16)
    large = waves == _LARGE
    if len(raw) != size + 2 * int(large.sum()):
        raise ValueError(f"{count} stills hold {len(raw)} bytes, not {size} and more")
    waves[large] = np.frombuffer(raw[size:], "<i2")
    coded = np.zeros((count, CELLS), np.float32)
    coded[:, _KEPT] = summed(np.ascontiguousarray(waves.reshape(WAVES, count).T) * _WAVE_STEP)
    return np.stack([cv2.idct(wave.reshape(HEIGHT, WIDTH)).ravel() for wave in coded])


def summed(rows: Floats) -> Floats:
    """Return `rows` (n, cells), each with all before it added: in place, and faster than column by column."""
    for before, row in pairwise(rows):
        row += before
    return rows


def pictures(stills: Floats, change: Floats, light: Floats) -> Floats:
    """Return the picture of every row (n, CELLS): the stills, and between them what the changes make of them.

    `light` is the mean luma of each row (n,), which changes do not tell.
    """
    count = len(change)
    between = np.zeros_like(change)  # from the row before to this one
    between[1:] = (change[:-1] + change[1:]) / 4
    path = summed(between)
    at = np.arange(count) / STILL_EVERY
    before = np.minimum(at.astype(int), len(stills) - 1)
    after = np.minimum(before + 1, len(stills) - 1)
    near = np.clip(at - before, 0, 1).astype(np.float32)[:, None]
    forward = stills[before] + path - path[np.minimum(before * STILL_EVERY, count - 1)]
    backward = stills[after] + path - path[np.minimum(after * STILL_EVERY, count - 1)]
    made: Floats = forward * (1 - near) + backward * near
    made += (light - made.mean(axis=1))[:, None]
    return np.clip(made, 0, 255)


@dataclass(frozen=True, slots=True)
class Kept:
    """A film as it is kept: a fifth of the memory of its pictures and changes as numbers, of which it gives any part.

    `level` (n, CELLS) is change in `steps`; `stills` (k, CELLS), `light` (n,).
    """

    level: npt.NDArray[np.int8]
    steps: levels.Steps
    stills: Floats
    light: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.level)

    @property
    def nbytes(self) -> int:
        """Memory of its arrays."""
        return self.level.nbytes + self.steps.nbytes + self.stills.nbytes + self.light.nbytes

    def change(self, start: int, end: int) -> Floats:
        """Return the changes (end - start, CELLS) of some rows."""
        change: Floats = self.level[start:end] * self.steps.of(start, end)
        return change

    def pictures(self, start: int, end: int) -> Floats:
        """Return the pictures (end - start, CELLS) of some rows: all of them are made from the stills beside them."""
        first = start - start % STILL_EVERY
        last = min(len(self), first - (first - end) // STILL_EVERY * STILL_EVERY + 1)
        stills = self.stills[first // STILL_EVERY : -(-last // STILL_EVERY)]
        return pictures(stills, self.change(first, last), self.light[first:last])[start - first : end - first]


def kept(prints: Fingerprint) -> Kept:
    """Return the film of a `grid` fingerprint.

    Raises ValueError when it is damaged or not of this version: fingerprints also come from other people.
    """
    try:
        if prints.version != Grid.version:
            raise ValueError(f"a grid of version {prints.version}")
        size = prints.arrays["size"].astype(np.uint8).ravel()
        if not 0 < len(size) <= film.LONGEST:
            raise ValueError(f"{len(size)} rows in a grid")
        level = levels.unpacked(prints.arrays["changes"].tobytes(), len(size))
        steps = levels.Steps(size, levels.unpacked_shares(prints.arrays["shares"].tobytes(), len(size)))
        stills = unpack_stills(prints.arrays["stills"].tobytes(), -(-len(size) // STILL_EVERY))
        light = prints.arrays["light"].astype(np.float32).ravel()
        if len(light) != len(size):
            raise ValueError(f"{len(light)} rows of light in a grid of {len(size)}")
    except KeyError as error:
        raise ValueError(f"a grid without {error}") from error
    return Kept(level, steps, stills, light)


def read(prints: Fingerprint) -> tuple[Floats, Floats]:
    """Return the pictures and the changes, (n, CELLS) each, of a `grid` fingerprint. Raises as `kept`."""
    found = kept(prints)
    change = found.change(0, len(found))
    return pictures(found.stills, change, found.light), change


def median_change(rows: Floats) -> Floats:
    """Return how much the median cell of `rows` (n, cells) changes over half a second (n,), light included.

    Who moves in front of a standing camera changes few cells; another take of the same room, or a pan, changes most.
    """
    middle: Floats = np.zeros(len(rows))
    if len(rows) > 2:
        middle[1:-1] = np.median(np.abs(rows[2:] - rows[:-2]), axis=1)
    return middle


def kept_median_change(prints: Fingerprint) -> Floats:
    """Return the `median_change` (n,), in grey levels, that a `grid` fingerprint keeps.

    Raises ValueError when the fingerprint does not tell.
    """
    if prints.version != Grid.version or "middle" not in prints.arrays:
        raise ValueError(f"a grid of version {prints.version} without the change of its median cell")
    return levels.unlogged(prints.arrays["middle"].astype(np.uint8).ravel())


class Grid(Descriptor):
    """Collects the tiny pictures of a clip into a film of changes and stills.

    The fingerprint has one row: `changes` and `shares` (1, bytes), `size`, `middle` and `light` (1, n), the root mean
    square and the median of what changes and the mean luma in each quarter second, and `stills` (1, bytes); `times`
    holds the first.
    `read` gives pictures and changes back.
    """

    name = "grid"
    version = 4

    def begin(self, clip: ClipInfo) -> None:
        """Start a clip."""
        self._film = film.film_of(clip)
        self._aspect = 1.0

    def add(self, frame: Frame) -> None:
        """Note the shape of the picture."""
        height, width = frame.gray.shape
        self._aspect = round(width / height, 4)

    def add_tiny(self, time: float, tiny: Gray) -> None:
        """Add a tiny picture to the mean of its quarter second."""
        self._film.add(time, tiny)

    def end(self) -> Fingerprint | None:
        """Return the packed film, or None for a clip without pictures."""
        if not len(self._film):
            return None
        packer, packed_shares = levels.Packer(), levels.Packer()
        size, middle, light = [], [], []
        for rows, own in self._film.stretches():
            level, steps = levels.measured(without_light(rows, changes(rows))[own])
            packer.add(level)
            packed_shares.add_numbers(steps.shares)
            size.append(steps.size)
            middle.append(levels.logged(median_change(rows)[own]))
            light.append(np.round(rows[own].mean(axis=1)).astype(np.uint8))
        stills = pack_stills(self._film.rows(slice(None, None, STILL_EVERY)))
        self._film = film.Film()  # others have their ends to work out, and hours of it are a good part of the memory
        return Fingerprint(
            name=self.name,
            version=self.version,
            times=np.zeros(1, np.float32),
            arrays={
                "changes": packer.end().reshape(1, -1),
                "shares": packed_shares.end().reshape(1, -1),
                "size": np.concatenate(size).reshape(1, -1),
                "middle": np.concatenate(middle).reshape(1, -1),
                "light": np.concatenate(light).reshape(1, -1),
                "stills": np.frombuffer(stills, np.uint8).reshape(1, -1),
            },
            parameters={"width": WIDTH, "height": HEIGHT, "step": STEP, "aspect": self._aspect},
        )
