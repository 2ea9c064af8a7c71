"""Takes the sound's way to each camera out of a clock. Rule: only where every place it needs is known, with its error.

Sound that is aligned puts each clip late by the distance of its camera from the source (0.3 s for 100 m). That is
corrected for a whole group of clips or not at all: a clip whose camera is not known would otherwise be put beside
others by another measure. The speed of sound is that of dry air, `verify.checks.flash_to_bang.speed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from verify.checks.flash_to_bang import speed
from verify.coordinates import distance
from verify.records.claims import Place
from verify.records.stories import Alignment
from verify.sync import sound

# As in verify/checks/flash_to_bang.py: the air when nobody says how warm it was, and a fresh breeze along the way.
COLDEST, HOTTEST, GIVEN = -20.0, 40.0, 5.0  # degrees Celsius; GIVEN: error of a stated temperature
WIND = 10.0  # metres a second
SPHERE = 0.006  # of a distance: verify/coordinates.py
TOGETHER = 0.15  # seconds two impulses may lie apart and count as one bang: they are found in steps of 0.02 to 0.1 s


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where the sound came from, and how warm the air was (degrees Celsius; None: not given)."""

    place: Place
    celsius: float | None = None

    def speeds(self) -> tuple[float, float]:
        """Return the slowest and the fastest that sound can have been, metres a second, wind along the way included."""
        if self.celsius is None:
            return speed(COLDEST) - WIND, speed(HOTTEST) + WIND
        return speed(self.celsius - GIVEN) - WIND, speed(self.celsius + GIVEN) + WIND


def corrected(
    found: Iterable[Alignment],
    cameras: Mapping[str, Place],
    source: Source | None,
    bangs: Mapping[str, Sequence[float]],
) -> list[Alignment]:
    """Return the alignments with sound travel taken out where it can be; elsewhere `basis` says what is missing.

    `cameras` are the places by SHA-256, `bangs` the seconds of each clip's sudden sounds. An alignment is corrected
    only if a sudden sound of both clips lies at its offset: a rotor or a crowd need not stand where the blast was.
    """
    given = list(found)
    heard = [one for one in given if not one.declined and one.way == "sound"]
    told: dict[int, Alignment] = {}
    for group in _groups(heard):
        done, why = _group(group, cameras, source, bangs)
        for before, after in zip(group, done, strict=True):
            words = f"{before.basis}; sound travel is not corrected: {why}"
            told[id(before)] = replace(before, basis=words) if why else after
    return [told.get(id(one), one) for one in given]


def _group(
    group: Sequence[Alignment],
    cameras: Mapping[str, Place],
    source: Source | None,
    bangs: Mapping[str, Sequence[float]],
) -> tuple[Sequence[Alignment], str]:
    """Return a group corrected, or as it is with what keeps it from being corrected."""
    if source is None:
        return group, "where the sound came from is not given"
    why = _missing(group, cameras, bangs)
    if why:
        return group, why
    done = [_corrected(one, cameras, source) for one in group]
    loosest = max(after.error - before.error for before, after in zip(group, done, strict=True))
    if loosest > max(abs(one.travel) for one in done):
        return group, f"by the places given it is known to {loosest:.1f} s only, which is more than there is to correct"
    return done, ""


def _missing(group: Sequence[Alignment], cameras: Mapping[str, Place], bangs: Mapping[str, Sequence[float]]) -> str:
    """Return what a group lacks to be corrected, or nothing."""
    if any(name not in cameras for one in group for name in (one.a, one.b)):
        return "not every camera's place is given"
    if not all(_one_bang(one, bangs) for one in group):
        return "no sudden sound of both lies there, so what was heard need not have come from the source given"
    return ""


def _one_bang(one: Alignment, bangs: Mapping[str, Sequence[float]]) -> bool:
    pairs = product(bangs.get(one.a, ()), bangs.get(one.b, ()))
    return any(abs(a - b - one.offset) <= TOGETHER for a, b in pairs)


def _corrected(one: Alignment, cameras: Mapping[str, Place], source: Source) -> Alignment:
    """Return `one` corrected; its error grows by that of the places and that of the speed."""
    a, b = (cameras[name] for name in (one.a, one.b))
    metres = [distance((c.latitude, c.longitude), (source.place.latitude, source.place.longitude)) for c in (a, b)]
    slowest, fastest = source.speeds()
    middle = (slowest + fastest) / 2
    # The source's own error counts twice: between two cameras, what is nearer to one is farther from the other.
    places = (a.radius + b.radius + 2 * source.place.radius + SPHERE * sum(metres)) / slowest
    # Wind carries the sound to one camera and holds it back from the other, so each way has its own speed.
    pace = sum(m * (1 / slowest - 1 / fastest) / 2 for m in metres)
    told = sound.travel(one, metres[0], metres[1], middle, places + pace)
    air = (
        "the air's temperature as given" if source.celsius is not None else f"air of {COLDEST:.0f} to {HOTTEST:.0f} °C"
    )
    basis = (
        f"{told.basis} (cameras {metres[0]:.0f} m and {metres[1]:.0f} m from the source given, {air}, any wind up to "
        f"{WIND:.0f} m/s); before that {one.offset:+.2f} s"
    )
    return replace(told, basis=basis)


def _groups(heard: Sequence[Alignment]) -> list[list[Alignment]]:
    """Return the alignments in groups that hang together by their clips."""
    groups: list[tuple[set[str], list[Alignment]]] = []
    for one in heard:
        names, members = {one.a, one.b}, [one]
        apart = []
        for other_names, others in groups:
            if other_names & names:
                names |= other_names
                members = others + members
            else:
                apart.append((other_names, others))
        groups = [*apart, (names, members)]
    return [members for _, members in groups]
