"""Which seconds of one clip are which of the other, and do they move alike? Answered on the films of change.

Rule: a background proves nothing. What is compared is what *changes* at each place, after the geometry has laid one
picture over the other; two takes of one room agree in everything but that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import STEP
from verify.matching.lines import SHORTEST, WAYS, Line, Side, Ways, levelled, lines, liveliest, part
from verify.matching.middles import median, quantile
from verify.matching.strips import Rows
from verify.matching.windows import Span

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.intp]
T = TypeVar("T")

RESTING = (
    0.45  # grey levels; what coding alone makes of a picture that stands still: films of one painting have 0.1 to 0.4
)
HIDDEN = 0.4  # share of a picture that a caption may cover
STILL = 0.6  # grey levels; less change a cell than this at its liveliest, and movement cannot tell
CLOSE = 0.8  # share of the best line's rank from which another may be the better one, measured exactly
# Share of the best rank from which a clip counts as played at the speed it was filmed at. Without it 28 of 220 copies
# that were are said to be 2.5 to 5 % faster or slower, with it 5; of 16 clips of 12 s truly made 4 % faster 13 are
# still told, of 15 of 4 s eight: in those it comes to 0.16 s (docs/matching.md).
AS_FILMED = 0.97
HOPELESS = 0.8  # a line no higher is not measured: of 24 ways to lay time over time the best by chance is there


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


Measure = Callable[[Side, Side, Line, float], Aligned | None]


def measured(a: Side, b: Side, line: Line, spread: float) -> Aligned | None:
    """Return the exact alignment near `line`: the lag moved by half a row or one, the speed by a fortieth.

    What agrees best counts; what was played as filmed where that agrees as well (see AS_FILMED).
    """
    tried: list[tuple[float, float, float, int, Floats]] = []
    level_a = np.asarray(a.level)
    power_a = power(level_a)
    for speed, late in beside(line.speed):
        change = retimed(np.asarray(b.change), speed, late)
        if speed < 0:  # played backwards, what brightened darkens
            change = -change
        level = np.asarray(b.level) if (speed, late) == (1.0, 0.0) else levelled(change)
        power_b = power(level)
        for lag in range(line.lag - 1, line.lag + 2):
            start, end = max(0, -lag), min(len(level), len(a.rows) - lag)
            if (end - start) * STEP >= SHORTEST:
                here, there = slice(start + lag, end + lag), slice(start, end)
                rank, _ = correlated(level_a[here], level[there], power_a[here], power_b[there])
                tried.append((rank, speed, late, lag, change))
    best = as_filmed(tried, lambda one: one[0], lambda one: one[1])
    return _exactly(a, b, *best[1:], spread) if best is not None else None


def beside(speed: float) -> tuple[tuple[float, float], ...]:
    """Return which (speed, share of a row by which it begins later) to try for a line found at `speed`."""
    return (speed, 0.0), (speed, 0.5), (speed * 0.975, 0.0), (speed * 1.025, 0.0)


def as_filmed(tried: Sequence[T], rank: Callable[[T], float], speed: Callable[[T], float]) -> T | None:
    """Return what ranks highest, or what does of those at the speed they were filmed at, where that is as good."""
    best = max(tried, key=rank, default=None)
    plain = max((one for one in tried if abs(speed(one)) == 1.0), key=rank, default=None)
    return plain if best is not None and plain is not None and rank(plain) >= AS_FILMED * rank(best) else best


def _exactly(a: Side, b: Side, speed: float, late: float, lag: int, change: Floats, spread: float) -> Aligned:
    """Return the alignment of one speed and lag; `change` is that of b, `retimed`, which begins `late`."""
    moved = retimed(np.asarray(b.rows), speed, late)
    start, end = max(0, -lag), min(len(moved), len(a.rows) - lag)
    here, there = a.rows[start + lag : end + lag], moved[start:end]
    kept = unhidden(here, there)
    alike = likeness(here[:, kept], there[:, kept])
    cut_from, cut_to = shared(alike)
    if (cut_to - cut_from) * STEP >= SHORTEST:
        alike, start, end = alike[cut_from:cut_to], start + cut_from, start + cut_to
    da, db = a.change[start + lag : end + lag], change[start:end]
    rank, movement = agreement(a.level[start + lag : end + lag], levelled(db))
    offset, first, last = on_clocks(speed, lag - late, start + late, end + late, len(b.rows))
    return Aligned(
        speed=speed,
        offset=offset,
        movement=movement,
        evidence=rank / spread if spread > 0 else 0.0,
        still=float(median(alike)),
        energy_a=float(np.sqrt(np.mean(da * da))),
        energy_b=float(np.sqrt(np.mean(db * db))),
        lively_a=a.lively(),
        lively_b=liveliest(change),
        start=first,
        end=last,
        rank=rank,
        points=a.rows.shape[1],
        shorter=min(len(a.rows), len(b.rows)) * STEP,
    )


def on_clocks(speed: float, lag: float, start: float, end: float, rows_b: int) -> tuple[float, float, float]:
    """Return offset, start and end of an `Aligned`, in seconds, from rows of b as it is `retimed`."""
    rate, half = abs(speed), STEP / 2  # a row stands for the middle of its quarter second
    if speed > 0:
        offset = lag * STEP + half * (1 - rate)
        first = start * STEP / rate
    else:
        offset = lag * STEP + half + rate * ((rows_b - 1) * STEP + half)
        first = (rows_b - (end - 1) / rate - 1) * STEP
    first = max(0.0, first)
    return offset, first, min(rows_b * STEP, first + (end - start) * STEP / rate)


def align(a: Side, b: Side, spans: Sequence[Span], ways: Ways = WAYS, measure: Measure = measured) -> Aligned | None:
    """Return the best alignment of the readings of clips a and b, looked for in `spans`, or None when there is none.

    `measure` makes an exact alignment of a line found.
    """
    best: tuple[Line, Callable[[], float]] | None = None
    second: Line | None = None
    for from_a, to_a, from_b, to_b in spans:
        ranked, spread = lines(part(a, from_a, to_a), part(b, from_b, to_b), ways)
        for line in ranked:
            moved = _unspanned(line, from_a, from_b, to_b, len(b.rows))
            if best is None or moved.rank > best[0].rank:
                best = (moved, spread)
            elif second is None or moved.rank > second.rank:
                second = moved
    if best is None or (best[0].rank < HOPELESS and (a.lively() >= STILL or b.lively() >= STILL)):
        return None
    tried = [best[0]] + ([second] if second is not None and second.rank > CLOSE * best[0].rank else [])
    others = best[1]()
    found = [measure(a, b, line, others) for line in tried]
    return as_filmed([f for f in found if f is not None], lambda f: f.rank, lambda f: f.speed)


def _unspanned(line: Line, from_a: int, from_b: int, to_b: int, rows_b: int) -> Line:
    """Return a line found between parts of two clips as a line between the clips; see `retimed` for the lag."""
    skipped = from_b if line.speed > 0 else rows_b - to_b  # rows of b, as it is played, before the part
    return Line(line.rank, line.speed, line.lag + from_a - round(skipped * abs(line.speed)))


def along(one: Aligned, rows_a: int, rows_b: int) -> tuple[Ints, Ints]:
    """Return which rows of a and of b lie side by side in the shared seconds; the clips have `rows_a` and `rows_b`."""
    at_b = np.arange(rows_b)
    at_b = at_b[(at_b * STEP >= one.start) & (at_b * STEP <= one.end)]
    at_a = np.round((one.offset + one.speed * (at_b * STEP + STEP / 2)) / STEP - 0.5).astype(np.intp)
    good = (at_a >= 0) & (at_a < rows_a)
    return at_a[good], at_b[good]


def changes_along(one: Aligned, change_a: Rows, change_b: Rows, moments: slice) -> tuple[Floats, Floats]:
    """Return the changes (n, p) of a and of b at the `moments` of `along`, a's read between its rows.

    A copy may lie half a row off, and the row beside shows a quarter of a second that is not that of b.
    """
    at_a, at_b = along(one, len(change_a), len(change_b))
    at_a, at_b = at_a[moments], at_b[moments]
    off = (one.offset + one.speed * (at_b * STEP + STEP / 2)) / STEP - 0.5 - at_a  # -0.5 to 0.5 rows
    beside = np.clip(at_a + np.sign(off).astype(np.intp), 0, len(change_a) - 1)
    share = np.abs(off)[:, None].astype(np.float32)
    return change_a[at_a] * (1 - share) + change_a[beside] * share, np.sign(one.speed) * change_b[at_b]


def retimed(x: Floats, speed: float, late: float = 0.0) -> Floats:
    """Return `x` (n, p) slowed down `speed` times (backwards when negative): what it showed before it was sped up.

    Its first row is what lies `late` (0..1) of the returned rows behind the first.
    """
    if speed < 0:
        x, speed = x[::-1], -speed
    if len(x) < 2 or (speed == 1.0 and not late):
        return x
    at = np.arange(late / speed, len(x) - 1 + 1e-6, 1.0 / speed)
    low = np.minimum(at.astype(int), len(x) - 2)
    share = (at - low)[:, None].astype(np.float32)
    between: Floats = x[low] * (1 - share) + x[low + 1] * share
    return between


def agreement(da: Floats, db: Floats) -> tuple[float, float]:
    """Return (rank, correlation) of changes: rank grows with the root of the time over which they agree."""
    return correlated(da, db, power(da), power(db))


def power(change: Floats) -> Floats:
    """Return how much changes at each moment (n,), squared."""
    squares: Floats = (change * change).sum(axis=1)
    return squares


def correlated(da: Floats, db: Floats, ea: Floats, eb: Floats) -> tuple[float, float]:
    """Return what `agreement` does of changes whose `power` is known."""
    dot = float((da * db).sum())
    return dot / max(float(np.sqrt((ea * eb).sum())), 1e-6), dot / max(float(np.sqrt(ea.sum() * eb.sum())), 1e-6)


def unhidden(xa: Floats, xb: Floats) -> npt.NDArray[np.bool_]:
    """Return which points (n,) show the same in both, whatever the light: captions and logos are left out.

    The mean pictures are brought together by a straight line (weighted again and again so that what does not fit
    counts less); at most HIDDEN of the points may fall out, else none does.
    """
    ma, mb = np.median(xa, axis=0), np.median(xb, axis=0)
    error = np.abs((mb - median(mb)) - (ma - median(ma)))  # to begin with: as if the light were the same
    scale = max(float(median(error)) * 1.5, 1.5)
    weight = 1.0 / (1.0 + (error / scale) ** 2)
    for _ in range(6):
        total = weight.sum()
        ca, cb = ma - (weight * ma).sum() / total, mb - (weight * mb).sum() / total
        gain = (weight * ca * cb).sum() / max(float((weight * ca * ca).sum()), 1e-6)
        error = np.abs(cb - gain * ca)
        scale = max(float(median(error)) * 1.5, 1.5)
        weight = 1.0 / (1.0 + (error / scale) ** 2)
    fits = error <= 2.5 * scale
    return fits if fits.mean() >= 1 - HIDDEN else np.ones(len(ma), bool)


def likeness(xa: Floats, xb: Floats) -> Floats:
    """Return for each moment how alike the two pictures are (correlation over the points)."""
    ca, cb = xa - xa.mean(axis=1, keepdims=True), xb - xb.mean(axis=1, keepdims=True)
    both: Floats = (ca * cb).sum(axis=1) / np.maximum(np.sqrt((ca * ca).sum(axis=1) * (cb * cb).sum(axis=1)), 1e-3)
    return both


def shared(alike: Floats) -> tuple[int, int]:
    """Return the run of moments that are alike: the one with the largest sum above half of what it is at its best."""
    level = 0.5 * float(quantile(alike, 0.8))
    sums = np.concatenate([[0.0], np.cumsum(alike - level)])
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    return int(np.argmin(sums[: end + 1])), end
