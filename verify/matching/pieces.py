"""Which further seconds two clips share, once one stretch is known. Rule: each stretch has to be a match by itself.

A montage may show two parts of one clip, or the same part twice; a cutaway may stand inside a copy. What the first
line of time leaves over, of either clip, is laid along the other again, under the geometry that is known by now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from verify.descriptors.grid import STEP
from verify.matching.align import Aligned, align, along, likeness
from verify.matching.lines import Side, Ways, part
from verify.matching.strips import stretches
from verify.matching.windows import Span

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.intp]
Judge = Callable[[Aligned], bool]

# Chosen on tests/bench/montages.py, and so that a copy of one stretch is not cut up (docs/benchmarks.md).
FEWEST_ROWS = 8  # 2 s: less left over is the error of the edges, or says nothing by itself
MOST = 8  # stretches named
REPLAYS: Ways = ((1.0, 1), (0.5, 1), (2.0, 1))  # beside the speed that is known: a replay is often slowed down
AS_PLAINLY = 0.5  # of the movement's correlation in the first stretch: a still sky is like itself at every second
SAME_LINE = 0.5  # seconds two stretches may be off each other and still be one that was interrupted
TOGETHER = 1.0  # seconds between two stretches of one line that are too short to be called other footage
UNLIKE = 0.5  # share of the usual likeness below which a moment shows something else
CHANCE = 0.1  # correlation of changes that other footage reaches over two seconds
PICTURES = 0.2  # what a moment's likeness counts beside its movement
SWITCH = 1.0  # gain for which the footage is taken to change: some six moments of clear disagreement


def pieces(a: Side, b: Side, first: Aligned, spans: Sequence[Span], judge: Judge) -> list[Aligned]:
    """Return every stretch that `a` and `b` share, the parts of `first` among them, in the order of b.

    `spans` are the stretches in which `first` was looked for; `judge` says whether an alignment is a match.
    """
    found = unbroken(a, b, first)
    while len(found) < MOST:
        ways = tuple(dict.fromkeys(((abs(first.speed), 1 if first.speed > 0 else -1), *REPLAYS)))
        more = [one for span in _left(found, a, b, spans) if (one := _within(a, b, span, ways)) is not None]
        more = [one for one in more if one.movement >= AS_PLAINLY * first.movement and judge(one)]
        more = [one for one in more if not any(_overlap(one, old) for old in found)]
        if not more:
            break
        found += unbroken(a, b, max(more, key=lambda one: one.rank))
    return _joined(found)


def unbroken(a: Side, b: Side, whole: Aligned) -> list[Aligned]:
    """Return the parts of an alignment in which the clips do change alike; between them they show something else.

    A background stays alike through a loop or a cutaway to the same place, so movement draws the line, and the
    pictures only where little moves. The longest part is always given.
    """
    rows_a, rows_b = along(whole, len(a.rows), len(b.rows))
    if len(rows_b) < 2 * FEWEST_ROWS:
        return [whole]
    same = _same(_gain(a, b, rows_a, rows_b, float(np.sign(whole.speed))))
    runs = _runs(same) or [(0, len(same))]
    longest = max(runs, key=lambda run: run[1] - run[0])
    runs = [run for run in runs if run[1] - run[0] >= FEWEST_ROWS or run == longest]
    edges = [(float(rows_b[start] * STEP), float((rows_b[end - 1] + 1) * STEP)) for start, end in runs]
    # An edge that no other footage was seen at stays where it was measured.
    edges[0] = (whole.start if runs[0][0] == 0 else edges[0][0], edges[0][1])
    edges[-1] = (edges[-1][0], whole.end if runs[-1][1] == len(same) else edges[-1][1])
    return [replace(whole, start=start, end=end) for start, end in edges]


def _gain(a: Side, b: Side, rows_a: Ints, rows_b: Ints, sign: float) -> Floats:
    """Return for each moment how much more it looks like the same footage than like other footage (0: no telling).

    For changes u and v of one size that correlate by r where they are the same, u.v - r/2 (u.u + v.v)/2 is as far
    above zero for the same as below it for others.
    """
    told = [_told(a, b, rows_a[part], rows_b[part], sign) for part in stretches(len(rows_b))]
    dot, power, alike = (np.concatenate(parts) for parts in zip(*told, strict=True))
    usual = float(np.quantile(_smooth(dot) / np.maximum(_smooth(power), 1e-3), 0.75))
    moved: Floats = dot - 0.5 * max(usual, CHANCE) * power
    return moved + PICTURES * (alike - UNLIKE * float(np.quantile(alike, 0.8)))


def _told(a: Side, b: Side, rows_a: Ints, rows_b: Ints, sign: float) -> tuple[Floats, Floats, Floats]:
    """Return for each moment how changes go together, how much changes, and how alike the pictures are."""
    u, v = a.level[rows_a], sign * b.level[rows_b]
    points = u.shape[1]
    dot, power = (u * v).sum(axis=1) / points, ((u * u).sum(axis=1) + (v * v).sum(axis=1)) / (2 * points)
    return dot, power, likeness(a.rows[rows_a], b.rows[rows_b])


def _same(gain: Floats) -> npt.NDArray[np.bool_]:
    """Return which moments are the same footage: the way through both states that gains most, less SWITCH a change."""
    best = np.zeros(2)  # other, same
    came = np.zeros((len(gain), 2), np.int8)
    for row, value in enumerate(gain):
        stay, change = best, best[::-1] - SWITCH
        came[row] = np.where(stay >= change, [0, 1], [1, 0])
        best = np.maximum(stay, change) + np.array([0.0, value])
    state, states = int(np.argmax(best)), np.zeros(len(gain), np.bool_)
    for row in range(len(gain) - 1, -1, -1):
        states[row] = bool(state)
        state = int(came[row, state])
    return states


def _left(found: Sequence[Aligned], a: Side, b: Side, spans: Sequence[Span]) -> list[Span]:
    """Return what of `spans` no stretch has taken yet: what is left of b against a, and what is left of a against b."""
    taken_b = [(one.start, one.end) for one in found]
    taken_a = [_of_a(one) for one in found]
    left: list[Span] = []
    for from_a, to_a, from_b, to_b in spans:
        left += [(from_a, to_a, start, end) for start, end in _free(taken_b, from_b, to_b)]
        left += [(start, end, from_b, to_b) for start, end in _free(taken_a, from_a, to_a)]
    return list(dict.fromkeys(left))


def _free(taken: Sequence[tuple[float, float]], start: int, end: int) -> list[tuple[int, int]]:
    """Return the runs of rows from `start` to `end` that lie in none of the seconds `taken`."""
    free = np.ones(end - start, bool)
    for first, last in taken:
        free[max(0, round(first / STEP) - start) : max(0, round(last / STEP) - start)] = False
    return [(start + run[0], start + run[1]) for run in _runs(free) if run[1] - run[0] >= FEWEST_ROWS]


def _within(a: Side, b: Side, span: Span, ways: Ways) -> Aligned | None:
    """Return the best alignment inside `span`, on the clocks of the whole clips."""
    from_a, to_a, from_b, to_b = span
    one = align(part(a, from_a, to_a), part(b, from_b, to_b), [(0, to_a - from_a, 0, to_b - from_b)], ways)
    if one is None:
        return None
    later = from_b * STEP
    offset = one.offset + from_a * STEP - one.speed * later
    return replace(one, offset=offset, start=one.start + later, end=one.end + later)


def _of_a(one: Aligned) -> tuple[float, float]:
    ends = sorted((one.offset + one.speed * one.start, one.offset + one.speed * one.end))
    return ends[0], ends[1]


def _overlap(one: Aligned, old: Aligned) -> bool:
    """Return whether two stretches claim the same seconds of both clips: the second says nothing new."""
    (a1, a2), (c1, c2) = _of_a(one), _of_a(old)
    shared_b = min(one.end, old.end) - max(one.start, old.start)
    return shared_b > TOGETHER and min(a2, c2) - max(a1, c1) > TOGETHER


def _joined(found: Sequence[Aligned]) -> list[Aligned]:
    """Return the stretches in the order of b, those of one line with nothing between them as one."""
    ordered: list[Aligned] = []
    for one in sorted(found, key=lambda f: f.start):
        last = ordered[-1] if ordered else None
        if last is not None and _one_line(last, one):
            ordered[-1] = replace(last, end=max(last.end, one.end))
        else:
            ordered.append(one)
    return ordered


def _one_line(last: Aligned, one: Aligned) -> bool:
    if last.speed * one.speed < 0 or one.start - last.end > TOGETHER:
        return False
    here = one.offset + one.speed * one.start, one.offset + one.speed * one.end
    there = last.offset + last.speed * one.start, last.offset + last.speed * one.end
    return max(abs(x - y) for x, y in zip(here, there, strict=True)) <= SAME_LINE


def _runs(which: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (start, end) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], which.astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _smooth(values: Floats) -> Floats:
    """Return the mean over two seconds around each moment."""
    kernel = np.ones(FEWEST_ROWS)
    weight = np.convolve(np.ones(len(values)), kernel, "same")
    smooth: Floats = np.convolve(values, kernel, "same") / weight
    return smooth
