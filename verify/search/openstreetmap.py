"""OpenStreetMap: the place itself. Rule: today's map, not that day's."""

from __future__ import annotations

from typing import ClassVar

from verify.records.claims import Place
from verify.records.times import TimeBounds
from verify.search.base import Link, PlaceSearch


class OpenStreetMap(PlaceSearch):
    """The map with a marker on the point."""

    name: ClassVar[str] = "OpenStreetMap"
    order: ClassVar[int] = 5

    def link(self, place: Place, when: TimeBounds) -> Link | None:
        """Return the link to the point."""
        point = f"{place.latitude:.5f}/{place.longitude:.5f}"
        url = f"https://www.openstreetmap.org/?mlat={place.latitude:.5f}&mlon={place.longitude:.5f}#map=14/{point}"
        return Link(service=self.name, url=url, words="the map of today")
