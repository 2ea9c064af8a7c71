"""Satellite pictures of a place: Copernicus Browser (Sentinel-2). Rule: a pass every few days, and clouds hide much."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from verify.records.claims import Place
from verify.records.times import TimeBounds
from verify.search.base import Link, PlaceSearch, span

_AROUND = timedelta(days=5)  # Sentinel-2's two satellites pass over a place every five days (ESA)


class Satellite(PlaceSearch):
    """Sentinel-2 pictures from five days before to five days after."""

    name: ClassVar[str] = "Copernicus Browser (Sentinel-2)"
    order: ClassVar[int] = 30

    def link(self, place: Place, when: TimeBounds) -> Link | None:
        """Return the link for the days around `when`."""
        ends = span(when)
        if ends is None:
            return None
        first, last = ends[0] - _AROUND, ends[1] + _AROUND
        url = (
            f"https://browser.dataspace.copernicus.eu/?zoom=14&lat={place.latitude:.5f}&lng={place.longitude:.5f}"
            "&themeId=DEFAULT-THEME&datasetId=S2_L2A_CDAS"
            f"&fromTime={first:%Y-%m-%d}T00%3A00%3A00.000Z&toTime={last:%Y-%m-%d}T23%3A59%3A59.999Z"
        )
        return Link(service=self.name, url=url, words="satellite pictures five days either way")
