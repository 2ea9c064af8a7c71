"""Finds stretches that come again, in rows of numbers over time. Rule: a copy must be nearer than the very next row.

Rows that stand for neighbouring moments differ by what moves between them. When a later stretch differs from an earlier
one by clearly less than neighbours do, all along, it is the same material again and not a similar moment: noise, waves
and flames never return that exactly. Where nothing moves nothing can be told, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[Any]
_MOST_REPEATS = 8  # told of one clip: what repeats more often is said by its first ones


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """Rows `first .. first + length` come again from row `again` on; `backwards`: in reverse, ending there."""

    first: int
    again: int
    length: int
    ratio: float  # difference of the copy over difference of neighbours; near 0: exact
    backwards: bool = False

    def told(self, times: Sequence[float] | npt.NDArray[Any]) -> dict[str, Any]:
        """Return it in seconds, as plain values; `times` holds the second of each row."""
        end = min(self.first + self.length, len(times) - 1)
        return {
            "start": round(float(times[self.first]), 2),
            "end": round(float(times[end]), 2),
            "again": round(float(times[min(self.again, len(times) - 1)]), 2),
            "ratio": round(self.ratio, 3),
            "backwards": self.backwards,
        }


def find(
    rows: Rows, window: int, ratio: float, floor: float, backwards: bool = False, mean: float = np.inf
) -> list[Repeat]:
    """Return stretches of at least `window` rows that come again, earliest first.

    `ratio` is the most that a copy may differ, as a share of what neighbouring rows differ; windows whose neighbours
    differ by less than `floor` (mean absolute difference) hold too little movement and are left out. Rows half-way
    between two are compared as well, because a copy need not start on a row. A stretch of which the windows differ by
    more than `mean` on average is none: what turns or swings comes back nearly as it was.
    """
    count = len(rows)
    if count < 2 * window:
        return []
    moving = np.append(np.abs(np.diff(rows, axis=0)).mean(axis=1), 0.0)
    field = _Field(moving=moving, activity=_windowed(moving, window), window=window, ratio=ratio, floor=floor)
    found: list[Repeat | None] = []
    for later in (rows, (rows[1:] + rows[:-1]) / 2):
        found += [_at_lag(rows, later, lag, field) for lag in range(window, len(later) - window + 1)]
        if backwards:
            found += [_mirrored(rows, later, total, field) for total in range(2 * window, 2 * (count - window))]
    return _distinct([hit for hit in found if hit and hit.ratio <= mean])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    """What all comparisons of one clip share: how much moves at each row, and over each window of rows."""

    moving: npt.NDArray[Any]
    activity: npt.NDArray[Any]
    window: int
    ratio: float
    floor: float

    def share(self, apart: npt.NDArray[Any], first: int = 0) -> npt.NDArray[Any]:
        """Return, for each window from row `first` on, how far apart the copies are, against neighbours."""
        windows = _windowed(apart, self.window)
        moved = self.activity[first : first + len(windows)]
        return np.where(moved >= self.floor, windows / np.maximum(moved, 1e-9), np.inf)


def _at_lag(rows: Rows, later: Rows, lag: int, field: _Field) -> Repeat | None:
    length = min(len(rows), len(later) - lag)
    share = field.share(_apart(later[lag : lag + length], rows[:length]))
    run = _longest_run(share, field.ratio)
    if run is None:
        return None
    first, last, mean = run
    return Repeat(first=first, again=first + lag, length=last - first + field.window, ratio=mean)


def _mirrored(rows: Rows, later: Rows, total: int, field: _Field) -> Repeat | None:
    """Compare row i with row `total - i`: a boomerang runs back over the rows it came by.

    The two stretches stay a window apart, for what turns round is always its own mirror; and something must move
    where they turn, or a caption that fades in and out would count.
    """
    low, middle = max(0, total - len(later) + 1), (total - field.window) // 2
    turn = field.moving[max(0, total // 2 - field.window // 2) : total // 2 + field.window // 2]
    if middle - low < field.window or turn.mean() < field.floor:
        return None
    share = field.share(_apart(rows[low:middle], later[total - middle + 1 : total - low + 1][::-1]), low)
    run = _longest_run(share, field.ratio)
    if run is None:
        return None
    first, length = run[0] + low, run[1] - run[0] + field.window
    return Repeat(first=first, again=total - first - length + 1, length=length, ratio=run[2], backwards=True)


def _apart(some: Rows, other: Rows) -> npt.NDArray[Any]:
    """Return the mean absolute difference of each row to its counterpart."""
    difference = some - other
    np.abs(difference, out=difference)
    return np.asarray(difference @ np.full(difference.shape[1], 1 / difference.shape[1], difference.dtype))


def _longest_run(share: npt.NDArray[Any], ratio: float) -> tuple[int, int, float] | None:
    """Return first and last window of the longest run under `ratio`, with its mean."""
    if share.min(initial=np.inf) > ratio:
        return None
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (share <= ratio).astype(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    first, last = int(starts[longest]), int(ends[longest]) - 1
    return first, last, float(share[first : last + 1].mean())


def _windowed(values: npt.NDArray[Any], window: int) -> npt.NDArray[Any]:
    """Return the mean of every stretch of `window` values."""
    if len(values) < window:
        return np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray((total[window:] - total[:-window]) / window)


def _distinct(found: list[Repeat]) -> list[Repeat]:
    """Return the best of the hits that speak of one repeat: neighbouring lags find it too, only less well."""
    kept: list[Repeat] = []
    for hit in sorted(found, key=lambda r: (-r.length, r.ratio)):
        if not any(_overlap(hit, other) for other in kept):
            kept.append(hit)
    return sorted(kept[:_MOST_REPEATS], key=lambda r: r.first)


def _overlap(a: Repeat, b: Repeat) -> bool:
    return min(a.again + a.length, b.again + b.length) > max(a.again, b.again)
