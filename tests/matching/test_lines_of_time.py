"""Lines of time against sums made one by one: the best way to run one clip along another, and what chance gives."""

from __future__ import annotations

import numpy as np
import pytest

from verify.matching.lines import AS_FILMED, NATURAL, ROUND, WAYS, Side, lines


def made(rows, seed, points=60):
    level = np.random.default_rng(seed).normal(size=(rows, points)).astype(np.float32)
    return of(level)


def of(level):
    return Side(level, level, level, lambda: 1.0)


def one_by_one(a, b, ways):
    """Return (rank, speed, lag) of the best line of each way: every lag summed by itself."""
    m = -(-len(b) // ROUND) * ROUND
    found = []
    for speed, sign in ways:
        steps = np.round(np.arange(m) * speed).astype(int)
        steps = (steps[::-1] if sign < 0 else steps)[: len(b)]
        best = (-np.inf, 0.0, 0)
        for lag in range(-int(steps.max()), len(a)):
            rows = [(k, lag + s) for k, s in enumerate(steps) if 0 <= lag + s < len(a)]
            if rows:
                k, i = np.array(rows).T
                power = float(((a[i] ** 2).sum(axis=1) * (b[k] ** 2).sum(axis=1)).sum())
                height = sign * float((a[i] * b[k]).sum()) / np.sqrt(max(power, 1e-6))
                best = max(best, (height, speed * sign, lag))
        found.append(best)
    return sorted(found, key=lambda one: -one[0])


@pytest.mark.parametrize(("rows_a", "rows_b"), [(40, 48), (33, 20), (120, 7)])
@pytest.mark.parametrize("ways", [WAYS, NATURAL, AS_FILMED])
def test_the_two_best_ways_are_those_of_plain_sums(rows_a, rows_b, ways):
    a, b = made(rows_a, 1), made(rows_b, 2)
    wanted = one_by_one(a.level, b.level, ways)[:2]
    got, _ = lines(a, b, ways)
    assert [round(line.rank, 4) for line in got] == [round(one[0], 4) for one in wanted]
    assert [line.speed for line in got] == [one[1] for one in wanted]
    forwards = [(line.lag, one[2]) for line, one in zip(got, wanted, strict=True) if one[1] > 0]
    assert all(lag == told for lag, told in forwards)


@pytest.mark.parametrize(("sign", "speed"), [(1, 1.0), (1, 2.0), (-1, 1.0)])
def test_a_copy_is_the_best_line(sign, speed):
    a = made(96, 3)
    part = a.level[20:60:2] if speed == 2.0 else a.level[20:60]
    b = of(np.ascontiguousarray(part if sign > 0 else -part[::-1]))
    got, spread = lines(a, b)
    assert got[0].speed == sign * speed and got[0].rank > 1.8 * got[1].rank
    if sign > 0:
        assert got[0].lag == 20
    assert 0 < spread() < got[0].rank / 8


def test_what_never_changes_lies_along_nothing():
    a, still = made(40, 4), of(np.zeros((40, 60), np.float32))
    got, spread = lines(a, still)
    assert got == [] and spread() == 0.0
    assert lines(a, made(5, 5))[0] == []
