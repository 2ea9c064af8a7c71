"""Turns a claimed place into a point with a radius and a zone. Rule: what is assumed stands in the record's basis."""

from __future__ import annotations

import re

from verify import coordinates
from verify.claims import gazetteer, zones
from verify.errors import UsageError
from verify.records.claims import Place

# Without a stated radius a point is as good as its last digit: 50.60 means ±0.005°, some 550 m; the least assumed is
# 500 m, the error of pointing at a street from a map in words.
LEAST_POINT_RADIUS = 500.0
METRES_PER_DEGREE = 111_195.0  # of latitude, on the mean sphere
FARTHEST_RADIUS = 1_000_000.0  # 1,000 km: beyond it "where" says nothing
_RADIUS = re.compile(r"^(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>m|km)?$", re.IGNORECASE)
_ADVICE = "Write LAT,LON or LAT,LON,RADIUS (50.6036,36.5809,2km), 50°36′5.60″N 36°39′33.16″E, or the name of a place."


def where(text: str, radius: float | None = None) -> Place:
    """Return the place of `50.60,36.59`, `50.60,36.59,2km`, `50°36′5.60″N 36°39′33.16″E` or a name.

    Radii are metres unless `km` stands behind them; `radius` (metres) goes over the text's own. The zone is that of the
    named place, or for a bare point that of the nearest place (`zones`: others it may have), and `basis` says which.

    Raises UsageError for a text that is none of these, a point off the globe, or a radius that is no distance.
    """
    shown = text.strip()
    if not shown:
        raise UsageError("The place is empty.", _ADVICE)
    point_text, own = _with_radius(shown)
    point = coordinates.pair(point_text)
    if point is None and own is not None:
        point, own = coordinates.pair(shown), None
        point_text = shown
    if point is None:
        if re.match(r"^[\d\s.,;+\-−°º′″'\"NSEW]+$", shown, re.IGNORECASE) and any(c.isdigit() for c in shown):
            raise UsageError(f"{text!r} is not a point on the globe.", _ADVICE)
        return gazetteer.place(shown, _checked(radius))
    if coordinates.unset(*point):
        raise UsageError("0,0 is what devices write when they know no place.", _ADVICE)
    return _point(point, point_text, _checked(radius if radius is not None else own))


def _with_radius(text: str) -> tuple[str, float | None]:
    """Cut a third part, `,2km` or `,500`, off `LAT,LON`."""
    head, comma, last = text.rpartition(",")
    found = _RADIUS.match(last.strip())
    if not comma or not found or coordinates.pair(head) is None:
        return text, None
    return head, float(found["number"]) * (1000 if (found["unit"] or "").lower() == "km" else 1)


def _checked(radius: float | None) -> float | None:
    if radius is not None and not 0 < radius <= FARTHEST_RADIUS:
        raise UsageError(f"A radius of {radius:g} m cannot be tested.", "Give more than 0 and at most 1000 km.")
    return radius


def _point(point: tuple[float, float], text: str, radius: float | None) -> Place:
    latitude, longitude = point
    basis = "given coordinates"
    if radius is None:
        radius = max(LEAST_POINT_RADIUS, METRES_PER_DEGREE / 2 * 10 ** -_decimals(text))
        basis += f"; radius of {radius:,.0f} m assumed from their last digit"
    near, how = zones.zones_at(latitude, longitude)
    return Place(
        name=f"{latitude:.5f}, {longitude:.5f}",
        latitude=latitude,
        longitude=longitude,
        radius=radius,
        zone=near[0] if near else "",
        zones=near[1:],
        basis=f"{basis}; {how}",
    )


def _decimals(text: str) -> int:
    """Return decimals of a degree that the coarser of two numbers states; minutes count as 1, seconds as 3."""
    numbers = re.findall(r"\d+(?:\.(\d+))?", text)
    if len(numbers) >= 6:
        return 3
    return 1 if len(numbers) >= 4 else min((len(n) for n in numbers), default=0)
