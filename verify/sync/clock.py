"""Puts aligned clips on one event clock. Rule: what contradicts the rest is left out and shown, never averaged in.

Least squares over the offsets, weighted by their errors. In a loop of three that does not close nobody can say which
one is wrong: then all of them are declined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from verify.records.stories import Alignment, ClockPlace, EventClock

_CONTRADICTS = 3.0  # times the error (itself a 95 % bound) that an offset may lie off the clock made of all
_TIED = 0.9  # residuals this near the worst one cannot be told from it
_LEAST_ERROR = 0.005  # seconds: no alignment is known better than that


def one_clock(alignments: Iterable[Alignment], clips: Iterable[str] = ()) -> EventClock:
    """Return where each clip begins on a common clock, group by group; each group's earliest clip begins at 0.

    `clips` are SHA-256 that are to have a place even if nothing aligns with them (each then a group of its own).
    A place's `error` is against its group's best-connected clip, 95 % bound as the alignments' own.
    """
    given = list(alignments)
    declined = [one for one in given if one.declined]
    used = [one for one in given if not one.declined and one.a != one.b]
    contradicted: list[Alignment] = []
    while wrong := _worst(used):
        contradicted += wrong
        used = [one for one in used if one not in wrong]
    names = list(dict.fromkeys([*clips, *(n for one in given if not one.declined for n in (one.a, one.b))]))
    places: list[ClockPlace] = []
    for number, group in enumerate(_groups(names, used)):
        starts, errors = _solved(group, [one for one in used if one.a in group])
        earliest = min(starts)
        places += [
            ClockPlace(sha256=name, start=round(start - earliest, 3), error=round(error, 3), group=number)
            for name, start, error in zip(group, starts, errors, strict=True)
        ]
    return EventClock(
        places=tuple(places), used=tuple(used), declined=tuple(declined), contradicted=tuple(contradicted)
    )


def _groups(names: Sequence[str], used: Sequence[Alignment]) -> list[list[str]]:
    """Return the names in connected groups, in the order of their first member."""
    root = {name: name for name in names}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for one in used:
        root[find(one.b)] = find(one.a)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(find(name), []).append(name)
    return list(groups.values())


def _solved(group: Sequence[str], used: Sequence[Alignment]) -> tuple[list[float], list[float]]:
    """Return starts and errors of a connected group, the best-connected clip held at 0."""
    if len(group) == 1:
        return [0.0], [0.0]
    at = {name: number for number, name in enumerate(group)}
    degree = np.zeros(len(group))
    rows, values = np.zeros((len(used), len(group))), np.zeros(len(used))
    for number, one in enumerate(used):
        weight = 1.0 / max(one.error, _LEAST_ERROR)
        rows[number, at[one.b]], rows[number, at[one.a]] = weight, -weight
        values[number] = weight * one.offset
        degree[[at[one.a], at[one.b]]] += weight
    anchor = int(np.argmax(degree))
    free = [number for number in range(len(group)) if number != anchor]
    spread = np.linalg.pinv(rows[:, free].T @ rows[:, free])
    solved = spread @ rows[:, free].T @ values
    starts, errors = np.zeros(len(group)), np.zeros(len(group))
    starts[free], errors[free] = solved, np.sqrt(np.maximum(np.diag(spread), 0))
    return [float(s) for s in starts], [float(e) for e in errors]


def _worst(used: Sequence[Alignment]) -> list[Alignment]:
    """Return the alignment that contradicts the others most, with those that cannot be told from it; empty if none."""
    worst: list[tuple[float, Alignment]] = []
    names = list(dict.fromkeys(n for one in used for n in (one.a, one.b)))
    for group in _groups(names, used):
        inside = [one for one in used if one.a in group]
        starts = dict(zip(group, _solved(group, inside)[0], strict=True))
        for one in inside:
            off = abs(starts[one.b] - starts[one.a] - one.offset) / max(one.error, _LEAST_ERROR)
            worst.append((off, one))
    limit = max((off for off, _ in worst), default=0.0)
    return [one for off, one in worst if off >= _TIED * limit] if limit > _CONTRADICTS else []
