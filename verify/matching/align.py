"""Which seconds of one clip are which of the other, and do they move alike? Answered on the luma grids.

Rule: a background proves nothing. What is compared is what *changes* at each place, after the geometry has laid one
picture over the other; two takes of one room agree in everything but that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import HEIGHT, STEP, WIDTH

Array = npt.NDArray[np.floating[Any]]
Floats = npt.NDArray[np.floating[Any]]

CELLS = WIDTH * HEIGHT
FEWEST_CELLS = 12  # a smaller overlap shows too little to tell movement from chance
SHORTEST = 1.5  # seconds
HIDDEN = 0.4  # share of a picture that a caption may cover
FLOOR = 0.3  # grey levels
INSET = 0.97  # a picture shown smaller than this inside another is read without its edge
EDGE = 1.0  # cells of the other's grid left out along an edge that lies inside it: a cell is not sharp
# Speeds tried; between them a clip of 30 s drifts by less than two seconds, and the fit is then refined.
SPEEDS = (1.0, 1.1, 0.9, 1.25, 0.8, 1.5, 0.667, 2.0, 0.5, 1.05, 0.95, 1.175, 0.85, 1.35, 0.74, 1.75, 0.57)


@dataclass(frozen=True, slots=True)
class Lattice:
    """Weights (cells, points) that read both grids at the same places of the scene, and the shares they overlap."""

    a: Floats
    b: Floats
    share_a: float
    share_b: float


def lattice(matrix: Array) -> Lattice | None:
    """Return where to read the grids when `matrix` (3 x 3, coordinates 0..1) lays picture a into picture b.

    Returns None when too little of either is shared.
    """
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-6:
        return None
    back = np.linalg.inv(matrix)
    inside_a, inside_b = _inside(matrix), _inside(back)
    share_a, share_b = float(inside_a.mean()), float(inside_b.mean())
    cells = min(share_a, share_b) * CELLS
    if cells < FEWEST_CELLS:
        return None
    if share_a >= share_b:  # a lies more fully inside b: lay the points over a
        weights = _weights(inside_a, matrix, cells)
        return None if weights is None else Lattice(weights[0], weights[1], share_a, share_b)
    weights = _weights(inside_b, back, cells)
    return None if weights is None else Lattice(weights[1], weights[0], share_a, share_b)


def _points(box: tuple[float, float, float, float], columns: int, rows: int) -> Array:
    left, top, right, bottom = box
    x = left + (np.arange(columns) + 0.5) / columns * (right - left)
    y = top + (np.arange(rows) + 0.5) / rows * (bottom - top)
    return np.stack([np.tile(x, rows), np.repeat(y, columns)])


def _map(matrix: Array, points: Array) -> Array:
    moved = matrix @ np.vstack([points, np.ones(points.shape[1])])
    return np.asarray(moved[:2] / np.where(np.abs(moved[2]) < 1e-9, 1e-9, moved[2]))


def _inside(matrix: Array) -> npt.NDArray[np.bool_]:
    """Return (HEIGHT * 2, WIDTH * 2): which parts of the picture land inside the other."""
    x, y = _map(matrix, _points((0, 0, 1, 1), WIDTH * 2, HEIGHT * 2))
    return np.asarray((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)).reshape(HEIGHT * 2, WIDTH * 2)


def _weights(inside: npt.NDArray[np.bool_], matrix: Array, cells: float) -> tuple[Floats, Floats] | None:
    rows, columns = np.nonzero(inside.any(axis=1))[0], np.nonzero(inside.any(axis=0))[0]
    box = (
        columns[0] / (2 * WIDTH),
        rows[0] / (2 * HEIGHT),
        (columns[-1] + 1) / (2 * WIDTH),
        (rows[-1] + 1) / (2 * HEIGHT),
    )
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale < INSET:  # keep off what lies around a picture that is shown inside another
        x, y = (min(0.15 * (box[i + 2] - box[i]), EDGE / (n * scale)) for i, n in ((0, WIDTH), (1, HEIGHT)))
        box = (box[0] + x, box[1] + y, box[2] - x, box[3] - y)
    wide, high = (box[2] - box[0]) * WIDTH, (box[3] - box[1]) * HEIGHT
    density = min(1.0, np.sqrt(cells / (wide * high)))
    nx, ny = max(3, round(wide * density)), max(3, round(high * density))
    fine = _points(box, nx * 3, ny * 3)
    other = _map(matrix, fine)
    good = ((other >= 0) & (other <= 1)).all(axis=0).reshape(ny, 3, nx, 3).mean(axis=(1, 3)) > 0.75
    if good.sum() < FEWEST_CELLS:
        return None
    here, there = (_bilinear(p).reshape(ny, 3, nx, 3, CELLS).mean(axis=(1, 3))[good] for p in (fine, other))
    return np.ascontiguousarray(here.T, np.float32), np.ascontiguousarray(there.T, np.float32)


def _bilinear(points: Array) -> Floats:
    """Return (n, CELLS) weights that read a grid at `points` (2, n; 0..1)."""
    x = np.clip(points[0] * WIDTH - 0.5, 0, WIDTH - 1.001)
    y = np.clip(points[1] * HEIGHT - 0.5, 0, HEIGHT - 1.001)
    column, row = x.astype(int), y.astype(int)
    fx, fy = x - column, y - row
    weights = np.zeros((len(x), CELLS), np.float32)
    at, cell = np.arange(len(x)), row * WIDTH + column
    weights[at, cell] += (1 - fx) * (1 - fy)
    weights[at, cell + 1] += fx * (1 - fy)
    weights[at, cell + WIDTH] += (1 - fx) * fy
    weights[at, cell + WIDTH + 1] += fx * fy
    return weights


@dataclass(frozen=True, slots=True)
class Aligned:
    """How b runs along a: second `t` of b is second `offset + speed * t` of a (speed below 0: reversed).

    `movement` is the correlation of change over the shared time (0..1), `evidence` how far the peak stands above what
    other offsets and speeds give (in their standard deviations), `still` the correlation of the pictures themselves.
    `energy_a`/`energy_b` are the mean change a cell in grey levels, `lively_a`/`lively_b` that of their liveliest
    moments anywhere. `start`/`end` are the shared seconds on b's clock, `shorter` is how long the shorter clip is,
    `points` how many places of the grids were read.
    """

    speed: float
    offset: float
    movement: float
    evidence: float
    still: float
    energy_a: float
    energy_b: float
    lively_a: float
    lively_b: float
    start: float
    end: float
    rank: float
    points: int
    shorter: float


def changes(x: Floats) -> Floats:
    """Return the change at each place over half a second, light changes of the whole picture taken out."""
    centred = x - x.mean(axis=1, keepdims=True)
    d: Floats = np.zeros_like(centred)
    d[1:-1] = centred[2:] - centred[:-2]
    return d


def _levelled(change: Floats) -> Floats:
    """Return `change` with every moment brought to one size, so that no cut or flash outweighs the rest.

    Moments in which next to nothing changes (FLOOR, about what packing the grid adds) weigh less.
    """
    size = np.sqrt(np.mean(change * change, axis=1, keepdims=True))
    levelled: Floats = change / (size + FLOOR)
    return levelled


def _retimed(x: Floats, speed: float) -> Floats:
    """Return `x` (n, p) slowed down `speed` times (backwards when negative): what it showed before it was sped up."""
    if speed < 0:
        x, speed = x[::-1], -speed
    if speed == 1.0:
        return x
    at = np.arange(0, len(x) - 1 + 1e-6, 1.0 / speed)
    low = np.minimum(at.astype(int), len(x) - 2) if len(x) > 1 else np.zeros(len(at), int)
    part = (at - low)[:, None].astype(np.float32)
    if len(x) < 2:
        return x
    between: Floats = x[low] * (1 - part) + x[low + 1] * part
    return between


def align(a: Floats, b: Floats, speeds: tuple[float, ...] = SPEEDS, reverse: bool = True) -> list[Aligned]:
    """Return the best alignments of grid readings `a` (n, points) and `b` (m, points), best first.

    Every moment of a is compared with every moment of b once; an offset and speed is a line through that table, and
    the lines along which change agrees best are then measured exactly. Times are seconds (STEP a row).
    """
    if min(len(a), len(b)) * STEP < SHORTEST:
        return []
    change_a = changes(a)
    level_a, level_b = _levelled(change_a), _levelled(changes(b))
    product = np.ascontiguousarray((level_a @ level_b.T).T)
    power = np.ascontiguousarray(np.outer((level_b**2).sum(axis=1), (level_a**2).sum(axis=1)))
    found: list[tuple[float, float, int]] = []
    others: list[tuple[float, int]] = []
    for speed in speeds:
        for sign in (1, -1) if reverse else (1,):
            if found and found[0][0] > DECISIVE and (sign < 0 or abs(speed / found[0][1] - 1) > NEARLY):
                continue  # as it was filmed, and plainly so: only speeds close to it may be better
            line = _best_line(product, power, speed, sign)
            if line is not None:
                found.append(line[:3])
                others.append(line[3])
    found.sort(key=lambda line: -line[0])
    lags = sum(count for _, count in others)
    spread = float(np.sqrt(sum(total for total, _ in others) / lags)) if lags >= FEWEST_LAGS else 0.0
    mine = _Side(a, change_a, level_a, liveliest(change_a))
    measured = []
    for rank, speed, lag in found[:2]:
        near = [_measure(mine, b, speed * k, lag, spread) for k in (1.0, 0.975, 1.025)]
        good = [n for n in near if n is not None]
        if good:
            measured.append(max(good, key=lambda n: n.rank))
        if rank > DECISIVE:
            break
    return sorted(measured, key=lambda m: -m.rank)


DECISIVE = 3.0  # a line this far up needs no other beside it
NEARLY = 0.12


@lru_cache(maxsize=256)
def _lines(m: int, n: int, speed: float, sign: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], int]:
    """Return for every lag (columns, from -reach on) the cells of an (m, n) table on its line, and how many they are.

    Cells beside the table are given as m * n.
    """
    steps = np.round(np.arange(m) * speed).astype(np.int64)
    if sign < 0:
        steps = steps[::-1]
    reach = int(steps.max())
    column = np.arange(-reach, n)[None, :] + steps[:, None]
    inside = (column >= 0) & (column < n)
    where = np.where(inside, np.arange(m)[:, None] * n + column, m * n).astype(np.int32)
    return where, inside.sum(axis=0), reach


FEWEST_LAGS = 16  # from which the spread over other lags means something


def _best_line(
    product: Floats, power: Floats, speed: float, sign: int
) -> tuple[float, float, int, tuple[float, int]] | None:
    """Return (agreement, signed speed, lag in rows of a, squares and number of other lags) of the best lag."""
    m, n = product.shape
    where, length, reach = _lines(m, n, speed, sign)
    total = np.append(product, np.float32(0)).take(where).sum(axis=0, dtype=np.float64)
    scale = np.append(power, np.float32(0)).take(where).sum(axis=0, dtype=np.float64)
    usable = length * speed >= SHORTEST / STEP
    if not usable.any():
        return None
    # Played backwards, what brightened darkens.
    z = np.where(usable, sign * total / np.sqrt(np.maximum(scale, 1e-6)), -np.inf)
    top = int(np.argmax(z))
    away = usable.copy()
    away[max(0, top - 3) : top + 4] = False
    return float(z[top]), speed * sign, top - reach, (float(np.sum(z[away] ** 2)), int(away.sum()))


@dataclass(frozen=True, slots=True)
class _Side:
    """Clip a, with what is computed of it once: its changes, these levelled, and its liveliest moments."""

    rows: Floats
    change: Floats
    level: Floats
    lively: float


def _measure(mine: _Side, b: Floats, speed: float, lag: int, spread: float) -> Aligned | None:
    """Return the exact alignment at `speed`, the lag moved by a row or two where that agrees better."""
    moved = _retimed(b, speed)
    change_b = changes(moved)
    a, level_a, level_b = mine.rows, mine.level, _levelled(change_b)
    rows_b = len(b)
    best: tuple[float, int] | None = None
    for shifted in range(lag - 1, lag + 2):
        start, end = max(0, -shifted), min(len(moved), len(a) - shifted)
        if (end - start) * STEP >= SHORTEST:
            rank, _ = _agreement(level_a[start + shifted : end + shifted], level_b[start:end])
            if best is None or rank > best[0]:
                best = (rank, shifted)
    if best is None:
        return None
    lag = best[1]
    start, end = max(0, -lag), min(len(moved), len(a) - lag)
    kept = _unhidden(a[start + lag : end + lag], moved[start:end])
    alike = _likeness(a[start + lag : end + lag][:, kept], moved[start:end][:, kept])
    cut_from, cut_to = _shared(alike)
    if (cut_to - cut_from) * STEP >= SHORTEST:
        alike, start, end = alike[cut_from:cut_to], start + cut_from, start + cut_to
    da, db = mine.change[start + lag : end + lag], change_b[start:end]
    rank, movement = _agreement(level_a[start + lag : end + lag], level_b[start:end])
    rate, half = abs(speed), STEP / 2  # a row stands for the middle of its quarter second
    if speed > 0:
        offset = lag * STEP + half * (1 - rate)
        first = start * STEP / rate
    else:
        offset = lag * STEP + half + rate * ((rows_b - 1) * STEP + half)
        first = (rows_b - (end - 1) / rate - 1) * STEP
    return Aligned(
        speed=speed,
        offset=offset,
        movement=movement,
        evidence=rank / spread if spread > 0 else 0.0,
        still=float(np.median(alike)),
        energy_a=float(np.sqrt(np.mean(da * da))),
        energy_b=float(np.sqrt(np.mean(db * db))),
        lively_a=mine.lively,
        lively_b=liveliest(change_b),
        start=max(0.0, first),
        end=min(rows_b * STEP, max(0.0, first) + (end - start) * STEP / rate),
        rank=rank,
        points=a.shape[1],
        shorter=min(len(a), rows_b) * STEP,
    )


def _agreement(da: Floats, db: Floats) -> tuple[float, float]:
    """Return (rank, correlation) of changes: rank grows with the root of the time over which they agree."""
    ea, eb = (da * da).sum(axis=1), (db * db).sum(axis=1)
    dot = float((da * db).sum())
    return dot / max(float(np.sqrt((ea * eb).sum())), 1e-6), dot / max(float(np.sqrt(ea.sum() * eb.sum())), 1e-6)


def _unhidden(xa: Floats, xb: Floats) -> npt.NDArray[np.bool_]:
    """Return which points (n,) show the same in both, whatever the light: captions and logos are left out.

    The mean pictures are brought together by a straight line (weighted again and again so that what does not fit
    counts less); at most HIDDEN of the points may fall out, else none does.
    """
    ma, mb = np.median(xa, axis=0), np.median(xb, axis=0)
    error = np.abs((mb - np.median(mb)) - (ma - np.median(ma)))  # to begin with: as if the light were the same
    scale = max(float(np.median(error)) * 1.5, 1.5)
    weight = 1.0 / (1.0 + (error / scale) ** 2)
    for _ in range(6):
        total = weight.sum()
        ca, cb = ma - (weight * ma).sum() / total, mb - (weight * mb).sum() / total
        gain = (weight * ca * cb).sum() / max(float((weight * ca * ca).sum()), 1e-6)
        error = np.abs(cb - gain * ca)
        scale = max(float(np.median(error)) * 1.5, 1.5)
        weight = 1.0 / (1.0 + (error / scale) ** 2)
    fits = error <= 2.5 * scale
    return fits if fits.mean() >= 1 - HIDDEN else np.ones(len(ma), bool)


def _likeness(xa: Floats, xb: Floats) -> Floats:
    """Return for each moment how alike the two pictures are (correlation over the points)."""
    ca, cb = xa - xa.mean(axis=1, keepdims=True), xb - xb.mean(axis=1, keepdims=True)
    both: Floats = (ca * cb).sum(axis=1) / np.maximum(np.sqrt((ca * ca).sum(axis=1) * (cb * cb).sum(axis=1)), 1e-3)
    return both


def _shared(alike: Floats) -> tuple[int, int]:
    """Return the run of moments that are alike: the one with the largest sum above half of what it is at its best."""
    level = 0.5 * float(np.quantile(alike, 0.8))
    sums = np.concatenate([[0.0], np.cumsum(alike - level)])
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    return int(np.argmin(sums[: end + 1])), end


def liveliest(change: Floats) -> float:
    """Return the change a cell, in grey levels, of the one moment in ten in which most moves."""
    return float(np.quantile(np.sqrt(np.mean(change * change, axis=1)), 0.9))
