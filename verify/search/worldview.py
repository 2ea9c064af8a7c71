"""NASA Worldview: the whole region on the day. Rule: pixels of 250 m and more; smoke and cloud, not houses."""

from __future__ import annotations

from typing import ClassVar

from verify.records.claims import Place
from verify.records.times import TimeBounds
from verify.search.base import Link, PlaceSearch, span


class Worldview(PlaceSearch):
    """The day's pictures of a degree around the place, with thermal anomalies."""

    name: ClassVar[str] = "NASA Worldview"
    order: ClassVar[int] = 40

    def link(self, place: Place, when: TimeBounds) -> Link | None:
        """Return the link for the first day of `when`."""
        ends = span(when)
        if ends is None:
            return None
        west, east = max(-180.0, place.longitude - 1), min(180.0, place.longitude + 1)
        south, north = max(-90.0, place.latitude - 0.7), min(90.0, place.latitude + 0.7)
        layers = "VIIRS_SNPP_Thermal_Anomalies_375m_All,Coastlines_15m,VIIRS_SNPP_CorrectedReflectance_TrueColor"
        box = f"{west:.3f},{south:.3f},{east:.3f},{north:.3f}"
        url = f"https://worldview.earthdata.nasa.gov/?v={box}&l={layers}&t={ends[0]:%Y-%m-%d}"
        return Link(service=self.name, url=url, words="cloud, smoke and heat over the region that day")
