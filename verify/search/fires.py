"""NASA FIRMS: heat seen by satellites. Rule: a fire may be missed by clouds, size or the hour of the pass."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from verify.records.claims import Place
from verify.records.times import TimeBounds
from verify.search.base import Link, PlaceSearch, span


class Fires(PlaceSearch):
    """Thermal anomalies around the place, from the first day to the day after the last."""

    name: ClassVar[str] = "NASA FIRMS fire map"
    order: ClassVar[int] = 20

    def link(self, place: Place, when: TimeBounds) -> Link | None:
        """Return the link for the days of `when` and the next."""
        ends = span(when)
        if ends is None:
            return None
        days = f"{ends[0]:%Y-%m-%d}..{ends[1] + timedelta(days=1):%Y-%m-%d}"
        where = f"{place.longitude:.4f},{place.latitude:.4f},12.0z"
        url = f"https://firms.modaps.eosdis.nasa.gov/map/#d:{days};@{where}"
        return Link(service=self.name, url=url, words="heat seen by satellites on these days")
