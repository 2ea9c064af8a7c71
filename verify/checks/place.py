"""Does a position in the file lie at the claimed place? Rule: 0,0 is unset, and a position is the file's own claim.

A position is the device's, never that of what it filmed: where a claim names the point of the camera, only that point
is held against it; where it names the event alone, a position within sight of it is no question.
"""

from __future__ import annotations

from verify import coordinates, statements
from verify.checks import wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.claims import Place
from verify.records.findings import Evidence, Finding
from verify.statements import StatedPlace

# The radius of a named place is assumed from its people at 2,000 a km² (verify/claims/gazetteer.py). Urban clusters go
# down to 300 a km² (Eurostat, degree of urbanisation): the same people reach √(2000/300) as far.
_OUTSKIRTS = 2.58
# How far past the claimed radius a camera may stand and still film into it: the horizon of flat land, √(2 · R · h) with
# the Earth's mean radius R, from h = 1.7 m (a person's eyes) and from h = 30 m (a roof of ten floors).
_SIGHT_STANDING = 4_650.0
_SIGHT_FROM_A_ROOF = 19_550.0
_NAMESAKE = 25_000.0  # metres from another place of the name: the gazetteer keeps no radius of those
_SPHERE_ERROR = 0.006  # of the distance: a sphere against the ellipsoid (verify/coordinates.py)
_LIMITS = (
    "A position in a file is written by a device that may have known only an old or rough one, and can be changed by "
    "anyone with free tools; it says where the device was, not what it filmed."
)
_RECHECK = (
    "Read the position in the file as received with another tool (exiftool -n -G1 -gps:all -GPSCoordinates FILE), put "
    "it on a map, and compare what the clip shows with street-level and satellite pictures of both places."
)


class PositionInFile(Check):
    """Compares positions in the metadata with the claimed point and its radius."""

    name = "position in the file"
    question = "Does the position written in the file lie at the claimed place?"
    part = "where"
    order = 40

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on the positions the file states."""
        if case.examination is None:
            return (self.not_tested("The file could not be examined, so no position was read."),)
        stated = statements.positions(case.examination.tags)
        if not stated:
            return (
                self.not_tested(
                    "The file states no position; most platforms remove it.",
                    "Compare what the clip shows (roofs, masts, roads, hills) with maps and satellite pictures.",
                ),
            )
        where = case.claim.where if case.claim else None
        camera = case.claim.camera if case.claim else None
        if camera is not None:
            return (self._beside_the_camera(stated, camera, where),)
        if where is None:
            at = f"{stated[0].latitude:.5f}, {stated[0].longitude:.5f}"
            return (
                self.neutral(
                    f"The file states the position {at}; no place is claimed to compare it with.",
                    *(_evidence(s, None) for s in stated),
                    limits=_LIMITS,
                    recheck=_RECHECK,
                ),
            )
        return (self._compared(stated, where),)

    def _compared(self, stated: tuple[StatedPlace, ...], where: Place) -> Finding:
        evidence = tuple(_evidence(s, where) for s in stated)
        nearest, farthest = _ends(stated, where)
        claimed = f"{wording.plain(where.name)} (within {wording.tell_distance(where.radius)})"
        away = wording.tell_distance(_metres(nearest, where))
        if _inside(nearest, where) != _inside(farthest, where):
            return self.neutral(
                f"The file states positions that contradict each other: {away} and "
                f"{wording.tell_distance(_metres(farthest, where))} from the middle of the claimed place {claimed}.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        at = f"The position in the file ({nearest.latitude:.5f}, {nearest.longitude:.5f})"
        if _inside(nearest, where):
            return self.supports(
                f"{at} lies {away} from the middle of the claimed place {claimed}, inside it.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
                weight="moderate",
            )
        told = f"{at} lies {away} from the middle of the claimed place {claimed}"
        spared = _why_no_question(nearest, where)
        if spared:
            return self.neutral(f"{told}: {spared}", *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
        past = _metres(nearest, where) - where.radius
        if past <= _SIGHT_STANDING:
            told += (
                ", outside it but within sight of it over open land: the device may have filmed the place from there"
            )
            return self.neutral(f"{told}.", *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
        in_sight = past <= _SIGHT_FROM_A_ROOF
        from_a_height = "; from a roof or a hill it can still be seen" if in_sight else ""
        return self.questions(
            f"{told}, outside it{from_a_height}.{_also_called(where)}",
            *evidence,
            limits=_LIMITS,
            recheck=_RECHECK,
            weight="weak" if where.others or in_sight else "moderate",
        )

    def _beside_the_camera(self, stated: tuple[StatedPlace, ...], camera: Place, where: Place | None) -> Finding:
        """Compare with where the camera is claimed to have stood; the claimed place is only told beside it."""
        evidence = tuple(_evidence(s, camera) for s in stated)
        nearest, farthest = _ends(stated, camera)
        claimed = f"the claimed point of the camera (within {wording.tell_distance(camera.radius)})"
        away = wording.tell_distance(_metres(nearest, camera))
        if _inside(nearest, camera) != _inside(farthest, camera):
            told = f"{away} and {wording.tell_distance(_metres(farthest, camera))} from {claimed}"
            return self.neutral(
                f"The file states positions that contradict each other: {told}.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        told = f"The position in the file ({nearest.latitude:.5f}, {nearest.longitude:.5f}) lies {away} from {claimed}"
        event = ""
        if where is not None:
            far = wording.tell_distance(_metres(nearest, where))
            event = f"; the middle of the claimed place {wording.plain(where.name)} is {far} from it"
        if _inside(nearest, camera):
            said = f"{told}, where it should be{event}."
            return self.supports(said, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
        spared = _why_no_question(nearest, camera)
        if spared:
            said = f"{told}: {spared}"
            return self.neutral(said, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate")
        return self.questions(
            f"{told}, not there{event}.{_also_called(camera)}",
            *evidence,
            limits=_LIMITS,
            recheck=_RECHECK,
            weight="weak" if camera.others else "moderate",
        )


def _ends(stated: tuple[StatedPlace, ...], claimed: Place) -> tuple[StatedPlace, StatedPlace]:
    """Return the nearest and the farthest of the stated positions to a claimed place."""
    by_distance = sorted(stated, key=lambda s: _metres(s, claimed))
    return by_distance[0], by_distance[-1]


def _why_no_question(stated: StatedPlace, where: Place) -> str:
    """Return why a position outside the claimed radius is no question: it is near an assumed one, or a namesake."""
    away = _metres(stated, where)
    if wording.assumed_radius(where) and away * (1 - _SPHERE_ERROR) <= where.radius * _OUTSKIRTS:
        return "outside the radius that was assumed, and near enough to be its outskirts. Give a radius to decide."
    for other in where.others:
        point = wording.point_of(other)
        if point and coordinates.distance((stated.latitude, stated.longitude), point) <= _NAMESAKE:
            return f"outside it, and near another place of that name, {wording.plain(other)}."
    return ""


def _also_called(where: Place) -> str:
    if not where.others:
        return ""
    many = wording.count(len(where.others), "other place is", "other places are")
    return f" At least {many} called so: give coordinates to be sure that this one is meant."


def _metres(stated: StatedPlace, where: Place) -> float:
    return coordinates.distance((stated.latitude, stated.longitude), (where.latitude, where.longitude))


def _inside(stated: StatedPlace, where: Place) -> bool:
    away = _metres(stated, where)
    return away <= where.radius + away * _SPHERE_ERROR


def _evidence(stated: StatedPlace, where: Place | None) -> Evidence:
    tag = stated.tags[0]
    away = f" ({wording.tell_distance(_metres(stated, where))} from {wording.plain(where.name)})" if where else ""
    place = tag.place + (f", byte {tag.offset}" if tag.offset is not None else "")
    return Evidence(
        label=f"{tag.name} ({', '.join(dict.fromkeys(t.reader for t in stated.tags))})",
        value=f"{tag.value}{away}",
        place=place,
    )
