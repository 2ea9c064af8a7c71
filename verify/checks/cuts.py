"""Which of the places where a shot may begin are told as cuts. Rule: what moves as much around it is no cut to anyone.

A jerky hand, flames or a recorder that writes few pictures change the picture at once, again and again; a cut changes
it once. So a place is told as a cut where the picture changes at least CLEAR times as much as at any of its neighbours.
Neighbours that only repeat a picture are passed over: beside a picture that was held, every next one is far away.

Measured by tests/bench/check_shots.py, on the clips that CLEAR was chosen on: of 435 cuts between real clips that were
found 408 are told, of 12 false ones beside them none, of 5 in clips of one shot none (at 2.0: 411, none, none). Of the
16 in a phone's jerky recording none is (sannies__MOV00006.3gp).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verify.records.cases import Case
from verify.records.media import Curve

CLEAR = 2.5  # times the largest change beside it; at 2.0 an unbroken clip that was scaled down reaches 2.1
_NEIGHBOURS = 4  # on each side, as in verify/media/shots.py
_REACH = 2.0  # seconds in which they are looked for
_HELD = 0.0005  # of full scale: a repeated picture, encoded again, differs by less; the noise of a camera by more


def told_and_doubtful(case: Case) -> tuple[list[float], list[float]]:
    """Return the seconds at which the clip is cut, and those at which it may as well have moved.

    Without a curve of the picture's changes nothing speaks against a place, and all are told as cuts.
    """
    examination = case.examination
    starts = [s.start for s in examination.shots[1:]] if examination else []
    change = next((c for c in examination.curves if c.name == "change"), None) if examination else None
    if change is None or change.step <= 0:
        return starts, []
    told = [at for at in starts if stands_out(at, change)]
    return told, [at for at in starts if at not in told]


def stands_out(at: float, change: Curve) -> bool:
    """Return whether the picture changes CLEAR times as much at second `at` as at its neighbours that change at all."""
    values = change.values
    slot = round((at - change.start) / change.step)
    near = range(max(1, slot - 1), min(len(values), slot + 2))  # a time that was rounded either way
    if not near:
        return True
    highest = max(near, key=values.__getitem__)
    reach = round(_REACH / change.step)
    before = _moving(values, range(highest - 1, max(0, highest - 1 - reach), -1))
    after = _moving(values, range(highest + 1, min(len(values), highest + 1 + reach)))
    return values[highest] >= CLEAR * max([*before, *after], default=0.0)


def _moving(values: Sequence[float], places: Iterable[int]) -> list[float]:
    return [values[p] for p in places if values[p] > _HELD][:_NEIGHBOURS]
