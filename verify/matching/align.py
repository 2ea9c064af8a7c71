"""Which seconds of one clip are which of the other, and do they move alike? Answered on the luma grids.

Rule: a background proves nothing. What is compared is what *changes* at each place, after the geometry has laid one
picture over the other; two takes of one room agree in everything but that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import HEIGHT, STEP, WIDTH

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

CELLS = WIDTH * HEIGHT
FEWEST_CELLS = 12  # a smaller overlap shows too little to tell movement from chance
SHORTEST = 1.5  # seconds
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
    other offsets give (in their own standard deviations), `still` the correlation of the pictures themselves,
    `energy_a`/`energy_b` the mean change a cell in grey levels, `start`/`end` the shared seconds on b's clock.
    """

    speed: float
    offset: float
    movement: float
    evidence: float
    still: float
    energy_a: float
    energy_b: float
    start: float
    end: float
    rank: float


def _changes(x: Floats) -> Floats:
    """Return the change at each place over half a second, light changes of the whole picture taken out."""
    centred = x - x.mean(axis=1, keepdims=True)
    d = np.zeros_like(centred)
    d[1:-1] = centred[2:] - centred[:-2]
    return 24.0 * np.tanh(d / 24.0)  # a cut is one event, not a hundred


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
    return x[low] * (1 - part) + x[low + 1] * part


def align(a: Floats, b: Floats, speeds: tuple[float, ...] = SPEEDS, reverse: bool = True) -> list[Aligned]:
    """Return the best alignments of grid readings `a` (n, points) and `b` (m, points), best first.

    Every moment of a is compared with every moment of b once; an offset and speed is a line through that table, and
    the lines along which change agrees best are then measured exactly. Times are seconds (STEP a row).
    """
    if min(len(a), len(b)) * STEP < SHORTEST:
        return []
    change_a, change_b = _changes(a), _changes(b)
    product = np.ascontiguousarray((change_a @ change_b.T).T)
    power = np.ascontiguousarray(np.outer((change_b**2).sum(axis=1), (change_a**2).sum(axis=1)))
    found = []
    for speed in speeds:
        for sign in (1, -1) if reverse else (1,):
            if found and found[0][0] > DECISIVE and (sign < 0 or abs(speed / found[0][1] - 1) > NEARLY):
                continue  # as it was filmed, and plainly so: only speeds close to it may be better
            line = _best_line(product, power, speed, sign)
            if line is not None:
                found.append(line)
    found.sort(key=lambda line: -line[0])
    measured = []
    for rank, speed, lag, spread in found[:3]:
        near = [_measure(a, change_a, b, speed * k, lag, spread) for k in (1.0, 0.975, 1.025)]
        good = [n for n in near if n is not None]
        if good:
            measured.append(max(good, key=lambda n: n.rank))
        if rank > DECISIVE:
            break
    return sorted(measured, key=lambda m: -m.rank)


DECISIVE = 3.0  # a line this far up needs no other beside it
NEARLY = 0.12


def _best_line(product: Floats, power: Floats, speed: float, sign: int) -> tuple[float, float, int, float] | None:
    """Return (agreement, signed speed, lag in rows of a, spread of other lags) of the best lag at this speed."""
    m, n = product.shape
    steps = np.round(np.arange(m) * speed).astype(int)
    if sign < 0:
        steps = steps[::-1]
    reach = int(steps.max())
    total, scale, length = (np.zeros(n + reach) for _ in range(3))
    for k in range(m):
        start = reach - int(steps[k])  # place of a's row 0, counted from lag -reach
        total[start : start + n] += product[k]
        scale[start : start + n] += power[k]
        length[start : start + n] += 1
    usable = length * speed >= SHORTEST / STEP
    if not usable.any():
        return None
    z = np.where(usable, total / np.sqrt(np.maximum(scale, 1e-6)), -np.inf)
    top = int(np.argmax(z))
    away = usable.copy()
    away[max(0, top - 3) : top + 4] = False
    spread = float(np.sqrt(np.mean(z[away] ** 2))) if away.sum() >= 8 else 0.0
    return float(z[top]), speed * sign, top - reach, spread


def _measure(a: Floats, change_a: Floats, b: Floats, speed: float, lag: int, spread: float) -> Aligned | None:
    """Return the exact alignment at `speed`, the lag moved by a row or two where that agrees better."""
    moved = _retimed(b, speed)
    change_b = _changes(moved)
    rows_b = len(b)
    best: tuple[float, int, float, float] | None = None
    for shifted in range(lag - 2, lag + 3):
        start, end = max(0, -shifted), min(len(moved), len(a) - shifted)
        if (end - start) * STEP < SHORTEST:
            continue
        da, db = change_a[start + shifted : end + shifted], change_b[start:end]
        power = float(np.sqrt(((da * da).sum(axis=1) * (db * db).sum(axis=1)).sum()))
        dot = float((da * db).sum())
        rank = dot / max(power, 1e-6)
        if best is None or rank > best[0]:
            best = (rank, shifted, dot, power)
    if best is None:
        return None
    rank, lag, dot, _ = best
    start, end = max(0, -lag), min(len(moved), len(a) - lag)
    da, db = change_a[start + lag : end + lag], change_b[start:end]
    ea, eb = float((da * da).sum()), float((db * db).sum())
    xa, xb = a[start + lag : end + lag], moved[start:end]
    ca, cb = xa - xa.mean(axis=1, keepdims=True), xb - xb.mean(axis=1, keepdims=True)
    alike = (ca * cb).sum(axis=1) / np.maximum(np.sqrt((ca * ca).sum(axis=1) * (cb * cb).sum(axis=1)), 1e-3)
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
        movement=dot / max(float(np.sqrt(ea * eb)), 1e-6),
        evidence=rank / spread if spread > 0 else 0.0,
        still=float(np.median(alike)),
        energy_a=float(np.sqrt(ea / da.size)),
        energy_b=float(np.sqrt(eb / db.size)),
        start=max(0.0, first),
        end=min(rows_b * STEP, max(0.0, first) + (end - start) * STEP / rate),
        rank=rank,
    )
