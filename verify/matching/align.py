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
    box = (columns[0] / (2 * WIDTH), rows[0] / (2 * HEIGHT), (columns[-1] + 1) / (2 * WIDTH), (rows[-1] + 1) / (2 * HEIGHT))
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


def _correlate(a: Floats, b: Floats) -> tuple[Array, Array, Array, npt.NDArray[np.intp]]:
    """Return for every lag (a index minus b index): sum of products, evidence scale, overlap length, lag."""
    n, m = len(a), len(b)
    size = 1 << int(np.ceil(np.log2(n + m)))
    fa, fb = np.fft.rfft(a, size, axis=0), np.fft.rfft(b, size, axis=0)
    product = np.fft.irfft((fa * fb.conj()).sum(axis=1), size)
    ea, eb = (a * a).sum(axis=1), (b * b).sum(axis=1)
    scale = np.fft.irfft(np.fft.rfft(ea, size) * np.fft.rfft(eb, size).conj(), size)
    length = np.fft.irfft(np.fft.rfft(np.ones(n), size) * np.fft.rfft(np.ones(m), size).conj(), size)
    lags = np.arange(-(m - 1), n)
    take = lags % size
    return product[take], np.maximum(scale[take], 1e-6), np.round(length[take]), lags


def align(a: Floats, b: Floats, speeds: tuple[float, ...] = SPEEDS, reverse: bool = True) -> list[Aligned]:
    """Return the best alignments of grid readings `a` (n, points) and `b` (m, points), best first.

    One entry a direction and speed that is worth a look; times are seconds of the grids (STEP a row).
    """
    if min(len(a), len(b)) * STEP < SHORTEST:
        return []
    change_a = _changes(a)
    found: list[Aligned] = []
    for speed in speeds:
        for sign in (1.0, -1.0) if reverse else (1.0,):
            moved = _retimed(b, speed * sign)
            if len(moved) * STEP < SHORTEST:
                continue
            one = _best_lag(a, change_a, moved, speed * sign, len(b))
            if one is not None:
                found.append(one)
    return sorted(found, key=lambda f: -f.rank)


def _best_lag(a: Floats, change_a: Floats, b: Floats, speed: float, rows_b: int) -> Aligned | None:
    change_b = _changes(b)
    product, scale, length, lags = _correlate(change_a, change_b)
    z = product / np.sqrt(scale)
    usable = length >= SHORTEST / STEP
    if not usable.any():
        return None
    z = np.where(usable, z, -np.inf)
    top = int(np.argmax(z))
    away = usable & (np.abs(lags - lags[top]) > 3)
    null = z[away]
    spread = float(np.sqrt(np.mean(null**2))) if len(null) >= 8 else float("nan")
    lag = int(lags[top])
    start_b, end_b = max(0, -lag), min(len(b), len(a) - lag)
    return _measure(a, change_a, b, change_b, lag, (start_b, end_b), speed, rows_b, float(z[top]), spread)


def _measure(  # noqa: PLR0913 - the two clips, each with its changes, and where to look
    a: Floats, change_a: Floats, b: Floats, change_b: Floats, lag: int, span: tuple[int, int],
    speed: float, rows_b: int, peak: float, spread: float,
) -> Aligned:
    start, end = span
    da, db = change_a[start + lag : end + lag], change_b[start:end]
    xa, xb = a[start + lag : end + lag], b[start:end]
    ea, eb = float((da * da).sum()), float((db * db).sum())
    movement = float((da * db).sum()) / max(np.sqrt(ea * eb), 1e-6)
    ca, cb = xa - xa.mean(axis=1, keepdims=True), xb - xb.mean(axis=1, keepdims=True)
    still = float(np.median((ca * cb).sum(axis=1) / np.maximum(np.sqrt((ca**2).sum(axis=1) * (cb**2).sum(axis=1)), 1e-3)))
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
        evidence=peak / spread if spread > 0 else 0.0,
        still=still,
        energy_a=float(np.sqrt(ea / da.size)),
        energy_b=float(np.sqrt(eb / db.size)),
        start=max(0.0, first),
        end=min(rows_b * STEP, max(0.0, first) + (end - start) * STEP / rate),
        rank=peak,
    )
